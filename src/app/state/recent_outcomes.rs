//! How the last verdicts went, for a guard who looked away: outcomes and times only, of nobody in
//! particular, for two minutes and in memory only. Pure: time comes in as an argument.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use gatepost_protocol::Outcome;

use crate::ui::RecentVerdict;

/// How many are shown, and for how long.
const MOST: usize = 3;
const SHOWN: Duration = Duration::from_secs(120);

/// The outcomes of the last verdicts that were closed, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct RecentOutcomes(VecDeque<(Outcome, Instant)>);

impl RecentOutcomes {
    /// A verdict was closed.
    pub(crate) fn add(&mut self, outcome: Outcome, at: Instant) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back((outcome, at));
    }

    /// What is shown of them at this time, the newest first.
    pub(crate) fn view(&mut self, at: Instant) -> Vec<RecentVerdict> {
        let since = |then: Instant| at.saturating_duration_since(then);
        self.0.retain(|(_, then)| since(*then) < SHOWN);
        let newest = self.0.iter().rev();
        newest
            .map(|(outcome, then)| RecentVerdict {
                outcome: *outcome,
                // At most two minutes.
                seconds: u8::try_from(since(*then).as_secs()).unwrap_or(u8::MAX),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_three_outcomes_stand_for_two_minutes_the_newest_first() {
        let (mut recent, start) = (RecentOutcomes::default(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(recent.view(start), []);
        for (seconds, outcome) in [
            (0, Outcome::Refuse),
            (10, Outcome::Admit),
            (20, Outcome::Check),
            (30, Outcome::Admit),
        ] {
            recent.add(outcome, after(seconds));
        }
        let mut shown = |seconds| {
            let view = recent.view(after(seconds)).into_iter();
            view.map(|verdict| (verdict.outcome, verdict.seconds))
                .collect::<Vec<_>>()
        };
        let (admit, check) = (Outcome::Admit, Outcome::Check);
        assert_eq!(shown(42), [(admit, 12), (check, 22), (admit, 32)]);
        assert_eq!(shown(130), [(admit, 100), (check, 110)]);
        assert_eq!(shown(149), [(admit, 119)]);
        assert_eq!(shown(150), []);
    }
}
