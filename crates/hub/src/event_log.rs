//! The log of events: one JSON object a line on standard error. No bodies, names or addresses,
//! nothing about people; devices by identifier only, to the hour, and never with a count.

use std::io::Write as _;

use gatepost_pass::Timestamp;
use gatepost_system::clock::format_time;
use log::Level;
use serde_json::Value;

/// Writes a line with time, level and name of the event and the fields of `more`, an object. Levels
/// that the operator does not want (`GATEPOST_LOG`) are left out. When standard error is closed,
/// the hub carries on.
pub(crate) fn event(level: Level, at: Timestamp, name: &str, mut more: Value) {
    if level > log::max_level() {
        return;
    }
    if let Some(fields) = more.as_object_mut() {
        fields.insert("at".into(), format_time(at).into());
        fields.insert("event".into(), name.into());
        fields.insert("level".into(), word(level).into());
    }
    let _ = writeln!(std::io::stderr().lock(), "{more}");
}

const fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warning",
        Level::Info => "info",
        Level::Debug | Level::Trace => "debug",
    }
}
