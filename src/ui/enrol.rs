//! The enrolment page.

use super::generated::AppWindow;
use super::view::EnrolView;

/// Fills the page.
pub(super) fn show(_app: &AppWindow, _view: &EnrolView) {}
