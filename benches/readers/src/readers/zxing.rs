//! zxing-cpp, with all its options and with none.

use image::GrayImage;
use zxingcpp::{BarcodeFormat, BarcodeReader, ImageFormat, ImageView};

use super::reader::{Claim, CodeReader};

pub(super) struct ZxingCpp(BarcodeReader);

impl ZxingCpp {
    pub(super) fn all_options() -> Self {
        Self::with_options(true)
    }

    pub(super) fn fast() -> Self {
        Self::with_options(false)
    }

    fn with_options(on: bool) -> Self {
        let reader = BarcodeReader::new()
            .formats(BarcodeFormat::QRCode)
            .try_harder(on)
            .try_rotate(on)
            .try_invert(on)
            .try_downscale(on);
        Self(reader)
    }
}

impl CodeReader for ZxingCpp {
    fn read(&mut self, picture: &GrayImage) -> Vec<Claim> {
        let (width, height) = picture.dimensions();
        let codes = ImageView::from_slice(picture, width, height, ImageFormat::Lum)
            .and_then(|view| self.0.from(view))
            .unwrap_or_default();
        let valid = codes.iter().filter(|code| code.is_valid());
        valid
            .map(|code| Claim {
                bytes: code.bytes(),
                text: Some(code.text()),
            })
            .collect()
    }
}
