//! The code of another place: copies of genuine ones, fixed places, the way back, the log.

use gatepost_pass::{
    Badge, BadgeRole, Kind, Place, Site,
    document::to_text,
    fixture::{self, documents},
    policy::PlaceRules,
    time::Minute,
};
use gatepost_protocol::{MoveEnd, Outcome, Passage, Seen};

use super::*;
use crate::{app::event::Event, devices::DeviceEvent};

/// A genuine code, of which anybody can have a picture.
fn code(id: &str, fixed: bool) -> String {
    code_of(id, fixed, None)
}

fn code_of(id: &str, fixed: bool, class: Option<&str>) -> String {
    let place = Place {
        id: id.try_into().unwrap(),
        name: id.try_into().unwrap(),
        not_after: Minute::of(fixture::NOW.plus(fixture::DAY)),
        fixed,
        class: class.map(fixture::kebab),
        area: None,
    };
    to_text(&documents().sign(Kind::PlaceCode, &place))
}

/// The badge of a guard who may be on duty at one place.
fn badge_of(place: &str) -> String {
    let sites = vec![Site::Place(place.try_into().unwrap())];
    let badge = Badge {
        sites: sites.try_into().unwrap(),
        ..fixture::badge(2, BadgeRole::Guard)
    };
    to_text(&documents().sign(Kind::Badge, &badge))
}

/// Where each record was made, and what it says of a move.
fn moves(logged: &[Passage]) -> Vec<Move<'_>> {
    logged.iter().map(moved).collect()
}

type Move<'a> = (&'a str, &'a str, MoveEnd, Option<&'a str>);

fn moved(passage: &Passage) -> Move<'_> {
    let Seen::PlaceMove(moved) = &passage.seen else {
        panic!("{passage:?}");
    };
    let by = moved.supervisor.as_ref().map(|by| by.as_str());
    (passage.place.as_str(), moved.to.as_str(), moved.end, by)
}

fn at_gate_3(settings: &str) -> Post {
    let settings = format!("place = \"gate-3\"\n{settings}");
    Post::with_devices(&settings, |_| (), |_| ())
}

/// The same with a guard on duty.
fn guarded(settings: &str, badge: &str) -> Post {
    let post = at_gate_3(settings);
    goes_on_duty(&post, badge);
    post
}

fn goes_on_duty(post: &Post, badge: &str) {
    post.judges(badge, "On duty");
    post.sees("No phone or code");
}

#[test]
fn a_copied_code_of_another_place_moves_no_device_and_opens_no_badge_of_that_place() {
    let post = at_gate_3("");
    post.judges(&code("bus-7", false), "Only a guard on duty moves it");
    post.judges(&badge_of("bus-7"), "This badge is for another place");
    // A guard who is on duty says no, and it stays.
    goes_on_duty(&post, &badge_of("gate-3"));
    post.judges(&code("bus-8", false), "Has this device moved to");
    post.tap("Stay");
    post.sees("No phone or code");
    let logged = post.passages(2);
    let expected = [
        ("gate-3", "bus-7", MoveEnd::Stayed, None),
        ("gate-3", "bus-8", MoveEnd::Stayed, None),
    ];
    assert_eq!(moves(&logged), expected);
    assert_eq!(logged[1].guard.as_ref().unwrap().as_str(), "staff-2");
    post.judges(&paper(1), "Logged");
    assert_eq!(post.passages(3)[2].place.as_str(), "gate-3");
}

#[test]
fn the_code_of_the_place_where_the_device_stands_says_so() {
    let post = at_gate_3("");
    post.judges(&code("gate-3", false), "You are at this place already.");
    assert!(!post.says("not a pass"));
    post.tap("Next");
    post.sees("No phone or code");
    post.passages(0);
}

#[test]
fn who_tries_to_pass_ends_the_question_so_that_nothing_waits_under_next() {
    let post = guarded("", &badge_of("gate-3"));
    post.judges(&code("gate-9", false), "Has this device moved to");
    post.judges(&paper(1), "ADMIT");
    post.tap("Next");
    post.sees("No phone or code");
    assert!(!post.says("Has this device moved to"));
    let logged = post.passages(2);
    assert!(
        logged
            .iter()
            .all(|passage| passage.place.as_str() == "gate-3")
    );
    assert_eq!(moved(&logged[0]).2, MoveEnd::Stayed);
}

#[test]
fn a_code_of_the_same_place_with_another_class_asks_as_a_move_does() {
    let post = at_gate_3("");
    post.judges(
        &code_of("gate-3", false, Some("street")),
        "Only a guard on duty moves it",
    );
    post.tap("Stay");
    post.sees("No phone or code");
    let expected = [("gate-3", "gate-3", MoveEnd::Stayed, None)];
    assert_eq!(moves(&post.passages(1)), expected);
}

