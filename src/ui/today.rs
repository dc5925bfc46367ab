//! The page of the day.

use super::generated::AppWindow;
use super::view::TodayView;

/// Fills the page.
pub(super) fn show(_app: &AppWindow, _view: &TodayView) {}
