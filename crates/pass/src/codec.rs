//! Canonical postcard: the same value has exactly one encoding, and nothing may follow it.

use serde::{Deserialize, Serialize};

/// Bytes that do not follow the format. Nothing was taken from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Not the bytes of this kind of value, or cut short.
    #[error("{0} is damaged or cut short")]
    Damaged(&'static str),
    /// Bytes are left over after the value.
    #[error("{0} has bytes left over at its end")]
    Trailing(&'static str),
    /// A longer encoding of a value that has a shorter one.
    #[error("{0} is not in its canonical encoding")]
    NotCanonical(&'static str),
    /// Larger than the limit of its kind.
    #[error("{what} is larger than {limit} bytes")]
    TooLarge {
        /// What kind of value it would have been.
        what: &'static str,
        /// The limit in bytes.
        limit: usize,
    },
}

/// Encodes. Only fails on types that postcard can't represent, which none of ours is.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    // Our types are plain structs, enums, bounded strings and lists: postcard encodes them all.
    postcard::to_allocvec(value).unwrap_or_default()
}

/// Decodes a whole slice, canonically. `what` names it in the error.
pub fn decode<'a, T: Serialize + Deserialize<'a>>(
    what: &'static str,
    bytes: &'a [u8],
) -> Result<T, FormatError> {
    let (value, rest) = decode_prefix(what, bytes)?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(FormatError::Trailing(what))
    }
}

/// [`decode`] of at most `limit` bytes.
pub fn decode_within<'a, T: Serialize + Deserialize<'a>>(
    what: &'static str,
    bytes: &'a [u8],
    limit: usize,
) -> Result<T, FormatError> {
    if bytes.len() > limit {
        return Err(FormatError::TooLarge { what, limit });
    }
    decode(what, bytes)
}

/// Decodes the front of a slice, canonically, and gives the rest.
pub(crate) fn decode_prefix<'a, T: Serialize + Deserialize<'a>>(
    what: &'static str,
    bytes: &'a [u8],
) -> Result<(T, &'a [u8]), FormatError> {
    let (value, rest) =
        postcard::take_from_bytes::<T>(bytes).map_err(|_| FormatError::Damaged(what))?;
    let used = bytes.len() - rest.len();
    // postcard takes overlong varints; writing the value again finds them.
    if encode(&value) != bytes[..used] {
        return Err(FormatError::NotCanonical(what));
    }
    Ok((value, rest))
}
