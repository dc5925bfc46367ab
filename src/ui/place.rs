//! The place page.

use super::keypad::sends;
use super::qr;
use super::view::{PlaceView, UiCommand};
use gatepost_window::{AppWindow, PlaceAdapter};
use slint::ComponentHandle;
use std::rc::Rc;

/// A move can be undone.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    app.global::<PlaceAdapter>()
        .on_undo(sends(on_command, UiCommand::UndoMove));
}

/// Fills the page. A code too long for a symbol is no code.
pub(super) fn show(app: &AppWindow, view: &PlaceView) {
    let adapter = app.global::<PlaceAdapter>();
    let code = view.code.as_deref().and_then(qr::symbol);
    adapter.set_name(view.name.as_str().into());
    adapter.set_id(view.id.as_str().into());
    adapter.set_can_undo(view.back.is_some());
    adapter.set_back(view.back.as_deref().unwrap_or_default().into());
    adapter.set_has_code(code.is_some());
    adapter.set_code(code.unwrap_or_default());
}
