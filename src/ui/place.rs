//! The place page.

use super::generated::AppWindow;
use super::view::PlaceView;

/// Fills the page.
pub(super) fn show(_app: &AppWindow, _view: &PlaceView) {}
