//! The one place that asks the system what time it is, and times as text (RFC 3339).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gatepost_pass::Timestamp;

/// The last second that RFC 3339 can write: the end of the year 9999.
const LAST: Timestamp = Timestamp(253_402_300_799);

/// What the wall clock says; 1970 when it stands before that, which is as dead as 1970.
pub fn now() -> Timestamp {
    from_system(SystemTime::now())
}

/// Reads a time in UTC such as `2026-11-21T08:00:00Z`; times before 1970 count as 1970.
pub fn parse_time(text: &str) -> Result<Timestamp, TimeError> {
    Ok(from_system(humantime::parse_rfc3339_weak(text)?))
}

/// Writes `2026-11-21T08:00:00Z`; times after the year 9999 as its last second.
pub fn format_time(time: Timestamp) -> String {
    let since = Duration::from_secs(time.min(LAST).0);
    humantime::format_rfc3339_seconds(UNIX_EPOCH + since).to_string()
}

/// A text is not a time.
#[derive(Debug, thiserror::Error)]
#[error("not a time: write one like 2026-11-21T08:00:00Z")]
pub struct TimeError(#[from] humantime::TimestampError);

fn from_system(time: SystemTime) -> Timestamp {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(since.as_secs())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn times_come_back_as_they_were_written_and_the_end_of_time_has_a_text() {
        let text = "2026-11-21T08:00:00Z";
        assert_eq!(format_time(parse_time(text).unwrap()), text);
        assert_eq!(format_time(Timestamp(u64::MAX)), "9999-12-31T23:59:59Z");
        assert!(parse_time("yesterday").is_err());
    }
}
