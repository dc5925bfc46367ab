//! The enrolment page.

use super::trouble::{foreign, map_trouble};
use super::view::{EnrolStep, EnrolView};
use gatepost_window::{AppWindow, EnrolAdapter, EnrolKind, TroubleKind};
use slint::ComponentHandle;

/// Fills the page.
pub(super) fn show(app: &AppWindow, view: &EnrolView) {
    let adapter = app.global::<EnrolAdapter>();
    let (mut place, mut trouble, mut detail) = ("", TroubleKind::None, "");
    let step = match &view.step {
        EnrolStep::ScanCode => EnrolKind::ScanCode,
        EnrolStep::Asking { hub } => {
            place = hub;
            EnrolKind::Asking
        }
        EnrolStep::AtHub { hub } => {
            place = hub;
            EnrolKind::AtHub
        }
        EnrolStep::InsertStick => EnrolKind::InsertStick,
        EnrolStep::RequestWritten { file } => {
            place = file;
            EnrolKind::RequestWritten
        }
        EnrolStep::Enrolled => EnrolKind::Enrolled,
        EnrolStep::Failed(why) => {
            (trouble, detail) = (map_trouble(why.what), why.detail.as_str());
            EnrolKind::Failed
        }
    };
    adapter.set_device(view.device.as_str().into());
    adapter.set_where(foreign(place));
    adapter.set_trouble(trouble);
    adapter.set_detail(foreign(detail));
    adapter.set_step(step);
}
