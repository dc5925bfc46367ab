//! What a supervisor can set aside: what the policy lists, and never more.

use std::{collections::BTreeSet, time::Instant};

use gatepost_pass::{
    Badge, Listing, PinVerifier,
    badge::BadgeRole,
    policy::Overridable,
    trust::{ColourMap, IssuerEntry},
};
use gatepost_protocol::{Allowed, ByHand, OverrideWhy, Personal, PinTable, Temperature, WhyNoCode};

use super::*;
use crate::{
    BadgeFault, ListAnswer, Observed, Overriding, PinPad, PinTries, Supervisor, SupervisorCandidate,
};

fn generous() -> Gate {
    Gate::with(|rules| rules.overridable = Overridable::ALL.into())
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
    warm.region.rules(|rules| rules.temperature = true);
    let judged = warm.judge(&to_text(&paper(1)));
    let expected = forced(&warm, judged, Some(Temperature::Fever));
    assert_eq!(expected, refuse(Reason::Fever));
}

#[test]
fn what_the_policy_lists_is_set_aside_and_stays_among_the_reasons() {
    let gate = generous();
    let early = with_validity(NOW.plus(DAY), NOW.plus(2 * DAY));
    let expired = with_validity(SIGNED.minus(DAY), SIGNED);
    let old = live_code(&phone(1), SIGNED, &fixture::holder());
    // These stand with the device, whatever is shown.
    let mut tried = BTreeSet::from([
        Overridable::AlreadyPassed,
        Overridable::ExpiredData,
        Overridable::ListUnreadable,
    ]);
    for (bytes, reason) in [
        (paper(101), Reason::Yellow),
        (early, Reason::NotYetValid),
        (expired, Reason::Expired),
        (phone(1), Reason::LiveCodeNeeded),
        (old, Reason::LiveCodeOld),
        (foreign_paper("CN-BJ"), Reason::ConvertPass),
        (foreign_paper("CN-HB"), Reason::IssuerRefused),
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
        tried.extend(reason.overridable());
    }
    assert_eq!(tried, Overridable::ALL.into(), "each has its row");
}

/// Changes a region of the trust list of a gate whose policy leaves everything to supervisors.
fn generous_with(code: &str, change: impl FnOnce(&mut IssuerEntry)) -> Gate {
    let mut gate = generous();
    let mut issuers = gate.region.trust.issuers.as_slice().to_vec();
    let entry = issuers.iter_mut().find(|entry| entry.id.as_str() == code);
    change(entry.unwrap());
    gate.region.trust.issuers = issuers.try_into().unwrap();
    gate
}

/// The same, and what the region lists comes along: 1 is red, 2 is revoked, 3 is yellow.
fn generous_with_lists(code: &str, change: impl FnOnce(&mut IssuerEntry)) -> Gate {
    let mut gate = generous_with(code, |entry| {
        let kinds = [Kind::Pass, Kind::FamilyPass, Kind::List];
        fixture::change_keys(entry, |keys| {
            keys[0] = fixture::key_entry(&foreign(code), &kinds);
        });
        change(entry);
    });
    gate.region.neighbours = vec![fixture::Neighbour {
        signer: foreign(code),
        listed: vec![
            (SubjectTag([1; 16]), Colour::Red),
            (SubjectTag([3; 16]), Colour::Yellow),
        ],
        revoked: vec![PassNumber([0, 0, 0, 0, 2])],
    }];
    gate
}

fn is_no_supervisors(gate: &Gate, bytes: &[u8], first: Reason) {
    let judged = gate.judge(&to_text(bytes));
    assert_eq!(judged.verdict.outcome, Outcome::Refuse, "{first:?}");
    assert_eq!(judged.verdict.reasons[0], first);
    assert_eq!(judged.verdict.overriding, Overriding::Impossible);
    let word = supervisor(gate).allow(&judged.verdict, OverrideWhy::Emergency);
    assert_eq!(word, None, "{first:?}");
    let (outcome, reasons) = forced(gate, judged, None);
    assert_eq!(outcome, Outcome::Refuse, "{reasons:?}");
    assert!(reasons.contains(&first), "{reasons:?}");
}

