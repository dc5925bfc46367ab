//! What holds where a device stands, at one moment: [`Policy::rules_at`].

use std::borrow::Cow;

use super::{Area, PlaceClass, PlaceRules, Policy, Risk, Way};
use crate::{
    bounded::{BoundedMap, KebabName, Text},
    time::{ClockTrust, Minute, Now},
};

/// The policy, and the rules that hold at a place at one moment. Only [`Policy::rules_at`] makes
/// it.
#[derive(Clone, Debug)]
pub struct RulesHere<'a> {
    policy: &'a Policy,
    rules: Cow<'a, PlaceRules>,
    class: Option<&'a PlaceClass>,
    area: Option<&'a Area>,
    risk: Option<Risk>,
}

impl Policy {
    /// What holds at a place of this class in this area.
    ///
    /// Without a class, with one that the policy does not know, or whose rules have not begun, the
    /// strictest of all classes hold; of an area, the highest risk. Dates count by a trusted clock
    /// only: on any other, each date may have begun or not, and the strictest of it all holds.
    pub fn rules_at(
        &self,
        class: Option<&KebabName>,
        area: Option<&KebabName>,
        now: Now,
    ) -> RulesHere<'_> {
        let class = class.and_then(|class| self.places.as_map().get(class));
        let area = area.and_then(|area| self.areas.as_map().get(area));
        // Of a class, only where it is certain that its rules have begun.
        let own: Option<Vec<_>> =
            class.and_then(|class| may_hold(&class.rules, now).into_iter().collect());
        let classes = || self.places.as_map().values();
        let known =
            || classes().flat_map(|class| may_hold(&class.rules, now).into_iter().flatten());
        let at_all_times = || classes().flat_map(|class| class.rules.as_map().values());
        let rules = match &own {
            Some(own) => strictest(own.iter().copied()),
            None => strictest(known()).or_else(|| strictest(at_all_times())),
        };
        let risks = area.map_or(vec![None], |area| may_hold(&area.risks, now));
        let risks = risks
            .into_iter()
            .map(|risk| risk.copied().unwrap_or(Risk::High));
        RulesHere {
            policy: self,
            class: class.filter(|_| own.is_some()),
            // A policy has at least one class with one set of rules, by its type.
            rules: rules.unwrap_or(Cow::Owned(PlaceRules::STRICTEST)),
            area,
            risk: match self.areas.as_map().is_empty() {
                true => None,
                false => risks.max(),
            },
        }
    }
}

/// What may hold now: by a trusted clock the newest that has begun; by any other each of them.
/// `None` stands for the time before the first.
fn may_hold<V, const MAX: usize>(
    dated: &BoundedMap<Minute, V, 1, MAX>,
    now: Now,
) -> Vec<Option<&V>> {
    let dated = dated.as_map();
    match now.clock {
        ClockTrust::Trusted => {
            let begun = dated.range(..=Minute::of(now.time)).next_back();
            vec![begun.map(|(_, holds)| holds)]
        }
        ClockTrust::Unconfirmed | ClockTrust::Behind | ClockTrust::Ahead => {
            let before = (!dated.contains_key(&Minute(0))).then_some(None);
            dated.values().map(Some).chain(before).collect()
        }
    }
}

/// The strictest of all; nothing of none.
fn strictest<'a>(all: impl IntoIterator<Item = &'a PlaceRules>) -> Option<Cow<'a, PlaceRules>> {
    let mut all = all.into_iter();
    let first = Cow::Borrowed(all.next()?);
    Some(all.fold(first, |so_far, rules| Cow::Owned(so_far.strictest(rules))))
}

impl<'a> RulesHere<'a> {
    /// What is common to all places.
    pub fn policy(&self) -> &'a Policy {
        self.policy
    }

    /// What holds here.
    pub fn rules(&self) -> &PlaceRules {
        &self.rules
    }

    /// The class of the place; nothing where the strictest rules hold for want of one.
    pub fn class(&self) -> Option<&'a PlaceClass> {
        self.class
    }

    /// The area, if the policy knows it.
    pub fn area(&self) -> Option<&'a Area> {
        self.area
    }

    /// The risk here; nothing in a region that does not divide itself by risk.
    pub fn risk(&self) -> Option<Risk> {
        self.risk
    }

    /// Whether this place needs no check, but of special persons: a low-risk area, and no special
    /// place.
    pub fn needs_no_check(&self) -> bool {
        self.risk == Some(Risk::Low) && !self.rules.special_place
    }

    /// Whether nobody need be stopped here: no check is needed, and nobody has to be registered.
    pub fn stops_nobody(&self) -> bool {
        self.needs_no_check() && !self.has(Way::RegisteredCrossing)
    }

    /// Whether people are helped through this way.
    pub fn has(&self, way: Way) -> bool {
        self.rules.ways.contains(&way)
    }

    /// The health questions that a registration by hand asks here.
    pub fn questions(&self) -> &'a [Text<80>] {
        match self.rules.questionnaire {
            true => self.policy.questions.as_slice(),
            false => &[],
        }
    }
}
