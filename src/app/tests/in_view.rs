//! Codes before the camera, without a window: each is judged once, and again when its verdict could
//! be another.

use std::time::{Duration, Instant};

use gatepost_checkpoint::{Judge, RecentPassages};
use gatepost_decode::CodeContent;
use gatepost_pass::{
    ClockTrust, Kind, Now, Pass, Timestamp, VerifiedBundle,
    document::{live_code, to_text},
    fixture::{self, DAY, NOW, Region, documents},
    time::Minute,
};
use gatepost_protocol::{Direction, Reason};

use super::paper;
use crate::app::state::in_view::{Company, Expecting, Grounds, InView, OUT_OF_VIEW, Sighted};

const FRAME: Duration = Duration::from_millis(33);

/// A camera, and a count of how often a code before it was judged.
struct Camera {
    in_view: InView,
    bundle: VerifiedBundle<Vec<u8>>,
    at: Instant,
    judged: usize,
}

impl Camera {
    fn new() -> Self {
        Self {
            in_view: InView::default(),
            bundle: Region::default().verified(),
            at: Instant::now(),
            judged: 0,
        }
    }

    /// One frame with these codes.
    fn sees(&mut self, codes: &[&str], grounds: Grounds) -> Sighted {
        self.at += FRAME;
        let text = |code: &&str| CodeContent::Text((*code).to_owned());
        let codes: Vec<_> = codes.iter().map(text).collect();
        let judge = Judge {
            bundle: Some(&self.bundle),
            class: None,
            area: None,
            recent: &RecentPassages::default(),
            direction: Direction::In,
            now: grounds.now,
        };
        let judged = &mut self.judged;
        let count = |content: &CodeContent| {
            *judged += 1;
            judge.code(content.as_text())
        };
        self.in_view
            .sight(&codes, Expecting::Anyone, grounds, self.at, count)
    }

    /// How often a code was judged in a hundred frames.
    fn judges(&mut self, code: &str, grounds: Grounds) -> usize {
        let before = self.judged;
        for _ in 0..100 {
            self.sees(&[code], grounds);
        }
        self.judged - before
    }
}

fn at(time: Timestamp) -> Grounds {
    let clock = ClockTrust::Trusted;
    let now = Now { time, clock };
    Grounds { bundle: 1, now }
}

fn reasons(sighted: &Sighted) -> Vec<&[Reason]> {
    let new = sighted.new.iter();
    new.map(|(judged, _)| judged.verdict.reasons.as_slice())
        .collect()
}

#[test]
fn a_code_that_is_held_before_the_camera_is_judged_once_until_bundle_or_clock_change() {
    let (mut camera, code) = (Camera::new(), paper(1));
    let first = at(NOW);
    assert_eq!(camera.judges(&code, first), 1);
    assert_eq!(camera.judges(&code, first), 0, "the same second");
    assert_eq!(camera.judges(&code, at(NOW.plus(3))), 1, "a later second");
    let newer = Grounds { bundle: 2, ..first };
    assert_eq!(camera.judges(&code, newer), 1, "a new bundle");
    let mut untrusted = newer;
    untrusted.now.clock = ClockTrust::Ahead;
    assert_eq!(camera.judges(&code, untrusted), 1, "the clock");
    for jump in [NOW.plus(60), NOW.plus(DAY), NOW, NOW.minus(DAY)] {
        assert_eq!(camera.judges(&code, at(jump)), 1, "{jump}");
    }
}

#[test]
fn two_codes_in_one_frame_are_judged_once_each() {
    let mut camera = Camera::new();
    let (one, two) = (paper(1), paper(2));
    for _ in 0..100 {
        camera.sees(&[&one, &two], at(NOW));
    }
    assert_eq!(camera.judged, 2);
}

#[test]
fn a_pass_that_expires_before_the_camera_is_shown_anew_as_expired() {
    let until = Minute::of(NOW.plus(120));
    let pass = Pass {
        not_after: until,
        ..fixture::paper_pass(1)
    };
    let code = to_text(&documents().sign(Kind::Pass, &pass));
    let mut camera = Camera::new();
    let first = camera.sees(&[&code], at(NOW));
    assert_eq!(reasons(&first), [[Reason::Green]]);
    for time in [NOW.plus(1), until.start().minus(1)] {
        assert!(camera.sees(&[&code], at(time)).new.is_empty(), "{time}");
    }
    let last = camera.sees(&[&code], at(until.start()));
    assert_eq!(reasons(&last), [[Reason::Expired]]);
}

#[test]
fn a_live_code_that_grows_too_old_before_the_camera_is_shown_anew_at_that_second() {
    let phone = documents().sign(Kind::Pass, &fixture::phone_pass(1));
    // Made 80 seconds ago: the window of 90 seconds ends within this minute.
    let made = NOW.minus(80);
    let code = to_text(&live_code(&phone, made, &fixture::holder()));
    let mut camera = Camera::new();
    assert_eq!(camera.sees(&[&code], at(NOW)).new.len(), 1);
    assert!(camera.sees(&[&code], at(made.plus(90))).new.is_empty());
    let old = camera.sees(&[&code], at(made.plus(91)));
    assert_eq!(reasons(&old), [[Reason::LiveCodeOld]]);
}

#[test]
fn the_next_live_code_of_the_same_phone_is_judged_and_is_nothing_new() {
    let phone = documents().sign(Kind::Pass, &fixture::phone_pass(1));
    let code = |time| to_text(&live_code(&phone, time, &fixture::holder()));
    let mut camera = Camera::new();
    assert_eq!(camera.sees(&[&code(NOW)], at(NOW)).new.len(), 1);
    let next = camera.sees(&[&code(NOW.plus(30))], at(NOW.plus(30)));
    assert_eq!((next.new.len(), next.company), (0, Company::StillInView));
    assert_eq!(camera.judged, 2);
}

#[test]
fn a_code_that_was_away_is_judged_and_shown_anew() {
    let (mut camera, code) = (Camera::new(), paper(1));
    assert_eq!(camera.sees(&[&code], at(NOW)).new.len(), 1);
    camera.at += OUT_OF_VIEW;
    assert_eq!(camera.sees(&[&code], at(NOW)).new.len(), 1);
    assert_eq!(camera.judged, 2);
}

#[test]
fn what_is_no_pass_waits_until_the_pass_beside_it_has_gone() {
    let (mut camera, pass) = (Camera::new(), paper(1));
    let both = camera.sees(&["WIFI:S:cafe;;", &pass], at(NOW));
    assert_eq!(reasons(&both), [[Reason::Green]]);
    let alone = camera.sees(&["WIFI:S:cafe;;"], at(NOW));
    assert_eq!(reasons(&alone), [[Reason::ForeignCode]]);
    assert_eq!(camera.judged, 2);
}
