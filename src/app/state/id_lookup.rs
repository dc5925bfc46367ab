//! Whether an ID number is being looked up: one at a time.

use std::time::{Duration, Instant};

/// An answer that has not come after this long never comes: the next number may be asked.
const GIVEN_UP: Duration = Duration::from_secs(10);

/// The look-up that runs beside the loop, if one does.
#[derive(Debug, Default)]
pub(crate) struct IdLookup {
    since: Option<Instant>,
}

impl IdLookup {
    /// Whether the next number may be asked.
    pub(crate) fn is_free(&self, at: Instant) -> bool {
        let goes_on = |since: Instant| at.saturating_duration_since(since) < GIVEN_UP;
        !self.since.is_some_and(goes_on)
    }

    pub(crate) fn begin(&mut self, at: Instant) {
        self.since = Some(at);
    }

    pub(crate) fn end(&mut self) {
        self.since = None;
    }

    /// Whether an answer is awaited.
    pub(crate) fn is_running(&self) -> bool {
        self.since.is_some()
    }
}
