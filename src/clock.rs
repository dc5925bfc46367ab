//! The scanner's time: the wall clock, never below the newest signed time that was seen, and times
//! as a guard reads them.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use gatepost_pass::{Floor, Now, Timestamp};
use gatepost_system::clock::{self, format_time};

/// The device's clock: the wall clock, held up by the floor of signed times.
#[derive(Debug)]
pub struct Clock {
    started: Instant,
    fixed: Option<Timestamp>,
    floor: Mutex<Floor>,
    last: Mutex<Option<Reading>>,
}

/// The wall clock and the steady clock, read together.
#[derive(Clone, Copy, Debug)]
struct Reading {
    wall: Timestamp,
    steady: Duration,
}

/// Somebody or something has set the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jump {
    /// Seconds forward; negative for back.
    pub seconds: i64,
}

/// A wall clock that differs by more than this from the steady clock has jumped, in seconds.
const JUMP: u64 = 5;

impl Clock {
    /// A clock on the system's, or standing still at `fixed` (`--now`).
    pub fn new(fixed: Option<Timestamp>) -> Self {
        let floor = Mutex::new(Floor::new(Timestamp(0), Duration::ZERO));
        Self {
            started: Instant::now(),
            fixed,
            floor,
            last: Mutex::default(),
        }
    }

    /// Raises the floor to a signed time. Only the two types that hand out what was signed call it,
    /// `BundleCache` and `VerifiedReceipt`, so that no caller can forget a time.
    pub(crate) fn raise(&self, signed: Timestamp) {
        self.floor().raise(signed, self.started.elapsed());
    }

    /// Whether the wall clock has jumped since the last call.
    pub fn jump(&self) -> Option<Jump> {
        let reading = Reading {
            wall: self.wall(),
            steady: self.started.elapsed(),
        };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.replace(reading)
            .and_then(|before| jump(before, reading))
    }

    /// The time, and how far to trust it.
    pub fn now(&self) -> Now {
        self.floor().now(self.wall(), self.started.elapsed())
    }

    fn wall(&self) -> Timestamp {
        self.fixed.unwrap_or_else(clock::now)
    }

    fn floor(&self) -> MutexGuard<'_, Floor> {
        // A floor is plain numbers: whole even if a thread died holding it.
        self.floor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn jump(before: Reading, now: Reading) -> Option<Jump> {
    let expected = before
        .wall
        .plus(now.steady.saturating_sub(before.steady).as_secs());
    let ahead = i128::from(now.wall.0) - i128::from(expected.0);
    let seconds = i64::try_from(ahead).unwrap_or(if ahead < 0 { i64::MIN } else { i64::MAX });
    (seconds.unsigned_abs() > JUMP).then_some(Jump { seconds })
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
    fn a_clock_that_is_set_forward_or_back_is_noticed_and_one_that_runs_is_not() {
        let at = |wall, steady| Reading {
            wall: Timestamp(wall),
            steady: Duration::from_secs(steady),
        };
        assert_eq!(jump(at(1000, 10), at(1060, 70)), None);
        assert_eq!(jump(at(1000, 10), at(1064, 70)), None);
        assert_eq!(
            jump(at(1000, 10), at(4660, 70)),
            Some(Jump { seconds: 3600 })
        );
        assert_eq!(jump(at(1000, 10), at(0, 11)), Some(Jump { seconds: -1001 }));
        assert_eq!(
            jump(at(0, 0), at(u64::MAX, 1)),
            Some(Jump { seconds: i64::MAX })
        );
    }

    #[test]
    fn a_signed_time_holds_a_dead_clock_up() {
        let clock = Clock::new(Some(Timestamp(0)));
        clock.raise(Timestamp(1_790_000_000));
        assert!(clock.now().time >= Timestamp(1_790_000_000));
        assert_eq!(clock.now().clock, gatepost_pass::ClockTrust::BehindFloor);
    }
}
