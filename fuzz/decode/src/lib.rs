//! What the fuzzer does with the scanner's decoder: whole pictures (`picture`) and, much faster, the
//! modules of a code and its data codewords (`modules`). Each takes any bytes and fails by a panic.

#![forbid(unsafe_code)]

mod modules;
mod picture;

use gatepost_decode::{CodeContent, MAX_CONTENT_BYTES};
use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};

/// One target.
#[derive(Clone, Copy)]
pub struct Target {
    /// Name of its program in `fuzz/fuzz_targets`.
    pub name: &'static str,
    /// Tries one input.
    pub run: fn(&[u8]),
    /// Good inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// Pictures: single looks, stills and streams.
pub const DECODE: Target = Target {
    name: "decode",
    run: picture::run,
    seeds: picture::seeds,
};
/// Modules and codewords.
pub const MODULES: Target = Target {
    name: "modules",
    run: modules::run,
    seeds: modules::seeds,
};

/// Both.
pub const TARGETS: [Target; 2] = [DECODE, MODULES];

/// Reads an input from its front. Past its end it gives zeros.
struct Feed<'a>(&'a [u8]);

impl<'a> Feed<'a> {
    fn byte(&mut self) -> u8 {
        let Some((&byte, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        byte
    }

    fn number(&mut self) -> usize {
        usize::from(self.byte()) << 8 | usize::from(self.byte())
    }

    /// At most so many bytes.
    fn slice(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A code of these bytes with this mask, of 8; choosing the best one would take longer than all else.
fn code(bytes: &[u8], level: QrCodeEcc, mask: u8) -> Option<QrCode> {
    let segments = [QrSegment::make_bytes(bytes)];
    let (min, max) = (Version::MIN, Version::MAX);
    let mask = Some(Mask::new(mask % 8));
    QrCode::encode_segments_advanced(&segments, level, min, max, mask, false).ok()
}

fn check(content: &CodeContent) {
    assert!(!content.as_bytes().is_empty());
    assert!(content.as_bytes().len() <= MAX_CONTENT_BYTES);
}
