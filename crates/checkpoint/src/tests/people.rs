//! People without a code, and what is asked of those with one: temperature, ID number, registration
//! by hand.

use gatepost_pass::{Listing, policy::WithoutCode};
use gatepost_protocol::{ByHand, Personal, Seen, Temperature, WhyNoCode};

use super::*;
use crate::{ListAnswer, Observed, OpenQuestion};

const NUMBER: &str = "11010519491231002X";

fn number() -> Personal<32> {
    Personal(NUMBER.try_into().unwrap())
}

fn person(gate: &Gate, listed: ListAnswer<Listing>) -> (Outcome, Vec<Reason>) {
    let bundle = gate.region.verified();
    let verdict = gate.bench(&bundle).person(number(), listed).verdict;
    (verdict.outcome, verdict.reasons)
}

fn by_hand(gate: &Gate, answers: &[bool]) -> (Outcome, Vec<Reason>) {
    let form = ByHand {
        why: WhyNoCode::NoPhone,
        name: Personal::default(),
        contact: Personal::default(),
        answers: answers.to_vec().try_into().unwrap(),
    };
    let bundle = gate.region.verified();
    let verdict = gate.bench(&bundle).by_hand(form).verdict;
    (verdict.outcome, verdict.reasons)
}

/// The verdict on a code, decided once more with this temperature.
fn measured(gate: &Gate, bytes: &[u8], temperature: Temperature) -> (Outcome, Vec<Reason>) {
    let bundle = gate.region.verified();
    let bench = gate.bench(&bundle);
    let first = bench.code(Some(&to_text(bytes)));
    let observed = Observed {
        temperature: Some(temperature),
        ..Observed::default()
    };
    let verdict = bench.again(first, observed).verdict;
    (verdict.outcome, verdict.reasons)
}

#[test]
fn a_green_pass_is_asked_for_the_temperature_once_and_the_answer_decides() {
    let gate = Gate::with(|rules| rules.temperature = true);
    let asked = gate.judge(&to_text(&paper(1))).verdict;
    assert_eq!(asked.question(), Some(OpenQuestion::Temperature));
    for (answer, expected) in [
        (Temperature::Normal, admit()),
        (Temperature::Fever, refuse(Reason::Fever)),
        (Temperature::Reading(372), admit()),
        (Temperature::Reading(373), refuse(Reason::Fever)),
    ] {
        assert_eq!(measured(&gate, &paper(1), answer), expected, "{answer:?}");
    }
}

#[test]
fn a_normal_temperature_makes_no_other_verdict_better_or_worse() {
    let gate = Gate::with(|rules| rules.temperature = true);
    let mut forged = paper(1);
    *forged.last_mut().unwrap() ^= 1;
    for (shown, expected) in [
        (paper(101), check(Reason::Yellow)),
        (paper(102), refuse(Reason::Red)),
        (paper(103), refuse(Reason::Revoked)),
        (forged, refuse(Reason::BadSignature)),
    ] {
        let measured = measured(&gate, &shown, Temperature::Normal);
        assert_eq!(measured, expected);
        assert_eq!(gate.judge(&to_text(&shown)).verdict.question(), None);
    }
    let never = Gate::new();
    assert_eq!(measured(&never, &paper(1), Temperature::Normal), admit());
    // Nobody is asked there, and a fever that is known all the same is no admission.
    let fever = measured(&never, &paper(1), Temperature::Fever);
    assert_eq!(fever, refuse(Reason::Fever));
    assert_eq!(never.judge(&to_text(&paper(1))).verdict.question(), None);
}

#[test]
fn after_a_normal_temperature_the_other_questions_still_stand() {
    let gate = Gate::with(super::policy::asks_all);
    let expected = measured(&gate, &paper(1), Temperature::Normal);
    assert_eq!(expected, check(Reason::CheckIdentity));
}

