//! State in the window's words.

use std::time::Instant;

use gatepost_pass::{
    Badge, ClockTrust, Colour, Freshness, Kind, Medium, Now, Recognition, Timestamp,
    id_number::IdNumberError, list::ListKind, trust::IssuerEntry,
};
use gatepost_protocol::Temperature;

use super::{checkpoint::Checkpoint, hub::HubLink, session::Standing, staff::Staff};
use crate::{
    camera::{CameraError, CameraState},
    checkpoint::{
        Person, Question, Verdict,
        duty::{BadgeFault, PadState, Standing as DutyStanding},
        verdict::Outcome,
    },
    clock::{format_hour, local_date},
    store::{HourCount, InstalledBundle},
    ui::{
        CameraView, ClockView, ColourView, DeskView, DocumentView, DutyState, DutyView,
        FreshnessView, HourView, IdFault, IssuerView, MemberView, MomentView, OverrideView,
        PersonView, QuestionView, StatusView, TemperatureAnswer, VerdictView,
    },
};

/// The verdict on screen: the worst of its codes, and a row for each where there are several. With a
/// question open it is about the person who is asked.
pub(super) fn verdict<A>(
    number: u32,
    standing: &Standing<A>,
    reader: bool,
    utc_offset: i16,
) -> VerdictView {
    let group = standing.group();
    let members = group.members();
    let Some(worst) = members.get(group.worst()).map(|member| &member.verdict) else {
        // A group is never empty, by its type.
        return blank(number);
    };
    let asked = group.asked().and_then(|(at, question)| {
        let Question::Temperature = question;
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
    VerdictView {
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
        question: asked.map(|_| QuestionView::Temperature { reader }),
        overriding: standing.overriding(),
        members: if several {
            members
                .iter()
                .filter_map(|member| member_row(&member.verdict))
                .collect()
        } else {
            Vec::new()
        },
        ..blank(number)
    }
}

fn blank(number: u32) -> VerdictView {
    VerdictView {
        number,
        outcome: Outcome::Refuse,
        reasons: Vec::new(),
        people: Vec::new(),
        document: DocumentView::Unknown,
        issuer: String::new(),
        valid_until: None,
        help: None,
        link: None,
        desks: Vec::new(),
        passed_minutes_ago: None,
        question: None,
        overriding: OverrideView::Impossible,
        members: Vec::new(),
    }
}

fn person(person: &Person) -> PersonView {
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

/// What the guard saw on a thermometer.
pub(super) fn temperature(answer: TemperatureAnswer) -> Temperature {
    match answer {
        TemperatureAnswer::Normal => Temperature::Normal,
        TemperatureAnswer::Fever => Temperature::Fever,
    }
}

pub(super) fn id_fault(why: IdNumberError) -> IdFault {
    match why {
        IdNumberError::Length => IdFault::Length,
        IdNumberError::Character => IdFault::Character,
        IdNumberError::CheckDigit => IdFault::CheckDigit,
        IdNumberError::BirthDate => IdFault::BirthDate,
    }
}

/// The duty page; with a supervisor's badge that waits for its PIN, the pad for that.
pub(super) fn duty(staff: &Staff, supervisor: Option<&Badge>, at: Instant) -> DutyView {
    let asking = |badge: &Badge| match staff.pad.state(at) {
        PadState::Locked(seconds) => DutyState::Locked { seconds },
        PadState::Checking => DutyState::Checking {
            name: badge.name.to_string(),
        },
        PadState::Open(tries_left) => DutyState::EnterPin {
            name: badge.name.to_string(),
            tries_left,
        },
    };
    let state = match (supervisor, staff.duty.standing()) {
        (Some(badge), _) | (None, DutyStanding::Asking(badge)) => asking(badge),
        (None, DutyStanding::On(_)) => DutyState::OnDuty,
        (None, DutyStanding::Nobody) => DutyState::ShowBadge,
        (None, DutyStanding::Fault(fault)) => match fault {
            BadgeFault::Expired => DutyState::Expired,
            BadgeFault::Revoked => DutyState::Revoked,
            BadgeFault::OtherPlace => DutyState::OtherPlace,
            BadgeFault::NotASupervisor | BadgeFault::Unchecked => DutyState::ShowBadge,
        },
    };
    DutyView {
        guard: staff.guard_name(),
        state,
    }
}

/// Each issuer that has lists here, and those that are recognised without.
pub(super) fn issuers(bundle: &InstalledBundle, now: Timestamp) -> Vec<IssuerView> {
    let view = |entry: &IssuerEntry| {
        let lists: Vec<_> = bundle
            .lists()
            .filter(|list| list.issuer() == entry.id)
            .collect();
        let counts = matches!(entry.recognition, Recognition::Own | Recognition::Accept(_));
        if lists.is_empty() && !counts {
            return None;
        }
        let status = lists
            .iter()
            .find(|list| list.head().kind == ListKind::Status);
        let oldest = lists.iter().map(|list| list.head().as_of).min();
        Some(IssuerView {
            name: if entry.name == entry.local_name {
                entry.name.to_string()
            } else {
                format!("{} {}", entry.local_name, entry.name)
            },
            version: status.map(|list| list.head().version),
            listed: lists.iter().map(|list| list.head().count).sum(),
            age_minutes: oldest.map(|oldest| now.since(oldest) / 60),
            freshness: match oldest {
                Some(_) => freshness(bundle.freshness_of(entry.id, now)),
                None => FreshnessView::NotSetUp,
            },
        })
    };
    bundle.trust().issuers().filter_map(view).collect()
}

fn freshness(freshness: Freshness) -> FreshnessView {
    match freshness {
        Freshness::Fresh => FreshnessView::Fresh,
        Freshness::Stale => FreshnessView::Stale,
        Freshness::Expired => FreshnessView::Expired,
    }
}

pub(super) fn clock(clock: ClockTrust) -> ClockView {
    match clock {
        ClockTrust::Trusted => ClockView::Trusted,
        ClockTrust::BehindFloor => ClockView::Behind,
        ClockTrust::FarAhead => ClockView::Ahead,
    }
}

/// The 24 hours of the local day, `offset` minutes east of UTC. Counts are by hours of UTC: where the offset
/// has half hours, they stand in the hour in which they begin.
pub(super) fn hours(counts: &[HourCount], now: Timestamp, offset: i16) -> Vec<HourView> {
    let local = |hour: u64| (hour * 60).saturating_add_signed(offset.into()) / 60;
    let today = local(now.0 / 3600) / 24;
    let mut hours = vec![HourView::default(); 24];
    for count in counts {
        let hour = local(count.hour.into());
        let Some(view) = hours
            .get_mut((hour % 24) as usize)
            .filter(|_| hour / 24 == today)
        else {
            continue;
        };
        match count.outcome {
            Outcome::Admit => view.admit += count.count,
            Outcome::Check => view.check += count.count,
            Outcome::Refuse => view.refuse += count.count,
        }
    }
    hours
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
        Some(
            Kind::Root
            | Kind::TrustList
            | Kind::Policy
            | Kind::Manifest
            | Kind::List
            | Kind::Receipt
            | Kind::DeviceCertificate
            | Kind::Batch
            | Kind::DeviceRequest
            | Kind::DeviceStatus
            | Kind::AuditEntry,
        )
        | None => DocumentView::Unknown,
    }
}

pub(super) fn camera(state: CameraState) -> CameraView {
    let error = match state {
        CameraState::Starting => return CameraView::Starting,
        CameraState::Live => return CameraView::Live,
        CameraState::Finished => return CameraView::Finished,
        CameraState::Waiting(error) => error,
    };
    match error {
        CameraError::NotFound { device } => CameraView::NotFound { device },
        CameraError::Busy { device } => CameraView::Busy { device },
        CameraError::Unplugged { device } => CameraView::Unplugged { device },
        CameraError::Stalled { .. } => CameraView::Stalled,
        CameraError::Unsupported { .. } | CameraError::BadPicture { .. } => CameraView::Unsupported,
        CameraError::Folder { path, .. } => CameraView::NotFound {
            device: path.display().to_string(),
        },
        CameraError::Finished => CameraView::Finished,
    }
}

pub(super) fn status(
    checkpoint: &Checkpoint,
    hub: &HubLink,
    guard: String,
    now: Now,
) -> StatusView {
    let signed = checkpoint.freshness(now.time);
    StatusView {
        online: hub.online,
        freshness: signed.map_or(FreshnessView::NotSetUp, |(state, _)| freshness(state)),
        list_age_minutes: signed.map(|(_, signed)| now.time.since(signed) / 60),
        listed: checkpoint.listed(),
        unsent: hub.backlog.unsent,
        clock: format_hour(now.time, checkpoint.utc_offset()),
        clock_trusted: now.clock == ClockTrust::Trusted,
        place: checkpoint.place().name.clone(),
        direction: checkpoint.direction(),
        guard,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_local_one_and_each_passage_stands_in_its_own_hour() {
        let count = |hour, outcome, count| HourCount {
            hour,
            outcome,
            count,
        };
        // 2026-11-01T00:00Z is 08:00 of the same day in China; 16:00Z is midnight of the next.
        let first = 498_192;
        let counts = [
            count(first - 8, Outcome::Admit, 1),
            count(first - 9, Outcome::Admit, 50),
            count(first, Outcome::Admit, 2),
            count(first, Outcome::Refuse, 3),
            count(first + 15, Outcome::Check, 4),
            count(first + 16, Outcome::Check, 50),
        ];
        let now = Timestamp(u64::from(first) * 3600 + 60);
        let day = hours(&counts, now, 480);
        assert_eq!(day.len(), 24);
        assert_eq!((day[0].admit, day[8].admit, day[8].refuse), (1, 2, 3));
        assert_eq!(day[23].check, 4);
        let all = day.iter().map(|hour| hour.admit + hour.check + hour.refuse);
        assert_eq!(all.sum::<u32>(), 10, "other days are left out");
    }
}
