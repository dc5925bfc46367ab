//! Times and spans of time as people read them.

use gatepost_pass::Timestamp;
use gatepost_system::clock::format_time;

/// How far a clock is off, as `40 days ahead` or `9 years behind`; for people who read English.
pub fn off_in_words(seconds: i64) -> String {
    let direction = if seconds < 0 { "behind" } else { "ahead" };
    format!("{} {direction}", in_words(seconds.unsigned_abs()))
}

/// A span of time in its largest unit: `40 days`.
pub fn in_words(seconds: u64) -> String {
    let (count, unit) = match Span::of(seconds) {
        Span::Minutes(count) => (count, "minute"),
        Span::Hours(count) => (count, "hour"),
        Span::Days(count) => (count, "day"),
        Span::Years(count) => (count, "year"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// A span of time in the unit in which people say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Below two hours.
    Minutes(u64),
    /// Below two days.
    Hours(u64),
    /// Below two years.
    Days(u64),
    /// The rest.
    Years(u64),
}

impl Span {
    /// The span of so many seconds, rounded down.
    pub fn of(seconds: u64) -> Self {
        const HOUR: u64 = 3600;
        const DAY: u64 = 24 * HOUR;
        const YEAR: u64 = 365 * DAY + DAY / 4;
        match seconds {
            0..7200 => Self::Minutes(seconds / 60),
            seconds if seconds < 2 * DAY => Self::Hours(seconds / HOUR),
            seconds if seconds < 2 * YEAR => Self::Days(seconds / DAY),
            seconds => Self::Years(seconds / YEAR),
        }
    }
}

/// Writes `08:00` in a zone that is `offset` minutes east of UTC.
pub fn format_hour(time: Timestamp, offset: i16) -> String {
    format_local(time, offset)
        .get(11..16)
        .unwrap_or_default()
        .to_owned()
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// Year, four digits.
    pub year: u16,
    /// Month, from 1.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
}

/// The day in a zone that is `offset` minutes east of UTC.
pub fn local_date(time: Timestamp, offset: i16) -> Date {
    let text = format_local(time, offset);
    let part = |range| {
        text.get(range)
            .and_then(|part: &str| part.parse::<u16>().ok())
    };
    // The text has these digits always: `2026-11-21 08:00`.
    let small = |range| part(range).and_then(|n| u8::try_from(n).ok()).unwrap_or(1);
    Date {
        year: part(0..4).unwrap_or(1970),
        month: small(5..7),
        day: small(8..10),
    }
}

/// Writes `2026-11-21 08:00` in a zone that is `offset` minutes east of UTC.
pub fn format_local(time: Timestamp, offset: i16) -> String {
    let shift = u64::from(offset.unsigned_abs()) * 60;
    let local = if offset < 0 {
        time.minus(shift)
    } else {
        time.plus(shift)
    };
    let text = format_time(local);
    text.get(..16).unwrap_or_default().replace('T', " ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use gatepost_system::clock;

    use super::*;

    #[test]
    fn times_are_read_and_written_as_rfc_3339() {
        let time = clock::parse_time("2026-11-21T23:30:05Z").unwrap();
        assert_eq!(format_local(time, 480), "2026-11-22 07:30");
        assert_eq!(format_hour(time, -30), "23:00");
        let (year, month, day) = (2026, 11, 22);
        assert_eq!(local_date(time, 480), Date { year, month, day });
    }

    #[test]
    fn spans_are_told_in_the_unit_in_which_people_say_them() {
        for (seconds, words) in [
            (61, "1 minute ahead"),
            (-7199, "119 minutes behind"),
            (7200, "2 hours ahead"),
            (40 * 86_400, "40 days ahead"),
            (-9 * 31_557_600, "9 years behind"),
        ] {
            assert_eq!(off_in_words(seconds), words);
        }
    }
}
