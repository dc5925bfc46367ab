//! `places` and `areas` of `policy.json`: what holds at each class of place, the risk of each area,
//! and from when.

use std::{collections::BTreeMap, path::Path};

use gatepost_pass::{
    BoundedMap, KebabName, Text, Timestamp,
    policy::{
        Area, IdentityRule, MAX_AREAS, MAX_CLASSES, Overridable, PassBack, PlaceClass, PlaceName,
        PlaceRules, Risk, Way, WithoutCode,
    },
    time::Minute,
};
use serde::{Deserialize, Serialize};

use super::{
    file::ConfigFileError,
    text_forms::{OptionalRfc3339, words},
};

/// The classes of place, as the signed policy has them.
pub(super) type Places = BoundedMap<KebabName, PlaceClass, 1, MAX_CLASSES>;
/// The areas, as the signed policy has them.
pub(super) type Areas = BoundedMap<KebabName, Area, 0, MAX_AREAS>;

/// A class of place.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct PlaceConfig {
    /// Its name in English.
    name: Text<60>,
    /// Its name in Chinese.
    local_name: Text<60>,
    /// Its rules, each until the next begin.
    rules: Vec<RulesConfig>,
}

/// The rules of a class of place, from a time on. What is left out is as `init` writes it.
#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RulesConfig {
    /// From when they hold, to the minute; none for always.
    #[serde(with = "OptionalRfc3339", skip_serializing_if = "Option::is_none")]
    from: Option<Timestamp>,
    special_place: bool,
    temperature: bool,
    #[serde(with = "IdentityWords")]
    identity: IdentityRule,
    pass_back_minutes: u8,
    #[serde(with = "PassBackWords")]
    pass_back: PassBack,
    /// Whether a registration by hand asks the questions.
    questionnaire: bool,
    /// What a registration by hand leads to.
    #[serde(with = "WithoutCodeWords")]
    pub(super) without_code: WithoutCode,
    /// Which reasons a supervisor's badge can override.
    pub(super) supervisor_may_allow: Vec<OverridableName>,
    /// How people are helped through.
    ways: Vec<WayName>,
}

impl Default for RulesConfig {
    fn default() -> Self {
        Self {
            from: None,
            special_place: false,
            temperature: false,
            identity: IdentityRule::Nobody,
            pass_back_minutes: 5,
            pass_back: PassBack::Warn,
            questionnaire: true,
            without_code: WithoutCode::Supervisor,
            supervisor_may_allow: Vec::new(),
            ways: Vec::new(),
        }
    }
}

/// The name of a reason that a supervisor's badge can override.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct OverridableName(#[serde(with = "OverridableWords")] pub(super) Overridable);

/// The name of a way in which people are helped through.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
struct WayName(#[serde(with = "WayWords")] Way);

/// An area that has a risk.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct AreaConfig {
    /// Its name in English.
    name: Text<60>,
    /// Its name in Chinese.
    local_name: Text<60>,
    /// Its risk, each until the next begins.
    risks: Vec<RiskConfig>,
}

/// The risk of an area, from a time on.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RiskConfig {
    /// From when it holds, to the minute; none for always.
    #[serde(
        default,
        with = "OptionalRfc3339",
        skip_serializing_if = "Option::is_none"
    )]
    from: Option<Timestamp>,
    #[serde(with = "RiskWords")]
    risk: Risk,
}

/// The one class that `init` writes.
pub(super) fn one_class() -> BTreeMap<KebabName, PlaceConfig> {
    let name = |text: &str| text.try_into().unwrap_or_default();
    let gate = PlaceConfig {
        name: name("Gate"),
        local_name: name("门岗"),
        rules: vec![RulesConfig::default()],
    };
    "gate"
        .parse()
        .map(|class| (class, gate))
        .into_iter()
        .collect()
}

