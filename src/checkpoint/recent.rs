//! The passes of the last minutes, in memory only: for pass-back.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use gatepost_pass::{IssuerId, PassNumber};
use gatepost_protocol::Seen;

/// Most passes that are remembered.
const MOST: usize = 4096;
/// Longest time that a pass is remembered: the longest window that a policy can ask for.
const LONGEST: Duration = Duration::from_secs(u8::MAX as u64 * 60);

/// Passes that were admitted a short while ago. On the steady clock, so that a wrong wall clock makes
/// nobody come back.
#[derive(Debug, Default)]
pub struct Recent {
    passes: VecDeque<(IssuerId, PassNumber, Instant)>,
    at: Option<Instant>,
}

impl Recent {
    /// Moves on in time, and forgets what is too old.
    pub fn tick(&mut self, at: Instant) {
        self.at = Some(at);
        self.passes
            .retain(|pass| at.saturating_duration_since(pass.2) < LONGEST);
    }

    /// Remembers a pass that was admitted at that time.
    pub fn add(&mut self, seen: &Seen, at: Instant) {
        let Seen::Pass { issuer, number, .. } = seen else {
            return;
        };
        if self.passes.len() == MOST {
            self.passes.pop_front();
        }
        self.passes.push_back((*issuer, *number, at));
    }

    /// How many seconds before the last tick this pass was here, if it was.
    pub fn find(&self, seen: &Seen) -> Option<u64> {
        let Seen::Pass { issuer, number, .. } = seen else {
            return None;
        };
        let last = self
            .passes
            .iter()
            .rev()
            .find(|pass| (&pass.0, &pass.1) == (issuer, number))?;
        Some(self.at?.saturating_duration_since(last.2).as_secs())
    }
}
