//! What the guard should know on every page.

use super::generated::AppWindow;
use super::view::Notice;

/// Replaces the notices on screen.
pub(super) fn show(_app: &AppWindow, _notices: &[Notice]) {}
