//! Fixed numbers of bytes that people read and write as hexadecimal digits.

use data_encoding::HEXLOWER_PERMISSIVE;

use crate::bounded::ValueError;

/// Reads exactly `2 * N` hexadecimal digits, of either case.
pub fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], ValueError> {
    let error = ValueError::Hex(2 * N);
    let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes());
    bytes
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(error)
}

/// A type for so many bytes, shown and parsed as lower-case digits.
macro_rules! hex_bytes {
    ($(#[$doc:meta])* $name:ident, $size:literal) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub [u8; $size]);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::bounded::ValueError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::hex::parse_hex(text).map(Self)
            }
        }
    };
}
pub(crate) use hex_bytes;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_number_of_digits_is_read() {
        assert_eq!(parse_hex::<2>("0aFf"), Ok([0x0a, 0xff]));
        for wrong in ["", "0", "0af", "0aff0", "0aff00", "0a f", "0ag0", "+aff"] {
            assert_eq!(parse_hex::<2>(wrong), Err(ValueError::Hex(4)), "{wrong}");
        }
    }
}
