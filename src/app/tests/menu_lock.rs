//! A locked menu: who opens it, and that there is no way around.

use gatepost_pass::BadgeRole;
use gatepost_protocol::Direction;

use super::*;
use crate::{
    app::event::Event,
    config::{Language, ScreenMode},
    ui::{Page, TextSize, UiCommand},
};

const LOCKED: &str = "menu_lock = true\n[sound]\ndevice = \"null\"\nvolume = 40\n";
const ASKS: &str = "The guard on duty or a supervisor opens them for two minutes.";

fn locked() -> Post {
    Post::with_devices(LOCKED, |_| (), |_| ())
}

fn guard() -> String {
    badge(1, BadgeRole::Guard, Some("4711"))
}

fn supervisor() -> String {
    badge(3, BadgeRole::Supervisor, Some("123456"))
}

/// What was chosen and is kept.
fn kept(post: &Post) -> String {
    std::fs::read_to_string(post.data().choices()).unwrap_or_default()
}

#[test]
fn each_thing_behind_the_lock_is_refused_by_the_program_and_not_only_hidden() {
    let post = locked();
    post.sees("No phone or code");
    let camera = "/dev/video0".to_owned();
    for command in [
        UiCommand::Screen(ScreenMode::Night),
        UiCommand::Volume(0),
        UiCommand::Camera(camera),
        UiCommand::UndoMove,
        UiCommand::Update,
        UiCommand::AllowProgram,
        UiCommand::Opened(Page::Update),
    ] {
        post.tell(Event::Ui(command.clone()));
        post.sees(ASKS);
        assert_eq!(kept(&post), "", "{command:?}");
        post.tap("Back");
        post.sees("Unlock the settings");
        assert!(!post.says("Volume"), "{command:?}");
        post.tap("Back");
        post.sees("No phone or code");
    }
    // Unlocked, the volume is still what it was.
    post.tap_all(&["Menu", "Unlock the settings"]);
    post.judges(&supervisor(), "Enter your PIN");
    post.enters_pin("123456");
    post.sees("Volume 2 of 5");
}

#[test]
fn an_update_from_a_stick_waits_for_the_badge_and_goes_on_after_it() {
    let post = locked();
    let mut newer = region();
    newer.version = 2;
    newer.issued_at = newer.issued_at.plus(60);
    newer.write_to(&post.stick().join("gatepost"));
    post.tap_all(&["Menu", "Update"]);
    post.sees(ASKS);
    assert!(!post.says("Install the update"));
    post.judges(&supervisor(), "Enter your PIN");
    post.enters_pin("123456");
    post.tap("Install the update");
    post.sees("Updated");
}

#[test]
fn who_only_reads_needs_no_badge_and_scanning_goes_on() {
    let post = locked();
    post.tap("Menu");
    post.tap("Very large");
    post.tap("简体中文");
    post.sees("菜单");
    post.tap("English");
    post.tap_all(&["Back", "Menu"]);
    for page in [
        "Duty",
        "Place",
        "Status",
        "Today",
        "Check the devices",
        "How it works",
    ] {
        post.tap(page);
        post.tap("Back");
        post.sees("Unlock the settings");
    }
    let text = kept(&post);
    assert!(
        text.contains("very-large") && text.contains("language"),
        "{text}"
    );
    post.tap("Update");
    post.sees(ASKS);
    post.judges(&paper(1), "ADMIT");
    post.passages(1);
}

#[test]
fn the_guard_on_duty_opens_it_with_badge_and_pin_and_no_other_guard_does() {
    let post = locked();
    post.judges(&guard(), "Enter your PIN");
    post.enters_pin("4711");
    post.sees("On duty");
    post.sees("No phone or code");
    post.tap_all(&["Menu", "Unlock the settings"]);
    let others = [
        badge(5, BadgeRole::Guard, Some("2468")),
        badge(2, BadgeRole::Guard, None),
        // A supervisor's without a PIN is a picture that anybody can copy.
        badge(4, BadgeRole::Supervisor, None),
    ];
    for other in &others {
        post.judges(other, "This badge does not open them");
        post.tap_all(&["Back", "Unlock the settings"]);
        post.sees(ASKS);
    }
    post.judges(&guard(), "Enter your PIN");
    post.enters_pin("0000");
    post.sees("Wrong PIN. 4 tries left.");
    post.enters_pin("4711");
    post.sees("Volume 2 of 5");
    post.tap("Louder");
    post.sees("Volume 3 of 5");
    // Off duty, it is shut at once.
    post.tap_all(&["Back", "Menu", "Duty", "Sign off", "Back"]);
    post.sees("Unlock the settings");
}

#[test]
fn a_guard_who_is_not_on_duty_opens_nothing() {
    let post = locked();
    post.tap_all(&["Menu", "Unlock the settings"]);
    post.judges(&guard(), "This badge does not open them");
    post.tell(Event::Ui(UiCommand::Volume(0)));
    post.sees(ASKS);
}

#[test]
fn a_pin_that_was_entered_for_duty_opens_nothing() {
    let post = locked();
    post.tap_all(&["Menu", "Unlock the settings"]);
    post.judges(&supervisor(), "Enter your PIN");
    // The pad is left, and the same badge signs on.
    post.tap("Cancel");
    post.leaves_the_picture();
    post.judges(&supervisor(), "Enter your PIN");
    post.enters_pin("123456");
    post.sees("On duty");
    post.sees("No phone or code");
    post.tap("Menu");
    post.sees("Unlock the settings");
}

#[test]
fn a_device_that_can_read_no_badge_takes_new_lists_without_one() {
    let post = Post::new_device(LOCKED);
    post.sees("Hold the enrolment code inside the frame");
    post.tap_all(&["Back", "Update"]);
    post.sees("Insert the USB stick with the update");
    post.tap("Back");
    // What is no way out stays shut.
    post.tell(Event::Ui(UiCommand::Volume(0)));
    post.sees(ASKS);
}

#[test]
fn without_the_setting_nothing_asks_for_a_badge() {
    let post = Post::with_devices("[sound]\ndevice = \"null\"\nvolume = 40\n", |_| (), |_| ());
    post.tap("Menu");
    post.sees("Volume 2 of 5");
    post.tap("Louder");
    post.sees("Volume 3 of 5");
    post.tell(Event::Ui(UiCommand::TextSize(TextSize::Large)));
    post.tell(Event::Ui(UiCommand::SwitchLanguage(Language::English)));
    post.tell(Event::Ui(UiCommand::Direction(Direction::Out)));
    post.tap_all(&["Back", "Menu", "Update"]);
    post.sees("Insert the USB stick with the update");
}
