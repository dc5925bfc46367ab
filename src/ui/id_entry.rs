//! The page for an ID number.

use super::keypad::{Typed, separated};
use super::view::{IdEntryView, IdFault, UiCommand};
use gatepost_window::{AppWindow, IdAdapter, IdFaultKind};
use slint::{ComponentHandle, SharedString};
use std::rc::Rc;

/// Characters of a resident's ID number (GB 11643-1999).
const LENGTH: usize = 18;

/// Where its groups begin: area, date of birth, then order and check digit.
const GROUPS: [(usize, char); 2] = [(6, ' '), (14, ' ')];

const NUMBER: Typed = Typed {
    length: LENGTH,
    get: |app| app.global::<IdAdapter>().get_number(),
    set,
};

/// Keys change the number at once; only the whole number goes to the program.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    let adapter = app.global::<IdAdapter>();
    adapter.on_key(NUMBER.key(app));
    adapter.on_erase(NUMBER.erase(app));
    adapter.on_submit(NUMBER.submit(app, on_command, UiCommand::IdNumber));
}

/// Shows what the program says about the number.
pub(super) fn show(app: &AppWindow, view: &IdEntryView) {
    let adapter = app.global::<IdAdapter>();
    adapter.set_looking(view.looking);
    adapter.set_fault(match view.fault {
        None => IdFaultKind::None,
        Some(IdFault::Length) => IdFaultKind::Length,
        Some(IdFault::Character) => IdFaultKind::Character,
        Some(IdFault::CheckDigit) => IdFaultKind::CheckDigit,
        Some(IdFault::BirthDate) => IdFaultKind::BirthDate,
    });
}

/// Clears the number.
pub(super) fn forget(app: &AppWindow) {
    set(app, "");
    app.global::<IdAdapter>().set_looking(false);
}

fn set(app: &AppWindow, number: &str) {
    let adapter = app.global::<IdAdapter>();
    adapter.set_number(SharedString::from(number));
    adapter.set_grouped(in_groups(number).into());
    adapter.set_fault(IdFaultKind::None);
}

/// `370102 19900101 0011`, as far as it is typed.
pub(super) fn in_groups(number: &str) -> String {
    separated(number, &GROUPS)
}
