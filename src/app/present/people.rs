//! The pages for people without a code, and for the staff.

use std::time::Instant;

use gatepost_checkpoint::{BadgeFault, DutyStatus, PadState, PinOf};
use gatepost_pass::{Badge, RulesHere, id_number::IdNumberError, policy::WithoutCode};

use crate::{
    app::state::staff::Staff,
    ui::{ByHandView, DutyState, DutyView, IdFault, PinPurpose},
};

/// What is wrong with an ID number that was typed.
pub(crate) fn id_fault(why: IdNumberError) -> IdFault {
    match why {
        IdNumberError::Length => IdFault::Length,
        IdNumberError::Character => IdFault::Character,
        IdNumberError::CheckDigit => IdFault::CheckDigit,
        IdNumberError::BirthDate => IdFault::BirthDate,
    }
}

/// The page for registering by hand: the questions that are asked here, where it is allowed at all.
pub(crate) fn by_hand(here: Option<&RulesHere<'_>>) -> ByHandView {
    let Some(here) = here else {
        return ByHandView {
            questions: Vec::new(),
            allowed: false,
        };
    };
    let questions = here.questions().iter();
    ByHandView {
        questions: questions.map(ToString::to_string).collect(),
        allowed: here.rules().without_code != WithoutCode::Never,
    }
}

/// The duty page; with another badge that waits for its PIN, the pad for that.
pub(crate) fn duty(
    staff: &Staff,
    asked: Option<(&Badge, PinOf)>,
    pin_for: PinPurpose,
    at: Instant,
) -> DutyView {
    let asking = |badge: &Badge, of: PinOf| match staff.pad.state(&of, at) {
        PadState::Open(_) if staff.tries_lost => DutyState::TriesLost,
        PadState::Locked(seconds) => DutyState::Locked { seconds },
        PadState::Checking => DutyState::Checking {
            name: badge.name.to_string(),
        },
        PadState::Open(tries_left) => DutyState::EnterPin {
            name: badge.name.to_string(),
            tries_left,
        },
    };
    let state = match (asked, staff.duty.status()) {
        (Some((badge, of)), _) => asking(badge, of),
        (None, DutyStatus::Asking(badge, of)) => asking(badge, of),
        (None, DutyStatus::On(_)) => DutyState::OnDuty,
        (None, DutyStatus::Nobody) => DutyState::ShowBadge,
        (None, DutyStatus::Fault(fault)) => match fault {
            BadgeFault::Expired => DutyState::Expired,
            BadgeFault::Revoked => DutyState::Revoked,
            BadgeFault::OtherPlace => DutyState::OtherPlace,
            BadgeFault::PinNotHere => DutyState::PinNotHere,
            BadgeFault::NotASupervisor | BadgeFault::Unchecked | BadgeFault::NoPin => {
                DutyState::ShowBadge
            }
        },
    };
    DutyView {
        guard: staff.guard_name(),
        state,
        pin_for,
    }
}
