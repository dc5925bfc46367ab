//! The fonts of Chinese and of the Arabic script, which Uyghur is written in: the window's own font
//! has neither.

use slint::fontique_011::{fontique, shared_collection};

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

/// Makes letters of these scripts fall back to their fonts. Call it after the window is made, which
/// loads the fonts: a device has no system fonts to fall back to.
pub(super) fn connect() {
    let mut fonts = shared_collection();
    for (script, family) in FAMILIES {
        if let Some(family) = fonts.family_id(family) {
            let script = fontique::Script::from_bytes(*script);
            let key = fontique::FallbackKey::new(script, None);
            fonts.set_fallbacks(key, [family].into_iter());
        }
    }
}
