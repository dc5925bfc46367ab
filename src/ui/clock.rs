//! The page on which a supervisor sets the clock.

use super::view::{ClockPageView, ClockStep, UiCommand};
use gatepost_window::{AppWindow, ClockAdapter, ClockStepKind};
use slint::{ComponentHandle, SharedString};
use std::rc::Rc;

/// Digits of year, month, day, hour and minute.
const LENGTH: usize = 12;

/// What comes before the digit at that place, as `2026-11-21 08:00` is written.
const SEPARATORS: [(usize, char); 4] = [(4, '-'), (6, '-'), (8, ' '), (10, ':')];

/// Keys change the time at once; only the whole of it goes to the program.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    let adapter = app.global::<ClockAdapter>();
    let weak = app.as_weak();
    adapter.on_key(move |face| {
        if let Some(app) = weak.upgrade() {
            let digits = app.global::<ClockAdapter>().get_digits();
            if digits.len() < LENGTH {
                set(&app, &format!("{digits}{face}"));
            }
        }
    });
    let weak = app.as_weak();
    adapter.on_erase(move || {
        if let Some(app) = weak.upgrade() {
            let mut digits = app.global::<ClockAdapter>().get_digits().to_string();
            digits.pop();
            set(&app, &digits);
        }
    });
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_submit(move || {
        if let Some(app) = weak.upgrade() {
            let digits = app.global::<ClockAdapter>().get_digits();
            send(UiCommand::SetClock(digits.into()));
        }
    });
}

/// Fills the page.
pub(super) fn show(app: &AppWindow, view: &ClockPageView) {
    let adapter = app.global::<ClockAdapter>();
    adapter.set_time(view.time.as_str().into());
    adapter.set_step(match view.step {
        ClockStep::Enter => ClockStepKind::Enter,
        ClockStep::NoTime => ClockStepKind::NoTime,
        ClockStep::BeforeSigned => ClockStepKind::BeforeSigned,
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
    adapter.set_typed(as_written(digits).into());
    adapter.set_complete(digits.len() == LENGTH);
}

/// `2026-11-21 08:00`, as far as it is typed.
fn as_written(digits: &str) -> String {
    let mut written = String::new();
    for (at, digit) in digits.chars().enumerate() {
        let before = SEPARATORS.iter().find(|(place, _)| *place == at);
        written.extend(before.map(|(_, separator)| separator));
        written.push(digit);
    }
    written
}
