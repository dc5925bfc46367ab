//! An input, taken apart; and bytes that are signed as if they were claims.

use serde::{Serialize, Serializer, ser::SerializeTuple};

/// Reads an input from its front. Past its end it gives zeros.
pub(crate) struct Feed<'a>(pub(crate) &'a [u8]);

impl<'a> Feed<'a> {
    pub(crate) fn byte(&mut self) -> u8 {
        let [byte] = self.array();
        byte
    }

    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        let taken = self.slice(N);
        bytes[..taken.len()].copy_from_slice(taken);
        bytes
    }

    pub(crate) fn number(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    /// Two bytes as the place of something among many.
    pub(crate) fn index(&mut self) -> usize {
        usize::from(u16::from_be_bytes(self.array()))
    }

    /// At most `length` bytes.
    pub(crate) fn slice(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Bytes that encode as themselves: what a signer signs when it is handed hostile claims.
pub(crate) struct Raw<'a>(pub(crate) &'a [u8]);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut tuple = to.serialize_tuple(self.0.len())?;
        for byte in self.0 {
            tuple.serialize_element(byte)?;
        }
        tuple.end()
    }
}

/// An input for the way that `mode` names.
pub(crate) fn seed(mode: u8, parts: &[&[u8]]) -> Vec<u8> {
    [&[mode], parts.concat().as_slice()].concat()
}
