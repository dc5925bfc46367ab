//! What a supervisor can set aside: what the policy lists, and never more.

use std::time::Instant;

use gatepost_pass::{Badge, Listing, PinVerifier, badge::BadgeRole, policy::Overridable};
use gatepost_protocol::{Allowed, ByHand, OverrideWhy, Personal, PinTable, Temperature, WhyNoCode};

use super::*;
use crate::checkpoint::{
    BadgeFault, ListAnswer, Observed, Overriding, PinPad, PinTries, Supervisor, SupervisorCandidate,
};

fn generous() -> Gate {
    Gate::with(|policy| policy.overridable = Overridable::ALL.into())
}

/// A supervisor's badge, and what its PIN is checked against.
fn badge() -> (Badge, PinTable) {
    let verifier = PinVerifier::new(&"4711".to_owned().try_into().unwrap(), [1; 16]);
    let badge = Badge {
        pin: Some(verifier.digest()),
        ..fixture::badge(1, BadgeRole::Supervisor)
    };
    let table = PinTable::new([(badge.number, verifier)]);
    (badge, table)
}

fn supervisor(gate: &Gate) -> Supervisor {
    let (badge, table) = badge();
    let checked = gate.badge(&badge);
    let candidate = SupervisorCandidate::new(checked, Some(&table), "gate-3", gate.now.time);
    let candidate = candidate.unwrap();
    let pin = "4711".to_owned().try_into().unwrap();
    let kept = |_: &PinTries| Ok::<_, ()>(());
    let entered = PinPad::default().enter(candidate.pin(), pin, Instant::now(), kept);
    let checked = entered.unwrap().unwrap().check();
    candidate.with_pin(&checked).unwrap()
}

/// The verdict after a supervisor's word, given whether or not the rules leave one a say.
fn forced(gate: &Gate, judged: Judged, temperature: Option<Temperature>) -> (Outcome, Vec<Reason>) {
    let allowed = Allowed {
        by: "staff-1".try_into().unwrap(),
        why: OverrideWhy::Emergency,
        rules: judged.verdict.outcome,
    };
    let observed = Observed {
        allowed: Some(allowed),
        temperature,
        ..Observed::default()
    };
    let bundle = gate.region.verified();
    let verdict = gate.bench(&bundle).again(judged, observed).verdict;
    (verdict.outcome, verdict.reasons)
}

#[test]
fn no_policy_lets_a_supervisor_set_aside_what_is_forged_revoked_red_or_feverish() {
    let gate = generous();
    let mut forged = paper(1);
    *forged.last_mut().unwrap() ^= 1;
    let mut other_key = documents();
    other_key.key = gatepost_pass::KeyId(77);
    let role = fixture::lists().sign(Kind::Pass, &fixture::paper_pass(1));
    for (bytes, reason) in [
        (forged, Reason::BadSignature),
        (
            other_key.sign(Kind::Pass, &fixture::paper_pass(1)),
            Reason::UnknownKey,
        ),
        (role, Reason::KeyNotAllowed),
        (paper(1)[..50].to_vec(), Reason::Malformed),
        (paper(102), Reason::Red),
        (paper(103), Reason::Revoked),
        (
            with_validity(SIGNED, SIGNED.plus(15 * DAY)),
            Reason::ValidityTooLong,
        ),
    ] {
        let judged = gate.judge(&to_text(&bytes));
        let overriding = judged.verdict.overriding;
        assert_eq!(overriding, Overriding::Impossible, "{reason:?}");
        let word = supervisor(&gate).allow(&judged.verdict, OverrideWhy::Emergency);
        assert_eq!(word, None, "{reason:?}");
        assert_eq!(forced(&gate, judged, None), refuse(reason));
    }
    let mut warm = generous();
    warm.region.policy.temperature = true;
    let judged = warm.judge(&to_text(&paper(1)));
    let expected = forced(&warm, judged, Some(Temperature::Fever));
    assert_eq!(expected, refuse(Reason::Fever));
}

#[test]
fn what_the_policy_lists_is_set_aside_and_stays_among_the_reasons() {
    let gate = generous();
    let expired = with_validity(SIGNED.minus(DAY), SIGNED);
    for (bytes, reason) in [
        (paper(101), Reason::Yellow),
        (expired, Reason::Expired),
        (phone(1), Reason::LiveCodeNeeded),
        (foreign_paper("CN-BJ"), Reason::ConvertPass),
        (foreign_paper("CN-HB"), Reason::IssuerRefused),
        (foreign_paper("CN-XX"), Reason::UnknownIssuer),
        (foreign_paper("CN-JS"), Reason::NoList),
    ] {
        let judged = gate.judge(&to_text(&bytes));
        let overriding = judged.verdict.overriding;
        assert_eq!(overriding, Overriding::Possible, "{reason:?}");
        let word = supervisor(&gate).allow(&judged.verdict, OverrideWhy::DeskConfirmed);
        assert_eq!(word.unwrap().rules, judged.verdict.outcome);
        let expected = (Outcome::Admit, vec![Reason::SupervisorAllowed, reason]);
        assert_eq!(forced(&gate, judged, None), expected);

        let strict = Gate::new();
        let judged = strict.judge(&to_text(&bytes));
        assert_eq!(judged.verdict.overriding, Overriding::Impossible);
        let before = (judged.verdict.outcome, judged.verdict.reasons.clone());
        assert_eq!(forced(&strict, judged, None), before);
    }
}

