//! Live codes that were dated ahead, in memory only, so that they live no longer than others.

use std::collections::VecDeque;

use gatepost_pass::{IssuerId, Pass, PassNumber, Timestamp, Verified};

/// Most codes that are remembered.
const MOST: usize = 1024;

/// When live codes that were dated ahead were first seen. A code counts from its own date on; one
/// that was dated ahead would count for longer than one that was made the moment it was shown.
#[derive(Debug, Default)]
pub struct LiveCodes {
    seen: VecDeque<(LiveCode, Timestamp)>,
}

/// One live code of one pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LiveCode {
    issuer: IssuerId,
    pass: PassNumber,
    dated: Timestamp,
}

impl LiveCodes {
    /// From when on a pass's live code counts, where that is not its own date: it is dated ahead of
    /// `now`, or was when it was seen first.
    pub fn counts_from(&mut self, pass: &Verified<Pass>, now: Timestamp) -> Option<Timestamp> {
        let code = LiveCode {
            issuer: pass.issuer().id,
            pass: pass.claims().number,
            dated: pass.live()?.at,
        };
        if let Some((_, first)) = self.seen.iter().find(|(other, _)| *other == code) {
            return Some(*first);
        }
        if code.dated <= now {
            return None;
        }
        if self.seen.len() == MOST {
            self.seen.pop_front();
        }
        self.seen.push_back((code, now));
        Some(now)
    }
}
