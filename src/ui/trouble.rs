//! What went wrong, as the window's texts know it.

use super::view::Trouble;
use gatepost_pass::visible::visible;
use gatepost_window::TroubleKind;
use slint::SharedString;

/// What a stick, a file, a device or a server calls itself, and what a server answers: shown as it
/// is written, whatever that would do to the text around it.
pub(super) fn foreign(text: &str) -> SharedString {
    visible(text).as_ref().into()
}

pub(super) fn map_trouble(trouble: Trouble) -> TroubleKind {
    match trouble {
        Trouble::UpdateOlder => TroubleKind::UpdateOlder,
        Trouble::UpdateExpired => TroubleKind::UpdateExpired,
        Trouble::UpdateForeign => TroubleKind::UpdateForeign,
        Trouble::UpdateDamaged => TroubleKind::UpdateDamaged,
        Trouble::UpdateWrong => TroubleKind::UpdateWrong,
        Trouble::UpdateNewer => TroubleKind::UpdateNewer,
        Trouble::UpdateBrokeOff => TroubleKind::UpdateBrokeOff,
        Trouble::ClockDisagrees => TroubleKind::ClockDisagrees,
        Trouble::StickUnreadable => TroubleKind::StickUnreadable,
        Trouble::NoLists => TroubleKind::NoLists,
        Trouble::NotEnrolled => TroubleKind::NotEnrolled,
        Trouble::DiskFull => TroubleKind::DiskFull,
        Trouble::StorageFails => TroubleKind::StorageFails,
        Trouble::LogFails => TroubleKind::LogFails,
        Trouble::LogFull => TroubleKind::LogFull,
        Trouble::KeyDamaged => TroubleKind::KeyDamaged,
        Trouble::Busy => TroubleKind::Busy,
        Trouble::ProgramFails => TroubleKind::ProgramFails,
        Trouble::HubAway => TroubleKind::HubAway,
        Trouble::HubForeign => TroubleKind::HubForeign,
        Trouble::HubNotSecure => TroubleKind::HubNotSecure,
        Trouble::HubShut => TroubleKind::HubShut,
        Trouble::HubRefused => TroubleKind::HubRefused,
        Trouble::HubFails => TroubleKind::HubFails,
        Trouble::HubBusy => TroubleKind::HubBusy,
        Trouble::HubBrokeOff => TroubleKind::HubBrokeOff,
        Trouble::ReceiptWrong => TroubleKind::ReceiptWrong,
        Trouble::PassagesRefused => TroubleKind::PassagesRefused,
        Trouble::NoHub => TroubleKind::NoHub,
        Trouble::OrderWrong => TroubleKind::OrderWrong,
        Trouble::CodeExpired => TroubleKind::CodeExpired,
        Trouble::AnswerForeign => TroubleKind::AnswerForeign,
        Trouble::AnswerDamaged => TroubleKind::AnswerDamaged,
        Trouble::AnswerOther => TroubleKind::AnswerOther,
        Trouble::AuthorityRefused => TroubleKind::AuthorityRefused,
    }
}