#[test]
fn an_id_number_is_judged_by_what_the_identity_list_answers() {
    let gate = Gate::new();
    use Listing::{Listed, NotListed};
    for (listed, expected) in [
        (
            ListAnswer::Found(NotListed),
            (Outcome::Admit, vec![Reason::NotListed]),
        ),
        (
            ListAnswer::Found(Listed(Colour::Yellow)),
            check(Reason::Yellow),
        ),
        (ListAnswer::Found(Listed(Colour::Red)), refuse(Reason::Red)),
        (ListAnswer::NoList, check(Reason::NoList)),
        (ListAnswer::Unreadable, check(Reason::ListUnreadable)),
        (ListAnswer::NotAsked, check(Reason::NoList)),
    ] {
        assert_eq!(person(&gate, listed), expected, "{listed:?}");
    }
    let mut warm = Gate::with(|rules| rules.temperature = true);
    let asked = check(Reason::TakeTemperature);
    assert_eq!(person(&warm, ListAnswer::Found(NotListed)), asked);
    warm.now.time = SIGNED.plus(8 * DAY);
    let old = refuse(Reason::ExpiredData);
    assert_eq!(person(&warm, ListAnswer::Found(NotListed)), old);
}

#[test]
fn a_person_by_number_is_shown_by_its_end_and_comes_back_like_a_pass() {
    let mut gate = Gate::new();
    let bundle = gate.region.verified();
    let listed = ListAnswer::Found(Listing::NotListed);
    let judged = gate.bench(&bundle).person(number(), listed);
    assert_eq!(judged.seen, Seen::IdNumber(number()));
    assert_eq!(judged.verdict.people[0].last4, "002X");
    let passed = std::time::Instant::now();
    gate.recent.add(&judged.seen, Direction::In, passed);
    gate.recent
        .tick(passed + std::time::Duration::from_secs(60));
    let expected = (
        Outcome::Admit,
        vec![Reason::NotListed, Reason::AlreadyPassed],
    );
    assert_eq!(person(&gate, listed), expected);
}

#[test]
fn a_registration_by_hand_gives_what_the_policy_says_and_any_yes_a_second_look() {
    let admitted = (Outcome::Admit, vec![Reason::RegisteredByHand]);
    let both = (
        Outcome::Check,
        vec![Reason::HealthAnswer, Reason::RegisteredByHand],
    );
    let answered = (Outcome::Check, vec![Reason::HealthAnswer]);
    let never = (
        Outcome::Refuse,
        vec![Reason::RegisteredByHand, Reason::HealthAnswer],
    );
    for (rule, answers, expected) in [
        (WithoutCode::Admit, &[][..], admitted.clone()),
        (WithoutCode::Admit, &[false, false], admitted),
        (WithoutCode::Admit, &[false, true], answered),
        (
            WithoutCode::Supervisor,
            &[false],
            check(Reason::RegisteredByHand),
        ),
        (WithoutCode::Supervisor, &[true], both),
        (
            WithoutCode::Never,
            &[false],
            refuse(Reason::RegisteredByHand),
        ),
        (WithoutCode::Never, &[true], never),
    ] {
        let gate = Gate::with(|rules| rules.without_code = rule);
        assert_eq!(by_hand(&gate, answers), expected, "{rule:?} {answers:?}");
    }
}

#[test]
fn nobody_is_sent_away_without_an_address_or_a_desk() {
    use gatepost_pass::policy::HelpDesk;
    let desk = HelpDesk {
        area: "Lixia".try_into().unwrap(),
        phone: "0531 12345".try_into().unwrap(),
    };
    let mut gate = Gate::new();
    let policy = &mut gate.region.policy;
    policy.desks = vec![desk.clone()].try_into().unwrap();
    policy.declare = Some("https://declare.example".try_into().unwrap());
    let pass = foreign_paper;
    for (bytes, link) in [
        (pass("CN-BJ"), Some("https://pass.example/convert")),
        (pass("CN-HB"), Some("https://declare.example")),
        (pass("CN-XX"), Some("https://declare.example")),
        (paper(102), None),
    ] {
        let verdict = gate.judge(&to_text(&bytes)).verdict;
        assert_eq!(verdict.link.as_deref(), link);
        assert_eq!(verdict.desks, std::slice::from_ref(&desk));
    }
    let admitted = gate.judge(&to_text(&paper(1))).verdict;
    assert!(admitted.link.is_none() && admitted.desks.is_empty());
}
