//! What a guard types on a pad of keys: digits one by one, and the whole of them to the program.

use super::view::UiCommand;
use gatepost_window::AppWindow;
use slint::{ComponentHandle, SharedString};
use std::rc::Rc;

/// A field that a pad fills.
#[derive(Clone, Copy)]
pub(super) struct Typed {
    /// Characters at most, each a byte: digits, and the X of an ID number.
    pub(super) length: usize,
    /// What stands in it.
    pub(super) get: fn(&AppWindow) -> SharedString,
    /// Shows what stands in it now.
    pub(super) set: fn(&AppWindow, &str),
}

impl Typed {
    /// A key adds its face, while there is room.
    pub(super) fn key(self, app: &AppWindow) -> impl Fn(SharedString) + 'static {
        let weak = app.as_weak();
        move |face| {
            if let Some(app) = weak.upgrade() {
                let typed = (self.get)(&app);
                if typed.len() < self.length {
                    (self.set)(&app, &format!("{typed}{face}"));
                }
            }
        }
    }

    /// Takes the last one off.
    pub(super) fn erase(self, app: &AppWindow) -> impl Fn() + 'static {
        let weak = app.as_weak();
        move || {
            if let Some(app) = weak.upgrade() {
                let mut typed = (self.get)(&app).to_string();
                typed.pop();
                (self.set)(&app, &typed);
            }
        }
    }

    /// Sends the whole of it.
    pub(super) fn submit(
        self,
        app: &AppWindow,
        on_command: &Rc<dyn Fn(UiCommand)>,
        command: fn(String) -> UiCommand,
    ) -> impl Fn() + 'static {
        let (weak, send) = (app.as_weak(), on_command.clone());
        move || {
            if let Some(app) = weak.upgrade() {
                send(command((self.get)(&app).into()));
            }
        }
    }
}

/// What is typed so far, with these separators before these places.
pub(super) fn separated(typed: &str, separators: &[(usize, char)]) -> String {
    let mut written = String::new();
    for (at, character) in typed.chars().enumerate() {
        let before = separators.iter().find(|(place, _)| *place == at);
        written.extend(before.map(|(_, separator)| separator));
        written.push(character);
    }
    written
}

/// What a button does that says all with its name.
pub(super) fn sends(on_command: &Rc<dyn Fn(UiCommand)>, command: UiCommand) -> impl Fn() + 'static {
    let send = on_command.clone();
    move || send(command.clone())
}
