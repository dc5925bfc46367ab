//! Records: the links of the chain, which hold an epoch's start or a sealed passage.

use gatepost_pass::{DeviceId, FormatError};
use serde::{Deserialize, Serialize};

use crate::{
    chain::{Epoch, Head},
    sealed::{Clear, Sealed},
};

/// One link of the chain, as it lies on disk and travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Position in the epoch, from 0.
    pub seq: u64,
    /// Hours since 1970, in clear for counting.
    pub hour: u32,
    /// An epoch's start or a passage.
    pub body: Body,
}

/// What a record holds: an epoch's start or a passage.
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
