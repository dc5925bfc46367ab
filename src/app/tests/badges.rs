//! Badges and their PINs under attack: copies, guesses, restarts, bundles without PINs.

use gatepost_pass::{BadgeRole, SecretKey, policy::Overridable};
use gatepost_protocol::fixture::sealed_pins;

use super::*;

fn guard() -> String {
    badge(1, BadgeRole::Guard, Some("4711"))
}

#[test]
fn wrong_pins_are_counted_over_a_restart_and_only_the_badges_own_right_one_ends_the_count() {
    let post = Post::open(|_| ());
    post.judges(&guard(), "Enter your PIN");
    for left in [4, 3] {
        post.enters_pin("0000");
        post.sees(&format!("Wrong PIN. {left} tries left."));
    }
    // Somebody else's right PIN, then the power goes.
    post.judges(&badge(5, BadgeRole::Guard, Some("2468")), "Enter your PIN");
    post.enters_pin("2468");
    post.sees("On duty");
    let post = post.restart();
    post.judges(&guard(), "3 tries left.");
    for left in ["2 tries", "1 try"] {
        post.enters_pin("0000");
        post.sees(&format!("Wrong PIN. {left} left."));
    }
    post.enters_pin("0000");
    post.sees("Too many wrong PINs");
    let post = post.restart();
    post.judges(&guard(), "Too many wrong PINs");
}

#[test]
fn a_device_that_the_bundle_has_no_pins_for_says_so_and_signs_nobody_on() {
    for pins in [
        None,
        Some(sealed_pins([], &SecretKey::from_seed(&[43; 32]))),
    ] {
        let post = Post::open(|region| {
            region.pins = pins;
            region.rules(|rules| rules.overridable = [Overridable::Yellow].into());
        });
        post.judges(&guard(), "The PIN of this badge can't be checked here yet");
        // A guard without a PIN signs on, and gets no further than that.
        post.judges(&badge(2, BadgeRole::Guard, None), "On duty");
        post.sees("No phone or code");
        post.judges(&paper(101), "CHECK");
        post.tap_all(&["Supervisor", "Emergency: life or health"]);
        post.judges(
            &badge(3, BadgeRole::Supervisor, Some("123456")),
            "The PIN of that badge can't be checked here yet",
        );
        post.passages(1);
    }
}

#[test]
fn a_supervisors_badge_without_a_pin_allows_nothing() {
    let post =
        Post::open(|region| region.rules(|rules| rules.overridable = [Overridable::Yellow].into()));
    post.judges(&paper(101), "CHECK");
    post.tap_all(&["Supervisor", "Emergency: life or health"]);
    post.judges(
        &badge(2, BadgeRole::Supervisor, None),
        "This badge cannot approve this",
    );
    post.passages(1);
}

#[test]
fn where_wrong_pins_can_not_be_counted_on_the_disk_none_is_checked() {
    let post = Post::open(|_| ());
    // A directory stands where the file should be.
    std::fs::create_dir(post.data().pin_tries()).unwrap();
    post.judges(&guard(), "Enter your PIN");
    post.enters_pin("4711");
    post.sees("PINs can't be checked now");
}
