//! Classes of place and areas: which rules and which risk hold there, and from when.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{IdentityRule, Overridable, PassBack, Risk, WithoutCode};
use crate::{
    bounded::{BoundedMap, Text},
    time::Minute,
};

/// Rules of one class of place at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceRules {
    /// Whether this is one of the special places, whose rules hold in low-risk areas too.
    pub special_place: bool,
    /// Whether the temperature is taken of everyone who would be admitted.
    pub temperature: bool,
    /// Of whom a document is asked for; only at special places.
    pub identity: IdentityRule,
    /// A pass seen again the same way within so many minutes is remarked on; 0 for never.
    pub pass_back_minutes: u8,
    /// Whether that is a remark on the verdict or makes it a check.
    pub pass_back: PassBack,
    /// Whether a registration by hand asks the policy's health questions.
    pub questionnaire: bool,
    /// What a registration by hand gives.
    pub without_code: WithoutCode,
    /// What a supervisor's badge can allow. A set, so written in order and without repeats.
    pub overridable: BTreeSet<Overridable>,
    /// How people are helped through. A set, too.
    pub ways: BTreeSet<Way>,
}

impl PlaceRules {
    /// Nothing is stricter.
    pub(super) const STRICTEST: Self = Self {
        special_place: true,
        temperature: true,
        identity: IdentityRule::Everyone,
        pass_back_minutes: u8::MAX,
        pass_back: PassBack::Check,
        questionnaire: true,
        without_code: WithoutCode::Never,
        overridable: BTreeSet::new(),
        ways: BTreeSet::new(),
    };

    /// Rules that are nowhere looser than either: field by field the stricter, and only what both
    /// leave to a supervisor. A way is no strictness: it stays where both have it.
    pub fn strictest(&self, other: &Self) -> Self {
        Self {
            special_place: self.special_place || other.special_place,
            temperature: self.temperature || other.temperature,
            identity: self.identity.max(other.identity),
            pass_back_minutes: self.pass_back_minutes.max(other.pass_back_minutes),
            pass_back: self.pass_back.max(other.pass_back),
            questionnaire: self.questionnaire || other.questionnaire,
            without_code: self.without_code.max(other.without_code),
            overridable: &self.overridable & &other.overridable,
            ways: &self.ways & &other.ways,
        }
    }
}

/// How a class of place helps people through, besides its rules. Closed. New ones go to the end:
/// the position is on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Way {
    /// Everybody who crosses is registered. A pass fills the registration in, so a code is the fast
    /// lane; who has none is registered by hand.
    RegisteredCrossing,
    /// Who comes without a code may be in need: the staff help first, with a look-up by ID number,
    /// and leave the registration by hand for last.
    GreenChannel,
}

crate::names! {
    Way { RegisteredCrossing = "registered-crossing", GreenChannel = "green-channel" }
}

/// A class of place, such as hospitals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceClass {
    /// Its name for people.
    pub name: PlaceName,
    /// Its rules, each from its minute on until the next begin.
    pub rules: BoundedMap<Minute, PlaceRules, 1, 8>,
}

/// An area that has a risk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// Its name for people.
    pub name: PlaceName,
    /// Its risk, each from its minute on until the next begins.
    pub risks: BoundedMap<Minute, Risk, 1, 16>,
}

/// What people call a class of place or an area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceName {
    /// In English.
    pub name: Text<60>,
    /// In Chinese.
    pub local_name: Text<60>,
}
