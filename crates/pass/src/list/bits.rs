//! Bit fields in bytes: the least significant bit first, in bytes and in fields.

/// Widest field: what one 64-bit word holds at any of the eight places in a byte.
pub(super) const WIDEST: u32 = 57;

/// So many zero bytes after a buffer let any of its fields be read as one word.
pub(super) const SLACK: usize = 8;

/// Eight bytes as a little-endian word; 0 where there are not as many.
pub(super) fn word(bytes: &[u8], from: usize) -> u64 {
    let eight = bytes.get(from..).and_then(|rest| rest.first_chunk());
    eight.map_or(0, |eight| u64::from_le_bytes(*eight))
}

/// The field of `width` bits, at most [`WIDEST`], that begins at bit `at`.
pub(super) fn field(bytes: &[u8], at: usize, width: u32) -> u64 {
    (word(bytes, at / 8) >> (at % 8)) & mask(width)
}

/// Sets the bits of a field in bytes that are still zero there. Writes whole words, so that
/// [`SLACK`] bytes must follow.
pub(super) fn put_field(bytes: &mut [u8], at: usize, value: u64) {
    let whole = word(bytes, at / 8) | value << (at % 8);
    if let Some(eight) = bytes.get_mut(at / 8..at / 8 + 8) {
        eight.copy_from_slice(&whole.to_le_bytes());
    }
}

/// `width` ones, at most 63.
pub(super) const fn mask(width: u32) -> u64 {
    (1 << width) - 1
}
