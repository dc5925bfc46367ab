//! A batch on its way into the store, and what became of it.

use gatepost_pass::Timestamp;
use gatepost_protocol::{Head, VerifiedBatch};

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
}

/// What a batch added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptBatch {
    /// How far its epoch is stored without a gap now.
    pub front: ChainFront,
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
