//! The enrolment page.

use super::generated::{AppWindow, EnrolAdapter, EnrolKind};
use super::view::{EnrolStep, EnrolView};
use slint::ComponentHandle;

/// Fills the page.
pub(super) fn show(app: &AppWindow, view: &EnrolView) {
    let (step, place, why) = match &view.step {
        EnrolStep::ScanCode => (EnrolKind::ScanCode, "", ""),
        EnrolStep::Asking { hub } => (EnrolKind::Asking, hub.as_str(), ""),
        EnrolStep::AtHub { hub } => (EnrolKind::AtHub, hub.as_str(), ""),
        EnrolStep::RequestWritten { file } => (EnrolKind::RequestWritten, file.as_str(), ""),
        EnrolStep::Enrolled => (EnrolKind::Enrolled, "", ""),
        EnrolStep::Failed(why) => (EnrolKind::Failed, "", why.as_str()),
    };
    let adapter = app.global::<EnrolAdapter>();
    adapter.set_device(view.device.as_str().into());
    adapter.set_where(place.into());
    adapter.set_why(why.into());
    adapter.set_step(step);
}
