//! The window's accessibility tree, as a screen reader walks it: tests find texts and buttons by
//! it.

use super::error::UiError;
use super::handle::UiHandle;
use super::settings;
use crate::config::Language;
use gatepost_window::{ByHandAdapter, PageAdapter};
use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use slint::platform::{PointerEventButton, WindowEvent};
use slint::{ComponentHandle, LogicalPosition, SharedString};
use std::time::Duration;

/// An element with a label: what it says, and where it is in the window, in pixels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ScreenElement {
    /// Its label, which for a text is the text itself.
    pub(crate) text: String,
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

impl ScreenElement {
    pub(crate) fn of(element: &ElementHandle) -> Self {
        let (at, size) = (element.absolute_position(), element.size());
        Self {
            text: element.accessible_label().unwrap_or_default().to_string(),
            x: at.x,
            y: at.y,
            width: size.width,
            height: size.height,
        }
    }

    /// The centre, in whole pixels.
    pub(crate) fn middle(&self) -> (u32, u32) {
        let (x, y) = (self.x + self.width / 2.0, self.y + self.height / 2.0);
        (x as u32, y as u32)
    }
}

impl UiHandle {
    /// The texts on screen.
    pub(crate) fn texts(&self) -> Vec<ScreenElement> {
        self.elements(AccessibleRole::Text)
    }

    /// The buttons on screen.
    pub(crate) fn buttons(&self) -> Vec<ScreenElement> {
        self.elements(AccessibleRole::Button)
    }

    /// Switches the language without a tap.
    pub(crate) fn show_language(&self, language: Language) {
        // A closed window says nothing.
        let _ = self.post(move |app| settings::show_language(app, language));
    }

    /// Holds a finger on this pixel for so long.
    pub(crate) fn hold(&self, (x, y): (u32, u32), time: Duration) -> Result<(), UiError> {
        let position = LogicalPosition::new(x as f32, y as f32);
        let button = PointerEventButton::Left;
        self.ask(move |app| {
            let pressed = WindowEvent::PointerPressed { position, button };
            app.window().dispatch_event(pressed);
        })?;
        std::thread::sleep(time);
        self.ask(move |app| {
            let released = WindowEvent::PointerReleased { position, button };
            app.window().dispatch_event(released);
            app.window().dispatch_event(WindowEvent::PointerExited);
        })
    }

    /// Whether a page has just come up and takes no taps yet.
    pub(crate) fn is_settling(&self) -> bool {
        let settling = self.ask(|app| {
            let page = app.global::<PageAdapter>().get_settling();
            page || app.global::<ByHandAdapter>().get_settling()
        });
        settling.unwrap_or_default()
    }

    /// Turns a wheel at this pixel; downwards is negative.
    pub(crate) fn wheel(&self, (x, y): (u32, u32), delta_y: f32) -> Result<(), UiError> {
        let event = WindowEvent::PointerScrolled {
            position: LogicalPosition::new(x as f32, y as f32),
            delta_x: 0.0,
            delta_y,
        };
        self.ask(move |app| app.window().dispatch_event(event))
    }

    /// Types these keys into the window, one after the other.
    pub(crate) fn type_keys(&self, keys: &str) -> Result<(), UiError> {
        let keys: Vec<SharedString> = keys.chars().map(SharedString::from).collect();
        self.ask(move |app| {
            for text in keys {
                let window = app.window();
                window.dispatch_event(WindowEvent::KeyPressed { text: text.clone() });
                window.dispatch_event(WindowEvent::KeyReleased { text });
            }
        })
    }

    fn elements(&self, role: AccessibleRole) -> Vec<ScreenElement> {
        let found = self.ask(move |app| {
            let all = ElementQuery::from_root(app)
                .match_descendants()
                .match_accessible_role(role)
                .find_all();
            let words = all.iter().map(ScreenElement::of);
            words.filter(|words| words.x + words.width > 0.0).collect()
        });
        found.unwrap_or_default()
    }
}
