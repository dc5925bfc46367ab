//! Names of issuers, keys, persons, passes, devices and codes: what signed things call each other
//! by.

use std::fmt;

use serde::{Deserialize, Serialize, de::Error as _};

use crate::{
    bounded::{ValueError, check_length},
    hex::hex_bytes,
};

/// Who signs: ISO 3166-2 text such as `CN-SD`; 2 to 8 of `A-Z`, `0-9`, `-`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IssuerId {
    length: u8,
    bytes: [u8; 8],
}

impl IssuerId {
    /// The text.
    pub fn as_str(&self) -> &str {
        // Only ASCII gets in, and `length` is at most 8.
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl std::str::FromStr for IssuerId {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        check_length(text.len(), 2, 8)?;
        if !text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
        {
            return Err(ValueError::Character);
        }
        let mut bytes = [0; 8];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self {
            length: text.len() as u8,
            bytes,
        })
    }
}

impl fmt::Display for IssuerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for IssuerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for IssuerId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for IssuerId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// Number of a key, unique within its issuer. Names the one key that is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub u16);

hex_bytes! {
    /// Pseudonym of a person under one issuer, the same on phone, paper and family passes.
    SubjectTag, 16
}
hex_bytes! {
    /// Number of a pass: 40 random bits, unique within its issuer. Big-endian.
    PassNumber, 5
}
hex_bytes! {
    /// Name of a device: the first 16 bytes of BLAKE3 of its public key.
    DeviceId, 16
}
hex_bytes! {
    /// Name of an enrolment code ([`crate::OneTimeSecret::code`]).
    CodeId, 16
}
hex_bytes! {
    /// SHA-256 of a certificate's SubjectPublicKeyInfo in DER: RFC 7469's pin, in hexadecimal.
    ///
    /// `openssl x509 -in hub.pem -noout -pubkey | openssl pkey -pubin -outform der | sha256sum`
    HubPin, 32
}
