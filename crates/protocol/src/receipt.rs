//! The hub's word that it holds passages: the only thing that lets a device forget. The hub keeps
//! each receipt beside the batch that it answers, where it is the word of when the batch arrived:
//! whoever reads passages later judges the device's certificate by that, not by a time that the
//! device claims.

use gatepost_pass::{
    DeviceId, Digest, DocumentError, Kind, ManifestId, Signer, Timestamp, TrustList,
    envelope::{Envelope, MAX_CODE},
    verify::{Claims, verify_envelope},
};
use serde::{Deserialize, Serialize};

use crate::{
    chain::{Epoch, Head},
    dated::at_its_time,
};

/// Claims of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The device whose records they are.
    pub device: DeviceId,
    /// The process run that they are of.
    pub epoch: Epoch,
    /// The hub holds every record before this one, from 0 on, without a gap.
    pub next_seq: u64,
    /// Chain hash of the last of them; [`Head::START`] for none.
    pub head: Head,
    /// BLAKE3 of the signed batch that it answers.
    pub batch: Digest,
    /// The manifest that the hub serves.
    pub manifest: ManifestId,
    /// The beginning of the hour in which the batch arrived: the hub says no more of it.
    pub at: Timestamp,
}

impl Receipt {
    /// Signs a receipt with the hub's key.
    pub fn sign(&self, signer: &Signer) -> Vec<u8> {
        signer.sign(Kind::Receipt, self)
    }

    /// Checks a receipt.
    pub fn verify(bytes: &[u8], trust: &TrustList, now: Timestamp) -> Result<Self, DocumentError> {
        let envelope = Envelope::parse_kind(Kind::Receipt, bytes, MAX_CODE)?;
        Ok(*verify_envelope::<Self>(&envelope, trust, now)?.claims())
    }

    /// Checks a receipt long after it was written: the hub's key must have been valid at the time
    /// that the receipt names.
    pub fn verify_at_its_time(bytes: &[u8], trust: &TrustList) -> Result<Self, DocumentError> {
        at_its_time(Kind::Receipt, bytes, trust, |receipt: &Self| receipt.at)
    }
}

impl Claims for Receipt {
    const KINDS: &'static [Kind] = &[Kind::Receipt];
}
