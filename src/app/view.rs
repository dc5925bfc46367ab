//! State in the window's words.

use gatepost_pass::{ClockTrust, Colour, Freshness, Kind, Medium, Now};

use super::checkpoint::Checkpoint;
use crate::{
    camera::{CameraError, CameraState},
    checkpoint::Verdict,
    clock::{format_hour, format_local},
    ui::{
        CameraView, ColourView, DocumentView, FreshnessView, OnlineView, OverrideView, PersonView,
        StatusView, VerdictView,
    },
};

pub(super) fn verdict(number: u32, verdict: &Verdict, utc_offset: i16) -> VerdictView {
    let people = verdict.people.iter().map(|person| PersonView {
        name: person.name.clone(),
        last4: person.last4.clone(),
        colour: match person.colour {
            Colour::Green => ColourView::Green,
            Colour::Yellow => ColourView::Yellow,
            Colour::Red => ColourView::Red,
        },
    });
    let issuer = verdict.issuer.as_ref().map(|issuer| {
        if issuer.name == issuer.local_name {
            format!("{} ({})", issuer.name, issuer.code)
        } else {
            format!("{} {} ({})", issuer.local_name, issuer.name, issuer.code)
        }
    });
    let until = verdict
        .not_after
        .map(|until| format_local(until, utc_offset));
    VerdictView {
        number,
        outcome: verdict.outcome,
        reasons: verdict.reasons.clone(),
        people: people.collect(),
        document: document(verdict.document, verdict.medium),
        issuer: issuer.unwrap_or_default(),
        valid_until: until.unwrap_or_default(),
        help: verdict.help.clone(),
        link: None,
        desks: Vec::new(),
        passed_minutes_ago: None,
        question: None,
        overriding: OverrideView::Impossible,
        members: Vec::new(),
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

pub(super) fn status(checkpoint: &Checkpoint, online: OnlineView, now: Now) -> StatusView {
    let freshness = checkpoint.freshness(now.time);
    StatusView {
        online,
        freshness: match freshness {
            Some((Freshness::Fresh, _)) => FreshnessView::Fresh,
            Some((Freshness::Stale, _)) => FreshnessView::Stale,
            Some((Freshness::Expired, _)) => FreshnessView::Expired,
            None => FreshnessView::NotSetUp,
        },
        list_age_minutes: freshness.map(|(_, signed)| now.time.since(signed) / 60),
        listed: checkpoint.listed(),
        unsent: checkpoint.unsent,
        clock: format_hour(now.time, checkpoint.utc_offset()),
        clock_trusted: now.clock == ClockTrust::Trusted,
        place: checkpoint.place_name().to_owned(),
        direction: checkpoint.direction(),
        guard: String::new(),
    }
}
