//! The key of a device to which the authority seals what is for that device only.

use gatepost_pass::SecretKey;
use serde::{Deserialize, Serialize};

use crate::seal;

const KEY_CONTEXT: &str = "gatepost/device-seal-key/v1";

/// The X25519 key to which the authority seals what is for one device only. Its secret half follows
/// from the device's Ed25519 key, so that there is one secret to keep and to destroy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealKey(pub [u8; 32]);

impl SealKey {
    /// That of a device.
    pub fn of(device: &SecretKey) -> Self {
        Self(pair(device).1)
    }
}

/// Secret and public half: DeriveKeyPair of RFC 9180 (HKDF-SHA256), from bytes that follow from the
/// device's key.
pub(crate) fn pair(device: &SecretKey) -> ([u8; 32], [u8; 32]) {
    seal::key_pair(&device.derive(KEY_CONTEXT))
}
