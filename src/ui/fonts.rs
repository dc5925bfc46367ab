//! The fonts of Chinese and of the Arabic script, which Uyghur is written in: the window's own font
//! has neither.

use flate2::read::GzDecoder;
use slint::fontique_011::{
    fontique::{self, Blob},
    shared_collection,
};
use std::{
    io::Read,
    sync::{Arc, LazyLock},
};

/// Scripts (ISO 15924), and the families that have their letters. The fonts are compiled into the
/// window (`ui/fonts`).
const FAMILIES: [(&[u8; 4], &str); 5] = [
    (b"Hani", CHINESE),
    (b"Hira", CHINESE),
    (b"Kana", CHINESE),
    (b"Bopo", CHINESE),
    (b"Arab", "Noto Sans Arabic"),
];
const CHINESE: &str = "WenQuanYi Micro Hei";

/// The font of Chinese, once for all windows. That it can be unpacked is tested below.
static CHINESE_FONT: LazyLock<Vec<u8>> =
    LazyLock::new(|| unpack(gatepost_window::CHINESE_FONT).unwrap_or_default());

/// Makes letters of these scripts fall back to their fonts. Call it after the window is made, which
/// loads the other fonts: a device has no system fonts to fall back to.
pub(super) fn connect() {
    let mut fonts = shared_collection();
    fonts.register_fonts(Blob::new(Arc::new(CHINESE_FONT.as_slice())), None);
    for (script, family) in FAMILIES {
        if let Some(family) = fonts.family_id(family) {
            let script = fontique::Script::from_bytes(*script);
            let key = fontique::FallbackKey::new(script, None);
            fonts.set_fallbacks(key, [family].into_iter());
        }
    }
}

/// Unpacks a file of gzip. Its last four bytes are its length (RFC 1952, section 2.3.1), so that no
/// more memory is taken than it needs.
fn unpack(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    let length = packed.last_chunk().copied().map_or(0, u32::from_le_bytes);
    let mut plain = vec![0; length as usize];
    GzDecoder::new(packed).read_exact(&mut plain)?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_font_of_chinese_is_in_the_window_and_whole() {
        let font = unpack(gatepost_window::CHINESE_FONT).unwrap();
        let mut fonts = fontique::Collection::new(fontique::CollectionOptions {
            system_fonts: false,
            ..Default::default()
        });
        let families = fonts.register_fonts(Blob::new(Arc::new(font)), None);
        assert_eq!(families.len(), 1);
        assert_eq!(fonts.family_name(families[0].0), Some(CHINESE));
    }
}
