//! What the policy asks of a green pass: temperature, identity, and a second look at who has just
//! passed.

use super::*;

#[test]
fn temperature_and_identity_follow_policy_place_and_person() {
    let taken = Gate::with(|policy| policy.temperature = true);
    assert_eq!(taken.says(&paper(1)), check(Reason::TakeTemperature));
    assert_eq!(taken.says(&paper(102)), refuse(Reason::Red));

    let elsewhere = Gate::with(|policy| policy.identity = IdentityRule::Everyone);
    assert_eq!(elsewhere.says(&paper(1)), admit());
    for (change, asked) in [
        (low_risk as fn(&mut Policy), Reason::TakeTemperature),
        (special_place, Reason::CheckIdentity),
    ] {
        let gate = Gate::with(change);
        assert_eq!(gate.says(&paper(1)), admit(), "{asked:?}");
        let special = with_class(Class::Special(1));
        assert_eq!(gate.says(&special), check(asked));
    }
}

/// Temperature is taken of special persons only.
fn low_risk(policy: &mut Policy) {
    policy.temperature = true;
    policy.risk = Risk::Low;
}

/// Identity is asked of special persons only.
fn special_place(policy: &mut Policy) {
    policy.special_place = true;
    policy.identity = IdentityRule::SpecialClasses;
}

/// Temperature and identity are asked of everyone.
pub(super) fn asks_all(policy: &mut Policy) {
    policy.temperature = true;
    policy.special_place = true;
    policy.identity = IdentityRule::Everyone;
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
        let mut gate = Gate::with(|policy| policy.pass_back = rule);
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
