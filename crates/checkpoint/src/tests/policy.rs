//! What the policy asks of a green pass: temperature, identity, and a second look at who has just
//! passed.

use super::*;

#[test]
fn temperature_and_identity_follow_policy_place_and_person() {
    let taken = Gate::with(|rules| rules.temperature = true);
    assert_eq!(taken.says(&paper(1)), check(Reason::TakeTemperature));
    assert_eq!(taken.says(&paper(102)), refuse(Reason::Red));

    let elsewhere = Gate::with(|rules| rules.identity = IdentityRule::Everyone);
    assert_eq!(elsewhere.says(&paper(1)), admit());
    let low_risk = Gate::low_risk(|rules| rules.temperature = true);
    for (gate, asked) in [
        (low_risk, Reason::TakeTemperature),
        (Gate::with(special_place), Reason::CheckIdentity),
    ] {
        assert_eq!(gate.says(&paper(1)), admit(), "{asked:?}");
        let special = with_class(Class::Special(1));
        assert_eq!(gate.says(&special), check(asked));
    }
}

/// Identity is asked of special persons only.
fn special_place(rules: &mut PlaceRules) {
    rules.special_place = true;
    rules.identity = IdentityRule::SpecialClasses;
}

/// Temperature and identity are asked of everyone.
pub(super) fn asks_all(rules: &mut PlaceRules) {
    rules.temperature = true;
    rules.special_place = true;
    rules.identity = IdentityRule::Everyone;
}

#[test]
fn temperature_is_asked_together_with_other_checks_and_not_of_those_who_are_refused() {
    let gate = Gate::with(asks_all);
    let both = (
        Outcome::Check,
        vec![Reason::TakeTemperature, Reason::CheckIdentity],
    );
    assert_eq!(gate.says(&paper(1)), both);
    assert!(!gate.says(&paper(102)).1.contains(&Reason::TakeTemperature));
}

/// What a gate says of a code a minute after somebody was admitted with another.
fn after(first: &[u8], second: &[u8]) -> (Outcome, Vec<Reason>) {
    let mut gate = Gate::with(|rules| rules.pass_back = PassBack::Check);
    let passed = std::time::Instant::now();
    let seen = gate.judge(&to_text(first)).seen;
    gate.recent.add(&seen, Direction::In, passed);
    let later = passed + std::time::Duration::from_secs(60);
    gate.recent.tick(later);
    gate.says(second)
}

#[test]
fn whoever_comes_again_with_another_pass_of_theirs_has_passed_already() {
    let other_number = documents().sign(
        Kind::Pass,
        &Pass {
            number: PassNumber([9; 5]),
            ..fixture::paper_pass(1)
        },
    );
    let phone = Pass {
        number: PassNumber([8; 5]),
        ..fixture::phone_pass(1)
    };
    let phone = live_code(
        &documents().sign(Kind::Pass, &phone),
        NOW,
        &fixture::holder(),
    );
    let family = |first: u8| {
        let pass = Pass {
            number: PassNumber([7, 0, 0, 0, first]),
            ..fixture::family_pass(first)
        };
        documents().sign(Kind::FamilyPass, &pass)
    };
    // The family of 252 holds 1 as its last person.
    for (first, second) in [
        (paper(1), other_number),
        (paper(1), phone.clone()),
        (phone.clone(), paper(1)),
        (paper(1), family(252)),
        (family(252), paper(1)),
        (family(252), phone),
        (family(252), family(0)),
    ] {
        assert_eq!(after(&first, &second), check(Reason::AlreadyPassed));
    }
    assert_eq!(after(&paper(1), &paper(2)), admit());
    assert_eq!(after(&family(2), &family(8)), admit());
    // A tag is a name within its issuer only.
    let others = Gate::with(|rules| rules.pass_back = PassBack::Check);
    assert_eq!(
        after(&paper(1), &foreign_paper("CN-JS")),
        others.says(&foreign_paper("CN-JS"))
    );
}

#[test]
fn an_id_number_written_down_by_hand_is_the_one_that_was_looked_up() {
    use gatepost_protocol::{ByHand, Personal, Seen, WhyNoCode};
    let by_hand = |contact: &str| {
        Seen::ByHand(ByHand {
            why: WhyNoCode::NoPhone,
            name: Personal::default(),
            contact: Personal(contact.try_into().unwrap()),
            answers: Default::default(),
        })
    };
    let looked_up = Seen::IdNumber(Personal("11010519491231002X".try_into().unwrap()));
    let (mut recent, at) = (RecentPassages::default(), std::time::Instant::now());
    recent.add(&looked_up, Direction::In, at);
    recent.add(&by_hand("E1234567"), Direction::In, at);
    recent.add(&by_hand("13800000000"), Direction::In, at);
    recent.tick(at);
    let find = |contact| recent.find(&by_hand(contact), Direction::In);
    assert_eq!(find("110105 19491231 002x"), Some(0));
    assert_eq!(find("e1234567"), Some(0));
    assert_eq!(find("E1234568"), None);
    // A family's telephone names nobody.
    assert_eq!(find("13800000000"), None);
    assert_eq!(find(""), None);
}

#[test]
fn pass_back_warns_or_checks_within_its_window_only() {
    let seen = Gate::new().judge(&to_text(&paper(1))).seen;
    for (ago, rule, expected) in [
        (
            60,
            PassBack::Warn,
            (Outcome::Admit, vec![Reason::Green, Reason::AlreadyPassed]),
        ),
        (60, PassBack::Check, check(Reason::AlreadyPassed)),
        (300, PassBack::Check, admit()),
    ] {
        let mut gate = Gate::with(|rules| rules.pass_back = rule);
        let passed = std::time::Instant::now();
        gate.recent.add(&seen, Direction::In, passed);
        gate.recent.add(
            &Gate::new().judge(&to_text(&paper(3))).seen,
            Direction::Out,
            passed,
        );
        gate.recent
            .tick(passed + std::time::Duration::from_secs(ago));
        assert_eq!(gate.says(&paper(1)), expected, "{ago} s ago, {rule:?}");
        assert_eq!(gate.says(&paper(2)), admit());
        assert_eq!(gate.says(&paper(3)), admit(), "the other way");
        let minutes = gate.judge(&to_text(&paper(1))).verdict.passed_minutes_ago;
        assert_eq!(minutes, (ago < 300).then_some((ago / 60) as u16));
    }
}

#[test]
fn under_an_ended_trust_list_the_policy_decides_although_the_lists_are_fresh() {
    let end = NOW.plus(3600);
    for (when, expected) in [
        (WhenExpired::Refuse, refuse(Reason::ExpiredData)),
        (WhenExpired::Check, check(Reason::ExpiredData)),
    ] {
        let mut gate = Gate::at(end.minus(1));
        gate.region.trust.expires = end;
        gate.region.policy.when_expired = when;
        assert_eq!(gate.says(&paper(1)), admit());
        gate.now.time = end;
        assert_eq!(gate.says(&paper(1)), expected);
    }
}
