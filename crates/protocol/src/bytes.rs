//! Byte strings read and written as a whole. In postcard they look like lists of bytes, which are
//! taken byte by byte.

use std::fmt;

use gatepost_pass::Bounded;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};

/// Bytes that stay where they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Bytes<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Whole;
        impl<'de> Visitor<'de> for Whole {
            type Value = &'de [u8];

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_borrowed_bytes<E: Error>(self, bytes: &'de [u8]) -> Result<&'de [u8], E> {
                Ok(bytes)
            }
        }
        from.deserialize_bytes(Whole).map(Self)
    }
}

/// For `#[serde(with)]` on a list of bytes.
pub(crate) mod bounded {
    use super::*;

    pub(crate) fn serialize<S: Serializer, const MIN: usize, const MAX: usize>(
        bytes: &Bounded<u8, MIN, MAX>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        Bytes(bytes.as_slice()).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, const MIN: usize, const MAX: usize>(
        from: D,
    ) -> Result<Bounded<u8, MIN, MAX>, D::Error> {
        let Bytes(bytes) = Bytes::deserialize(from)?;
        bytes.to_vec().try_into().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_look_like_lists_of_bytes() {
        for length in [0, 1, 127, 128, 300] {
            let list: Vec<u8> = (0..length).map(|n| n as u8).collect();
            let encoded = gatepost_pass::encode(&list);
            assert_eq!(gatepost_pass::encode(&Bytes(&list)), encoded);
            assert_eq!(gatepost_pass::decode("bytes", &encoded), Ok(Bytes(&list)));
            if let Some(cut) = encoded.len().checked_sub(1).filter(|_| length > 0) {
                assert!(gatepost_pass::decode::<Bytes<'_>>("bytes", &encoded[..cut]).is_err());
            }
        }
    }
}
