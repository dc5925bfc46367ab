//! Points in time, and how far a clock can be believed.

use std::fmt;

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
    /// A signed time, or a supervisor, agreed since the device started, and the clock has run on
    /// without a jump.
    Trusted,
    /// Nothing has agreed with it yet, and nothing contradicts it.
    Unconfirmed,
    /// It is behind what is known: of its own past, or by a signed time.
    Behind,
    /// It is ahead of a signed time, or of what the device's own papers allow.
    Ahead,
}

crate::names! {
    ClockTrust {
        Trusted = "trusted", Unconfirmed = "unconfirmed", Behind = "behind", Ahead = "ahead",
    }
}

/// The time that decisions use, and how far to believe it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Never before what is known to be past.
    pub time: Timestamp,
    /// How far to believe it.
    pub clock: ClockTrust,
}
