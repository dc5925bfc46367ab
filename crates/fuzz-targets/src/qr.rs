//! Codes for the decoder's targets, and what holds for every content that it reads.

use gatepost_decode::{CodeContent, MAX_CONTENT_BYTES};
use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};

/// A code of these bytes with this mask, of 8; choosing the best one would take longer than all
/// else.
pub(crate) fn code(bytes: &[u8], level: QrCodeEcc, mask: u8) -> Option<QrCode> {
    let segments = [QrSegment::make_bytes(bytes)];
    let (min, max) = (Version::MIN, Version::MAX);
    let mask = Some(Mask::new(mask % 8));
    QrCode::encode_segments_advanced(&segments, level, min, max, mask, false).ok()
}

/// Fails if a content is empty or longer than the decoder promises.
pub(crate) fn check(content: &CodeContent) {
    assert!(!content.as_bytes().is_empty());
    assert!(content.as_bytes().len() <= MAX_CONTENT_BYTES);
}
