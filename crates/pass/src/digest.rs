//! BLAKE3 digests, of bytes in memory and of bytes that come in parts.

use crate::hex::hex_bytes;

hex_bytes! {
    /// BLAKE3 of some bytes; names a file in a bundle.
    Digest, 32
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
