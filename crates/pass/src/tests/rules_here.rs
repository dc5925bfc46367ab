//! What holds where a device stands: by class, area and date, and the strictest where one of them
//! is missing.

use std::collections::BTreeMap;

use super::*;
use crate::{
    ClockTrust, KebabName, Now, Policy,
    fixture::{area, at_all_times, kebab, place_class, place_rules},
    policy::{IdentityRule, Overridable, PassBack, PlaceRules, Risk, Way, WithoutCode},
    time::Minute,
};

const TRUSTED: Now = Now {
    time: NOW,
    clock: ClockTrust::Trusted,
};

/// When the second set of rules of the hospital begins, and the street's area becomes low.
const LATER: Timestamp = NOW.plus(7 * DAY);

fn hospital() -> PlaceRules {
    PlaceRules {
        special_place: true,
        temperature: true,
        identity: IdentityRule::Everyone,
        without_code: WithoutCode::Admit,
        ways: [Way::GreenChannel].into(),
        ..place_rules()
    }
}

fn crossing() -> PlaceRules {
    PlaceRules {
        pass_back_minutes: 60,
        pass_back: PassBack::Check,
        questionnaire: false,
        without_code: WithoutCode::Never,
        overridable: [Overridable::Yellow].into(),
        ways: [Way::RegisteredCrossing].into(),
        ..place_rules()
    }
}

fn region() -> Policy {
    let mut policy = fixture::policy();
    policy.questions = vec!["Fever?".try_into().unwrap()].try_into().unwrap();
    policy.places = at_all_times([
        ("crossing", crossing()),
        ("gate", place_rules()),
        ("hospital", hospital()),
    ]);
    let from_now_on = Minute(0);
    policy.areas = BTreeMap::from([
        (
            kebab("lixia"),
            area(
                "Lixia",
                [(from_now_on, Risk::High), (Minute::of(LATER), Risk::Low)],
            ),
        ),
        (
            kebab("pingyin"),
            area("Pingyin", [(from_now_on, Risk::Low)]),
        ),
    ])
    .try_into()
    .unwrap();
    policy
}

fn at(time: Timestamp) -> Now {
    Now { time, ..TRUSTED }
}

fn all_strictest() -> PlaceRules {
    hospital().strictest(&crossing()).strictest(&place_rules())
}

#[test]
fn the_rules_of_the_class_and_the_risk_of_the_area_hold() {
    let policy = region();
    let (class, area) = (kebab("hospital"), kebab("pingyin"));
    let here = policy.rules_at(Some(&class), Some(&area), TRUSTED);
    assert_eq!(here.rules(), &hospital());
    assert_eq!(here.risk(), Some(Risk::Low));
    assert!(!here.needs_no_check(), "a special place in a low-risk area");
    assert_eq!(here.class().unwrap().name.local_name.as_str(), "hospital中");
    assert_eq!(here.area().unwrap().name.name.as_str(), "Pingyin");
    assert_eq!(here.questions().len(), 1);
}

#[test]
fn without_a_class_or_with_an_unknown_one_the_strictest_of_all_holds() {
    let (policy, unknown) = (region(), kebab("airport"));
    for class in [None, Some(&unknown)] {
        let here = policy.rules_at(class, Some(&kebab("pingyin")), TRUSTED);
        assert_eq!(here.rules(), &all_strictest());
        assert!(here.class().is_none());
    }
    let strict = all_strictest();
    assert!(strict.special_place && strict.temperature && strict.questionnaire);
    assert_eq!(strict.without_code, WithoutCode::Never);
    assert!(strict.overridable.is_empty() && strict.ways.is_empty());
}

#[test]
fn without_an_area_or_with_an_unknown_one_the_risk_is_high() {
    let (policy, class, unknown) = (region(), kebab("gate"), kebab("atlantis"));
    for area in [None, Some(&unknown)] {
        let here = policy.rules_at(Some(&class), area, TRUSTED);
        assert_eq!(here.risk(), Some(Risk::High));
        assert!(here.area().is_none());
    }
}

