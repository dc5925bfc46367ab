//! Staff badges and their PINs: who is on duty.

use std::{
    sync::mpsc::Sender,
    time::{Duration, Instant},
};

use gatepost_checkpoint::{CheckedBadge, CheckedPin, DutyStatus};
use gatepost_pass::Pin;

use super::{clock, menu_lock, place, supervisor, update, verdict};
use crate::{
    app::{event::Event, lane::Lane, present::signal, threads::beside},
    data::DataDir,
    devices::Sound,
    ui::{Page, UiUpdate},
};

/// How long the duty page says that somebody is on duty before the camera comes back.
const SHOW_ON_DUTY: Duration = Duration::from_secs(3);

/// A badge that verifies was shown: a supervisor's where one is awaited, or else the next guard's.
pub(super) fn shown(lane: &mut Lane, badge: CheckedBadge, at: Instant) {
    if let Some(why) = lane.verdicts.awaits_badge() {
        return supervisor::badge_shown(lane, badge, why);
    }
    if lane.awaits_pin().is_some() || clock::is_typed(lane) {
        // Whoever comes by with a badge ends nobody's PIN, and takes no time that is being typed.
        return signal::play(&lane.devices, Sound::Refuse);
    }
    if let Some(early) = lane.verdicts.badge_before_reason() {
        *early = Some(Box::new(badge));
        return signal::play(&lane.devices, Sound::Scanned);
    }
    if let Some(wanted) = lane.staff.clock.awaits_badge() {
        return clock::badge_shown(lane, badge, wanted);
    }
    if lane.window.page() == Page::Update
        && let Some(refused) = lane.staff.leave.awaits_badge()
    {
        return update::badge_shown(lane, badge, refused);
    }
    if lane.moves.awaits_badge() {
        return place::badge_shown(lane, badge, at);
    }
    if lane.window.page() == Page::Unlock {
        return menu_lock::badge_shown(lane, badge, at);
    }
    // Whoever comes on duty scans the place code again.
    place::left(lane);
    verdict::close(lane, at);
    lane.window.send(UiUpdate::Dismiss);
    let now = lane.now();
    let place = lane.checkpoint.station.place().id.clone();
    let pins = lane.checkpoint.installed.pins();
    lane.staff.duty.show(badge, pins, place.as_str(), now.time);
    lane.window.go_to(Page::Duty);
    duty_changed(lane, at);
}

/// Says in sound, and by going back to the camera, how a badge or a PIN fared.
fn duty_changed(lane: &mut Lane, at: Instant) {
    let sound = match lane.staff.duty.status() {
        DutyStatus::On(_) => {
            lane.window.go_back_at(at + SHOW_ON_DUTY);
            Sound::Admit
        }
        DutyStatus::Fault(_) => Sound::Refuse,
        DutyStatus::Asking(..) | DutyStatus::Nobody => Sound::Scanned,
    };
    signal::play(&lane.devices, sound);
    lane.show_duty();
    lane.window.bar_soon();
}

/// A PIN was entered, for the badge that waits for one: it is checked beside the loop, since its
/// hash is slow on purpose.
pub(crate) fn pin_entered(lane: &mut Lane, events: &Sender<Event>, text: String) {
    let of = match (lane.awaits_pin(), lane.staff.duty.status()) {
        (Some((_, of)), _) => Some(of),
        (_, DutyStatus::Asking(_, of)) => Some(of),
        (_, DutyStatus::On(_) | DutyStatus::Nobody | DutyStatus::Fault(_)) => None,
    };
    if let (Some(of), Ok(pin)) = (of, Pin::try_from(text))
        && let Some(entered) = lane.staff.enter(of, pin, Instant::now())
    {
        let events = events.clone();
        // A loop that has ended needs no answer.
        beside::run(move || drop(events.send(Event::PinChecked(entered.check()))));
    }
    lane.show_duty();
}

/// A PIN was checked: of the supervisor who is awaited, or of the next guard. The badge that it was
/// for may have gone from the pad meanwhile; then it opens nothing.
pub(crate) fn pin_checked(lane: &mut Lane, data: &DataDir, pin: &CheckedPin) {
    let at = Instant::now();
    lane.staff.checked(pin);
    let awaited = lane.verdicts.awaits_pin();
    if let Some((why, candidate)) = awaited {
        let awaited = (why, candidate.clone());
        return supervisor::pin_checked(lane, awaited, pin);
    }
    if let Some((wanted, candidate)) = lane.staff.clock.awaits_pin() {
        let awaited = (wanted, candidate.clone());
        return clock::pin_checked(lane, awaited, pin);
    }
    if let Some((refused, candidate)) = lane.staff.leave.awaits_pin() {
        let awaited = (refused, candidate.clone());
        return update::pin_checked(lane, awaited, pin);
    }
    if let Some(candidate) = lane.moves.awaits_pin().cloned() {
        return place::pin_checked(lane, data, candidate, pin);
    }
    if lane.menu_lock.awaits_pin().is_some() {
        return menu_lock::pin_checked(lane, pin);
    }
    if let DutyStatus::Asking(..) = lane.staff.duty.status() {
        lane.staff.duty.checked(pin);
        duty_changed(lane, at);
    } else {
        lane.show_duty();
    }
}

/// The guard goes off duty.
pub(crate) fn sign_off(lane: &mut Lane) {
    lane.staff.duty.sign_off();
    lane.menu_lock.shut();
    lane.show_duty();
    lane.window.bar_soon();
}

/// Time passes, and lists change: whose badge is no longer valid is off duty.
pub(crate) fn tick(lane: &mut Lane) {
    lane.staff.clock.tick(Instant::now());
    let now = lane.now();
    let place = lane.checkpoint.station.place().id.clone();
    let before = lane.staff.duty.guard().is_some();
    let bundle = lane.checkpoint.installed.bundle();
    lane.staff.duty.tick(bundle, place.as_str(), now.time);
    let pins = lane.checkpoint.installed.pins();
    lane.staff.tick(pins, Instant::now());
    if before && lane.staff.duty.guard().is_none() {
        lane.menu_lock.shut();
        signal::alarm(&lane.devices);
        lane.window.go_to(Page::Duty);
        lane.show_duty();
    } else if lane.window.page() == Page::Duty {
        // The pad counts the seconds of its lock down.
        lane.show_duty();
    }
}
