//! The page on which a supervisor sets the clock.

use super::keypad::{Typed, separated};
use super::view::{ClockPageView, ClockStep, UiCommand};
use gatepost_window::{AppWindow, ClockAdapter, ClockStepKind};
use slint::{ComponentHandle, SharedString};
use std::rc::Rc;

/// Digits of year, month, day, hour and minute.
const LENGTH: usize = 12;

/// What comes before the digit at that place, as `2026-11-21 08:00` is written.
const SEPARATORS: [(usize, char); 4] = [(4, '-'), (6, '-'), (8, ' '), (10, ':')];

const TIME: Typed = Typed {
    length: LENGTH,
    get: |app| app.global::<ClockAdapter>().get_digits(),
    set,
};

/// Keys change the time at once; only the whole of it goes to the program.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    let adapter = app.global::<ClockAdapter>();
    adapter.on_key(TIME.key(app));
    adapter.on_erase(TIME.erase(app));
    adapter.on_submit(TIME.submit(app, on_command, UiCommand::SetClock));
}

/// Fills the page.
pub(super) fn show(app: &AppWindow, view: &ClockPageView) {
    let adapter = app.global::<ClockAdapter>();
    adapter.set_time(view.time.as_str().into());
    adapter.set_step(match view.step {
        ClockStep::Enter => ClockStepKind::Enter,
        ClockStep::NoTime => ClockStepKind::NoTime,
        ClockStep::BeforeSigned => ClockStepKind::BeforeSigned,
        ClockStep::FarOff => ClockStepKind::FarOff,
        ClockStep::ShowBadge => ClockStepKind::ShowBadge,
        ClockStep::BadgeRefused => ClockStepKind::BadgeRefused,
        ClockStep::Set => ClockStepKind::Set,
    });
}

/// Clears what was typed.
pub(super) fn forget(app: &AppWindow) {
    set(app, "");
    app.global::<ClockAdapter>().set_step(ClockStepKind::Enter);
}

fn set(app: &AppWindow, digits: &str) {
    let adapter = app.global::<ClockAdapter>();
    adapter.set_digits(SharedString::from(digits));
    adapter.set_typed(separated(digits, &SEPARATORS).into());
    adapter.set_complete(digits.len() == LENGTH);
    if adapter.get_step() == ClockStepKind::FarOff {
        adapter.set_step(ClockStepKind::Enter);
    }
}