#[test]
fn the_class_of_the_place_decides_what_is_asked_also_after_a_restart() {
    let hospital = PlaceRules {
        temperature: true,
        ..fixture::place_rules()
    };
    let classes = [("hospital", hospital), ("street", fixture::place_rules())];
    let classes = fixture::at_all_times(classes);
    let post = Post::open(|region| region.policy.places = classes);
    // Nowhere: by the strictest of both.
    post.judges(&paper(1), "CHECK");
    post.judges(
        &code_of("street-1", false, Some("street")),
        "Has this device moved to",
    );
    post.sees("Rules there: street");
    post.tap("Move");
    post.sees("Undo the move");
    post.tap_all(&["Back", "Back"]);
    post.judges(&paper(2), "Logged");
    let post = post.restart();
    post.judges(&paper(3), "Logged");
    assert_eq!(post.passages(4)[3].outcome, Outcome::Admit);
}

#[test]
fn the_guard_on_duty_moves_the_device_and_can_undo_it() {
    let post = guarded("", &badge(2, BadgeRole::Guard, None));
    post.judges(&code("gate-4", false), "Has this device moved to");
    // Nothing replaces the question under the guard's finger.
    let text = code("bus-9", false);
    post.tell(Event::Device(DeviceEvent::Scanned { text }));
    post.tap("Move");
    post.sees("Undo the move");
    assert!(post.says("gate-4") && !post.says("bus-9"));
    post.tap("Undo the move");
    post.sees("gate-3");
    let expected = [
        ("gate-3", "gate-4", MoveEnd::Moved, None),
        ("gate-4", "gate-3", MoveEnd::Undone, None),
    ];
    assert_eq!(moves(&post.passages(2)), expected);
    let post = post.restart();
    post.judges(&paper(1), "Logged");
    assert_eq!(post.passages(3)[2].place.as_str(), "gate-3");
}

#[test]
fn whose_badge_does_not_cover_the_new_place_goes_off_duty_with_the_move_and_not_before() {
    let post = guarded("", &badge_of("gate-3"));
    post.judges(&code("gate-4", false), "Has this device moved to");
    post.sees("Stay");
    assert!(!post.says("This badge is for another place"));
    post.tap("Move");
    post.sees("This badge is for another place");
}

#[test]
fn a_fixed_place_is_left_by_a_supervisors_badge_with_its_pin_alone() {
    for settings in ["place_fixed = true\n", "menu_lock = true\n"] {
        let post = guarded(settings, &badge(2, BadgeRole::Guard, None));
        post.judges(&code("gate-4", false), "Only a supervisor moves it");
        post.judges(
            &badge(5, BadgeRole::Guard, Some("2468")),
            "That badge cannot move it",
        );
        post.judges(
            &badge(3, BadgeRole::Supervisor, Some("123456")),
            "Enter your PIN",
        );
        post.enters_pin("123450");
        post.sees("Wrong PIN");
        post.enters_pin("123456");
        post.sees("Undo the move");
        let expected = [("gate-3", "gate-4", MoveEnd::Moved, Some("staff-3"))];
        assert_eq!(moves(&post.passages(1)), expected);
    }
}

#[test]
fn a_supervisors_badge_without_a_pin_moves_nothing_from_a_fixed_place() {
    let post = at_gate_3("place_fixed = true\n");
    post.judges(&code("gate-4", false), "Only a supervisor moves it");
    post.judges(
        &badge(4, BadgeRole::Supervisor, None),
        "That badge cannot move it",
    );
    post.tap("Stay");
    let expected = [("gate-3", "gate-4", MoveEnd::Stayed, None)];
    assert_eq!(moves(&post.passages(1)), expected);
}

#[test]
fn a_code_that_says_its_place_is_fixed_fixes_it_also_after_a_restart() {
    let post = Post::open(|_| ());
    // The first place is nobody's to defend: whoever sets the device up says where it stands.
    post.judges(&code("gate-4", true), "Has this device moved to");
    post.tap("Move");
    post.sees("Undo the move");
    // An older code of the place itself makes it no less, before the restart and after it.
    post.judges(&code("gate-4", false), "CHECK");
    post.tap("Next");
    let post = post.restart();
    goes_on_duty(&post, &badge(2, BadgeRole::Guard, None));
    // Not even an older code of the place itself makes it less.
    post.judges(&code("gate-4", false), "CHECK");
    post.tap("Next");
    post.judges(&code("bus-7", false), "Only a supervisor moves it");
    post.tap("Stay");
    let expected = [
        ("", "gate-4", MoveEnd::Moved, None),
        ("gate-4", "bus-7", MoveEnd::Stayed, None),
    ];
    assert_eq!(moves(&post.passages(2)), expected);
}
