//! A sealed passage, and what stands beside it in clear.

use gatepost_pass::{Bounded, DeviceId};
use serde::{Deserialize, Serialize};

use crate::{chain::Epoch, verdict::Outcome};

/// Size of every plaintext, in bytes: a length (u16 little-endian), the passage, zeros.
pub const PLAINTEXT: usize = 256;
/// Size of every ciphertext, in bytes: the plaintext and a 16-byte tag.
pub const CIPHERTEXT: usize = PLAINTEXT + 16;

/// Where a record stands, and all that it says in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clear {
    /// The device.
    pub device: DeviceId,
    /// The process run in which it was written.
    pub epoch: Epoch,
    /// Position in the epoch.
    pub seq: u64,
    /// Hours since 1970.
    pub hour: u32,
    /// The outcome of the passage, in clear for counting.
    pub class: Outcome,
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
    /// The passage, encrypted.
    #[serde(with = "crate::bytes::bounded")]
    pub ciphertext: Bounded<u8, CIPHERTEXT, CIPHERTEXT>,
}
