//! A supervisor sets the clock: the time, badge, PIN; and the log says who did it.

use std::time::Instant;

use gatepost_checkpoint::{CheckedBadge, CheckedPin, Supervisor, SupervisorCandidate};
use gatepost_pass::{ClockTrust, Now, Timestamp};
use gatepost_protocol::{Reason, Seen};
use gatepost_system::clock::{format_time, parse_time};

use crate::{
    app::{
        lane::Lane,
        present::signal,
        state::clock_setting::{ClockSetting, WantedTime},
        threads::log_writer::NotTaken,
    },
    readable_time::format_local,
    ui::{ClockPageView, ClockStep, Page, UiUpdate},
};

/// A time was typed, as twelve digits.
pub(crate) fn asked(lane: &mut Lane, digits: &str) {
    let offset = lane.checkpoint.installed.utc_offset();
    match local_time(digits, offset) {
        None => lane.staff.clock = ClockSetting::NoTime,
        Some(time) if lane.clock.is_before_signed(time) => {
            lane.staff.clock = ClockSetting::BeforeSigned;
        }
        Some(time) => {
            let (wanted, now) = (WantedTime::new(time, Instant::now()), lane.now());
            lane.staff.clock.ask(wanted, now.time);
        }
    }
    show(lane);
}

/// Whether somebody types a time, and no badge is asked for yet.
pub(super) fn is_typed(lane: &Lane) -> bool {
    lane.window.page() == Page::Clock && lane.staff.clock.takes_digits()
}

/// A badge was shown where a supervisor's is awaited for this time. Without a PIN it is not enough.
/// It must count at that time, and not by the clock that is to be set: by one that was set far
/// ahead all badges have ended, and nobody could put it right.
pub(super) fn badge_shown(lane: &mut Lane, badge: CheckedBadge, wanted: WantedTime) {
    let then = wanted.by(Instant::now());
    let asked = lane.ask_for_pin(badge, then, |lane, candidate| {
        lane.staff.clock = ClockSetting::EnterPin(wanted, candidate);
    });
    if let Err(fault) = asked {
        log::warn!("a badge may not set the clock: {fault:?}");
        lane.staff.clock = ClockSetting::BadgeRefused(wanted);
        show(lane);
    }
}

/// A PIN was checked, for the badge whose PIN is awaited.
pub(super) fn pin_checked(
    lane: &mut Lane,
    (wanted, candidate): (WantedTime, SupervisorCandidate),
    pin: &CheckedPin,
) {
    match candidate.with_pin(pin) {
        Ok(supervisor) => set(lane, &supervisor, wanted),
        Err(_) => lane.show_duty(),
    }
}

/// Badge and PIN are good. A clock that can't be logged is not set: every page says why.
fn set(lane: &mut Lane, supervisor: &Supervisor, wanted: WantedTime) {
    let (before, time) = (lane.now(), wanted.by(Instant::now()));
    lane.staff.clock = if lane.clock.is_before_signed(time) {
        ClockSetting::BeforeSigned
    } else if record(lane, supervisor, before.time, time).is_err() {
        signal::alarm(&lane.devices);
        ClockSetting::Enter
    } else if lane.clock.set(time).is_err() {
        ClockSetting::BeforeSigned
    } else {
        let (from, to) = (format_time(before.time), format_time(time));
        log::warn!("a supervisor set the clock from {from} to {to}");
        ClockSetting::Set
    };
    lane.window.go_to(Page::Clock);
    show(lane);
    lane.window.bar_soon();
}

fn record(
    lane: &mut Lane,
    supervisor: &Supervisor,
    before: Timestamp,
    time: Timestamp,
) -> Result<(), NotTaken> {
    let by = supervisor.id();
    let set = Now {
        time,
        clock: ClockTrust::Trusted,
    };
    lane.record(
        Seen::ClockSet { by, before },
        Reason::SupervisorAllowed,
        set,
    )
}

/// Fills the page.
pub(crate) fn show(lane: &Lane) {
    let step = match &lane.staff.clock {
        ClockSetting::Enter => ClockStep::Enter,
        ClockSetting::NoTime => ClockStep::NoTime,
        ClockSetting::BeforeSigned => ClockStep::BeforeSigned,
        ClockSetting::FarOff(_) => ClockStep::FarOff,
        ClockSetting::ShowBadge(_) | ClockSetting::EnterPin(..) => ClockStep::ShowBadge,
        ClockSetting::BadgeRefused(_) => ClockStep::BadgeRefused,
        ClockSetting::Set => ClockStep::Set,
    };
    let offset = lane.checkpoint.installed.utc_offset();
    let time = format_local(lane.now().time, offset);
    lane.window
        .send(UiUpdate::Clock(ClockPageView { time, step }));
}

/// The time that twelve digits name, in a zone that is `offset` minutes east of UTC.
fn local_time(digits: &str, offset: i16) -> Option<Timestamp> {
    let part = |range: std::ops::Range<usize>| digits.get(range);
    let text = format!(
        "{}-{}-{}T{}:{}:00Z",
        part(0..4)?,
        part(4..6)?,
        part(6..8)?,
        part(8..10)?,
        part(10..12)?
    );
    let local = parse_time(&text).ok().filter(|_| digits.len() == 12)?;
    let shift = u64::from(offset.unsigned_abs()) * 60;
    Some(if offset < 0 {
        local.plus(shift)
    } else {
        local.minus(shift)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_digits_are_a_local_time_and_others_are_none() {
        let utc = |text| parse_time(text).ok();
        assert_eq!(local_time("202611210730", 480), utc("2026-11-20T23:30:00Z"));
        assert_eq!(local_time("202611210730", -60), utc("2026-11-21T08:30:00Z"));
        for bad in [
            "",
            "20261121073",
            "2026112107300",
            "202613010000",
            "202602300000",
            "2026112124xx",
        ] {
            assert_eq!(local_time(bad, 0), None, "{bad}");
        }
    }
}
