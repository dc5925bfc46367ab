//! The verdict page.

use super::generated::{
    AppWindow, ColourKind, DocumentKind, OutcomeKind, PersonItem, ReasonKind, SavedKind,
    StatusAdapter, VerdictAdapter,
};
use super::view::{ColourView, DocumentView, PersonView, SavedState, UiCommand, VerdictView};
use gatepost_protocol::{Outcome, Reason};
use slint::{ComponentHandle, ModelRc};
use std::rc::Rc;

/// Reasons and people beyond these would not be readable; a pass holds up to six people anyway.
const MAX_REASONS: usize = 4;
const MAX_PEOPLE: usize = 6;

/// A tap closes the verdict at once and tells the program.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    let weak = app.as_weak();
    let on_command = on_command.clone();
    app.global::<VerdictAdapter>().on_dismiss(move || {
        if let Some(app) = weak.upgrade() {
            dismiss(&app);
            let number = app.global::<VerdictAdapter>().get_number();
            on_command(UiCommand::DismissVerdict(number.cast_unsigned()));
        }
    });
}

/// Shows a verdict, not yet logged.
pub(super) fn show(app: &AppWindow, view: &VerdictView) {
    let adapter = app.global::<VerdictAdapter>();
    let reasons: Vec<ReasonKind> = view
        .reasons
        .iter()
        .take(MAX_REASONS)
        .map(|reason| map_reason(*reason))
        .collect();
    let people: Vec<PersonItem> = view
        .people
        .iter()
        .take(MAX_PEOPLE)
        .map(map_person)
        .collect();
    adapter.set_number(view.number.cast_signed());
    adapter.set_outcome(map_outcome(view.outcome));
    adapter.set_reasons(ModelRc::from(reasons.as_slice()));
    adapter.set_people(ModelRc::from(people.as_slice()));
    adapter.set_document(map_document(view.document));
    adapter.set_issuer(view.issuer.as_str().into());
    adapter.set_valid_until(view.valid_until.as_str().into());
    adapter.set_help(view.help.as_deref().unwrap_or_default().into());
    adapter.set_saved(SavedKind::Saving);
    adapter.set_time_left(-1.0);
    adapter.set_shown(true);
}

/// Marks the verdict on screen; a failure also stays on the scan page until a later passage is logged.
pub(super) fn show_saved(app: &AppWindow, saved: SavedState) {
    app.global::<VerdictAdapter>().set_saved(map_saved(saved));
    match saved {
        SavedState::NothingToLog | SavedState::Saving => {}
        SavedState::Logged => app.global::<StatusAdapter>().set_log_failing(false),
        SavedState::NotLogged => app.global::<StatusAdapter>().set_log_failing(true),
    }
}

/// Sets the thin bar of the time left, 0 to 1.
pub(super) fn show_time_left(app: &AppWindow, left: f32) {
    let left = if left.is_finite() {
        left.clamp(0.0, 1.0)
    } else {
        0.0
    };
    app.global::<VerdictAdapter>().set_time_left(left);
}

/// Back to the scan page; forgets the people who were on screen.
pub(super) fn dismiss(app: &AppWindow) {
    let adapter = app.global::<VerdictAdapter>();
    adapter.set_shown(false);
    adapter.set_people(ModelRc::default());
}

fn map_person(person: &PersonView) -> PersonItem {
    PersonItem {
        name: person.name.as_str().into(),
        last4: person.last4.as_str().into(),
        colour: match person.colour {
            ColourView::Green => ColourKind::Green,
            ColourView::Yellow => ColourKind::Yellow,
            ColourView::Red => ColourKind::Red,
        },
    }
}

fn map_document(document: DocumentView) -> DocumentKind {
    match document {
        DocumentView::Unknown => DocumentKind::Unknown,
        DocumentView::PaperPass => DocumentKind::PaperPass,
        DocumentView::PhonePass => DocumentKind::PhonePass,
        DocumentView::FamilyPass => DocumentKind::FamilyPass,
        DocumentView::PlaceCode => DocumentKind::PlaceCode,
        DocumentView::StaffBadge => DocumentKind::StaffBadge,
        DocumentView::EnrolmentCode => DocumentKind::EnrolmentCode,
    }
}

fn map_saved(saved: SavedState) -> SavedKind {
    match saved {
        SavedState::NothingToLog => SavedKind::NothingToLog,
        SavedState::Saving => SavedKind::Saving,
        SavedState::Logged => SavedKind::Logged,
        SavedState::NotLogged => SavedKind::NotLogged,
    }
}

pub(super) fn map_outcome(outcome: Outcome) -> OutcomeKind {
    match outcome {
        Outcome::Admit => OutcomeKind::Admit,
        Outcome::Check => OutcomeKind::Check,
        Outcome::Refuse => OutcomeKind::Refuse,
    }
}

pub(super) fn map_reason(reason: Reason) -> ReasonKind {
    match reason {
        Reason::Green => ReasonKind::Green,
        Reason::Yellow => ReasonKind::Yellow,
        Reason::Red => ReasonKind::Red,
        Reason::Revoked => ReasonKind::Revoked,
        Reason::NotYetValid => ReasonKind::NotYetValid,
        Reason::Expired => ReasonKind::Expired,
        Reason::ValidityTooLong => ReasonKind::ValidityTooLong,
        Reason::UnknownIssuer => ReasonKind::UnknownIssuer,
        Reason::UnknownKey => ReasonKind::UnknownKey,
        Reason::KeyNotAllowed => ReasonKind::KeyNotAllowed,
        Reason::BadSignature => ReasonKind::BadSignature,
        Reason::Malformed => ReasonKind::Malformed,
        Reason::NewerFormat => ReasonKind::NewerFormat,
        Reason::NotAPass => ReasonKind::NotAPass,
        Reason::ForeignCode => ReasonKind::ForeignCode,
        Reason::LiveCodeNeeded => ReasonKind::LiveCodeNeeded,
        Reason::LiveCodeOld => ReasonKind::LiveCodeOld,
        Reason::IssuerRefused => ReasonKind::IssuerRefused,
        Reason::ConvertPass => ReasonKind::ConvertPass,
        Reason::CheckIdentity => ReasonKind::CheckIdentity,
        Reason::TakeTemperature => ReasonKind::TakeTemperature,
        Reason::AlreadyPassed => ReasonKind::AlreadyPassed,
        Reason::StaleData => ReasonKind::StaleData,
        Reason::ExpiredData => ReasonKind::ExpiredData,
        Reason::NoList => ReasonKind::NoList,
        Reason::ListUnreadable => ReasonKind::ListUnreadable,
        Reason::ClockUntrusted => ReasonKind::ClockUntrusted,
        Reason::NotSetUp => ReasonKind::NotSetUp,
        Reason::Fever => ReasonKind::Fever,
        Reason::NotListed => ReasonKind::NotListed,
        Reason::RegisteredByHand => ReasonKind::RegisteredByHand,
        Reason::HealthAnswer => ReasonKind::HealthAnswer,
        Reason::SupervisorAllowed => ReasonKind::SupervisorAllowed,
    }
}
