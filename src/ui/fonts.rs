//! Which font shows which letters: the window's font has no Arabic script, which Uyghur is written in.

use slint::fontique_011::{fontique, shared_collection};

/// The family in `ui/fonts/uyghur.ttf`, which is compiled into the window.
const UYGHUR: &str = "Noto Sans Arabic";

/// Lets letters of the Arabic script fall back to their font. To be called once the window is made: that loads the
/// fonts. A device has no fonts of a system to fall back to.
pub(super) fn connect() {
    let mut fonts = shared_collection();
    if let Some(family) = fonts.family_id(UYGHUR) {
        let arabic = fontique::Script::from_bytes(*b"Arab");
        fonts.set_fallbacks(
            fontique::FallbackKey::new(arabic, None),
            [family].into_iter(),
        );
    }
}
