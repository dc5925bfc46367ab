//! The window. Only this module knows Slint: the rest of the program sends a `UiUpdate` for
//! everything that changes on screen and gets a `UiCommand` for everything that a finger asks for.
//!
//! `view` holds the plain types of both. `window` makes the window, `handle` reaches it from any
//! thread, `apply` gives each update to its page. Each page has a file that maps the plain types
//! onto the page's adapter; `offscreen` is a window without a display. `face` is the second
//! display's window, in a process of its own.

#[cfg(test)]
mod accessibility;
mod apply;
mod by_hand;
mod clock;
mod devices;
mod duty;
mod enrol;
mod error;
mod face;
mod fonts;
mod handle;
mod id_entry;
mod keypad;
mod notices;
mod offscreen;
mod page;
mod place;
mod place_move;
mod qr;
mod scan;
mod settings;
mod status;
mod status_page;
#[cfg(test)]
mod tests;
mod today;
mod trouble;
mod update;
mod verdict;
mod view;
mod window;

#[cfg(test)]
pub(crate) use accessibility::ScreenElement;
pub use error::UiError;
pub use face::{FaceHandle, FaceUi};
pub use handle::UiHandle;
pub use view::*;
pub use window::{Surface, Ui};
