//! Points in time, and the floor below which "now" never falls.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Later by `seconds`, at most the end of time.
    pub const fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Earlier by `seconds`, at least 1970.
    pub const fn minus(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// Seconds since `earlier`; 0 when that is later.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s after 1970", self.0)
    }
}

/// Minutes since 1970-01-01T00:00Z: what a pass's validity is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Minute(pub u32);

impl Minute {
    /// The second at which the minute begins.
    pub const fn start(self) -> Timestamp {
        Timestamp(self.0 as u64 * 60)
    }

    /// The minute that holds a second.
    pub fn of(time: Timestamp) -> Self {
        Self(u32::try_from(time.0 / 60).unwrap_or(u32::MAX))
    }
}

/// How far the device's clock can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClockTrust {
    /// About at the floor or after it, and not far ahead.
    Trusted,
    /// More than [`TOLERANCE`] behind the floor (a dead battery says 1970): the floor is used
    /// instead.
    BehindFloor,
    /// More than [`FAR_AHEAD`] after the newest signed time.
    FarAhead,
}

crate::names! {
    ClockTrust { Trusted = "trusted", BehindFloor = "behind-floor", FarAhead = "far-ahead" }
}

/// A clock that lags behind the floor by no more than this is not marked: two minutes, in seconds.
pub const TOLERANCE: u64 = 120;

/// A clock this much later than the newest signed time is marked: 400 days, in seconds.
pub const FAR_AHEAD: u64 = 400 * 24 * 3600;

/// The time that decisions use, and how far to believe it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Never before the floor.
    pub time: Timestamp,
    /// Whether that came from the clock or from the floor.
    pub clock: ClockTrust,
}

/// The newest signed time that the device has seen, and when that was on the monotonic clock.
///
/// Only signed times raise it, so a clock that was once at 2099 bricks nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Floor {
    signed: Timestamp,
    seen_at: Duration,
}

impl Floor {
    /// A floor from a signed time seen at `monotonic` (any steady clock's reading).
    pub const fn new(signed: Timestamp, monotonic: Duration) -> Self {
        Self {
            signed,
            seen_at: monotonic,
        }
    }

    /// Takes a newer signed time; an older one changes nothing.
    pub fn raise(&mut self, signed: Timestamp, monotonic: Duration) {
        if signed > self.at(monotonic) {
            *self = Self::new(signed, monotonic);
        }
    }

    /// The floor at a later reading of the same monotonic clock.
    pub fn at(&self, monotonic: Duration) -> Timestamp {
        self.signed
            .plus(monotonic.saturating_sub(self.seen_at).as_secs())
    }

    /// What time it is, given the wall clock and the monotonic clock.
    pub fn now(&self, wall: Timestamp, monotonic: Duration) -> Now {
        let floor = self.at(monotonic);
        if wall < floor && floor.since(wall) <= TOLERANCE {
            Now {
                time: floor,
                clock: ClockTrust::Trusted,
            }
        } else if wall < floor {
            Now {
                time: floor,
                clock: ClockTrust::BehindFloor,
            }
        } else if self.signed.0 > 0 && wall.since(floor) > FAR_AHEAD {
            Now {
                time: wall,
                clock: ClockTrust::FarAhead,
            }
        } else {
            Now {
                time: wall,
                clock: ClockTrust::Trusted,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: Timestamp = Timestamp(1_790_000_000);
    const BOOT: Duration = Duration::from_secs(5);

    #[test]
    fn a_dead_clock_gives_the_floor_and_is_marked() {
        let floor = Floor::new(SIGNED, BOOT);
        let now = floor.now(Timestamp(0), Duration::from_secs(65));
        assert_eq!(
            now,
            Now {
                time: SIGNED.plus(60),
                clock: ClockTrust::BehindFloor
            }
        );
    }

    #[test]
    fn a_clock_at_2099_is_marked_and_bricks_nothing_afterwards() {
        let floor = Floor::new(SIGNED, BOOT);
        let in_2099 = Timestamp(4_073_000_000);
        assert_eq!(floor.now(in_2099, BOOT).clock, ClockTrust::FarAhead);
        let back = floor.now(SIGNED.plus(100), BOOT);
        assert_eq!(
            back,
            Now {
                time: SIGNED.plus(100),
                clock: ClockTrust::Trusted
            }
        );
    }

    #[test]
    fn a_clock_a_little_behind_takes_the_floor_and_is_not_marked() {
        let floor = Floor::new(SIGNED, BOOT);
        let now = floor.now(SIGNED.minus(TOLERANCE), BOOT);
        assert_eq!((now.time, now.clock), (SIGNED, ClockTrust::Trusted));
        let late = floor.now(SIGNED.minus(TOLERANCE + 1), BOOT);
        assert_eq!(late.clock, ClockTrust::BehindFloor);
    }

    #[test]
    fn an_older_signed_time_does_not_lower_the_floor() {
        let mut floor = Floor::new(SIGNED, BOOT);
        floor.raise(SIGNED.minus(1000), BOOT);
        assert_eq!(floor.at(BOOT), SIGNED);
    }
}
