//! What supervisors allow and set, by badge and PIN, by the labels on the screen.

use std::{thread, time::Duration};

use gatepost_pass::{
    BadgeRole, Colour, Kind, SubjectTag,
    document::to_text,
    fixture::{self, documents},
    policy::Overridable,
    time::Minute,
};
use gatepost_protocol::{Outcome, OverrideWhy, Reason, Seen};

use super::{Post, badge, badge_for, paper};
#[test]
fn a_verdict_waits_while_a_supervisor_is_asked_and_goes_once_that_is_cancelled() {
    let post = Post::open(|region| {
        region.rules(|rules| rules.overridable = [Overridable::Yellow].into());
        region.policy.show_seconds = [1; 3];
    });
    let guard = badge(2, BadgeRole::Guard, None);
    let supervisor = badge(3, BadgeRole::Supervisor, Some("123456"));
    let why = "Emergency: life or health";
    let refused = "This badge cannot approve this";
    for (taps, shown, says) in [
        (vec!["Supervisor"], None, why),
        (
            vec!["Supervisor", why],
            None,
            "hold your badge up to the camera",
        ),
        (vec!["Supervisor", why], Some(&guard), refused),
        (vec!["Supervisor", why], Some(&supervisor), "Enter your PIN"),
        (
            vec!["Supervisor", why],
            Some(&supervisor),
            "allows this verdict",
        ),
    ] {
        post.judges(&paper(101), "CHECK");
        post.tap_all(&taps);
        if let Some(badge) = shown {
            post.show(badge);
        }
        post.sees(says);
        thread::sleep(Duration::from_millis(1800));
        assert!(post.says(says), "it waits");
        post.tap("Cancel");
        post.sees("No phone or code");
    }
}

#[test]
fn a_supervisors_badge_allows_what_the_policy_lists_and_the_log_says_who_and_why() {
    let post =
        Post::open(|region| region.rules(|rules| rules.overridable = [Overridable::Yellow].into()));
    post.judges(&paper(101), "CHECK");
    post.tap_all(&["Supervisor", "Emergency: life or health"]);
    post.sees("Supervisor: hold your badge up to the camera");
    post.judges(
        &badge(2, BadgeRole::Guard, None),
        "This badge cannot approve this",
    );
    post.judges(
        &badge(3, BadgeRole::Supervisor, Some("123456")),
        "Enter your PIN",
    );
    post.enters_pin("123456");
    post.sees("ADMIT");
    post.sees("A supervisor has approved this.");
    assert_eq!(post.taps("override, beside the PIN's digits"), 3);
    let logged = post.passages(2);
    assert_eq!(logged[0].reasons.as_slice(), [Reason::Yellow]);
    let allowed = [Reason::SupervisorAllowed, Reason::Yellow];
    assert_eq!(logged[1].reasons.as_slice(), allowed);
    let word = logged[1].allowed.as_ref().unwrap();
    assert_eq!(
        (word.by.as_str(), word.why),
        ("staff-3", OverrideWhy::Emergency)
    );
    assert_eq!(word.rules, Outcome::Check);
}

#[test]
fn a_badge_that_is_shown_before_the_reason_is_chosen_waits_for_it() {
    let post =
        Post::open(|region| region.rules(|rules| rules.overridable = [Overridable::Yellow].into()));
    let why = "Emergency: life or health";
    post.judges(&paper(101), "CHECK");
    post.tap("Supervisor");
    post.sees(why);
    post.show(&badge(3, BadgeRole::Supervisor, Some("123456")));
    thread::sleep(Duration::from_millis(600));
    assert!(post.says(why), "nobody goes on duty");
    post.leaves_the_picture();
    post.tap(why);
    post.sees("allows this verdict");
    post.enters_pin("123456");
    post.sees("A supervisor has approved this.");
}

#[test]
fn a_pad_that_is_left_asks_nobody_any_more_and_no_other_badge_ends_a_supervisors() {
    let post = Post::open(|region| {
        region.listed.push((SubjectTag([104; 16]), Colour::Yellow));
        region.rules(|rules| rules.overridable = [Overridable::Yellow].into());
    });
    let supervisor = badge(3, BadgeRole::Supervisor, Some("123456"));
    let why = "Emergency: life or health";
    // On the scan page a badge is for duty.
    post.judges(&supervisor, "Enter your PIN");
    post.tap("Cancel");
    post.tap_all(&["Menu", "Duty"]);
    post.sees("Nobody is on duty at this device.");
    post.tap_all(&["Back", "Back"]);
    post.leaves_the_picture();
    post.judges(&paper(101), "CHECK");
    post.tap_all(&["Supervisor", why]);
    post.sees("Supervisor: hold your badge up to the camera");
    assert!(!post.says("Enter your PIN"), "nobody has shown a badge");
    post.judges(&supervisor, "allows this verdict");
    post.show(&badge(2, BadgeRole::Guard, None));
    thread::sleep(Duration::from_millis(600));
    assert!(post.says("allows this verdict"), "a guard walks by");
    post.enters_pin("123456");
    post.sees("A supervisor has approved this.");
    post.tap("Next");
    post.leaves_the_picture();
    // The next one begins anew.
    post.judges(&paper(104), "CHECK");
    post.tap_all(&["Supervisor", why]);
    post.sees("Supervisor: hold your badge up to the camera");
    assert!(!post.says("Checking the PIN..."));
}

