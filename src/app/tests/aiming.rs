//! What the scan page says while nothing is read, the torch that lights by itself, and the strip of
//! the last verdicts.

use std::{
    collections::BTreeSet,
    fs, thread,
    time::{Duration, Instant},
};

use gatepost_decode::Obstacle;

use super::{Post, paper, wait_for};
use crate::app::event::Event;

/// Frames without a code for so long, because of this.
fn unread(post: &Post, obstacle: Option<Obstacle>, time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        post.tell(Event::Unread(obstacle));
        thread::sleep(Duration::from_millis(30));
    }
}

#[test]
fn a_hint_stands_on_the_scan_page_until_something_is_read() {
    let post = Post::open(|_| ());
    post.sees("No phone or code");
    unread(&post, Some(Obstacle::TooFar), Duration::from_millis(600));
    assert!(!post.says("Come closer"), "too early");
    unread(&post, Some(Obstacle::TooFar), Duration::from_millis(700));
    post.sees("Come closer");
    post.judges(&paper(1), "Green and valid");
    // Frames while a verdict stands count for nothing.
    unread(&post, Some(Obstacle::TooFar), Duration::from_millis(1300));
    post.tap("Next");
    post.sees("Hold the code inside the frame");
    assert!(!post.says("Come closer"));
}

#[test]
fn a_code_that_was_read_a_moment_ago_is_said_to_be_read_already_and_counts_once() {
    let post = Post::open(|_| ());
    post.judges(&paper(1), "Logged");
    post.show(&paper(1));
    assert!(!post.says("Already read"), "the verdict says it");
    post.tap("Next");
    post.show(&paper(1));
    post.sees("Already read");
    post.sees_no_more("Already read");
    post.passages(1);
}

#[test]
fn the_torch_lights_by_itself_for_a_code_in_the_dark_and_a_finger_goes_before() {
    let light = tempfile::tempdir().unwrap();
    fs::write(light.path().join("max_brightness"), "255\n").unwrap();
    fs::write(light.path().join("brightness"), "0\n").unwrap();
    let value = || fs::read_to_string(light.path().join("brightness")).unwrap_or_default();
    let is = |wanted: &str| wait_for(|| (value().trim() == wanted).then_some(())).is_some();
    let settings = format!("[torch]\nled = \"{}\"\n", light.path().display());
    let post = Post::with_devices(&settings, |_| (), |_| ());
    post.sees("Light on");
    // Nothing to be seen is not enough.
    unread(&post, Some(Obstacle::Darkness), Duration::from_millis(1300));
    post.sees("Too dark");
    assert!(is("0") && post.says("Light on"));
    unread(&post, Some(Obstacle::DimCode), Duration::from_millis(300));
    assert!(is("255"));
    post.tap("Light off");
    assert!(is("0"));
    unread(&post, Some(Obstacle::DimCode), Duration::from_millis(1300));
    assert!(is("0") && post.says("Light on"));
}

#[test]
fn the_last_verdicts_stand_as_signs_with_their_age_and_name_nobody() {
    let post = Post::open(|_| ());
    let ages = || {
        let texts = post.ui.texts().into_iter().map(|text| text.text);
        texts
            .filter(|text| text.ends_with(" s"))
            .collect::<BTreeSet<_>>()
    };
    let shows = |count| {
        let shown = wait_for(|| (ages().len() == count).then_some(()));
        assert!(shown.is_some(), "{:?} among {:?}", ages(), post.ui.texts());
    };
    post.judges(&paper(1), "Green and valid");
    assert_eq!(ages().len(), 0, "nothing on the page of a verdict");
    post.tap("Next");
    shows(1);
    let texts = post.ui.texts();
    assert!(!texts.iter().any(|text| text.text.contains('*')), "no name");
    // What is no attempt to pass is not among them.
    post.judges("https://example.org", "Ask the holder for the pass code.");
    post.tap("Next");
    shows(1);
}
