//! The hub's word that it holds passages: the only thing that lets a device forget.

use gatepost_pass::{
    DeviceId, DocumentError, Kind, Signer, Timestamp, TrustList,
    envelope::{Envelope, MAX_CODE},
    verify::{Claims, verify_envelope},
};
use serde::{Deserialize, Serialize};

use crate::chain::{Epoch, Head};

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
    /// When the hub wrote it.
    pub at: Timestamp,
}

impl Claims for Receipt {
    const KINDS: &'static [Kind] = &[Kind::Receipt];
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
}