#[test]
fn a_badge_that_is_shown_while_a_time_is_typed_signs_nobody_on() {
    let post = Post::open(|_| ());
    post.tap_all(&["Menu", "Status", "Set the clock"]);
    post.types("2026");
    post.show(&badge(3, BadgeRole::Supervisor, Some("123456")));
    thread::sleep(Duration::from_millis(600));
    post.sees("2026");
    assert!(!post.says("Enter your PIN"));
}

#[test]
fn a_supervisors_word_is_for_whom_it_was_asked_and_for_nobody_who_joins_the_page_meanwhile() {
    let post = Post::open(|region| {
        region.rules(|rules| {
            rules.overridable = [Overridable::Yellow, Overridable::Expired].into();
        });
    });
    let expired = gatepost_pass::Pass {
        not_after: Minute::of(fixture::SIGNED.plus(60)),
        ..fixture::paper_pass(2)
    };
    let expired = to_text(&documents().sign(Kind::Pass, &expired));
    post.judges(&paper(101), "CHECK");
    post.tap_all(&["Supervisor", "Emergency: life or health"]);
    post.show_both(&paper(101), &expired);
    post.sees("REFUSE");
    post.judges(
        &badge(3, BadgeRole::Supervisor, Some("123456")),
        "Enter your PIN",
    );
    post.enters_pin("123456");
    let logged = post.passages(3);
    let reasons: Vec<_> = logged.iter().map(|one| one.reasons.as_slice()).collect();
    let allowed = [Reason::SupervisorAllowed, Reason::Yellow];
    assert_eq!(
        reasons,
        [&[Reason::Yellow][..], &[Reason::Expired], &allowed]
    );
}

#[test]
fn a_supervisor_sets_the_clock_by_badge_and_pin_and_the_log_says_who() {
    let post = Post::open(|_| ());
    post.tap("Menu");
    post.tap("Status");
    post.tap("Set the clock");
    post.types("202613010000");
    post.tap("Set");
    post.sees("There is no such date and time.");
    for _ in 0..8 {
        post.tap("Delete the last character");
    }
    // The year before, by a slip of the finger.
    post.types("10010000");
    post.tap("Set");
    post.sees("The lists here are newer than that. Check the date.");
    for _ in 0..8 {
        post.tap("Delete the last character");
    }
    post.types("11240830");
    post.sets_a_far_time();
    post.sees("Supervisor: hold your badge up to the camera");
    for (n, role, pin) in [
        (1, BadgeRole::Guard, Some("4711")),
        (4, BadgeRole::Supervisor, None),
    ] {
        post.judges(&badge(n, role, pin), "This badge may not set the clock.");
    }
    let supervisor = badge(3, BadgeRole::Supervisor, Some("123456"));
    post.judges(&supervisor, "Enter your PIN");
    post.types("123456");
    post.tap("OK");
    post.sees("The clock is set");
    post.sees("2026-11-24 08:3");
    let logged = post.passages(1);
    assert_eq!(logged[0].outcome, Outcome::Check);
    let Seen::ClockSet { by, before } = &logged[0].seen else {
        panic!("{logged:?}")
    };
    assert_eq!((by.as_str(), *before), ("staff-3", fixture::NOW));
    let offset = u64::from(fixture::policy().utc_offset_minutes.unsigned_abs()) * 60;
    let set = gatepost_system::clock::parse_time("2026-11-24T08:30:00Z").unwrap();
    let late = logged[0].at.since(set.minus(offset));
    assert!(late < 60, "{late} s later");
}

#[test]
fn a_badge_sets_no_time_at_which_it_does_not_count_and_so_puts_back_a_clock_set_far_ahead() {
    let post = Post::open(|_| ());
    let supervisor = |days| badge_for(days, 3, BadgeRole::Supervisor, Some("123456"));
    post.tap("Menu");
    post.tap("Status");
    post.tap("Set the clock");
    // Months ahead, by a slip of the finger: then no badge of this month could put it right.
    post.types("202706240830");
    post.sets_a_far_time();
    post.judges(&supervisor(30), "This badge may not set the clock.");
    post.judges(&supervisor(300), "Enter your PIN");
    post.types("123456");
    post.tap("OK");
    post.sees("The clock is set");
    post.tap("Back");
    post.tap("Set the clock");
    post.types("202611240830");
    post.sets_a_far_time();
    post.leaves_the_picture();
    post.judges(&supervisor(30), "Enter your PIN");
    post.types("123456");
    post.tap("OK");
    post.sees("2026-11-24 08:3");
}

#[test]
fn a_forged_pass_offers_no_supervisor() {
    let post = Post::open(|region| {
        region
            .rules(|rules| rules.overridable = [Overridable::Yellow, Overridable::Expired].into());
    });
    let mut forged = documents().sign(Kind::Pass, &fixture::paper_pass(1));
    *forged.last_mut().unwrap() ^= 1;
    post.judges(&to_text(&forged), "REFUSE");
    post.sees("This code is not genuine");
    assert!(!post.says("Supervisor"));
}
