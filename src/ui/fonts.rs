//! The font of the Arabic script, which Uyghur is written in: the window's own font has none.

use slint::fontique_011::{fontique, shared_collection};

/// The family in `ui/fonts/uyghur.ttf`, which is compiled into the window.
const UYGHUR: &str = "Noto Sans Arabic";

/// Makes letters of the Arabic script fall back to their font. Call it after the window is made,
/// which loads the fonts: a device has no system fonts to fall back to.
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
