//! rxing's port of zxing-cpp, plain and with its pyramid of scales.

use std::collections::HashSet;

use ::rxing::common::HybridBinarizer;
use ::rxing::qrcode::cpp_port::QrReader;
use ::rxing::{BarcodeFormat, BinaryBitmap, DecodeHints, FilteredImageReader, Luma8Source};
use image::GrayImage;

use super::reader::{Claim, CodeReader};

/// One pass.
pub(super) struct TryHarder(DecodeHints);

impl Default for TryHarder {
    fn default() -> Self {
        Self(hints())
    }
}

impl CodeReader for TryHarder {
    fn read(&mut self, picture: &GrayImage) -> Vec<Claim> {
        decode(&mut QrReader, picture, &self.0)
    }
}

/// Several scales, each as it is and with small gaps closed.
pub(super) struct Filtered(DecodeHints);

impl Default for Filtered {
    fn default() -> Self {
        Self(hints())
    }
}

impl CodeReader for Filtered {
    fn read(&mut self, picture: &GrayImage) -> Vec<Claim> {
        decode(&mut FilteredImageReader::new(QrReader), picture, &self.0)
    }
}

fn hints() -> DecodeHints {
    DecodeHints {
        TryHarder: Some(true),
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        ..DecodeHints::default()
    }
}

/// The first code; rxing stops there, which flatters its times on pictures with several.
fn decode(
    reader: &mut impl ::rxing::Reader,
    picture: &GrayImage,
    hints: &DecodeHints,
) -> Vec<Claim> {
    let Ok(source) = Luma8Source::new_with_slice(picture, picture.width(), picture.height()) else {
        return Vec::new();
    };
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    let read = reader.decode_with_hints(&mut bitmap, hints).ok();
    let read = read.map(|read| Claim {
        bytes: read.getRawBytes().to_vec(),
        text: Some(read.getText().to_owned()),
    });
    read.into_iter().collect()
}
