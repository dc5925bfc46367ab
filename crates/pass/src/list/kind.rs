//! The kinds of lists, and what the format fixes for each.

use serde::{Deserialize, Serialize};

/// Version of the hash of ID numbers in identity lists; it stands in the head of each.
pub const HASH: u8 = 1;

/// Which question a list answers. New ones go to the end: the position is on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ListKind {
    /// Subject tag to yellow or red.
    Status,
    /// Pass numbers that no longer count.
    Revocation,
    /// ID number to yellow or red, for a person who shows no pass. A region may leave it out.
    Identity,
}

crate::names! {
    ListKind { Status = "status", Revocation = "revocation", Identity = "identity" }
}

impl ListKind {
    /// Bits of a key.
    pub(super) const fn key_bits(self) -> u32 {
        match self {
            Self::Status | Self::Identity => 64,
            Self::Revocation => 40,
        }
    }

    /// Bits of colour beside a key.
    pub(super) const fn colour_bits(self) -> u32 {
        match self {
            Self::Status | Self::Identity => 1,
            Self::Revocation => 0,
        }
    }

    /// The version of the hash that its keys are made with, where that is one of ID numbers.
    pub(super) const fn hash(self) -> u8 {
        match self {
            Self::Status | Self::Revocation => 0,
            Self::Identity => HASH,
        }
    }

    /// The salt of a list that has a use for one.
    pub(super) const fn salt(self, salt: [u8; 16]) -> [u8; 16] {
        match self {
            Self::Status | Self::Identity => salt,
            Self::Revocation => [0; 16],
        }
    }
}
