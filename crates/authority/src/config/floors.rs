//! The `floors` of `trust.json`: the loosest that the policy and the bundles may become.

use std::{collections::BTreeSet, path::Path};

use gatepost_pass::{
    policy::{TracingKey, WhenExpired, WhenLogFull, WithoutCode},
    trust::Floors,
};
use serde::{Deserialize, Serialize};

use super::{
    file::ConfigFileError,
    places::{OverridableName, WithoutCodeWords},
    policy::{PolicyConfig, TracingKeyForm, WhenExpiredWords, WhenLogFullWords},
};

/// Most tracing keys that floors name.
const MOST_TRACING_KEYS: usize = 8;
/// Hours in a day.
const HOURS: u32 = 24;

/// The floors, by the names that `policy.json` has for the same settings.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct FloorsConfig {
    /// Keys that passages may be sealed to.
    tracing_keys: Vec<TracingKeyEntry>,
    #[serde(with = "WithoutCodeWords")]
    without_code: WithoutCode,
    live_window_seconds: u16,
    max_validity_days: u16,
    upload_minutes: u16,
    #[serde(with = "WhenExpiredWords")]
    when_expired: WhenExpired,
    #[serde(with = "WhenLogFullWords")]
    when_log_full: WhenLogFull,
    fresh_hours: u16,
    hard_hours: u16,
    supervisor_may_allow: Vec<OverridableName>,
}

/// A key that passages may be sealed to.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
struct TracingKeyEntry(#[serde(with = "TracingKeyForm")] TracingKey);

impl FloorsConfig {
    /// Lets passages be sealed to another key too; the oldest makes room.
    pub(crate) fn add_tracing_key(&mut self, key: TracingKey) {
        if self.tracing_keys.len() >= MOST_TRACING_KEYS {
            self.tracing_keys.remove(0);
        }
        self.tracing_keys.push(TracingKeyEntry(key));
    }

    /// The keys that passages may be sealed to.
    pub(crate) fn tracing_keys(&self) -> impl Iterator<Item = TracingKey> {
        self.tracing_keys.iter().map(|entry| entry.0)
    }

    /// Floors that just hold a policy.
    pub(crate) fn of(policy: &PolicyConfig) -> Self {
        let hours = |hours: u32| u16::try_from(hours).unwrap_or(u16::MAX);
        let loosest = policy.rules().map(|rules| rules.without_code).min();
        let allowed = policy.rules().flat_map(|rules| &rules.supervisor_may_allow);
        Self {
            tracing_keys: vec![TracingKeyEntry(policy.tracing_key)],
            without_code: loosest.unwrap_or(WithoutCode::Never),
            live_window_seconds: policy.live_window_seconds,
            max_validity_days: policy.max_validity_days,
            upload_minutes: policy.upload_minutes,
            when_expired: policy.when_expired,
            when_log_full: policy.when_log_full,
            fresh_hours: hours(policy.fresh_hours),
            hard_hours: hours(policy.hard_days.saturating_mul(HOURS)),
            supervisor_may_allow: allowed
                .copied()
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
        }
    }

    /// The floors as the signed trust list has them.
    pub(crate) fn claims(&self, path: &Path) -> Result<Floors, ConfigFileError> {
        let keys: Vec<TracingKey> = self.tracing_keys.iter().map(|key| key.0).collect();
        let names = self.supervisor_may_allow.iter();
        Ok(Floors {
            tracing_keys: keys.try_into().map_err(|_| {
                ConfigFileError::values(path, "floors have 1 to 8 tracing-keys: remove old ones")
            })?,
            without_code: self.without_code,
            live_window: self.live_window_seconds,
            max_validity_days: self.max_validity_days,
            upload_minutes: self.upload_minutes,
            when_expired: self.when_expired,
            when_log_full: self.when_log_full,
            fresh_hours: self.fresh_hours,
            hard_hours: self.hard_hours,
            overridable: names.map(|name| name.0).collect(),
        })
    }
}
