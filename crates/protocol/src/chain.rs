//! The chain: each record of an epoch is bound to all before it.
//!
//! ```text
//! head(-1) = 0
//! head(n)  = BLAKE3-derive-key("gatepost chain v1", device ‖ epoch ‖ head(n-1) ‖ record n)
//! ```
//!
//! Every process start opens a new epoch under a random name. Its record 0 says where the epoch
//! before stood, so that a cloned or restored disk forks visibly instead of colliding.

use std::fmt;

use data_encoding::HEXLOWER;
use gatepost_pass::{DeviceId, Digest, ValueError, parse_hex};
use serde::{Deserialize, Serialize};

/// Random name of one process run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub [u8; 16]);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Epoch {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_hex(text).map(Self)
    }
}

/// Chain hash after a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Head(pub Digest);

impl Head {
    /// Before the first record of an epoch.
    pub const START: Self = Self(Digest([0; 32]));

    /// The head after one more record, given as its bytes.
    pub fn after(self, device: DeviceId, epoch: Epoch, record: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("gatepost chain v1");
        hasher
            .update(&device.0)
            .update(&epoch.0)
            .update(&self.0.0)
            .update(record);
        Self(Digest(*hasher.finalize().as_bytes()))
    }
}
