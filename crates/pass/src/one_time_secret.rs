//! The one-time secret of an enrolment code: by it a device and its authority know each other over
//! a hub that neither has to believe.
//!
//! All three are BLAKE3 in its keyed mode, with a key that `derive_key` makes of the secret for
//! this one use, so that none of them says anything of the secret or of another.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize as _;

use crate::{ids::CodeId, key::PublicKey};

/// 128 random bits on an enrolment code. Whoever has seen the code can enrol one device with them,
/// and no second one. Never shown, and wiped from memory after use.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OneTimeSecret(pub [u8; 16]);

impl OneTimeSecret {
    /// Name of the code: open to all, and leads to nothing.
    pub fn code(&self) -> CodeId {
        let mut id = [0; 16];
        let all = blake3::derive_key("gatepost enrolment code v1", &self.0);
        id.copy_from_slice(&all[..16]);
        CodeId(id)
    }

    /// That whoever has this device's key has seen the code. It is of no use to another key.
    pub fn prove_request(&self, device: &PublicKey) -> Proof {
        self.mac("gatepost enrolment request v1", device.as_bytes())
    }

    /// That whoever made the code has answered with these bytes.
    pub fn prove_answer(&self, answer: &[u8]) -> Proof {
        self.mac("gatepost enrolment answer v1", answer)
    }

    fn mac(&self, context: &str, message: &[u8]) -> Proof {
        let key = blake3::derive_key(context, &self.0);
        Proof(*blake3::keyed_hash(&key, message).as_bytes())
    }
}

impl fmt::Debug for OneTimeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeSecret(…)")
    }
}

impl Drop for OneTimeSecret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Shows that its maker knows a [`OneTimeSecret`]. Compared in the same time whatever differs.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proof(pub [u8; 32]);

impl PartialEq for Proof {
    fn eq(&self, other: &Self) -> bool {
        blake3::Hash::from_bytes(self.0) == blake3::Hash::from_bytes(other.0)
    }
}

impl Eq for Proof {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn name_and_proofs_of_a_secret_differ_with_the_secret_the_use_and_what_is_proven() {
        let (one, other) = (OneTimeSecret([1; 16]), OneTimeSecret([2; 16]));
        let (key, another) = (
            fixture::devices().secret.public(),
            fixture::hub().secret.public(),
        );
        assert_ne!(one.code(), other.code());
        assert_eq!(one.prove_request(&key), one.prove_request(&key));
        assert_ne!(one.prove_request(&key), other.prove_request(&key));
        assert_ne!(one.prove_request(&key), one.prove_request(&another));
        assert_ne!(one.prove_request(&key), one.prove_answer(key.as_bytes()));
        assert_ne!(one.prove_answer(b"a"), one.prove_answer(b"b"));
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        assert!(!format!("{:?}", OneTimeSecret([77; 16])).contains("77"));
    }
}