/// All sets of rules, at all times.
pub(super) fn all_rules(
    places: &BTreeMap<KebabName, PlaceConfig>,
) -> impl Iterator<Item = &RulesConfig> {
    places.values().flat_map(|place| &place.rules)
}

/// The classes of the signed policy.
pub(super) fn places(
    places: &BTreeMap<KebabName, PlaceConfig>,
    path: &Path,
) -> Result<Places, ConfigFileError> {
    let wrong = |why| ConfigFileError::values(path, why);
    let claims = |place: &PlaceConfig| {
        let rules = place.rules.iter();
        let rules = dated(rules.map(|rules| (rules.from, rules.claims())));
        Some(PlaceClass {
            name: place_name(&place.name, &place.local_name),
            rules: rules?,
        })
    };
    let few = "each place has 1 to 8 rules, no two of which begin at the same time";
    let classes = each(places, claims).ok_or_else(|| wrong(few))?;
    (classes.try_into()).map_err(|_| wrong("places has 1 to 16 entries"))
}

/// The areas of the signed policy.
pub(super) fn areas(
    areas: &BTreeMap<KebabName, AreaConfig>,
    path: &Path,
) -> Result<Areas, ConfigFileError> {
    let few = "each area has 1 to 16 risks, no two of which begin at the same time";
    let claims = |area: &AreaConfig| {
        Some(Area {
            name: place_name(&area.name, &area.local_name),
            risks: dated(area.risks.iter().map(|risk| (risk.from, risk.risk)))?,
        })
    };
    let wrong = |why| ConfigFileError::values(path, why);
    let areas = each(areas, claims).ok_or_else(|| wrong(few))?;
    (areas.try_into()).map_err(|_| wrong("areas has at most 64 entries"))
}

/// All entries under their names, as the signed policy has them; nothing where one can't be.
fn each<C, T>(
    entries: &BTreeMap<KebabName, C>,
    claims: impl Fn(&C) -> Option<T>,
) -> Option<BTreeMap<KebabName, T>> {
    let entry = |(name, entry): (&KebabName, &C)| Some((name.clone(), claims(entry)?));
    entries.iter().map(entry).collect()
}

/// By the minute from which each holds; nothing where two share one, or there are too many.
fn dated<T, const MAX: usize>(
    all: impl Iterator<Item = (Option<Timestamp>, T)>,
) -> Option<BoundedMap<Minute, T, 1, MAX>> {
    let mut dated = BTreeMap::new();
    for (from, holds) in all {
        let from = from.map_or(Minute(0), Minute::of);
        if dated.insert(from, holds).is_some() {
            return None;
        }
    }
    dated.try_into().ok()
}

fn place_name(name: &Text<60>, local_name: &Text<60>) -> PlaceName {
    PlaceName {
        name: name.clone(),
        local_name: local_name.clone(),
    }
}

impl RulesConfig {
    fn claims(&self) -> PlaceRules {
        let allowed = self.supervisor_may_allow.iter();
        PlaceRules {
            special_place: self.special_place,
            temperature: self.temperature,
            identity: self.identity,
            pass_back_minutes: self.pass_back_minutes,
            pass_back: self.pass_back,
            questionnaire: self.questionnaire,
            without_code: self.without_code,
            overridable: allowed.map(|name| name.0).collect(),
            ways: self.ways.iter().map(|way| way.0).collect(),
        }
    }
}

words! {
    RiskWords for "Risk" { Low, Medium, High }
    IdentityWords for "IdentityRule" { Nobody, SpecialClasses, Everyone }
    PassBackWords for "PassBack" { Warn, Check }
    WithoutCodeWords for "WithoutCode" { Admit, Supervisor, Never }
    OverridableWords for "Overridable" {
        Yellow, NotYetValid, Expired, LiveCodeNeeded, LiveCodeOld, IssuerRefused, ConvertPass,
        AlreadyPassed, ExpiredData, NoList, ListUnreadable
    }
    WayWords for "Way" { RegisteredCrossing, GreenChannel }
}
