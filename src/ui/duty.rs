//! The duty page, and the PIN of whoever's badge was shown.

use super::view::{DutyState, DutyView, PinPurpose, UiCommand};
use gatepost_window::{AppWindow, DutyAdapter, DutyKind, PinPurposeKind};
use slint::{ComponentHandle, SharedString};
use std::cell::RefCell;
use std::rc::Rc;

/// Digits of a PIN at most.
const MAX_PIN: usize = 12;

thread_local! {
    /// What has been typed so far; the window only knows its length. A thread has one window.
    static PIN: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keys fill the dots; only the whole PIN goes to the program.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    let adapter = app.global::<DutyAdapter>();
    let weak = app.as_weak();
    adapter.on_key(move |face| {
        if asks(&weak) {
            change(&weak, |pin| {
                if pin.len() < MAX_PIN {
                    pin.push_str(&face);
                }
            });
        }
    });
    let weak = app.as_weak();
    adapter.on_erase(move || {
        if asks(&weak) {
            change(&weak, |pin| {
                pin.pop();
            });
        }
    });
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_submit(move || {
        let pin = PIN.take();
        if let (Some(app), false) = (weak.upgrade(), pin.is_empty()) {
            // Its dots stay until the program has answered.
            app.global::<DutyAdapter>().set_state(DutyKind::Checking);
            send(UiCommand::Pin(pin));
        }
    });
    let send = on_command.clone();
    adapter.on_sign_off(move || send(UiCommand::SignOff));
}

/// Shows who is on duty and how far signing on is.
pub(super) fn show(app: &AppWindow, view: &DutyView) {
    let adapter = app.global::<DutyAdapter>();
    adapter.set_guard(view.guard.as_str().into());
    adapter.set_name(SharedString::default());
    adapter.set_tries_left(-1);
    adapter.set_pin_for(match view.pin_for {
        PinPurpose::Duty => PinPurposeKind::Duty,
        PinPurpose::Verdict => PinPurposeKind::Verdict,
        PinPurpose::Clock => PinPurposeKind::Clock,
        PinPurpose::Move => PinPurposeKind::Move,
        PinPurpose::Menu => PinPurposeKind::Menu,
        PinPurpose::Program => PinPurposeKind::Program,
    });
    let kind = match &view.state {
        DutyState::ShowBadge => DutyKind::ShowBadge,
        DutyState::EnterPin { name, tries_left } => {
            adapter.set_name(name.as_str().into());
            adapter.set_tries_left(tries_left.map_or(-1, i32::from));
            DutyKind::EnterPin
        }
        DutyState::Checking { name } => {
            adapter.set_name(name.as_str().into());
            DutyKind::Checking
        }
        DutyState::Locked { seconds } => {
            adapter.set_seconds(i32::try_from(*seconds).unwrap_or(i32::MAX));
            DutyKind::Locked
        }
        DutyState::OnDuty => DutyKind::OnDuty,
        DutyState::Expired => DutyKind::Expired,
        DutyState::Revoked => DutyKind::Revoked,
        DutyState::OtherPlace => DutyKind::OtherPlace,
        DutyState::PinNotHere => DutyKind::PinNotHere,
        DutyState::TriesLost => DutyKind::TriesLost,
    };
    let before = adapter.get_state();
    let checked = before == DutyKind::Checking && kind == DutyKind::EnterPin;
    if checked || !matches!(kind, DutyKind::EnterPin | DutyKind::Checking) {
        forget(app);
    }
    adapter.set_state(kind);
}

/// Keys are ignored while a PIN is being checked.
fn asks(app: &slint::Weak<AppWindow>) -> bool {
    app.upgrade()
        .is_some_and(|app| app.global::<DutyAdapter>().get_state() == DutyKind::EnterPin)
}

/// Clears the PIN.
pub(super) fn forget(app: &AppWindow) {
    change(&app.as_weak(), String::clear);
}

fn change(app: &slint::Weak<AppWindow>, act: impl FnOnce(&mut String)) {
    let length = PIN.with_borrow_mut(|pin| {
        act(pin);
        pin.len()
    });
    if let Some(app) = app.upgrade() {
        let length = i32::try_from(length).unwrap_or(i32::MAX);
        app.global::<DutyAdapter>().set_pin_length(length);
    }
}
