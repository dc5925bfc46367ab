//! The second display, which faces the person: a process of its own, since a display on DRM takes
//! one window a process. The scanner sends it what to show, one line at a time, through a socket in
//! the data directory, and works the same where nobody reads it.
//!
//! A line holds a sign out of a closed set, and nothing about the person: no name, no colour, no
//! reason. Whatever is not "go on" looks the same. `message.rs` is the line, `sender.rs` the
//! scanner's end, `listener.rs` the display's.

mod listener;
mod message;
mod sender;

#[cfg(test)]
mod tests;

pub use listener::{FaceError, FaceListener, STALE};
pub use message::{FaceMessage, FaceSign, NotAFaceMessage};
pub use sender::FaceSender;
