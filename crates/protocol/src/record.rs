//! The chain: each record of an epoch is bound to all before it.
//!
//! ```text
//! head(-1) = 0
//! head(n)  = BLAKE3-derive-key("gatepost chain v1", device ‖ epoch ‖ head(n-1) ‖ record n)
//! ```
//!
//! Every process start opens a new epoch under a random name. Its record 0 says where the epoch before
//! stood, so that a cloned or restored disk forks visibly instead of colliding.

use std::fmt;

use gatepost_pass::{Bounded, Digest, FormatError, words::DeviceId, words::parse_hex};
use serde::{Deserialize, Serialize};

use crate::{
    seal::{CIPHERTEXT, Clear},
    verdict::Outcome,
};

/// Random name of one process run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub [u8; 16]);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Epoch {
    type Err = gatepost_pass::words::WordError;

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

/// One link of the chain, as it lies on disk and travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Position in the epoch, from 0.
    pub seq: u64,
    /// Hours since 1970, in clear for counting.
    pub hour: u32,
    /// What it holds.
    pub body: Body,
}

/// What a record holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// Record 0 of every epoch: where the epoch before stood on this disk.
    EpochStart(Option<Previous>),
    /// A passage that only the tracing key opens.
    Passage(Sealed),
}

/// Where an epoch stood when the next one began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// Its name.
    pub epoch: Epoch,
    /// Its number of records.
    pub next_seq: u64,
    /// Its last chain hash.
    pub head: Head,
}

/// A sealed passage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// What was decided, in clear for counting.
    pub class: Outcome,
    /// Number of the tracing key.
    pub tracing_key: u16,
    /// HPKE's encapsulated key.
    pub encapped: [u8; 32],
    /// The passage, closed.
    #[serde(with = "crate::bytes::bounded")]
    pub ciphertext: Bounded<u8, CIPHERTEXT, CIPHERTEXT>,
}

impl Record {
    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        gatepost_pass::encode(self)
    }

    /// Reads [`Self::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        gatepost_pass::decode("record", bytes)
    }

    /// What it says in clear, where it stands; nothing for an epoch's start.
    pub fn clear(&self, device: DeviceId, epoch: Epoch) -> Option<Clear> {
        match &self.body {
            Body::EpochStart(_) => None,
            Body::Passage(sealed) => Some(Clear {
                device,
                epoch,
                seq: self.seq,
                hour: self.hour,
                class: sealed.class,
            }),
        }
    }
}
