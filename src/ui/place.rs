//! The place page.

use super::qr;
use super::view::PlaceView;
use gatepost_window::{AppWindow, PlaceAdapter};
use slint::ComponentHandle;

/// Fills the page. A code too long for a symbol is no code.
pub(super) fn show(app: &AppWindow, view: &PlaceView) {
    let adapter = app.global::<PlaceAdapter>();
    let code = view.code.as_deref().and_then(qr::symbol);
    adapter.set_name(view.name.as_str().into());
    adapter.set_id(view.id.as_str().into());
    adapter.set_has_code(code.is_some());
    adapter.set_code(code.unwrap_or_default());
}
