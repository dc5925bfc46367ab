//! A batch on its way into the store, and what became of it.

use std::sync::Arc;

use gatepost_pass::{Digest, ManifestId, Signer, Timestamp};
use gatepost_protocol::{Head, Receipt, VerifiedBatch};

/// A checked batch, with the bytes that it was verified from: they are kept as the device signed
/// them.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// Its records, certificate and signature, all verified.
    pub batch: VerifiedBatch,
    /// The bytes that the device signed.
    pub signed: Vec<u8>,
    /// When it arrived, by the hub's clock.
    pub at: Timestamp,
    /// The manifest that the hub serves.
    pub serves: ManifestId,
    /// The hub's key: the receipt is part of what is kept.
    pub signer: Arc<Signer>,
}

impl Incoming {
    /// The receipt for it, when its epoch is stored so far. It says of the arrival no more than the
    /// hub keeps: the hour.
    pub(super) fn receipt(&self, front: ChainFront) -> Vec<u8> {
        let receipt = Receipt {
            device: self.batch.device(),
            epoch: self.batch.epoch(),
            next_seq: front.next_seq,
            head: front.head,
            batch: Digest::of(&self.signed),
            manifest: self.serves,
            at: whole_hour(self.at),
        };
        receipt.sign(&self.signer)
    }
}

/// The beginning of a time's hour: what the hub says and keeps of it.
pub(crate) const fn whole_hour(at: Timestamp) -> Timestamp {
    Timestamp(at.0 / 3600 * 3600)
}

/// What a batch added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptBatch {
    /// How far its epoch is stored without a gap now.
    pub front: ChainFront,
    /// The signed receipt that says so.
    pub receipt: Vec<u8>,
    /// Records that were not stored before.
    pub new: usize,
    /// Findings that were not known before.
    pub findings: usize,
}

/// The records of an epoch that are stored from 0 on without a gap, each linked to the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainFront {
    /// The first number that is missing.
    pub next_seq: u64,
    /// Chain hash after the record before it; [`Head::START`] where there is none.
    pub head: Head,
}
