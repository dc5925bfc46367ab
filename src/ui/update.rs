//! The update page.

use super::generated::AppWindow;
use super::view::{UiCommand, UpdateView};
use std::rc::Rc;

/// Its buttons.
pub(super) fn connect(_app: &AppWindow, _on_command: &Rc<dyn Fn(UiCommand)>) {}

/// Fills the page.
pub(super) fn show(_app: &AppWindow, _view: &UpdateView) {}
