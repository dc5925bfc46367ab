//! The log: one JSON object a line on standard error. No bodies, no names, no addresses, nothing about people; a
//! device by its identifier only.

use std::io::Write as _;

use gatepost_pass::Timestamp;
use serde_json::Value;

use crate::clock::format_time;

/// Writes one line: when, what, and the fields of `more`, an object. A log that nobody takes any more stops nothing.
pub(crate) fn event(at: Timestamp, what: &str, mut more: Value) {
    if let Some(fields) = more.as_object_mut() {
        fields.insert("at".into(), format_time(at).into());
        fields.insert("event".into(), what.into());
    }
    let _ = writeln!(std::io::stderr().lock(), "{more}");
}
