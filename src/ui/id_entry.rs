//! The page for an ID number.

use super::view::{IdEntryView, IdFault, UiCommand};
use gatepost_window::{AppWindow, IdAdapter, IdFaultKind};
use slint::{ComponentHandle, SharedString};
use std::rc::Rc;

/// Characters of a resident's ID number (GB 11643-1999).
const LENGTH: usize = 18;

/// Where its groups end: area, date of birth, then order and check digit.
const GROUPS: [usize; 2] = [6, 14];

/// Keys change the number at once; only the whole number goes to the program.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    let adapter = app.global::<IdAdapter>();
    let weak = app.as_weak();
    adapter.on_key(move |face| {
        if let Some(app) = weak.upgrade() {
            let adapter = app.global::<IdAdapter>();
            let number = adapter.get_number();
            // Digits and X, each a byte. What is being looked up stays as it is.
            if number.len() < LENGTH && !adapter.get_looking() {
                set(&app, &format!("{number}{face}"));
            }
        }
    });
    let weak = app.as_weak();
    adapter.on_erase(move || {
        if let Some(app) = weak.upgrade() {
            let adapter = app.global::<IdAdapter>();
            if !adapter.get_looking() {
                let mut number = adapter.get_number().to_string();
                number.pop();
                set(&app, &number);
            }
        }
    });
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_submit(move || {
        if let Some(app) = weak.upgrade() {
            let number = app.global::<IdAdapter>().get_number();
            send(UiCommand::IdNumber(number.into()));
        }
    });
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
    let mut grouped = String::new();
    for (at, character) in number.chars().enumerate() {
        if GROUPS.contains(&at) {
            grouped.push(' ');
        }
        grouped.push(character);
    }
    grouped
}
