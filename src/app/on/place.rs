//! The code of another place: asked for, confirmed, refused, undone; and each in the log.
//!
//! A place code hangs where everybody can copy it, so a code alone moves no device.

use std::time::Instant;

use gatepost_checkpoint::{CheckedBadge, CheckedPin, SupervisorCandidate};
use gatepost_pass::{Place, Text};
use gatepost_protocol::{MoveEnd, PlaceMove, Reason, Seen};

use super::verdict;
use crate::{
    app::{
        lane::Lane,
        present::{self, signal},
        state::{
            place_moves::{MoveQuestion, MoveStep},
            station::{Mover, StationPlace},
        },
        threads::log_writer::NotTaken,
    },
    data::DataDir,
    devices::Sound,
    ui::{Page, UiUpdate},
};

/// What a place code was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlaceShown {
    /// The place where the device stands.
    Here,
    /// Another place, and the guard is asked.
    Elsewhere,
}

/// A place code that is valid was shown.
pub(super) fn shown(
    lane: &mut Lane,
    data: &DataDir,
    place: &Place,
    code: String,
    at: Instant,
) -> PlaceShown {
    let station = &mut lane.checkpoint.station;
    let here = station.place();
    let to = StationPlace::of(place, code);
    if here.is(&to) {
        // An older code of this place does not unfix it.
        if to.fixed || !here.fixed {
            station.stand_at(data, to);
        }
        return PlaceShown::Here;
    }
    if lane.moves.question().is_some() {
        return PlaceShown::Elsewhere;
    }
    if lane.log_health().is_stopped() {
        // What can't be logged does not happen.
        signal::alarm(&lane.devices);
        return PlaceShown::Elsewhere;
    }
    verdict::close(lane, at);
    lane.window.send(UiUpdate::Dismiss);
    let step = first_step(lane);
    lane.moves.ask(to, step, at);
    signal::play(&lane.devices, Sound::Scanned);
    lane.window.go_to(Page::PlaceMove);
    show(lane, at);
    PlaceShown::Elsewhere
}

fn first_step(lane: &Lane) -> MoveStep {
    match lane.checkpoint.station.mover() {
        Mover::Anyone => MoveStep::Confirm,
        Mover::Guard if lane.staff.duty.guard().is_some() => MoveStep::Confirm,
        Mover::Guard => MoveStep::NobodyOnDuty,
        Mover::Supervisor => MoveStep::ShowBadge,
    }
}

/// The device stands at the other place, as whoever may say it says.
pub(crate) fn confirmed(lane: &mut Lane, data: &DataDir, number: u32) {
    let asked = lane.moves.question().is_some() && lane.moves.number() == number;
    // The guard may have gone off duty since.
    if asked && matches!(first_step(lane), MoveStep::Confirm) {
        go(lane, data, None);
    } else {
        show(lane, Instant::now());
    }
}

/// The device stays where it is.
pub(crate) fn refused(lane: &mut Lane, number: u32) {
    if lane.moves.number() == number && lane.moves.question().is_some() {
        left(lane);
        lane.window.go_to(Page::Scan);
    }
}

/// The question was left: the device stays.
pub(crate) fn left(lane: &mut Lane) {
    if let Some(question) = lane.moves.take() {
        stays(lane, &question, MoveEnd::Stayed);
    }
}

/// Somebody tries to pass while it is asked: the device stays. Under the verdict nothing waits that
/// a tap meant for "Next" could hit.
pub(super) fn overtaken(lane: &mut Lane) {
    if lane.moves.question().is_some() {
        left(lane);
        lane.window.go_to(Page::Scan);
    }
}

/// The PIN pad was left: the device stays.
pub(crate) fn pad_left(lane: &mut Lane) {
    if lane.moves.awaits_pin().is_some() {
        left(lane);
    }
}

