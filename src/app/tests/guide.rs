//! The guide after the first run, who is inside, and the choice of a camera.

use std::{fs, path::Path, time::Duration};

use gatepost_protocol::Direction;

use super::*;

const FIRST: &str = "On a phone or on paper, a hand's width away. It is read by itself.";

/// A new device that was just set up by a code and a stick.
fn set_up() -> Post {
    let (post, [_, own]) = pages::has_asked();
    fs::write(post.stick().join("enrolment"), own).unwrap();
    post.sees("This device is set up");
    post
}

#[test]
fn after_the_first_run_the_guide_opens_by_itself_once_and_is_in_the_menu_for_ever() {
    let post = set_up();
    post.sees(FIRST);
    post.tap_all(&["Next", "Next", "Start scanning"]);
    post.sees("No phone or code");
    post.tap("Menu");
    post.tap_all(&["Set up this device", "Start scanning"]);
    post.sees("No phone or code");
    assert!(!post.says(FIRST));
    let post = post.restart();
    post.sees("No phone or code");
    assert!(!post.says(FIRST));
    post.tap_all(&["Menu", "How it works"]);
    post.sees(FIRST);
    post.tap("Skip");
    post.sees("No phone or code");
}

#[test]
fn who_taps_start_scanning_after_the_first_run_sees_the_guide_too() {
    let post = set_up();
    post.tap("Start scanning");
    post.sees(FIRST);
    post.tap("Skip");
    post.sees("No phone or code");
    // The page is there before it is written that it was.
    let kept = || {
        let kept = fs::read_to_string(post.data().choices()).ok()?;
        kept.contains("guided = true").then_some(())
    };
    assert!(wait_for(kept).is_some());
}

/// Somebody comes through with this pass.
fn passes(post: &Post, n: u8) {
    post.judges(&paper(n), "ADMIT");
    post.sees("Logged");
    post.tap("Next");
    post.sees("No phone or code");
}

fn turn(post: &Post, label: &str, to: Direction) {
    post.holds(label, Duration::from_millis(700));
    assert!(wait_for(|| (post.direction() == to).then_some(())).is_some());
}

#[test]
fn who_is_inside_is_counted_from_logged_admissions_and_forgotten_at_a_restart() {
    let post = Post::open(|_| ());
    for n in 1..=3 {
        passes(&post, n);
    }
    // Red is not inside.
    post.judges(&paper(102), "REFUSE");
    post.tap("Next");
    post.tap_all(&["Menu", "Today"]);
    post.sees("Total");
    assert!(!post.says("Inside now"), "nobody was seen to leave");
    post.tap_all(&["Back", "Back"]);
    turn(&post, "Hold to switch to out", Direction::Out);
    passes(&post, 4);
    post.tap_all(&["Menu", "Today"]);
    post.sees("Inside now");
    post.sees("3 in, 1 out, by this device since");
    post.passages(5);
    let post = post.restart();
    post.tap_all(&["Menu", "Today"]);
    post.sees("Total");
    assert!(!post.says("Inside now"));
}

/// A camera in the kernel's list of them.
fn plug(class: &Path, number: u32, name: &str) {
    let folder = class.join(format!("video{number}"));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("index"), "0\n").unwrap();
    fs::write(folder.join("name"), format!("{name}\n")).unwrap();
}

/// Numbers that no machine has, so that no test opens a camera.
const FRONT: u32 = 4700;
const BACK: u32 = 4702;

#[test]
fn a_camera_that_is_tapped_runs_at_once_and_is_kept_and_one_that_is_gone_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let class = folder.path().join("cameras");
    plug(&class, FRONT, "Front");
    plug(&class, BACK, "Back camera");
    let post = Post::prepared(
        folder,
        "",
        |_| (),
        |_| (),
        |parts| parts.camera.change(format!("/dev/video{FRONT}")),
    );
    post.tap("Menu");
    post.tap("Back camera");
    let kept = || fs::read_to_string(post.data().choices()).ok();
    let says = |text: &str| kept().filter(|kept| kept.contains(text));
    assert!(wait_for(|| says("device = \"/dev/video4702\"")).is_some());
    // Unplugged while the menu shows it.
    fs::remove_dir_all(class.join("video4700")).unwrap();
    post.tap("Front");
    post.sees_no_more("Front");
    assert!(says("device = \"/dev/video4702\"").is_some());
    post.tap_all(&["Back", "Check the devices"]);
    post.sees("No camera found");
    post.sees("/dev/video4702");
}
