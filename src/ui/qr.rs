//! A text as a QR code for another camera: an address for the holder's phone, the code of this
//! place.

use qrcodegen::{QrCode, QrCodeEcc};
use slint::{Image, Rgb8Pixel, SharedPixelBuffer};

/// Light modules around the symbol (ISO/IEC 18004, 9.1).
const QUIET_ZONE: i32 = 4;

/// One pixel a module, quiet zone included; `None` when the text is too long for a symbol.
pub(super) fn symbol(text: &str) -> Option<Image> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let side = code.size() + 2 * QUIET_ZONE;
    let mut pixels =
        SharedPixelBuffer::<Rgb8Pixel>::new(side.cast_unsigned(), side.cast_unsigned());
    let places = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
    for (pixel, (x, y)) in pixels.make_mut_slice().iter_mut().zip(places) {
        let dark = code.get_module(x - QUIET_ZONE, y - QUIET_ZONE);
        let shade = if dark { 0 } else { 255 };
        *pixel = Rgb8Pixel::new(shade, shade, shade);
    }
    Some(Image::from_rgb8(pixels))
}
