//! The passes of the last minutes, in memory only: for pass-back.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use gatepost_pass::{IssuerId, PassNumber};
use gatepost_protocol::{Direction, Personal, Seen};

/// Most passes that are remembered.
const MOST: usize = 4096;
/// Longest time that a pass is remembered: the longest window that a policy can ask for.
const LONGEST: Duration = Duration::from_secs(u8::MAX as u64 * 60);

/// Who was admitted a short while ago, and which way. On the steady clock, so that a wrong wall
/// clock makes nobody come back.
#[derive(Debug, Default)]
pub struct RecentPassages {
    passed: VecDeque<(WhoPassed, Direction, Instant)>,
    at: Option<Instant>,
}

/// What makes two passages those of the same pass or person.
#[derive(Clone, Debug, PartialEq, Eq)]
enum WhoPassed {
    Pass(IssuerId, PassNumber),
    IdNumber(Personal<32>),
}

impl WhoPassed {
    fn of(seen: &Seen) -> Option<Self> {
        match seen {
            Seen::Pass { issuer, number, .. } => Some(Self::Pass(*issuer, *number)),
            Seen::IdNumber(number) => Some(Self::IdNumber(number.clone())),
            Seen::Unverified | Seen::ByHand(_) | Seen::PlaceMove(_) => None,
        }
    }
}

impl RecentPassages {
    /// Moves on in time, and forgets what is too old.
    pub fn tick(&mut self, at: Instant) {
        self.at = Some(at);
        self.passed
            .retain(|passed| at.saturating_duration_since(passed.2) < LONGEST);
    }

    /// Remembers somebody who was admitted that way at that time.
    pub fn add(&mut self, seen: &Seen, direction: Direction, at: Instant) {
        let Some(who) = WhoPassed::of(seen) else {
            return;
        };
        if self.passed.len() == MOST {
            self.passed.pop_front();
        }
        self.passed.push_back((who, direction, at));
    }

    /// Takes back that somebody was admitted that way: the verdict was withdrawn.
    pub fn forget(&mut self, seen: &Seen, direction: Direction) {
        let Some(who) = WhoPassed::of(seen) else {
            return;
        };
        let last = self
            .passed
            .iter()
            .rposition(|(other, way, _)| *other == who && *way == direction);
        if let Some(last) = last {
            self.passed.remove(last);
        }
    }

    /// How many seconds before the last tick the same went the same way, if it did.
    pub fn find(&self, seen: &Seen, direction: Direction) -> Option<u64> {
        let who = WhoPassed::of(seen)?;
        let last = self
            .passed
            .iter()
            .rev()
            .find(|passed| (&passed.0, passed.1) == (&who, direction))?;
        Some(self.at?.saturating_duration_since(last.2).as_secs())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::time::Duration;

    #[test]
    fn whose_admission_was_withdrawn_has_passed_no_more_than_before() {
        let someone = Seen::IdNumber(Personal("11010519491231002X".try_into().unwrap()));
        let mut recent = RecentPassages::default();
        let first = Instant::now();
        let second = first + Duration::from_secs(60);
        recent.add(&someone, Direction::In, first);
        recent.add(&someone, Direction::In, second);
        recent.tick(second);
        recent.forget(&someone, Direction::Out);
        assert_eq!(recent.find(&someone, Direction::In), Some(0));
        recent.forget(&someone, Direction::In);
        assert_eq!(recent.find(&someone, Direction::In), Some(60));
        recent.forget(&someone, Direction::In);
        assert_eq!(recent.find(&someone, Direction::In), None);
    }
}
