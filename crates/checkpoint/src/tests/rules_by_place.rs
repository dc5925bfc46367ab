//! What holds where a device stands: classes of place and the risk of areas, as verdicts.

use std::time::{Duration, Instant};

use gatepost_pass::{
    Bounded, Freshness, Listing,
    fixture::{at_all_times, kebab, place_class, place_rules},
    policy::{Overridable, RulesHere, Way, WithoutCode},
};
use gatepost_protocol::{Allowed, OverrideWhy, Seen, Temperature};

use super::*;
use crate::{ListAnswer, Observed, Situation, decide};

fn region() -> Region {
    let mut region = Region::default();
    region.policy.places = at_all_times([
        ("gate", place_rules()),
        (
            "hospital",
            PlaceRules {
                special_place: true,
                temperature: true,
                identity: IdentityRule::Everyone,
                ..place_rules()
            },
        ),
    ]);
    region
}

fn standing(class: &str) -> Gate {
    Gate {
        region: region(),
        class: Some(kebab(class)),
        ..Gate::new()
    }
}

fn asked_of_all() -> (Outcome, Vec<Reason>) {
    let asked = vec![Reason::TakeTemperature, Reason::CheckIdentity];
    (Outcome::Check, asked)
}

#[test]
fn the_same_pass_is_judged_by_the_class_of_the_place() {
    assert_eq!(standing("gate").says(&paper(1)), admit());
    assert_eq!(standing("hospital").says(&paper(1)), asked_of_all());
}

#[test]
fn an_unknown_class_and_none_are_judged_as_strictly_as_the_strictest() {
    assert_eq!(standing("airport").says(&paper(1)), asked_of_all());
    let nowhere = Gate {
        class: None,
        ..standing("gate")
    };
    assert_eq!(nowhere.says(&paper(1)), asked_of_all());
}

#[test]
fn a_dated_rule_is_judged_by_from_its_minute_on() {
    let mut gate = standing("gate");
    let strict = PlaceRules {
        temperature: true,
        ..place_rules()
    };
    let (begins, ends) = (NOW.plus(3600), NOW.plus(7200));
    let dated = place_class(
        "Gate",
        [
            (Minute(0), place_rules()),
            (Minute::of(begins), strict),
            (Minute::of(ends), place_rules()),
        ],
    );
    let places = BTreeMap::from([(kebab("gate"), dated)]);
    gate.region.policy.places = places.try_into().unwrap();
    for (time, expected) in [
        (begins.minus(1), admit()),
        (begins, check(Reason::TakeTemperature)),
        (ends.minus(1), check(Reason::TakeTemperature)),
        (ends, admit()),
    ] {
        gate.now.time = time;
        assert_eq!(gate.says(&paper(1)), expected, "{time}");
    }
    // On a clock that nothing has confirmed, the strict one holds all the time.
    gate.now.clock = ClockTrust::Unconfirmed;
    assert_eq!(gate.says(&paper(1)), check(Reason::TakeTemperature));
}

#[test]
fn a_low_risk_area_admits_without_a_check_and_refuses_what_is_red_or_forged_all_the_same() {
    let mut gate = Gate::low_risk(|rules| {
        rules.temperature = true;
        rules.pass_back = PassBack::Check;
        rules.identity = IdentityRule::Everyone;
    });
    assert_eq!(gate.says(&paper(1)), admit());
    assert_eq!(gate.says(&paper(101)), check(Reason::Yellow));
    assert_eq!(gate.says(&paper(102)), refuse(Reason::Red));
    assert_eq!(gate.says(&paper(103)), refuse(Reason::Revoked));
    assert_eq!(gate.says(&phone(1)), check(Reason::LiveCodeNeeded));
    let fever = Observed {
        temperature: Some(Temperature::Fever),
        ..Observed::default()
    };
    let bundle = gate.region.verified();
    let warm = gate.judge(&to_text(&paper(1)));
    let warm = gate.bench(&bundle).again(warm, fever).verdict;
    assert_eq!((warm.outcome, warm.reasons), refuse(Reason::Fever));
    let mut forged = paper(1);
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(gate.says(&forged), refuse(Reason::BadSignature));

    let seen = gate.judge(&to_text(&paper(1))).seen;
    let passed = Instant::now();
    gate.recent.add(&seen, Direction::In, passed);
    gate.recent.tick(passed + Duration::from_secs(60));
    let remarked = (Outcome::Admit, vec![Reason::Green, Reason::AlreadyPassed]);
    assert_eq!(gate.says(&paper(1)), remarked);
}

