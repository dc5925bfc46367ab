//! How near the end of a root, a trust list or a key is.

use crate::time::Timestamp;

/// How long before an end people are told of it, in seconds: a month, for the holders of root keys
/// to come together.
const AHEAD: u64 = 30 * 24 * 3600;

/// How near an end is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// More than thirty days away.
    Later,
    /// At most thirty days away.
    Soon,
    /// It has come.
    Over,
}

impl Due {
    /// How near `end` is, from which on something is over.
    pub fn of(end: Timestamp, now: Timestamp) -> Self {
        if now >= end {
            Self::Over
        } else if end.since(now) <= AHEAD {
            Self::Soon
        } else {
            Self::Later
        }
    }
}
