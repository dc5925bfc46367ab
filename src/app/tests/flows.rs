//! Each path of a guard's day, by the labels on the screen. Prints the taps that it takes from
//! home.

use std::{thread, time::Duration};

use gatepost_pass::{
    BadgeRole, Kind,
    document::to_text,
    fixture::{self, documents, foreign},
    policy::{HelpDesk, WithoutCode},
};
use gatepost_protocol::{Direction, Outcome, Reason, Seen, Temperature, WhyNoCode};

use super::{Post, badge, guard::north_gate, paper};
use crate::{
    app::event::Event,
    devices::{BodyTemperature, DeviceEvent},
};

/// GB 11643's own example.
const NUMBER: &str = "11010519491231002X";

#[test]
fn a_pass_is_scanned_logged_and_the_next_one_comes() {
    let post = Post::open(|_| ());
    post.judges(&paper(1), "ADMIT");
    post.sees("Is it the name on the paper?");
    post.sees("Logged");
    assert_eq!(post.taps("scan: green pass"), 0);
    post.tap("Next");
    post.sees("No phone or code");
    post.judges(&paper(102), "REFUSE");
    post.sees("No one can allow this here.");
    let logged = post.passages(2);
    assert_eq!(logged[0].reasons.as_slice(), [Reason::Green]);
    assert_eq!(logged[1].reasons.as_slice(), [Reason::Red]);
    post.taps("scan: next");
}

#[test]
fn a_verdict_goes_by_itself_and_a_tap_holds_it() {
    let post = Post::open(|region| region.policy.show_seconds = [1; 3]);
    post.judges(&paper(1), "ADMIT");
    post.sees("No phone or code");
    post.judges(&paper(2), "ADMIT");
    post.tap("Keep the verdict open");
    post.sees("Kept open. Tap to close");
    // Half as long again as it stands by itself.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert!(post.says("ADMIT"), "it is held");
    post.tap("Close the verdict and keep scanning");
    post.sees("No phone or code");
    post.taps("hold and close");
}

#[test]
fn a_tap_that_comes_late_for_next_opens_nothing_once_the_verdict_has_gone_by_itself() {
    let post = Post::open(|region| region.policy.show_seconds = [1; 3]);
    post.judges(&paper(1), "ADMIT");
    post.sees("No phone or code");
    let (x, y) = post.place_of("No phone or code");
    post.ui.click(x, y).unwrap();
    thread::sleep(Duration::from_millis(300));
    assert!(!post.says("Enter the ID number"), "the tap was for Next");
    // A moment later it is meant.
    post.tap("No phone or code");
    post.sees("Enter the ID number");
}

#[test]
fn the_same_pass_again_says_when_it_passed_and_the_other_way_does_not() {
    let post = Post::open(|_| ());
    post.judges(&paper(1), "Logged");
    post.tap("Next");
    post.leaves_the_picture();
    post.judges(&paper(1), "Already passed less than a minute ago.");
    post.tap("Next");
    post.taps("pass-back");
    post.holds("Hold to switch to out", Duration::from_millis(700));
    post.sees("Direction: out");
    assert_eq!(post.taps("direction"), 1);
    post.leaves_the_picture();
    post.judges(&paper(1), "ADMIT");
    let logged = post.passages(3);
    assert_eq!(
        logged[1].reasons.as_slice(),
        [Reason::Green, Reason::AlreadyPassed]
    );
    assert_eq!(logged[2].reasons.as_slice(), [Reason::Green]);
    assert_eq!(logged[2].direction, Direction::Out);
    let post = post.restart();
    post.sees("Direction: out");
    assert_eq!(post.direction(), Direction::Out, "kept over a restart");
}

#[test]
fn a_name_from_right_to_left_is_on_the_screen_as_it_was_signed() {
    let post = Post::open(|_| ());
    let name = "ئا***ن";
    let person = gatepost_pass::Subject {
        name: name.try_into().unwrap(),
        ..fixture::subject(1)
    };
    let pass = gatepost_pass::Pass {
        subjects: vec![person].try_into().unwrap(),
        ..fixture::paper_pass(1)
    };
    post.judges(&to_text(&documents().sign(Kind::Pass, &pass)), name);
    post.sees("ID **123X");
}

/// A second pass of the same person, under another number.
fn second_pass(n: u8) -> String {
    let pass = gatepost_pass::Pass {
        number: gatepost_pass::PassNumber([5; 5]),
        ..fixture::paper_pass(n)
    };
    to_text(&documents().sign(Kind::Pass, &pass))
}

