//! What moves on screen, and that it can be stopped; a picture on every button.

use super::info_scenes::info_scenes;
use super::scenes::{pages, verdicts};
use super::stage::{Stage, status};
use crate::config::Language;
use crate::ui::{ScreenElement, UiUpdate};
use gatepost_protocol::{Outcome, Reason};
use i_slint_backend_testing::ElementQuery;
use std::time::{Duration, Instant};

/// The elements of a component on screen.
fn of(stage: &Stage, component: &'static str) -> Vec<ScreenElement> {
    let found = stage.ui.ask(move |app| {
        let query = ElementQuery::from_root(app).match_descendants();
        let found = query.match_inherits(component).find_all();
        found.iter().map(ScreenElement::of).collect()
    });
    found.unwrap()
}

/// Width of the largest sign on screen.
fn sign(stage: &Stage) -> f32 {
    let signs = of(stage, "Sign").into_iter().map(|sign| sign.width);
    signs.fold(0.0, f32::max)
}

#[test]
fn a_verdict_is_there_at_once_and_its_sign_grows_unless_nothing_shall_move() {
    let stage = Stage::open((480, 800), Language::English);
    stage.shows(Outcome::Admit, &[Reason::Green], 1);
    assert!(stage.says("ADMIT"));
    let whole = sign(&stage);
    assert_eq!(whole, 90.0, "nothing moves");
    stage.ui.send(UiUpdate::Dismiss);

    stage.ui.send(UiUpdate::LessMotion(false));
    stage.shows(Outcome::Admit, &[Reason::Green], 1);
    assert!(stage.says("ADMIT"), "the words do not wait for the sign");
    let begun = Instant::now();
    while sign(&stage) < whole {
        assert!(begun.elapsed() < Duration::from_secs(5), "it does not grow");
    }
}

#[test]
fn what_is_left_of_a_verdict_is_a_ring_on_next() {
    let stage = Stage::open((480, 800), Language::English);
    stage.shows(Outcome::Check, &[Reason::Yellow], 1);
    stage.ui.send(UiUpdate::TimeLeft(0.4));
    let next = stage.button("Next");
    let rings = of(&stage, "Ring");
    let ring = rings.first().expect("a ring");
    assert!(ring.x >= next.x && ring.x + ring.width <= next.x + next.width);
    assert!(ring.y >= next.y && ring.y + ring.height <= next.y + next.height);
    let shot = stage.ui.snapshot().unwrap();
    let inked = |angle: f32| {
        let (sin, cos) = angle.to_radians().sin_cos();
        let radius = ring.width * 11.0 / 24.0;
        let x = (ring.x + ring.width / 2.0 + radius * sin) as u32;
        let y = (ring.y + ring.height / 2.0 - radius * cos) as u32;
        let at = (y * shot.width + x) as usize * 3;
        // By night black is drawn on white.
        shot.rgb[at] < 128
    };
    let drawn = (0..360).step_by(10).filter(|angle| inked(*angle as f32));
    let drawn = drawn.count();
    assert!((13..=16).contains(&drawn), "{drawn} of 36, not four tenths");
}

/// Labels of the buttons on screen without one. What is not on screen is not drawn yet.
fn without_picture(stage: &Stage) -> Vec<String> {
    stage.ui.snapshot().unwrap();
    let bottom = stage.size.1 as f32;
    let column = stage.column();
    let labels = stage.ui.ask(move |app| {
        let of = |component: &str| {
            let query = ElementQuery::from_root(app).match_descendants();
            query.match_inherits(component.to_owned()).find_all()
        };
        let buttons = of("BigButton").into_iter().chain(of("Tile"));
        let bare = buttons.filter(|button| {
            let at = ScreenElement::of(button);
            let ends = at.y + at.height;
            // A column that scrolls cuts off what is in it.
            let cut = column
                .as_ref()
                .is_some_and(|c| at.y < c.y || (at.y < c.y + c.height && ends > c.y + c.height));
            let on_screen = !cut && ends <= bottom;
            let pictures = button.query_descendants();
            let drawn = pictures.match_inherits("Path").find_first().is_some();
            // One of several says by its brightness which it is.
            let choice = button.accessible_checkable() == Some(true);
            on_screen && !drawn && !choice
        });
        let labels = bare.map(|button| button.accessible_label().unwrap_or_default());
        labels.map(String::from).collect()
    });
    labels.unwrap()
}

#[test]
fn every_button_has_a_picture_of_the_set() {
    let stage = Stage::open((480, 800), Language::English);
    stage.ui.send(UiUpdate::Status(status()));
    let mut bare = Vec::new();
    for scene in pages().into_iter().chain(verdicts()).chain(info_scenes()) {
        scene.set(&stage);
        stage.to_top();
        loop {
            let labels = without_picture(&stage);
            bare.extend(labels.into_iter().map(|label| (scene.name, label)));
            if !stage.page_down() {
                break;
            }
        }
    }
    assert!(bare.is_empty(), "no picture: {bare:#?}");
}
