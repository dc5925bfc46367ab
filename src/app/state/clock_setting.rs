//! How far a supervisor is with setting the clock.

use std::time::{Duration, Instant};

use gatepost_checkpoint::SupervisorCandidate;
use gatepost_pass::Timestamp;

/// Setting the clock: the time, then the badge, then its PIN.
#[derive(Debug, Default)]
pub(crate) enum ClockSetting {
    /// A time can be typed.
    #[default]
    Enter,
    /// What was typed is no date and time.
    NoTime,
    /// It is before the newest lists were signed.
    BeforeSigned,
    /// It is far from what the clock says: is it meant?
    FarOff(WantedTime),
    /// This time waits for a supervisor's badge.
    ShowBadge(WantedTime),
    /// It still does: the badge that was shown may not set the clock.
    BadgeRefused(WantedTime),
    /// It waits for the PIN of this badge.
    EnterPin(WantedTime, SupervisorCandidate),
    /// The clock is set.
    Set,
}

/// A time that was typed, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WantedTime {
    time: Timestamp,
    typed: Instant,
}

/// A clock that is off by no more is set without a question.
const NEAR: Duration = Duration::from_secs(10 * 60);
/// A second tap that comes sooner is one half of a double tap.
const SECOND_TAP: Duration = Duration::from_secs(1);
/// How long a time that was typed waits for badge and PIN.
const PATIENCE: Duration = Duration::from_secs(120);

impl WantedTime {
    pub(crate) fn new(time: Timestamp, typed: Instant) -> Self {
        Self { time, typed }
    }

    /// What it has become since.
    pub(crate) fn by(self, at: Instant) -> Timestamp {
        let since = at.saturating_duration_since(self.typed);
        self.time.plus(since.as_secs())
    }
}

impl ClockSetting {
    /// This time was typed. One that is far from what the clock says must be tapped twice.
    pub(crate) fn ask(&mut self, wanted: WantedTime, now: Timestamp) {
        let apart = now.since(wanted.time) + wanted.time.since(now);
        let far = apart > NEAR.as_secs();
        *self = match *self {
            Self::FarOff(before) if before.time == wanted.time => {
                let since = wanted.typed.saturating_duration_since(before.typed);
                if since < SECOND_TAP {
                    return;
                }
                Self::ShowBadge(wanted)
            }
            _ if far => Self::FarOff(wanted),
            _ => Self::ShowBadge(wanted),
        };
    }

    /// Whether a time is typed, or typed again.
    pub(crate) fn takes_digits(&self) -> bool {
        match self {
            Self::Enter | Self::NoTime | Self::BeforeSigned | Self::FarOff(_) => true,
            Self::ShowBadge(_) | Self::BadgeRefused(_) | Self::EnterPin(..) | Self::Set => false,
        }
    }

    /// The time that waits for a badge.
    pub(crate) fn awaits_badge(&self) -> Option<WantedTime> {
        match self {
            Self::ShowBadge(wanted) | Self::BadgeRefused(wanted) => Some(*wanted),
            _ => None,
        }
    }

    /// The time that waits for a PIN, and the badge that it is of.
    pub(crate) fn awaits_pin(&self) -> Option<(WantedTime, &SupervisorCandidate)> {
        match self {
            Self::EnterPin(wanted, candidate) => Some((*wanted, candidate)),
            _ => None,
        }
    }

    /// What was begun is over.
    pub(crate) fn cancel(&mut self) {
        *self = Self::Enter;
    }

    /// Time passes: nobody came to confirm what was typed.
    pub(crate) fn tick(&mut self, at: Instant) {
        let pin = self.awaits_pin().map(|(wanted, _)| wanted);
        let over = |wanted: WantedTime| at.saturating_duration_since(wanted.typed) > PATIENCE;
        if self.awaits_badge().or(pin).is_some_and(over) {
            self.cancel();
        }
    }
}
