//! The passages of the day, and when they may be counted again.

use std::time::{Duration, Instant};

use crate::store::HourCount;

/// The passages of the day, as they were counted last.
#[derive(Debug)]
pub(crate) struct DayCounts {
    counts: Vec<HourCount>,
    began: Option<Instant>,
    /// How long after it began it may begin again; nothing while it counts.
    wait: Option<Duration>,
}

impl Default for DayCounts {
    fn default() -> Self {
        Self {
            counts: Vec::new(),
            began: None,
            wait: Some(Duration::ZERO),
        }
    }
}

impl DayCounts {
    pub(crate) fn counts(&self) -> &[HourCount] {
        &self.counts
    }

    /// Whether they are to be counted again; they are from now on.
    pub(crate) fn begin(&mut self, at: Instant) -> bool {
        let Some(wait) = self.wait else {
            return false;
        };
        if self.began.is_some_and(|began| at < began + wait) {
            return false;
        }
        (self.began, self.wait) = (Some(at), None);
        true
    }

    /// They were counted. A tenth of the time goes into counting at most.
    pub(crate) fn counted(&mut self, counts: Vec<HourCount>) {
        let took = self.began.map(|began| began.elapsed());
        self.wait = Some(took.unwrap_or_default() * 10);
        self.counts = counts;
    }
}