/// Of two passages, one has no remark and the other says that the person has just passed.
fn logged_once_green_and_once_again(post: &Post) {
    let mut reasons: Vec<_> = post
        .passages(2)
        .into_iter()
        .map(|one| one.reasons)
        .collect();
    reasons.sort_by_key(|reasons| reasons.as_slice().len());
    assert_eq!(reasons[0].as_slice(), [Reason::Green]);
    let again = [Reason::Green, Reason::AlreadyPassed];
    assert_eq!(reasons[1].as_slice(), again);
}

#[test]
fn two_passes_of_one_person_in_one_picture_admit_that_person_once_without_a_remark() {
    let post = Post::open(|_| ());
    post.show_both(&paper(1), &second_pass(1));
    post.sees("Already passed less than a minute ago.");
    logged_once_green_and_once_again(&post);
}

#[test]
fn a_second_pass_of_who_is_still_asked_for_the_temperature_is_remarked_on() {
    let post = Post::open(|region| region.rules(|rules| rules.temperature = true));
    post.show_both(&paper(1), &second_pass(1));
    post.tap("What to do");
    post.sees("Already passed less than a minute ago.");
    post.tap("Close the list");
    post.tap("Normal");
    // Sooner it would be the second half of a double tap.
    thread::sleep(Duration::from_millis(700));
    post.tap("Normal");
    post.sees("ADMIT");
    logged_once_green_and_once_again(&post);
}

#[test]
fn the_temperature_is_one_tap_and_decides() {
    let post = Post::open(|region| region.rules(|rules| rules.temperature = true));
    for (n, answer, outcome, path) in [
        (1, "Normal", "ADMIT", "temperature: normal"),
        (2, "37.3 °C or above", "REFUSE", "temperature: fever"),
    ] {
        post.judges(&paper(n), "CHECK");
        post.taps("");
        post.tap(answer);
        post.sees(outcome);
        assert_eq!(post.taps(path), 1);
        post.tap("Next");
    }
    post.judges(&paper(3), "CHECK");
    let reading = BodyTemperature::from_tenths(366).unwrap();
    post.tell(Event::Device(DeviceEvent::Measured(Ok(reading))));
    post.sees("ADMIT");
    let logged = post.passages(3);
    let told: Vec<_> = logged
        .iter()
        .map(|one| (one.outcome, one.temperature))
        .collect();
    assert_eq!(
        told,
        [
            (Outcome::Admit, Some(Temperature::Normal)),
            (Outcome::Refuse, Some(Temperature::Fever)),
            (Outcome::Admit, Some(Temperature::Reading(366))),
        ]
    );
}

#[test]
fn who_comes_while_somebody_waits_for_an_answer_takes_nobodys_place() {
    let post = Post::open(|region| region.rules(|rules| rules.temperature = true));
    let asked = "The holder's temperature must be taken.";
    post.judges(&paper(1), asked);
    post.sees("Logged once answered");
    post.show(&paper(2));
    thread::sleep(Duration::from_millis(600));
    post.tap("37.3 °C or above");
    // The first is answered; then it is the second's turn.
    let logged = post.passages(1);
    assert_eq!(logged[0].temperature, Some(Temperature::Fever));
    post.judges(&paper(2), asked);
    thread::sleep(Duration::from_millis(700));
    post.tap("Normal");
    let logged = post.passages(2);
    assert_eq!(logged[1].temperature, Some(Temperature::Normal));
    assert_ne!(logged[0].seen, logged[1].seen);
}

#[test]
fn a_question_that_nobody_answers_is_logged_as_it_stands_when_the_verdict_closes() {
    let post = Post::open(|region| region.rules(|rules| rules.temperature = true));
    post.judges(&paper(1), "CHECK");
    post.tap("Next");
    let logged = post.passages(1);
    assert_eq!(logged[0].reasons.as_slice(), [Reason::TakeTemperature]);
    assert_eq!(
        (logged[0].outcome, logged[0].temperature),
        (Outcome::Check, None)
    );
}

#[test]
fn an_id_number_is_typed_and_without_a_list_leads_on_to_registration_by_hand() {
    let post = Post::open(|region| region.rules(|rules| rules.without_code = WithoutCode::Admit));
    post.tap_all(&["No phone or code", "Enter the ID number"]);
    assert_eq!(post.taps("ID number: to the keypad"), 2);
    post.types("110105194912310021");
    post.tap("Look up");
    post.sees("A digit is wrong");
    post.tap("Delete the last character");
    post.types("X");
    post.tap("Look up");
    post.sees("ID numbers cannot be looked up here.");
    post.sees("Register the person by hand.");
    assert!(!post.says("Update this device"), "no update brings a list");
    let logged = post.passages(1);
    assert_eq!(logged[0].reasons.as_slice(), [Reason::NoList]);
    assert!(matches!(&logged[0].seen, Seen::IdNumber(number) if number.0.as_str() == NUMBER));
    post.taps("");
    post.tap("Register by hand");
    post.sees("Reason for no code");
    post.tap_all(&["No phone, no paper pass", "Register"]);
    post.sees("ADMIT");
    assert_eq!(post.taps("ID number without a list: on to by hand"), 3);
    let logged = post.passages(2);
    assert_eq!(logged[1].reasons.as_slice(), [Reason::RegisteredByHand]);
    post.tap("Next");
    post.sees("No phone or code");
}

