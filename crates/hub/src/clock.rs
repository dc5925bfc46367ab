//! The one place that asks the system what time it is, and how times are written.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gatepost_pass::Timestamp;

/// Last second that RFC 3339 can write: the end of year 9999.
const LAST: u64 = 253_402_300_799;

/// The wall clock; 1970 when it stands before that.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp(since.unwrap_or_default().as_secs())
}

/// Reads `2026-11-01T08:00:00Z`; times before 1970 as 1970.
pub fn parse(text: &str) -> Result<Timestamp, humantime::TimestampError> {
    let since = humantime::parse_rfc3339(text)?.duration_since(UNIX_EPOCH);
    Ok(Timestamp(since.unwrap_or_default().as_secs()))
}

/// Writes `2026-11-01T08:00:00Z`; times after year 9999 as its last second.
pub fn format_time(time: Timestamp) -> String {
    let since = Duration::from_secs(time.0.min(LAST));
    humantime::format_rfc3339_seconds(UNIX_EPOCH + since).to_string()
}

/// Writes a record's hour, such as `2026-11-01T08Z`.
pub fn format_hour(hour: u32) -> String {
    let text = format_time(Timestamp(u64::from(hour) * 3600));
    format!("{}Z", text.get(..13).unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_hour_a_device_may_send_can_be_written() {
        assert_eq!(format_hour(498_192), "2026-11-01T00Z");
        assert_eq!(format_hour(u32::MAX), "9999-12-31T23Z");
    }
}
