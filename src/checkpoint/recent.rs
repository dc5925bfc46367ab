//! The passes of the last minutes, in memory only: for pass-back.

use std::collections::VecDeque;

use gatepost_pass::{IssuerId, PassNumber, Timestamp};
use gatepost_protocol::Seen;

/// Most passes that are remembered.
const MOST: usize = 4096;

/// Passes that were admitted a short while ago.
#[derive(Debug, Default)]
pub struct Recent {
    passes: VecDeque<(IssuerId, PassNumber, Timestamp)>,
}

impl Recent {
    /// Remembers a pass.
    pub fn add(&mut self, seen: &Seen, at: Timestamp) {
        let Seen::Pass { issuer, number, .. } = seen else {
            return;
        };
        if self.passes.len() == MOST {
            self.passes.pop_front();
        }
        self.passes.push_back((*issuer, *number, at));
    }

    /// How many seconds ago this pass was here, if it was.
    pub fn find(&self, seen: &Seen, now: Timestamp) -> Option<u64> {
        let Seen::Pass { issuer, number, .. } = seen else {
            return None;
        };
        let last = self
            .passes
            .iter()
            .rev()
            .find(|pass| (&pass.0, &pass.1) == (issuer, number))?;
        Some(now.since(last.2))
    }
}