#[test]
fn a_forged_pass_of_an_issuer_outside_its_dates_is_forged_and_no_supervisors() {
    let lapsed = generous_with("CN-JS", |entry| entry.until = NOW);
    let early = generous_with("CN-JS", |entry| entry.from = NOW.plus(1));
    let refused = generous_with("CN-JS", |entry| {
        entry.recognition = gatepost_pass::Recognition::Refuse;
    });
    for gate in [lapsed, early, refused] {
        let genuine = foreign_paper("CN-JS");
        let judged = gate.judge(&to_text(&genuine));
        assert_eq!(judged.verdict.reasons, [Reason::IssuerRefused]);
        assert_eq!(judged.verdict.overriding, Overriding::Possible);

        let mut garbage = genuine;
        let signature = garbage.len() - 64;
        garbage[signature..].fill(0x5a);
        is_no_supervisors(&gate, &garbage, Reason::BadSignature);
        let other = gatepost_pass::Signer {
            key: gatepost_pass::KeyId(77),
            ..foreign("CN-JS")
        };
        let nobodys = other.sign(Kind::Pass, &fixture::paper_pass(1));
        is_no_supervisors(&gate, &nobodys, Reason::UnknownKey);
    }
    let old_key = generous_with("CN-JS", |entry| {
        fixture::change_keys(entry, |keys| keys[0].until = NOW);
    });
    let mut garbage = foreign_paper("CN-JS");
    is_no_supervisors(&old_key, &garbage, Reason::KeyNotAllowed);
    *garbage.last_mut().unwrap() ^= 1;
    is_no_supervisors(&old_key, &garbage, Reason::BadSignature);
}

#[test]
fn what_nobody_can_check_is_no_supervisors() {
    let gate = generous();
    is_no_supervisors(&gate, &foreign_paper("CN-XX"), Reason::UnknownIssuer);
    let mut garbage = foreign_paper("CN-XX");
    let signature = garbage.len() - 64;
    garbage[signature..].fill(0x5a);
    is_no_supervisors(&gate, &garbage, Reason::UnknownIssuer);
}

#[test]
fn the_lists_of_a_region_that_is_not_accepted_are_asked_and_red_and_revoked_are_no_supervisors() {
    let convert = gatepost_pass::Recognition::Convert("https://pass.example".try_into().unwrap());
    let gates = [
        generous_with_lists("CN-BJ", |entry| entry.recognition = convert),
        generous_with_lists("CN-BJ", |entry| {
            entry.recognition = gatepost_pass::Recognition::Refuse;
        }),
        // Its lists were signed while it was recognised.
        generous_with_lists("CN-BJ", |entry| {
            entry.recognition = gatepost_pass::Recognition::Accept(ColourMap::SAME);
            entry.until = NOW;
        }),
    ];
    for gate in gates {
        let pass = |n| foreign("CN-BJ").sign(Kind::Pass, &fixture::paper_pass(n));
        is_no_supervisors(&gate, &pass(1), Reason::Red);
        is_no_supervisors(&gate, &pass(2), Reason::Revoked);
        let family = foreign("CN-BJ").sign(Kind::FamilyPass, &fixture::family_pass(252));
        is_no_supervisors(&gate, &family, Reason::Red);
        let clean = gate.judge(&to_text(&pass(9))).verdict;
        assert_eq!(clean.outcome, Outcome::Check);
        assert_eq!(clean.overriding, Overriding::Possible);
        let yellow = gate.judge(&to_text(&pass(3))).verdict.reasons;
        assert!(yellow.contains(&Reason::Yellow), "{yellow:?}");
    }
}

#[test]
fn a_fever_that_is_known_is_no_supervisors_whatever_else_is_wrong() {
    let mut gate = generous();
    gate.region.rules(|rules| rules.temperature = true);
    let bundle = gate.region.verified();
    let judged = gate.judge(&to_text(&paper(101)));
    assert_eq!(judged.verdict.overriding, Overriding::Possible);
    let observed = Observed {
        temperature: Some(Temperature::Fever),
        ..Observed::default()
    };
    let verdict = gate.bench(&bundle).again(judged, observed).verdict;
    assert_eq!(verdict.outcome, Outcome::Refuse);
    assert_eq!(verdict.reasons, [Reason::Fever, Reason::Yellow]);
    assert_eq!(verdict.overriding, Overriding::Impossible);
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
    gate.region.rules(|rules| rules.temperature = true);
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
    use gatepost_pass::policy::{PlaceRules, WithoutCode};
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
        gate.region.rules(|rules| rules.without_code = rule);
        let bundle = gate.region.verified();
        let judged = gate.bench(&bundle).by_hand(form());
        assert_eq!(judged.verdict.overriding, overriding, "{rule:?}");
    }
    let mut gate = generous();
    let rule = |rules: &mut PlaceRules| rules.without_code = WithoutCode::Supervisor;
    gate.region.rules(rule);
    let bundle = gate.region.verified();
    let ill = ByHand {
        answers: vec![true].try_into().unwrap(),
        ..form()
    };
    let judged = gate.bench(&bundle).by_hand(ill);
    let reasons = [Reason::HealthAnswer, Reason::RegisteredByHand];
    assert_eq!(judged.verdict.reasons.as_slice(), reasons);
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