#[test]
fn who_is_registered_by_hand_answers_the_questions_and_waits_for_nobody() {
    let post = Post::open(|region| {
        region.rules(|rules| rules.without_code = WithoutCode::Admit);
        let questions = ["Fever or cough?", "Met a confirmed case?"];
        let questions = questions.map(|text| text.try_into().unwrap()).to_vec();
        region.policy.questions = questions.try_into().unwrap();
    });
    post.tap_all(&[
        "No phone or code",
        "Register by hand",
        "Phone is off or broken",
    ]);
    post.sees("Fever or cough?");
    post.tap("No");
    post.sees("Met a confirmed case?");
    post.tap_all(&["Yes", "Register"]);
    post.sees("CHECK");
    post.taps("by hand with two questions");
    let logged = post.passages(1);
    assert_eq!(logged[0].reasons.as_slice(), [Reason::HealthAnswer]);
    let Seen::ByHand(form) = &logged[0].seen else {
        panic!("{logged:?}");
    };
    assert_eq!(form.why, WhyNoCode::PhoneTrouble);
    assert_eq!(form.answers.as_slice(), [false, true]);
}

#[test]
fn a_badge_signs_the_guard_on_with_a_pin_and_stands_in_each_passage() {
    let post = Post::open(|_| ());
    post.judges(&badge(1, BadgeRole::Guard, Some("4711")), "Enter your PIN");
    post.enters_pin("4712");
    post.sees("Wrong PIN. 4 tries left.");
    post.taps("");
    post.enters_pin("4711");
    post.sees("On duty");
    assert_eq!(post.taps("duty: sign on, beside the PIN's digits"), 1);
    post.sees("No phone or code");
    post.judges(&paper(1), "Logged");
    let logged = post.passages(1);
    let guard = logged[0].guard.as_ref().map(ToString::to_string);
    assert_eq!(guard.as_deref(), Some("staff-1"));
    post.tap_all(&["Next", "Duty", "Sign off"]);
    post.sees("Nobody is on duty at this device.");
    post.taps("duty: sign off");
}

#[test]
fn two_codes_of_one_frame_are_two_passages_under_the_worse_outcome() {
    let post = Post::open(|_| ());
    post.show_both(&paper(1), &paper(102));
    post.sees("REFUSE");
    post.sees("Logged");
    let mut outcomes: Vec<_> = post.passages(2).iter().map(|one| one.outcome).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, [Outcome::Admit, Outcome::Refuse]);
    assert_eq!(post.taps("group of two"), 0);
}

#[test]
fn a_family_pass_is_one_passage_of_all_its_persons() {
    let post = Post::open(|_| ());
    let family = documents().sign(Kind::FamilyPass, &fixture::family_pass(1));
    post.judges(&to_text(&family), "ADMIT");
    let logged = post.passages(1);
    let Seen::Pass { subjects, .. } = &logged[0].seen else {
        panic!("{logged:?}");
    };
    assert_eq!(subjects.as_slice().len(), 6);
}

#[test]
fn an_unknown_region_gets_an_address_and_a_desk_to_call() {
    let post = Post::open(|region| {
        region.policy.declare = Some("https://declare.example".try_into().unwrap());
        let desk = HelpDesk {
            area: "Lixia".try_into().unwrap(),
            phone: "0531-88150120".try_into().unwrap(),
        };
        region.policy.desks = vec![desk].try_into().unwrap();
    });
    let other = foreign("CN-XX").sign(Kind::Pass, &fixture::paper_pass(1));
    post.judges(&to_text(&other), "REFUSE");
    post.tap("More");
    post.sees("Scan this with the holder's phone.");
    post.sees("Lixia: 0531-88150120");
    assert_eq!(post.taps("unknown region"), 1);
}

#[test]
fn a_place_code_says_where_the_device_stands_also_after_a_restart() {
    let post = Post::open(|_| ());
    post.judges(&north_gate(), "Has this device moved to");
    post.tap("Move");
    post.sees("Undo the move");
    post.tap_all(&["Back", "Back"]);
    post.judges(&paper(1), "Logged");
    assert_eq!(post.passages(2)[1].place.as_str(), "gate-3");
    let post = post.restart();
    post.sees("North gate");
}