#[test]
fn one_reason_that_is_not_listed_is_enough_to_keep_the_verdict() {
    let mut gate = generous();
    gate.region.policy.max_validity_days = 1;
    let both = with_validity(SIGNED.minus(2 * DAY), SIGNED);
    let judged = gate.judge(&to_text(&both));
    assert_eq!(
        judged.verdict.reasons,
        [Reason::Expired, Reason::ValidityTooLong]
    );
    assert_eq!(judged.verdict.overriding, Overriding::Impossible);
    assert_eq!(forced(&gate, judged, None).0, Outcome::Refuse);
}

#[test]
fn whoever_a_supervisor_lets_through_is_still_asked_for_the_temperature() {
    let mut gate = generous();
    gate.region.policy.temperature = true;
    let asked = vec![
        Reason::TakeTemperature,
        Reason::SupervisorAllowed,
        Reason::LiveCodeNeeded,
    ];
    let judged = gate.judge(&to_text(&phone(1)));
    assert_eq!(forced(&gate, judged.clone(), None), (Outcome::Check, asked));
    let expected = vec![Reason::SupervisorAllowed, Reason::LiveCodeNeeded];
    let normal = forced(&gate, judged, Some(Temperature::Normal));
    assert_eq!(normal, (Outcome::Admit, expected));
}

#[test]
fn a_registration_by_hand_is_a_supervisors_where_the_policy_says_so() {
    use gatepost_pass::policy::WithoutCode;
    let form = || ByHand {
        why: WhyNoCode::CannotShow,
        name: Personal::default(),
        contact: Personal::default(),
        answers: Default::default(),
    };
    for (rule, overriding) in [
        (WithoutCode::Supervisor, Overriding::Possible),
        (WithoutCode::Never, Overriding::Impossible),
        (WithoutCode::Admit, Overriding::Impossible),
    ] {
        let mut gate = generous();
        gate.region.policy.without_code = rule;
        let bundle = gate.region.verified();
        let judged = gate.bench(&bundle).by_hand(form());
        assert_eq!(judged.verdict.overriding, overriding, "{rule:?}");
    }
    let gate = generous();
    let bundle = gate.region.verified();
    let number = Personal("A1234".try_into().unwrap());
    let listed = ListAnswer::Found(Listing::Listed(Colour::Red));
    let red = gate.bench(&bundle).person(number, listed);
    assert_eq!(red.verdict.overriding, Overriding::Impossible);
}

#[test]
fn an_override_needs_a_supervisors_badge_that_counts_here_and_now() {
    use gatepost_pass::{Revocation, Site};
    let gate = Gate::new();
    let (good, table) = badge();
    let pins = Some(&table);
    let elsewhere = Badge {
        sites: vec![Site::Prefix("bus-".try_into().unwrap())]
            .try_into()
            .unwrap(),
        ..good.clone()
    };
    let at = |badge, now| SupervisorCandidate::new(gate.badge(badge), pins, "gate-3", now).err();
    assert_eq!(at(&good, NOW), None);
    assert_eq!(at(&elsewhere, NOW), Some(BadgeFault::OtherPlace));
    assert_eq!(at(&good, SIGNED.plus(30 * DAY)), Some(BadgeFault::Expired));
    let guard = fixture::badge(1, BadgeRole::Guard);
    assert_eq!(at(&guard, NOW), Some(BadgeFault::NotASupervisor));
    for (answer, fault) in [
        (ListAnswer::Found(Revocation::Revoked), BadgeFault::Revoked),
        (ListAnswer::NoList, BadgeFault::Unchecked),
        (ListAnswer::Unreadable, BadgeFault::Unchecked),
    ] {
        let mut checked = gate.badge(&good);
        checked.revocation = answer;
        assert_eq!(
            SupervisorCandidate::new(checked, pins, "gate-3", NOW).err(),
            Some(fault)
        );
    }
}

#[test]
fn a_badge_without_a_pin_is_no_supervisors_nor_is_one_whose_pin_can_not_be_checked_here() {
    let gate = Gate::new();
    let (good, table) = badge();
    let without = fixture::badge(1, BadgeRole::Supervisor);
    let try_it =
        |badge, pins| SupervisorCandidate::new(gate.badge(badge), pins, "gate-3", NOW).err();
    assert_eq!(try_it(&good, Some(&table)), None);
    assert_eq!(try_it(&without, Some(&table)), Some(BadgeFault::NoPin));
    assert_eq!(try_it(&without, None), Some(BadgeFault::NoPin));
    assert_eq!(try_it(&good, None), Some(BadgeFault::PinNotHere));
    let other = PinVerifier::new(&"0000".to_owned().try_into().unwrap(), [2; 16]);
    let swapped = PinTable::new([(good.number, other)]);
    assert_eq!(try_it(&good, Some(&swapped)), Some(BadgeFault::PinNotHere));
}
