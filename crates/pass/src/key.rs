//! Ed25519 keys (RFC 8032): secret ones that sign, public ones that passed the weak-key check.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize, de::Error as _};

use data_encoding::HEXLOWER;

use crate::kind::Kind;

/// Bytes of a signature (RFC 8032).
pub(crate) const SIGNATURE: usize = 64;

/// Why something is not a usable key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a point of the curve, one of small order, or a second encoding of a point.
    #[error("not a usable Ed25519 public key")]
    Weak,
    /// A key file that can't be read.
    #[error("key file: line {line} should be `{expected}`")]
    File {
        /// Line, from 1.
        line: usize,
        /// The text that belongs there.
        expected: &'static str,
    },
}

/// A public key: on the curve, not of small order, in its one canonical encoding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Checks 32 bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        match VerifyingKey::from_bytes(bytes) {
            Ok(key) if !key.is_weak() && canonical(bytes) => Ok(Self(key)),
            _ => Err(KeyError::Weak),
        }
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Says when the secret half is one of those that `keys/test` publishes.
    pub fn published(&self) -> Option<Published> {
        PUBLISHED
            .contains(&self.to_string().as_str())
            .then_some(Published)
    }

    /// Strict check (no malleable signature, no small-order part): RFC 8032 section 5.1.7 and the
    /// rules of `verify_strict`. The message carries its domain already.
    pub fn verify(&self, message: &[u8], signature: &[u8; SIGNATURE]) -> Result<(), BadSignature> {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.0
            .verify_strict(message, &signature)
            .map_err(|_| BadSignature)
    }

    /// The strict check of signatures that other crates define: `kind` gives the domain.
    pub fn verify_detached(
        &self,
        kind: Kind,
        body: &[u8],
        signature: &[u8; SIGNATURE],
    ) -> Result<(), BadSignature> {
        self.verify(&[&kind.domain(), body].concat(), signature)
    }
}

/// Whether the y coordinate is below the field's prime 2^255 - 19: RFC 8032 section 5.1.3 refuses
/// the rest, the curve library takes it.
fn canonical(bytes: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = bytes;
    *low < 0xed || middle.iter().any(|byte| *byte != 0xff) || high & 0x7f != 0x7f
}

/// Everybody has the secret half of this key: it is good for tests only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published;

/// The public halves of `keys/test`.
const PUBLISHED: [&str; 11] = [
    "5373d16e91aa41a64a97a63cda14214e23e59e4a3ad90eb775f4a04bc7a5f153",
    "78c4586342bd91f5e64a8f6cf3d9aa98d63f0709e9b9c331f1ad683fb4c150ea",
    "d5e730cf6502dbd8ada9880fe11fd0d7515587dca48a41dfa9d41f836e802bbb",
    "d92fb13c04c3c2217c286382c2dba53a7c33d0985e0d9743d409f72062160b22",
    "082cdeeaab16462ae74ebd8b1da5594f5f1b9d2d32237102d086b8c4dd13a533",
    "dcf3e3a8874678e4dfc403274370bd821e2300a72da9bc38a7c8a9757aac2b43",
    "2c95d0290b1bf7bcf751713bc8f157bb4dac249d47a5949e0aa4297a9e86b452",
    "1d0711db20bffcb4237396d15cc620b5ab1f24ca2cbe5c3205ea458047e4a2f9",
    "91170b16b5931d1ba34abad21148252c5b925e4ba498a226f6ea533f49023eb3",
    "e928cbd2270e3068ba3bbac898ada0144c9319f81729b18ebee2c8fdc82212b2",
    "7114009f6cdbf74df718e319e6f0fab3e378b3914a7b4b73eca49750ee117641",
];

/// The signature was not made by this key over these bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not match")]
pub struct BadSignature;

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(self.as_bytes()))
    }
}

impl Serialize for PublicKey {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.as_bytes().serialize(to)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::from_bytes(&<[u8; 32]>::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// A secret key. Wiped when dropped, and never shown: it has no `Debug` of its contents.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key of 32 random bytes, which the caller brings.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The 32 bytes again, for a key file.
    pub(crate) fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        // A clamped scalar times the base point is never of small order.
        PublicKey(self.0.verifying_key())
    }

    /// 32 bytes that follow from it, for a key of another kind; `context` says for which, and is
    /// used for nothing else (BLAKE3, mode `derive_key`).
    pub fn derive(&self, context: &str) -> [u8; 32] {
        blake3::derive_key(context, self.0.as_bytes())
    }

    /// Signs a message that already carries its domain.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE] {
        self.0.sign(message).to_bytes()
    }

    /// Signs for the signatures that other crates define: `kind` gives the domain.
    pub fn sign_detached(&self, kind: Kind, body: &[u8]) -> [u8; SIGNATURE] {
        self.sign(&[&kind.domain(), body].concat())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey of {}", self.public())
    }
}