#[test]
fn a_region_that_does_not_divide_itself_by_risk_names_none() {
    let policy = fixture::policy();
    let here = policy.rules_at(None, Some(&kebab("lixia")), TRUSTED);
    assert_eq!(here.risk(), None);
    assert!(!here.needs_no_check());
    assert_eq!(here.rules(), &place_rules(), "the one class there is");
}

#[test]
fn a_dated_rule_and_a_dated_risk_begin_at_their_minute_and_end_with_the_next() {
    let mut policy = region();
    let end = LATER.plus(DAY);
    let dated = place_class(
        "Hospital",
        [
            (Minute::of(NOW), place_rules()),
            (Minute::of(LATER), hospital()),
            (Minute::of(end), crossing()),
        ],
    );
    policy.places = BTreeMap::from([(kebab("hospital"), dated)])
        .try_into()
        .unwrap();
    let (class, area) = (kebab("hospital"), kebab("lixia"));
    let here = |time| policy.rules_at(Some(&class), Some(&area), at(time));
    for (time, rules, risk) in [
        (NOW, place_rules(), Risk::High),
        (LATER.minus(1), place_rules(), Risk::High),
        (LATER, hospital(), Risk::Low),
        (end.minus(1), hospital(), Risk::Low),
        (end, crossing(), Risk::Low),
        (Timestamp(u64::MAX), crossing(), Risk::Low),
    ] {
        assert_eq!(here(time).rules(), &rules, "{time}");
        assert_eq!(here(time).risk(), Some(risk), "{time}");
    }
    // Before the first of them, nothing says what holds.
    let early = here(NOW.minus(1));
    assert_eq!(early.rules(), &all_strictest());
    assert!(early.class().is_none());
}

/// Whoever sets the clock of a device ahead gets no milder rules early.
#[test]
fn on_a_clock_that_nothing_confirms_all_dates_hold_at_once() {
    let mut policy = region();
    let dated = [(Minute(0), hospital()), (Minute::of(LATER), place_rules())];
    let dated = place_class("Hospital", dated);
    policy.places = BTreeMap::from([(kebab("hospital"), dated)])
        .try_into()
        .unwrap();
    let (class, area): (KebabName, KebabName) = (kebab("hospital"), kebab("lixia"));
    for clock in [
        ClockTrust::Unconfirmed,
        ClockTrust::Behind,
        ClockTrust::Ahead,
    ] {
        let now = Now { time: LATER, clock };
        let here = policy.rules_at(Some(&class), Some(&area), now);
        assert_eq!(
            here.rules(),
            &hospital().strictest(&place_rules()),
            "{clock:?}"
        );
        assert_eq!(here.risk(), Some(Risk::High), "{clock:?}");
    }
}

/// Nor does a restart, which leaves a clock unconfirmed, bring rules that have not begun.
#[test]
fn on_a_clock_that_nothing_confirms_rules_that_may_not_have_begun_loosen_nothing() {
    let mut policy = region();
    let later = Minute::of(LATER);
    let class = place_class("Street", [(later, place_rules())]);
    let mut places = policy.places.as_map().clone();
    places.insert(kebab("street"), class);
    policy.places = places.try_into().unwrap();
    let area = BTreeMap::from([(kebab("lixia"), area("Lixia", [(later, Risk::Low)]))]);
    policy.areas = area.try_into().unwrap();
    let (class, area) = (kebab("street"), kebab("lixia"));
    for clock in ClockTrust::ALL {
        let here = policy.rules_at(Some(&class), Some(&area), Now { time: NOW, clock });
        assert_eq!(here.rules(), &all_strictest(), "{clock:?}");
        assert_eq!(here.risk(), Some(Risk::High), "{clock:?}");
        assert!(here.class().is_none());
    }
}

#[test]
fn nobody_need_be_stopped_only_where_the_risk_is_low_and_nobody_is_registered() {
    let policy = region();
    let stops_nobody = |class, area| {
        let (class, area) = (kebab(class), kebab(area));
        policy
            .rules_at(Some(&class), Some(&area), TRUSTED)
            .stops_nobody()
    };
    assert!(stops_nobody("gate", "pingyin"));
    assert!(!stops_nobody("gate", "lixia"));
    assert!(!stops_nobody("hospital", "pingyin"), "a special place");
    assert!(
        !stops_nobody("crossing", "pingyin"),
        "everybody is registered"
    );
}
