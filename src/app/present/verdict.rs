//! The page of a verdict.

use gatepost_checkpoint::{BadgeFault, JudgedPerson, OpenQuestion, Overriding, Verdict};
use gatepost_pass::{Colour, Kind, Medium};

use crate::{
    app::state::verdicts::{OverrideStep, ShownVerdict},
    devices::TemperatureError,
    readable_time::{format_hour, local_date},
    ui::{
        ColourView, DeskView, DocumentView, MemberView, MomentView, OverrideView, PersonView,
        QuestionView, ThermometerView, VerdictView,
    },
};

/// The verdict on screen: the worst of its codes, and a row for each where there are several. With
/// a question open it is about the person who is asked.
pub(crate) fn view<A>(
    number: u32,
    shown: &ShownVerdict<A>,
    thermometer: ThermometerView,
    utc_offset: i16,
) -> Option<VerdictView> {
    let group = shown.group();
    let members = group.members();
    let worst = &members.get(group.worst())?.verdict;
    let asked = group.asked().and_then(|(at, question)| {
        let OpenQuestion::Temperature = question;
        Some(&members.get(at)?.verdict)
    });
    let issuer = worst.issuer.as_ref().map(|issuer| {
        if issuer.name == issuer.local_name {
            format!("{} ({})", issuer.name, issuer.code)
        } else {
            format!("{} {} ({})", issuer.local_name, issuer.name, issuer.code)
        }
    });
    let until = worst.not_after.map(|until| MomentView {
        date: local_date(until, utc_offset),
        time: format_hour(until, utc_offset),
    });
    let several = members.len() > 1;
    let desks = worst.desks.iter().map(|desk| DeskView {
        area: desk.area.to_string(),
        phone: desk.phone.to_string(),
    });
    Some(VerdictView {
        number,
        outcome: group.outcome(),
        reasons: worst.reasons.clone(),
        people: asked.unwrap_or(worst).people.iter().map(person).collect(),
        document: document(worst.document, worst.medium),
        issuer: issuer.unwrap_or_default(),
        valid_until: until,
        help: worst.help.clone(),
        link: worst.link.clone(),
        desks: desks.collect(),
        passed_minutes_ago: worst.passed_minutes_ago,
        question: asked.map(|_| QuestionView::Temperature { thermometer }),
        overriding: overriding(shown),
        members: if several {
            members
                .iter()
                .filter_map(|member| member_row(&member.verdict))
                .collect()
        } else {
            Vec::new()
        },
    })
}

/// What a thermometer does that works and was asked, with what came of it last.
pub(crate) fn thermometer(unmeasured: Option<TemperatureError>) -> ThermometerView {
    match unmeasured {
        None => ThermometerView::Measuring,
        Some(TemperatureError::Impossible { .. }) => ThermometerView::OutOfRange,
        Some(TemperatureError::Fahrenheit) => ThermometerView::WrongUnit,
        Some(TemperatureError::Damaged | TemperatureError::NotUnderstood) => {
            ThermometerView::Unreadable
        }
        Some(TemperatureError::NoAnswer) => ThermometerView::Silent,
    }
}

fn person(person: &JudgedPerson) -> PersonView {
    PersonView {
        name: person.name.clone(),
        last4: person.last4.clone(),
        colour: match person.colour {
            Colour::Green => ColourView::Green,
            Colour::Yellow => ColourView::Yellow,
            Colour::Red => ColourView::Red,
        },
    }
}

fn member_row(verdict: &Verdict) -> Option<MemberView> {
    let first = verdict.people.first();
    Some(MemberView {
        outcome: verdict.outcome,
        reason: *verdict.reasons.first()?,
        name: first.map(|person| person.name.clone()).unwrap_or_default(),
        last4: first.map(|person| person.last4.clone()).unwrap_or_default(),
    })
}

/// The supervisor's part of the page.
fn overriding<A>(shown: &ShownVerdict<A>) -> OverrideView {
    let group = shown.group();
    let worst = group.members().get(group.worst());
    let possible = worst.is_some_and(|worst| worst.verdict.overriding == Overriding::Possible);
    match (shown.overriding(), possible) {
        (_, false) => OverrideView::Impossible,
        (OverrideStep::NotAsked, true) => OverrideView::Possible,
        (OverrideStep::ChooseReason(_), true) => OverrideView::ChooseReason,
        (OverrideStep::ShowBadge(_) | OverrideStep::EnterPin(..), true) => OverrideView::ShowBadge,
        (OverrideStep::BadgeRefused(_, BadgeFault::PinNotHere), true) => OverrideView::PinNotHere,
        (OverrideStep::BadgeRefused(..), true) => OverrideView::BadgeRefused,
    }
}

fn document(kind: Option<Kind>, medium: Option<Medium>) -> DocumentView {
    match kind {
        Some(Kind::Pass) => match medium {
            Some(Medium::Paper) => DocumentView::PaperPass,
            Some(Medium::Phone) => DocumentView::PhonePass,
            None => DocumentView::Unknown,
        },
        Some(Kind::LiveCode) => DocumentView::PhonePass,
        Some(Kind::FamilyPass) => DocumentView::FamilyPass,
        Some(Kind::PlaceCode) => DocumentView::PlaceCode,
        Some(Kind::Badge) => DocumentView::StaffBadge,
        Some(Kind::Enrolment) => DocumentView::EnrolmentCode,
        // No code that people show.
        Some(_) | None => DocumentView::Unknown,
    }
}
