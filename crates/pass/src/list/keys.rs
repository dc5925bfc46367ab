//! What a person or a pass becomes in a list: a key of 64 or 40 bits.

use super::page::ListEntry;
use crate::{
    colour::Colour,
    ids::{PassNumber, SubjectTag},
};

/// Makes keys of subject tags: the first 64 bits of BLAKE3 in keyed mode, under a key that is
/// derived from the list's salt.
#[derive(Clone, Debug)]
pub struct TagKey([u8; 32]);

impl TagKey {
    /// For a list of that salt.
    pub fn new(salt: &[u8; 16]) -> Self {
        Self(blake3::derive_key("gatepost status list v1", salt))
    }

    /// The key of a person.
    pub fn key(&self, tag: &SubjectTag) -> u64 {
        let hash = blake3::keyed_hash(&self.0, &tag.0);
        // A hash has 32 bytes.
        let front = hash.as_bytes().first_chunk().copied().unwrap_or_default();
        u64::from_be_bytes(front)
    }

    /// The record of a person, who has none when green.
    pub fn entry(&self, tag: &SubjectTag, colour: Colour) -> Option<ListEntry> {
        ListEntry::of(self.key(tag), colour)
    }
}

/// The key of a pass: its number.
pub fn number_key(number: &PassNumber) -> u64 {
    let [a, b, c, d, e] = number.0;
    u64::from_be_bytes([0, 0, 0, a, b, c, d, e])
}
