//! The verdict page.

use super::status::map_date;
use super::view::{
    ColourView, DocumentView, MemberView, OverrideView, Page, PersonView, QuestionView, SavedState,
    TemperatureAnswer, ThermometerView, UiCommand, VerdictView,
};
use super::{id_entry, page, qr};
use gatepost_protocol::{Outcome, OverrideWhy, Reason};
use gatepost_window::{
    AppWindow, ColourKind, DeskItem, DocumentKind, MemberItem, OutcomeKind, OverrideKind,
    OverrideWhyKind, PageAdapter, PersonItem, QuestionKind, ReasonKind, SavedKind, StatusAdapter,
    ThermometerKind, VerdictAdapter,
};
use slint::{ComponentHandle, ModelRc};
use std::rc::Rc;

/// More would not be readable; a pass has at most six people anyway, and a picture eight codes.
const MAX_REASONS: usize = 4;
const MAX_PEOPLE: usize = 6;
const MAX_MEMBERS: usize = 8;
const MAX_DESKS: usize = 4;

/// The first tap holds the verdict, the second or "Next" closes it; the other buttons report to the
/// program.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    let adapter = app.global::<VerdictAdapter>();
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_tapped(move || {
        let Some(app) = weak.upgrade() else { return };
        if app.global::<VerdictAdapter>().get_held() {
            close(&app, &send);
        } else {
            hold(&app, &send);
        }
    });
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_dismiss(move || {
        if let Some(app) = weak.upgrade() {
            close(&app, &send);
        }
    });
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_show_list(move || {
        let Some(app) = weak.upgrade() else { return };
        app.global::<VerdictAdapter>().set_listing(true);
        hold(&app, &send);
    });
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_choose_reason(move || {
        let Some(app) = weak.upgrade() else { return };
        app.global::<VerdictAdapter>().set_choosing(true);
        send(UiCommand::ChooseOverride(number(&app)));
    });
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_cancel_override(move || {
        let Some(app) = weak.upgrade() else { return };
        app.global::<VerdictAdapter>().set_choosing(false);
        send(UiCommand::CancelOverride(number(&app)));
    });
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_temperature_normal(move || answer(&weak, &send, TemperatureAnswer::Normal));
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_temperature_fever(move || answer(&weak, &send, TemperatureAnswer::Fever));
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_override(move |why| {
        let Some(app) = weak.upgrade() else { return };
        app.global::<VerdictAdapter>().set_choosing(false);
        send(UiCommand::Override(number(&app), map_why(why)));
    });
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_register_by_hand(move || {
        let Some(app) = weak.upgrade() else { return };
        close(&app, &send);
        page::open(&app, Page::ByHand);
        send(UiCommand::Opened(Page::ByHand));
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
    let people = whom_to_compare(view);
    // The same verdict decided again stays held, and its list open; a new one does not.
    let number = view.number.cast_signed();
    let same = adapter.get_shown() && adapter.get_number() == number;
    adapter.set_held(same && adapter.get_held());
    adapter.set_listing(same && adapter.get_listing());
    adapter.set_choosing(view.overriding == OverrideView::ChooseReason);
    adapter.set_number(number);
    adapter.set_outcome(map_outcome(view.outcome));
    adapter.set_reasons(ModelRc::from(reasons.as_slice()));
    adapter.set_people(ModelRc::from(people.as_slice()));
    let count = |colour| -> i32 {
        people
            .iter()
            .map(|one| i32::from(one.colour == colour))
            .sum()
    };
    adapter.set_reds(count(ColourKind::Red));
    adapter.set_yellows(count(ColourKind::Yellow));
    adapter.set_document(map_document(view.document));
    adapter.set_issuer(view.issuer.as_str().into());
    let until = view.valid_until.as_ref();
    adapter.set_valid_until(until.map(|until| map_date(until.date)).unwrap_or_default());
    adapter.set_valid_until_time(
        until
            .map(|until| until.time.as_str())
            .unwrap_or_default()
            .into(),
    );
    adapter.set_help(view.help.as_deref().unwrap_or_default().into());
    adapter.set_passed_minutes(view.passed_minutes_ago.map_or(-1, i32::from));
    let thermometer = match view.question {
        None => ThermometerView::Absent,
        Some(QuestionView::Temperature { thermometer }) => thermometer,
    };
    adapter.set_question(map_question(view.question));
    adapter.set_thermometer(map_thermometer(thermometer));
    adapter.set_overriding(map_override(view.overriding));
    show_elsewhere(&adapter, view);
    adapter.set_saved(SavedKind::Saving);
    adapter.set_time_left(if adapter.get_held() { 1.0 } else { -1.0 });
    adapter.set_shown(true);
    // The ID number is not needed any more.
    id_entry::forget(app);
}

/// Who stands in the way comes first: there may be space for one.
fn whom_to_compare(view: &VerdictView) -> Vec<PersonItem> {
    let mut people: Vec<&PersonView> = view.people.iter().collect();
    people.sort_by_key(|person| match person.colour {
        ColourView::Red => 0,
        ColourView::Yellow => 1,
        ColourView::Green => 2,
    });
    people
        .into_iter()
        .take(MAX_PEOPLE)
        .map(map_person)
        .collect()
}

/// The other codes of the picture, whom to call, and the address for the holder's phone.
fn show_elsewhere(adapter: &VerdictAdapter, view: &VerdictView) {
    let members: Vec<MemberItem> = view
        .members
        .iter()
        .take(MAX_MEMBERS)
        .map(map_member)
        .collect();
    let desks = view.desks.iter().take(MAX_DESKS).map(|desk| DeskItem {
        area: desk.area.as_str().into(),
        phone: desk.phone.as_str().into(),
    });
    let desks: Vec<DeskItem> = desks.collect();
    let link = view.link.as_deref().and_then(qr::symbol);
    adapter.set_members(ModelRc::from(members.as_slice()));
    adapter.set_desks(ModelRc::from(desks.as_slice()));
    adapter.set_has_link(link.is_some());
    adapter.set_link(link.unwrap_or_default());
}

/// Marks the verdict on screen; a failure is also shown on the scan page until a later passage is
/// logged.
pub(super) fn show_saved(app: &AppWindow, saved: SavedState) {
    app.global::<VerdictAdapter>().set_saved(map_saved(saved));
    match saved {
        SavedState::NothingToLog | SavedState::Saving => {}
        // A notice says it on every page.
        SavedState::Logged | SavedState::WithoutLog => {
            app.global::<StatusAdapter>().set_log_failing(false);
        }
        SavedState::NotLogged => app.global::<StatusAdapter>().set_log_failing(true),
    }
}

/// What the thermometer does now; nothing once the question is answered.
pub(super) fn show_thermometer(app: &AppWindow, thermometer: ThermometerView) {
    let adapter = app.global::<VerdictAdapter>();
    if adapter.get_question() != QuestionKind::None {
        adapter.set_thermometer(map_thermometer(thermometer));
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

/// The program closes the verdict. No finger did, and one that is on its way to "Next" must not hit
/// what comes up there.
pub(super) fn go(app: &AppWindow) {
    if app.global::<VerdictAdapter>().get_shown() {
        app.global::<PageAdapter>().set_settling(true);
    }
    dismiss(app);
}

/// Back to the scan page; forgets the people who were on screen.
fn dismiss(app: &AppWindow) {
    let adapter = app.global::<VerdictAdapter>();
    adapter.set_shown(false);
    adapter.set_held(false);
    adapter.set_listing(false);
    adapter.set_choosing(false);
    adapter.set_people(ModelRc::default());
    adapter.set_members(ModelRc::default());
}

fn number(app: &AppWindow) -> u32 {
    app.global::<VerdictAdapter>().get_number().cast_unsigned()
}

fn close(app: &AppWindow, send: &Rc<dyn Fn(UiCommand)>) {
    dismiss(app);
    send(UiCommand::DismissVerdict(number(app)));
}

fn hold(app: &AppWindow, send: &Rc<dyn Fn(UiCommand)>) {
    let adapter = app.global::<VerdictAdapter>();
    adapter.set_held(true);
    adapter.set_time_left(1.0);
    send(UiCommand::HoldVerdict(number(app)));
}

/// Answers a question once: the buttons disappear, and the program sends the next verdict.
fn answer(weak: &slint::Weak<AppWindow>, send: &Rc<dyn Fn(UiCommand)>, answer: TemperatureAnswer) {
    let Some(app) = weak.upgrade() else { return };
    let adapter = app.global::<VerdictAdapter>();
    adapter.set_question(QuestionKind::None);
    adapter.set_thermometer(ThermometerKind::Absent);
    send(UiCommand::Temperature(number(&app), answer));
}

fn map_question(question: Option<QuestionView>) -> QuestionKind {
    match question {
        None => QuestionKind::None,
        Some(QuestionView::Temperature { .. }) => QuestionKind::Temperature,
    }
}

pub(super) fn map_thermometer(thermometer: ThermometerView) -> ThermometerKind {
    match thermometer {
        ThermometerView::Absent => ThermometerKind::Absent,
        ThermometerView::Measuring => ThermometerKind::Measuring,
        ThermometerView::OutOfRange => ThermometerKind::OutOfRange,
        ThermometerView::WrongUnit => ThermometerKind::WrongUnit,
        ThermometerView::Unreadable => ThermometerKind::Unreadable,
        ThermometerView::Silent => ThermometerKind::Silent,
    }
}

fn map_override(overriding: OverrideView) -> OverrideKind {
    match overriding {
        OverrideView::Impossible => OverrideKind::Impossible,
        OverrideView::Possible | OverrideView::ChooseReason => OverrideKind::Possible,
        OverrideView::ShowBadge => OverrideKind::ShowBadge,
        OverrideView::BadgeRefused => OverrideKind::BadgeRefused,
        OverrideView::PinNotHere => OverrideKind::PinNotHere,
    }
}

fn map_why(why: OverrideWhyKind) -> OverrideWhy {
    match why {
        OverrideWhyKind::Emergency => OverrideWhy::Emergency,
        OverrideWhyKind::DocumentsSeen => OverrideWhy::DocumentsSeen,
        OverrideWhyKind::DeskConfirmed => OverrideWhy::DeskConfirmed,
    }
}

fn map_member(member: &MemberView) -> MemberItem {
    MemberItem {
        outcome: map_outcome(member.outcome),
        reason: map_reason(member.reason),
        name: member.name.as_str().into(),
        last4: member.last4.as_str().into(),
    }
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
        SavedState::WithoutLog => SavedKind::WithoutLog,
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