#[test]
fn a_registered_crossing_admits_a_code_as_a_passage_and_registers_by_hand_who_has_none() {
    let gate = Gate::low_risk(|rules| {
        rules.without_code = WithoutCode::Admit;
        rules.ways = [Way::RegisteredCrossing].into();
    });
    let judged = gate.judge(&to_text(&paper(1)));
    assert_eq!(judged.verdict.outcome, Outcome::Admit);
    assert!(judged.is_attempt(), "goes into the log");
    assert!(matches!(judged.seen, Seen::Pass { .. }));
    let by_hand = Case::ByHand(Bounded::default());
    let policy = &gate.region.policy;
    let here = policy.rules_at(gate.class.as_ref(), gate.area.as_ref(), TRUSTED);
    let verdict = decide(&situation(&here), &by_hand, &Observed::default());
    assert_eq!(verdict.outcome, Outcome::Admit);
    assert_eq!(verdict.reasons, [Reason::RegisteredByHand]);
}

fn situation<'a>(here: &'a RulesHere<'a>) -> Situation<'a> {
    Situation {
        here,
        freshness: Freshness::Fresh,
        now: TRUSTED,
    }
}

/// Rules that differ in everything that a decision looks at.
fn many_rules() -> Vec<PlaceRules> {
    let mut all = Vec::new();
    for flags in 0..8_u8 {
        for identity in [
            IdentityRule::Nobody,
            IdentityRule::SpecialClasses,
            IdentityRule::Everyone,
        ] {
            for (pass_back_minutes, pass_back) in [(0, PassBack::Check), (5, PassBack::Warn)] {
                all.push(PlaceRules {
                    special_place: flags & 1 != 0,
                    temperature: flags & 2 != 0,
                    identity,
                    pass_back_minutes,
                    pass_back,
                    questionnaire: flags & 4 != 0,
                    without_code: match flags & 5 {
                        0 => WithoutCode::Admit,
                        1 => WithoutCode::Supervisor,
                        _ => WithoutCode::Never,
                    },
                    overridable: match flags & 6 {
                        0 => Overridable::ALL.into(),
                        2 => [Overridable::Yellow].into(),
                        _ => [Overridable::AlreadyPassed].into(),
                    },
                    ways: Default::default(),
                });
            }
        }
    }
    all
}

/// What people come with: pass or none, measured or not, allowed by a supervisor or not.
fn many_cases(gate: &Gate) -> Vec<(Case, Observed)> {
    let codes = [
        paper(1),
        with_class(Class::Special(1)),
        paper(101),
        paper(102),
        phone(1),
    ];
    let mut cases: Vec<Case> = codes
        .iter()
        .filter_map(|code| match gate.judge(&to_text(code)).basis {
            Basis::Rules { case, .. } => Some(case),
            Basis::NotSetUp(_) => None,
        })
        .collect();
    cases.push(Case::Person(ListAnswer::Found(Listing::NotListed)));
    cases.push(Case::ByHand(Bounded::default()));
    let allowed = Allowed {
        by: "super-1".try_into().unwrap(),
        why: OverrideWhy::Emergency,
        rules: Outcome::Check,
    };
    let observed = [
        Observed::default(),
        Observed {
            passed_before: Some(60),
            ..Observed::default()
        },
        Observed {
            temperature: Some(Temperature::Fever),
            ..Observed::default()
        },
        Observed {
            allowed: Some(allowed),
            ..Observed::default()
        },
    ];
    let with = |case: &Case| observed.clone().map(|observed| (case.clone(), observed));
    cases.iter().flat_map(with).collect()
}

#[test]
fn whoever_is_judged_by_the_strictest_of_two_classes_gets_through_at_neither_more_easily() {
    let rules = many_rules();
    let gate = Gate::new();
    let cases = many_cases(&gate);
    let mut policy = gate.region.policy.clone();
    let mut outcomes = |rules: &PlaceRules| -> Vec<Outcome> {
        policy.places = at_all_times([("gate", rules.clone())]);
        let here = policy.rules_at(None, None, TRUSTED);
        let outcome =
            |(case, observed): &(Case, Observed)| decide(&situation(&here), case, observed).outcome;
        cases.iter().map(outcome).collect()
    };
    let alone: Vec<_> = rules.iter().map(&mut outcomes).collect();
    for (i, one) in rules.iter().enumerate() {
        for (j, other) in rules.iter().enumerate().skip(i) {
            let both = outcomes(&one.strictest(other));
            for (n, outcome) in both.iter().enumerate() {
                let worst = alone[i][n].max(alone[j][n]);
                assert!(*outcome >= worst, "{:?} by {one:?} and {other:?}", cases[n]);
            }
        }
    }
}
