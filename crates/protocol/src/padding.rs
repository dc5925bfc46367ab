//! What crosses the network between device and hub about passages, padded to one of a few sizes:
//! whoever sees sizes does not see how many passages there were, nor whether there were any.
//!
//! ```text
//! padded = length:u32 (little endian) ‖ content:length bytes ‖ zeros, up to one of the sizes
//! ```
//! A content of no bytes is filler. It stands for nothing, and nobody signs it.

use std::time::Duration;

use gatepost_pass::FormatError;

use crate::{batch, status};

/// Sizes of an upload, in bytes: the smallest holds about 50 passages, the largest any batch.
pub const UPLOAD: [usize; 4] = [16 << 10, 64 << 10, 256 << 10, 1 << 20];
/// Size of what the hub answers an upload with: a receipt, or filler to filler.
pub const ANSWER: [usize; 1] = [1 << 10];
/// Size of a device's status.
pub const STATUS: [usize; 1] = [4 << 10];
/// An upload is answered a whole multiple of this after it came, and what a device sends next
/// begins a whole multiple of it after the answer: a batch waits for disks, and filler does not.
pub const BEAT: Duration = Duration::from_millis(250);
/// Bytes of the length in front.
pub const LENGTH: usize = 4;

const _: () = assert!(batch::MAX_BYTES + LENGTH <= UPLOAD[UPLOAD.len() - 1]);
const _: () = assert!(status::MAX_BYTES + LENGTH <= STATUS[0]);

/// Pads content to the smallest size that holds it.
///
/// # Errors
/// It is larger than the largest size.
pub fn pad(content: &[u8], sizes: &[usize]) -> Result<Vec<u8>, FormatError> {
    let least = LENGTH + content.len();
    let size = sizes.iter().copied().find(|size| *size >= least);
    let (Some(size), Ok(length)) = (size, u32::try_from(content.len())) else {
        return Err(FormatError::TooLarge {
            what: "padded content",
            limit: sizes.last().map_or(0, |size| size - LENGTH),
        });
    };
    let mut padded = Vec::with_capacity(size);
    padded.extend_from_slice(&length.to_le_bytes());
    padded.extend_from_slice(content);
    padded.resize(size, 0);
    Ok(padded)
}

/// The content of something padded; empty for filler.
///
/// # Errors
/// It has none of the sizes, its length goes beyond its end, or its padding is not zeros.
pub fn unpad(padded: &[u8], sizes: &[usize]) -> Result<Vec<u8>, FormatError> {
    let mut reader = Unpadder::default();
    reader.read(padded)?;
    reader.finish(sizes)
}

const DAMAGED: FormatError = FormatError::Damaged("padding");

/// Takes padding off as bytes arrive, and keeps none of it.
#[derive(Debug, Default)]
pub struct Unpadder {
    length: Vec<u8>,
    content: Vec<u8>,
    total: usize,
}

impl Unpadder {
    /// How much of the content has arrived.
    pub fn held(&self) -> usize {
        self.content.len()
    }

    /// How long the content will be, once the length has arrived.
    pub fn announced(&self) -> Option<usize> {
        let length: [u8; LENGTH] = self.length.as_slice().try_into().ok()?;
        Some(u32::from_le_bytes(length) as usize)
    }

    /// Reads the bytes that arrived next.
    ///
    /// # Errors
    /// Something other than zeros follows the content.
    pub fn read(&mut self, bytes: &[u8]) -> Result<(), FormatError> {
        self.total = self.total.saturating_add(bytes.len());
        let missing = LENGTH - self.length.len();
        let (length, rest) = bytes.split_at(missing.min(bytes.len()));
        self.length.extend_from_slice(length);
        let Some(announced) = self.announced() else {
            return Ok(());
        };
        let missing = announced - self.content.len();
        let (content, padding) = rest.split_at(missing.min(rest.len()));
        self.content.extend_from_slice(content);
        match padding.iter().all(|byte| *byte == 0) {
            true => Ok(()),
            false => Err(DAMAGED),
        }
    }

    /// The content, once all has arrived; empty for filler.
    ///
    /// # Errors
    /// All of it together has none of the sizes, or the content is not complete.
    pub fn finish(self, sizes: &[usize]) -> Result<Vec<u8>, FormatError> {
        match sizes.contains(&self.total) && self.announced() == Some(self.content.len()) {
            true => Ok(self.content),
            false => Err(DAMAGED),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn content_of_any_length_has_one_of_a_few_sizes_and_comes_out_as_it_was() {
        for length in [
            0,
            1,
            5_000,
            16_380,
            16_381,
            65_532,
            70_000,
            batch::MAX_BYTES,
        ] {
            let content = vec![7; length];
            let padded = pad(&content, &UPLOAD).unwrap();
            assert!(UPLOAD.contains(&padded.len()), "{length}");
            assert_eq!(unpad(&padded, &UPLOAD), Ok(content));
        }
        let sizes = |length| pad(&vec![7; length], &UPLOAD).unwrap().len();
        assert_eq!(
            (sizes(0), sizes(16_380), sizes(16_381)),
            (16 << 10, 16 << 10, 64 << 10)
        );
        assert!(pad(&vec![7; 1 << 20], &UPLOAD).is_err());
    }

    #[test]
    fn another_size_another_length_and_padding_with_something_in_it_are_refused() {
        let padded = pad(b"content", &ANSWER).unwrap();
        for end in 0..padded.len() {
            assert_eq!(unpad(&padded[..end], &ANSWER), Err(DAMAGED), "{end}");
        }
        for at in LENGTH + b"content".len()..padded.len() {
            let mut altered = padded.clone();
            altered[at] = 1;
            assert_eq!(unpad(&altered, &ANSWER), Err(DAMAGED), "{at}");
        }
        for length in [6_u32, 1 << 10, u32::MAX] {
            let mut altered = padded.clone();
            altered[..LENGTH].copy_from_slice(&length.to_le_bytes());
            assert_eq!(unpad(&altered, &ANSWER), Err(DAMAGED), "{length}");
        }
        assert_eq!(unpad(&padded, &STATUS), Err(DAMAGED));
    }

    #[test]
    fn it_does_not_matter_in_which_pieces_it_arrives() {
        let padded = pad(b"content", &ANSWER).unwrap();
        for size in [1, 2, 3, 5, 100, 1023] {
            let mut reader = Unpadder::default();
            for piece in padded.chunks(size) {
                reader.read(piece).unwrap();
            }
            assert_eq!(reader.finish(&ANSWER).unwrap(), b"content", "{size}");
        }
    }
}
