//! Whether a staff badge is valid here and now, and if not, why.

use gatepost_pass::{Revocation, Timestamp};

use super::{document_lookup::CheckedBadge, list_answer::ListAnswer};

/// Why a badge is not valid here and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadgeFault {
    /// Past its last minute.
    Expired,
    /// On the revocation list.
    Revoked,
    /// Valid at other places only.
    OtherPlace,
    /// Not a supervisor's.
    NotASupervisor,
    /// No list can say whether it was withdrawn.
    Unchecked,
    /// It has a PIN, and the installed bundle does not say to this device what to check it against:
    /// the device, or the badge, is newer than the bundle.
    PinNotHere,
    /// It has no PIN, where one is needed.
    NoPin,
}

/// What is wrong with this badge at this place and time, the gravest first.
pub(super) fn fault(checked: &CheckedBadge, place: &str, now: Timestamp) -> Option<BadgeFault> {
    let badge = checked.badge.claims();
    if checked.revocation == ListAnswer::Found(Revocation::Revoked) {
        Some(BadgeFault::Revoked)
    } else if now >= badge.not_after.start() {
        Some(BadgeFault::Expired)
    } else if !badge.counts_at(place) {
        Some(BadgeFault::OtherPlace)
    } else if checked.revocation != ListAnswer::Found(Revocation::Valid) {
        Some(BadgeFault::Unchecked)
    } else {
        None
    }
}
