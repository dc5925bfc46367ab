//! rxing's port of zxing-cpp, plain and with its pyramid of scales.

use std::collections::HashSet;

use ::rxing::common::HybridBinarizer;
use ::rxing::qrcode::cpp_port::QrReader;
use ::rxing::{BarcodeFormat, BinaryBitmap, DecodeHints, FilteredImageReader, Luma8Source, Reader};
use image::GrayImage;

use super::reader::{Claim, CodeReader};

/// One of rxing's readers, made anew for each picture.
pub(super) struct Rxing<R> {
    fresh: fn() -> R,
    hints: DecodeHints,
}

/// One pass.
pub(super) fn one_pass() -> Rxing<QrReader> {
    with_hints(|| QrReader)
}

/// Several scales, each as it is and with small gaps closed.
pub(super) fn filtered() -> Rxing<FilteredImageReader<QrReader>> {
    with_hints(|| FilteredImageReader::new(QrReader))
}

fn with_hints<R>(fresh: fn() -> R) -> Rxing<R> {
    let hints = DecodeHints {
        TryHarder: Some(true),
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        ..DecodeHints::default()
    };
    Rxing { fresh, hints }
}

impl<R: Reader> CodeReader for Rxing<R> {
    /// The first code; rxing stops there, which flatters its times on pictures with several.
    fn read(&mut self, picture: &GrayImage) -> Vec<Claim> {
        let Ok(source) = Luma8Source::new_with_slice(picture, picture.width(), picture.height())
        else {
            return Vec::new();
        };
        let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
        let read = (self.fresh)().decode_with_hints(&mut bitmap, &self.hints);
        let read = read.ok().map(|read| Claim {
            bytes: read.getRawBytes().to_vec(),
            text: Some(read.getText().to_owned()),
        });
        read.into_iter().collect()
    }
}
