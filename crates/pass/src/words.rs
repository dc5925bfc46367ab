//! The small types that documents, lists and records are made of. Each is valid by construction.

use std::fmt;

use serde::{Deserialize, Serialize, de::Error as _};

/// A value outside the limits of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordError {
    /// A text or list is shorter or longer than its type allows.
    #[error("length {length} is outside {min} to {max}")]
    Length {
        /// What came.
        length: usize,
        /// The least that is allowed.
        min: usize,
        /// The most that is allowed.
        max: usize,
    },
    /// A character that the type does not allow.
    #[error("a character is not allowed here")]
    Character,
    /// Not hexadecimal of the right length.
    #[error("expected {0} hexadecimal digits")]
    Hex(usize),
}

/// A list of `MIN` to `MAX` items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Bounded<T, const MIN: usize, const MAX: usize>(Vec<T>);

impl<T, const MIN: usize, const MAX: usize> Bounded<T, MIN, MAX> {
    /// The items.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MAX: usize> Default for Bounded<T, 0, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MIN: usize, const MAX: usize> TryFrom<Vec<T>> for Bounded<T, MIN, MAX> {
    type Error = WordError;

    fn try_from(items: Vec<T>) -> Result<Self, WordError> {
        check_length(items.len(), MIN, MAX)?;
        Ok(Self(items))
    }
}

impl<'de, T: Deserialize<'de>, const MIN: usize, const MAX: usize> Deserialize<'de>
    for Bounded<T, MIN, MAX>
{
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::deserialize(from)?.try_into().map_err(D::Error::custom)
    }
}

/// UTF-8 text of at most `MAX` bytes, without control characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> TryFrom<String> for Text<MAX> {
    type Error = WordError;

    fn try_from(text: String) -> Result<Self, WordError> {
        check_length(text.len(), 0, MAX)?;
        if text.chars().any(char::is_control) {
            return Err(WordError::Character);
        }
        Ok(Self(text))
    }
}

impl<const MAX: usize> TryFrom<&str> for Text<MAX> {
    type Error = WordError;

    fn try_from(text: &str) -> Result<Self, WordError> {
        text.to_owned().try_into()
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .try_into()
            .map_err(D::Error::custom)
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn check_length(length: usize, min: usize, max: usize) -> Result<(), WordError> {
    if (min..=max).contains(&length) {
        Ok(())
    } else {
        Err(WordError::Length { length, min, max })
    }
}

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
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        check_length(text.len(), 2, 8)?;
        if !text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
        {
            return Err(WordError::Character);
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

macro_rules! bytes_word {
    ($(#[$doc:meta])* $name:ident, $size:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub [u8; $size]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = WordError;

            fn from_str(text: &str) -> Result<Self, WordError> {
                parse_hex(text).map(Self)
            }
        }
    };
}

bytes_word! {
    /// Pseudonym of a person under one issuer, the same on phone, paper and family passes.
    SubjectTag, 16
}
bytes_word! {
    /// Number of a pass: 40 random bits, unique within its issuer. Big-endian.
    PassNumber, 5
}
bytes_word! {
    /// BLAKE3 of some bytes; names a file in a bundle.
    Digest, 32
}
bytes_word! {
    /// Name of a device: the first 16 bytes of BLAKE3 of its public key.
    DeviceId, 16
}

bytes_word! {
    /// Name of an enrolment code ([`crate::OneTimeSecret::code`]).
    CodeId, 16
}
bytes_word! {
    /// SHA-256 of a certificate's SubjectPublicKeyInfo in DER: RFC 7469's pin, in hexadecimal.
    ///
    /// `openssl x509 -in hub.pem -noout -pubkey | openssl pkey -pubin -outform der | sha256sum`
    HubPin, 32
}

impl Digest {
    /// Digest of bytes in memory.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

/// Makes a [`Digest`] of bytes that come in parts.
#[derive(Clone, Debug, Default)]
pub struct DigestHasher(blake3::Hasher);

impl DigestHasher {
    /// Takes the next part.
    pub fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    /// The digest of all parts.
    pub fn finish(&self) -> Digest {
        Digest(*self.0.finalize().as_bytes())
    }
}

/// Reads exactly `2 * N` hexadecimal digits.
pub fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], WordError> {
    let digits = text.as_bytes();
    let error = WordError::Hex(2 * N);
    if digits.len() != 2 * N {
        return Err(error);
    }
    let value = |digit: u8| char::from(digit).to_digit(16).ok_or(error);
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = (value(pair[0])? * 16 + value(pair[1])?) as u8;
    }
    Ok(bytes)
}

/// What a health or access code says about a person. Ordered: the worse one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Colour {
    /// Nothing against passing.
    Green,
    /// Passing is limited.
    Yellow,
    /// Must not pass.
    Red,
}

crate::names! { Colour { Green = "green", Yellow = "yellow", Red = "red" } }

/// Whether a policy may ask more of a person than of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Class {
    /// Everyone.
    Ordinary,
    /// A class that a policy may name (returned from abroad, works with patients, …).
    Special(u8),
}

/// What carries a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Medium {
    /// A phone's screen.
    Phone,
    /// Paper or plastic. Counts the same as a phone.
    Paper,
}
