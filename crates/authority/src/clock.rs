//! Time in words, and the one place that reads the system clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gatepost_pass::Timestamp;

/// Seconds in a day.
pub(crate) const DAY: u64 = 24 * 3600;
/// Seconds in an hour.
pub(crate) const HOUR: u64 = 3600;
/// 9999-12-31T23:59:59Z, the last second that RFC 3339 can write.
const LAST: Timestamp = Timestamp(253_402_300_799);

/// What the system clock says; 1970 when it stands before that.
pub(crate) fn now() -> Timestamp {
    from_system(SystemTime::now())
}

/// Measures from now on how long something takes.
pub(crate) fn stopwatch() -> impl Fn() -> Duration {
    let start = Instant::now();
    move || start.elapsed()
}

/// Reads RFC 3339 text in UTC, such as `2026-11-01T08:00:00Z`.
pub(crate) fn parse(text: &str) -> Result<Timestamp, humantime::TimestampError> {
    humantime::parse_rfc3339(text).map(from_system)
}

/// Writes RFC 3339 text in UTC.
pub(crate) fn show(time: Timestamp) -> String {
    let time = time.min(LAST);
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(time.0)).to_string()
}

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
        let text = "2026-11-01T08:00:00Z";
        assert_eq!(show(parse(text).unwrap()), text);
        assert_eq!(show(Timestamp(u64::MAX)), "9999-12-31T23:59:59Z");
    }
}
