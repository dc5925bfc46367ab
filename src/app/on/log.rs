//! The passage log's answers. The gate opens here and nowhere else.

use std::time::Instant;

use gatepost_system::chain;

use super::verdict;
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
            lane.window.vitals.logged();
            hub.logged(now);
            set_health(lane, Ok(()), at);
            Ok(logged.admit)
        }
        Err(error) => {
            set_health(lane, Err(&error), at);
            let word = lane.log.not_logged();
            lane.window.send(UiUpdate::Saved(word));
            Err(error)
        }
    };
    let answer = lane.verdicts.logged(passage, answer, at);
    if let (Some(admit), Some(gate)) = (answer.admit, &lane.devices.gate) {
        gate.open(admit);
    }
    lane.window.bar_soon();
    if answer.on_screen {
        verdict::show_saved(lane);
    }
}

/// The log has no space, or has some again.
pub(crate) fn space(lane: &mut Lane, space: Result<(), LogError>) {
    set_health(lane, space.as_ref().map(|_| ()), Instant::now());
    lane.window.bar_soon();
}

/// How writing the log went. Where it has no space and the policy says stop, the verdict goes too:
/// from then on nobody is judged.
fn set_health(lane: &mut Lane, written: Result<(), &LogError>, at: Instant) {
    let health = match written {
        Ok(()) => LogHealth::Works,
        Err(error) if error.is_full() => LogHealth::Full(lane.checkpoint.installed.when_log_full()),
        Err(_) => LogHealth::Failing,
    };
    let before = lane.log.set_health(health);
    // A full log is reported once: it may last.
    if let (Err(error), true) = (written, health != before || health == LogHealth::Failing) {
        log::error!("passages can't be logged: {}", chain(error));
        signal::alarm(&lane.devices);
    }
    lane.show_notices();
    if lane.log.is_stopped() {
        withdraw(lane, at);
    }
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
    for judged in &members {
        lane.checkpoint.withdrawn(judged);
    }
}
