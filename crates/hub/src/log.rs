//! The log: one line an event on standard error. No bodies, no addresses, nothing about people.

use std::{fmt, io::Write as _};

use gatepost_pass::Timestamp;

use crate::clock::format_time;

/// Writes one line. A log that nobody takes any more stops nothing.
pub(crate) fn event(at: Timestamp, what: fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr().lock(), "{} {what}", format_time(at));
}
