//! error: E0423
//! A key is not made past the weak-key check.

use gatepost_pass::PublicKey;

pub fn forge(bytes: [u8; 32]) -> PublicKey {
    PublicKey(bytes)
}
