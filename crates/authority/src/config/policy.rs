//! `policy.json`: the rules of this region's checkpoints, and how long a bundle lasts.

use std::{collections::BTreeMap, path::Path};

use gatepost_pass::{
    KebabName, Policy, Text, Timestamp,
    policy::{HelpDesk, TracingKey, WhenExpired, WhenLogFull},
};
use serde::{Deserialize, Serialize};

use super::{
    file::ConfigFileError,
    places::{self, AreaConfig, PlaceConfig, RulesConfig},
    text_forms::{Hex, words},
};
use crate::durations::{DAY, HOUR};

/// The settings, by the names in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct PolicyConfig {
    pub(crate) name: Text<60>,
    pub(crate) max_validity_days: u16,
    pub(crate) live_window_seconds: u16,
    #[serde(with = "WhenExpiredWords")]
    pub(crate) when_expired: WhenExpired,
    /// What a device does when its log is full.
    #[serde(default, with = "WhenLogFullWords")]
    pub(crate) when_log_full: WhenLogFull,
    pub(crate) show_seconds: ShowSeconds,
    pub(crate) retention_hours: u16,
    pub(crate) utc_offset_minutes: i16,
    pub(crate) help: Text<160>,
    #[serde(with = "TracingKeyForm")]
    pub(crate) tracing_key: TracingKey,
    /// Published help desks.
    #[serde(default)]
    pub(crate) desks: Vec<DeskConfig>,
    /// Yes-or-no questions on health, for people who are registered by hand.
    #[serde(default)]
    pub(crate) questions: Vec<Text<80>>,
    /// What holds at each class of place.
    pub(crate) places: BTreeMap<KebabName, PlaceConfig>,
    /// The risk of each area.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) areas: BTreeMap<KebabName, AreaConfig>,
    /// Address where arrivals declare themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) declare: Option<Text<160>>,
    /// Passages go to the hub at the boundaries of so many minutes.
    #[serde(default = "every_quarter")]
    pub(crate) upload_minutes: u16,
    /// Hours for which a published bundle is fresh.
    pub(crate) fresh_hours: u32,
    /// Days after which a bundle is not used at all.
    pub(crate) hard_days: u32,
}

/// Seconds for which each verdict stays on screen.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShowSeconds {
    pub(crate) admit: u8,
    pub(crate) check: u8,
    pub(crate) refuse: u8,
}

/// How the file writes the key that passages are sealed to, and its number.
#[derive(Serialize, Deserialize)]
#[serde(remote = "TracingKey", deny_unknown_fields)]
pub(super) struct TracingKeyForm {
    id: u16,
    #[serde(rename = "public", with = "Hex::<[u8; 32]>")]
    key: [u8; 32],
}

/// A published help desk.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeskConfig {
    pub(crate) area: Text<40>,
    pub(crate) phone: Text<24>,
}

fn every_quarter() -> u16 {
    15
}

impl PolicyConfig {
    /// The policy that `init` writes.
    pub(crate) fn standard(tracing_public: [u8; 32], fresh_hours: u32, hard_days: u32) -> Self {
        Self {
            name: text("Checkpoints"),
            max_validity_days: 14,
            live_window_seconds: 90,
            when_expired: WhenExpired::Refuse,
            when_log_full: WhenLogFull::Stop,
            show_seconds: ShowSeconds {
                admit: 2,
                check: 5,
                refuse: 5,
            },
            retention_hours: 24,
            utc_offset_minutes: 480,
            help: text(""),
            tracing_key: TracingKey {
                id: 1,
                key: tracing_public,
            },
            desks: Vec::new(),
            questions: Vec::new(),
            places: places::one_class(),
            areas: BTreeMap::new(),
            declare: None,
            upload_minutes: every_quarter(),
            fresh_hours,
            hard_days,
        }
    }

    /// The rules of every class of place, at all times.
    pub(super) fn rules(&self) -> impl Iterator<Item = &RulesConfig> {
        places::all_rules(&self.places)
    }

    /// The claims of the signed policy, still with version 0.
    pub(crate) fn claims(&self, path: &Path) -> Result<Policy, ConfigFileError> {
        let wrong = |why| ConfigFileError::values(path, why);
        let desk = |desk: &DeskConfig| HelpDesk {
            area: desk.area.clone(),
            phone: desk.phone.clone(),
        };
        let desks: Vec<HelpDesk> = self.desks.iter().map(desk).collect();
        let desks = desks
            .try_into()
            .map_err(|_| wrong("desks has at most 16 entries"))?;
        let questions = self.questions.clone();
        let questions = questions
            .try_into()
            .map_err(|_| wrong("questions has at most 6 entries"))?;
        Ok(Policy {
            version: 0,
            name: self.name.clone(),
            max_validity_days: self.max_validity_days,
            live_window: self.live_window_seconds,
            when_expired: self.when_expired,
            when_log_full: self.when_log_full,
            show_seconds: [
                self.show_seconds.admit,
                self.show_seconds.check,
                self.show_seconds.refuse,
            ],
            retention_hours: self.retention_hours,
            utc_offset_minutes: self.utc_offset_minutes,
            help: self.help.clone(),
            tracing_key: self.tracing_key,
            desks,
            questions,
            declare: self.declare.clone(),
            upload_minutes: self.upload_minutes,
            places: places::places(&self.places, path)?,
            areas: places::areas(&self.areas, path)?,
        })
    }

    /// Until when a bundle signed at `at` is fresh, and until when it is usable.
    pub(crate) fn lifetime(
        &self,
        at: Timestamp,
        path: &Path,
    ) -> Result<(Timestamp, Timestamp), ConfigFileError> {
        let (fresh, hard) = (
            u64::from(self.fresh_hours) * HOUR,
            u64::from(self.hard_days) * DAY,
        );
        if fresh == 0 || fresh > hard {
            let why = "fresh-hours must be at least 1, and no longer than hard-days";
            return Err(ConfigFileError::values(path, why));
        }
        Ok((at.plus(fresh), at.plus(hard)))
    }
}

/// A text of this program that is short enough for its field.
fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    text.try_into().unwrap_or_default()
}

words! {
    WhenExpiredWords for "WhenExpired" { Refuse, Check }
    WhenLogFullWords for "WhenLogFull" { Stop, ScanWithoutLog }
}
