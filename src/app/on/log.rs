//! The passage log's answers. The gate opens here and nowhere else.

use std::time::Instant;

use gatepost_system::chain;

use super::{face, verdict};
use crate::{
    app::{
        lane::Lane,
        present::signal,
        state::{hub_link::HubLink, log_link::LogHealth},
    },
    store::{LogError, Logged},
    ui::UiUpdate,
};

/// A passage was committed, or could not be. Only what belongs to the verdict on screen may mark it
/// as logged; a failure is shown whichever verdict it was for, and the writer keeps trying. The
/// gate opens when all of a verdict is on the disk, and it admits.
pub(crate) fn logged(
    lane: &mut Lane,
    hub: &mut HubLink,
    passage: u32,
    result: Result<Logged, LogError>,
) {
    let (now, at) = (lane.now(), Instant::now());
    let answer = match result {
        Ok(logged) => {
            lane.log.arrived();
            lane.inside.logged(passage);
            lane.window.vitals.logged();
            hub.logged(now);
            written(lane, Ok(()), at);
            Ok(logged.admit)
        }
        Err(error) => {
            written(lane, Err(&error), at);
            let word = lane.log_health().not_logged();
            lane.window.send(UiUpdate::Saved(word));
            Err(error)
        }
    };
    let answer = lane.verdicts.logged(passage, answer, at);
    if let Some(admit) = answer.admit {
        face::let_in(lane, at);
        if let Some(gate) = &lane.devices.gate {
            gate.open(admit);
        }
    }
    lane.window.bar_soon();
    if answer.on_screen {
        verdict::show_saved(lane);
    }
}

/// The log has no space, or has some again.
pub(crate) fn space(lane: &mut Lane, space: Result<(), LogError>) {
    written(lane, space.as_ref().map(|_| ()), Instant::now());
    lane.window.bar_soon();
}

/// How writing the log went. A full log is reported once: it may last.
fn written(lane: &mut Lane, written: Result<(), &LogError>, at: Instant) {
    lane.log.set_written(written);
    let changed = follow(lane, at);
    let failing = lane.log_health() == LogHealth::Failing;
    if let (Err(error), true) = (written, changed || failing) {
        log::error!("passages can't be logged: {}", chain(error));
        signal::alarm(&lane.devices);
    }
}

/// Too many passages wait for a disk that says nothing, or a new policy is in force.
pub(crate) fn tick(lane: &mut Lane, at: Instant) {
    if follow(lane, at) && matches!(lane.log_health(), LogHealth::Full(_)) {
        let waiting = lane.log.on_their_way();
        log::error!("no more passages can be logged: {waiting} wait for the disk");
        signal::alarm(&lane.devices);
    }
}

/// Shows how the log is, where that has changed. Where it is full and the policy says stop, the
/// verdict goes too: from then on nobody is judged.
fn follow(lane: &mut Lane, at: Instant) -> bool {
    let health = lane.log_health();
    if lane.log.set_shown(health) == health {
        return false;
    }
    lane.show_notices();
    if health.is_stopped() {
        withdraw(lane, at);
    }
    true
}

/// Takes the verdict on screen back. Whoever was shown as admitted comes again, and has not passed
/// by then.
fn withdraw(lane: &mut Lane, at: Instant) {
    let Some(shown) = lane.verdicts.open() else {
        return;
    };
    let members = shown.group().members().to_vec();
    lane.window.send(UiUpdate::Dismiss);
    verdict::close(lane, at);
    lane.inside.withdrawn();
    for judged in &members {
        lane.checkpoint.withdrawn(judged);
    }
}
