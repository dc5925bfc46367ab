//! What no policy and no manifest may loosen, whoever has stolen the key that signs it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    bounded::Bounded,
    policy::{Overridable, PlaceRules, Policy, TracingKey, WhenExpired, WhenLogFull, WithoutCode},
};

/// The loosest that the roots let the authority's everyday keys be. They stand in the trust list,
/// so only as many root keys as must sign together can change them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floors {
    /// The keys of which a policy has passages sealed to one.
    pub tracing_keys: Bounded<TracingKey, 1, 8>,
    /// The loosest that a registration by hand may give.
    pub without_code: WithoutCode,
    /// Longest window of a live code, in seconds.
    pub live_window: u16,
    /// Longest validity that a policy may allow a pass, in days.
    pub max_validity_days: u16,
    /// Shortest time between two boundaries at which passages go to the hub, in minutes.
    pub upload_minutes: u16,
    /// The loosest that may happen once the bundle's last usable time is over.
    pub when_expired: WhenExpired,
    /// The loosest that may happen while the log is full.
    pub when_log_full: WhenLogFull,
    /// Longest time that a manifest may call itself fresh, in hours.
    pub fresh_hours: u16,
    /// Longest time that a manifest may call itself usable, in hours.
    pub hard_hours: u16,
    /// All that a policy may leave to a supervisor.
    pub overridable: BTreeSet<Overridable>,
}

/// Seconds in an hour.
const HOUR: u64 = 3600;
/// No place's time is further from UTC, in minutes: a clock that a supervisor sets is read by it.
const MOST_EAST_OR_WEST: u16 = 14 * 60;

impl Floors {
    /// The first rule in which a policy is looser, at any class of place and at any time.
    pub fn looser(&self, policy: &Policy) -> Option<&'static str> {
        let sealed = self.tracing_keys.as_slice().contains(&policy.tracing_key);
        let offset = policy.utc_offset_minutes.unsigned_abs();
        let classes = policy.places.as_map().values();
        let mut sets = classes.flat_map(|class| class.rules.as_map().values());
        first_broken([
            ("tracing key", sealed),
            ("live window", policy.live_window <= self.live_window),
            (
                "longest validity",
                policy.max_validity_days <= self.max_validity_days,
            ),
            (
                "time between uploads",
                policy.upload_minutes >= self.upload_minutes,
            ),
            ("when-expired", policy.when_expired <= self.when_expired),
            ("when-log-full", policy.when_log_full <= self.when_log_full),
            ("offset from UTC", offset <= MOST_EAST_OR_WEST),
        ])
        .or_else(|| sets.find_map(|rules| self.looser_at_a_place(rules)))
    }

    fn looser_at_a_place(&self, rules: &PlaceRules) -> Option<&'static str> {
        first_broken([
            ("without-code", rules.without_code >= self.without_code),
            (
                "what a supervisor may allow",
                rules.overridable.is_subset(&self.overridable),
            ),
        ])
    }

    /// The first span that is longer, of those in which a manifest calls itself fresh and usable,
    /// in seconds.
    pub fn longer(&self, fresh: u64, usable: u64) -> Option<&'static str> {
        first_broken([
            ("fresh time", fresh <= u64::from(self.fresh_hours) * HOUR),
            ("usable time", usable <= u64::from(self.hard_hours) * HOUR),
        ])
    }
}

fn first_broken<const N: usize>(rules: [(&'static str, bool); N]) -> Option<&'static str> {
    let broken = rules.into_iter().find(|(_, kept)| !kept);
    broken.map(|(rule, _)| rule)
}