/// A badge was shown where a supervisor's is awaited.
pub(super) fn badge_shown(lane: &mut Lane, badge: CheckedBadge, at: Instant) {
    let now = lane.now().time;
    let asked = lane.ask_for_pin(badge, now, |lane, candidate| {
        lane.moves.set_step(MoveStep::EnterPin(candidate));
    });
    if let Err(fault) = asked {
        log::warn!("a badge may not move the device: {fault:?}");
        lane.moves.set_step(MoveStep::BadgeRefused(fault));
        show(lane, at);
    }
}

/// A PIN was checked, for the badge whose PIN is awaited.
pub(super) fn pin_checked(
    lane: &mut Lane,
    data: &DataDir,
    candidate: SupervisorCandidate,
    pin: &CheckedPin,
) {
    match candidate.with_pin(pin) {
        Ok(supervisor) => go(lane, data, Some(supervisor.id())),
        Err(_) => lane.show_duty(),
    }
}

/// The device goes back to where it stood before the last move.
pub(crate) fn undone(lane: &mut Lane, data: &DataDir) {
    let Some(back) = lane.moves.take_way_back(Instant::now()) else {
        return;
    };
    if record(lane, back.id.clone(), MoveEnd::Undone, None).is_ok() {
        lane.checkpoint.station.stand_at(data, back);
    }
    show_place(lane);
    lane.window.bar_soon();
}

/// Time passes: where nobody answers, the device stays.
pub(crate) fn tick(lane: &mut Lane, at: Instant) {
    if let Some(question) = lane.moves.take_overdue(at) {
        stays(lane, &question, MoveEnd::TimedOut);
        if matches!(lane.window.page(), Page::PlaceMove | Page::Duty) {
            lane.window.go_to(Page::Scan);
        }
    } else if lane.moves.question().is_some() {
        show(lane, at);
    }
}

fn stays(lane: &mut Lane, question: &MoveQuestion, end: MoveEnd) {
    log::warn!(
        "the code of place {} was shown: {}",
        question.to.id,
        end.name()
    );
    // A device that stays where it is needs no record to do so.
    let _ = record(lane, question.to.id.clone(), end, None);
}

fn go(lane: &mut Lane, data: &DataDir, supervisor: Option<Text<24>>) {
    let at = Instant::now();
    let Some(question) = lane.moves.take() else {
        return;
    };
    let to = question.to;
    if record(lane, to.id.clone(), MoveEnd::Moved, supervisor).is_ok() {
        log::warn!("the device stands at {} now", to.id);
        let from = lane.checkpoint.station.stand_at(data, to);
        lane.moves.moved(from, at);
        signal::play(&lane.devices, Sound::Admit);
    } else {
        signal::alarm(&lane.devices);
    }
    lane.window.go_to(Page::Place);
    show_place(lane);
    lane.window.bar_soon();
}

/// Hands the record to the log, as of the place where the device stands.
fn record(
    lane: &mut Lane,
    to: Text<24>,
    end: MoveEnd,
    supervisor: Option<Text<24>>,
) -> Result<(), NotTaken> {
    let reason = match supervisor {
        Some(_) => Reason::SupervisorAllowed,
        None => Reason::NotAPass,
    };
    let moved = PlaceMove {
        to,
        end,
        supervisor,
    };
    let now = lane.now();
    lane.record(Seen::PlaceMove(moved), reason, now)
}

/// Fills the page of the question.
pub(crate) fn show(lane: &Lane, at: Instant) {
    let now = lane.now();
    if let Some(view) = present::place_move::view(&lane.checkpoint, &lane.moves, now, at) {
        lane.window.send(UiUpdate::PlaceMove(view));
    }
}

/// Fills the page of the place.
pub(crate) fn show_place(lane: &Lane) {
    let back = lane.moves.way_back(Instant::now());
    let view = present::status_page::place(lane.checkpoint.station.place(), back);
    lane.window.send(UiUpdate::Place(view));
}
