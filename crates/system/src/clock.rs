//! The one place that asks the system what time it is and how long it has run, and times as text
//! (RFC 3339).

use std::{
    fs,
    sync::LazyLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use gatepost_pass::{
    Timestamp,
    timekeeper::{Boot, Reading},
};
use rustix::time::{ClockId, clock_gettime};

use crate::random;

/// The last second that RFC 3339 can write: the end of the year 9999.
const LAST: Timestamp = Timestamp(253_402_300_799);

/// What the wall clock says; 1970 when it stands before that, which is as dead as 1970.
pub fn now() -> Timestamp {
    from_system(SystemTime::now())
}

/// The wall clock, and the steady clock: that of the kernel which also runs while the machine
/// sleeps, and which nobody can set.
pub fn read() -> Reading {
    let steady = clock_gettime(ClockId::Boottime).tv_sec;
    Reading {
        wall: now(),
        steady: u64::try_from(steady).unwrap_or_default(),
    }
}

/// The number that the kernel has drawn for this start of the machine; where it does not say, one
/// for this start of the program.
pub fn boot() -> Boot {
    static BOOT: LazyLock<Boot> = LazyLock::new(|| {
        let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
        let number = u128::from_str_radix(&digits, 16).map(u128::to_be_bytes);
        // Without random numbers no passage is logged either.
        let number = number.or_else(|_| random::bytes());
        Boot(number.unwrap_or_default())
    });
    *BOOT
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
    fn this_start_of_the_machine_has_a_number_and_its_steady_clock_runs() {
        assert_eq!(boot(), boot());
        assert_ne!(boot(), Boot::default());
        assert!(read().steady > 0);
    }

    #[test]
    fn times_come_back_as_they_were_written_and_the_end_of_time_has_a_text() {
        let text = "2026-11-21T08:00:00Z";
        assert_eq!(format_time(parse_time(text).unwrap()), text);
        assert_eq!(format_time(Timestamp(u64::MAX)), "9999-12-31T23:59:59Z");
        assert!(parse_time("yesterday").is_err());
    }
}
