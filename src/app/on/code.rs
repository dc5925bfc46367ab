//! The codes of a frame, or of a scanner: a badge, a place code and an enrolment code go their own
//! ways, the rest is judged, shown and logged.

use std::time::Instant;

use super::{
    aim, badge, enrolment,
    place::{self, PlaceShown},
    verdict,
};
use crate::{
    app::{
        context::DeviceContext,
        event::Sighting,
        lane::Lane,
        state::{
            enrolment::EnrolmentState,
            in_view::{Company, Expecting},
        },
    },
    ui::Page,
};

/// A frame to its verdicts: each code that is new is judged, shown and logged.
pub(crate) fn sighted(
    lane: &mut Lane,
    enrolment: &mut EnrolmentState,
    context: &DeviceContext,
    sighting: &Sighting,
) {
    let (now, at) = (lane.now(), Instant::now());
    let badge = lane.verdicts.awaits_badge().is_some()
        || lane.staff.clock.awaits_badge().is_some()
        || lane.moves.awaits_badge()
        || lane.window.page() == Page::Unlock;
    let expecting = if badge {
        Expecting::Badge
    } else if verdict::asks(lane) {
        Expecting::Answer
    } else {
        Expecting::Anyone
    };
    let sighted = lane.checkpoint.sight(&sighting.codes, expecting, now, at);
    let mut company = sighted.company;
    if sighted.new.is_empty() && company == Company::StillInView {
        aim::already_read(lane, at);
    }
    for (judged, text) in sighted.new {
        if enrolment::code_shown(enrolment, lane, context, &judged, text.as_deref()) {
            continue;
        }
        if let Some(badge) = judged.badge() {
            badge::shown(lane, badge.clone(), at);
            continue;
        }
        if let (Some(place), Some(text)) = (judged.place(now), text)
            && let PlaceShown::Elsewhere = place::shown(lane, &context.data, place, text, at)
        {
            continue;
        }
        place::overtaken(lane);
        lane.window.verdict_begins(sighting, &judged.verdict);
        verdict::show(lane, judged, company, at);
        // The others of this frame share its page.
        company = Company::StillInView;
    }
}
