//! What hinders in the night and the distance of the synthetic camera, in nothing at all, in drawn
//! codes that are blurred or move, and in the photographs of other projects.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::ops::Range;

use gatepost_scene::{Code, ErrorCorrection, Focus, Scenario, Sequence, Setting};
use gatepost_truth::{FALSEPOS, folder, sets};

use super::*;
use crate::StreamReader;
use crate::tests::Canvas;

/// In how many frames each obstacle was seen, and in how many a code was read.
#[derive(Debug, Default)]
struct Counts {
    obstacles: BTreeMap<Option<Obstacle>, usize>,
    read: usize,
}

impl Counts {
    fn of(&self, obstacle: Obstacle) -> usize {
        self.obstacles.get(&Some(obstacle)).copied().unwrap_or(0)
    }

    fn all(&self) -> usize {
        self.obstacles.values().sum::<usize>() + self.read
    }

    fn hints(&self) -> usize {
        let some = self.obstacles.iter().filter(|(seen, _)| seen.is_some());
        some.map(|(_, count)| count).sum()
    }
}

/// Frames of a sequence in which the code is held, and those before it comes from the side.
const HELD: Range<u32> = 24..34;
const EMPTY: Range<u32> = 0..5;

fn look(setting: Setting, frames: Range<u32>) -> Counts {
    let text = format!("GP1:{}", "ABCDEFGH12".repeat(20));
    let code = Code::new(&text, ErrorCorrection::Medium).unwrap();
    let sequence = Sequence::with(&code, setting, 2);
    let (mut reader, mut counts) = (StreamReader::default(), Counts::default());
    for number in frames {
        let image = sequence.frame(number).image;
        let read = reader.read(Luma::from_rows(image.width() as usize, image.as_raw()));
        if read.is_empty() {
            *counts.obstacles.entry(reader.obstacle()).or_default() += 1;
        } else {
            assert_eq!(reader.obstacle(), None, "of what is read");
            counts.read += 1;
        }
    }
    counts
}

#[test]
fn at_night_light_is_what_is_missing() {
    for (white, electrons) in [(0.2, 60.0), (0.03, 100.0), (0.015, 4000.0)] {
        let night = Setting {
            white,
            electrons,
            read_noise: 3.0,
            ..Setting::paper()
        };
        let counts = look(night, HELD);
        let dark = counts.of(Obstacle::Darkness) + counts.of(Obstacle::DimCode);
        assert_eq!(dark, counts.all(), "white {white}: {counts:?}");
    }
}

#[test]
fn what_has_too_few_pixels_is_too_far_away() {
    let far = Setting {
        px_per_module: [1.5, 1.5],
        focus: Focus::Fixed(500.0),
        ..Setting::paper()
    };
    let counts = look(far, HELD);
    let too_far = counts.of(Obstacle::TooFar);
    assert_eq!(too_far, counts.hints(), "{counts:?}");
    assert!(2 * too_far >= counts.all(), "{counts:?}");
}

#[test]
fn nothing_in_view_in_good_light_is_no_obstacle() {
    for scenario in [
        Scenario::PaperHandheld,
        Scenario::PaperDusk,
        Scenario::PhoneDim,
        Scenario::PhoneSunlight,
    ] {
        let counts = look(scenario.setting(), EMPTY);
        assert_eq!(counts.hints(), 0, "{}: {counts:?}", scenario.name());
    }
}

/// A drawn code of four pixels a module, with its place, after so many passes of a blur over five
/// pixels.
fn drawn(blur: usize) -> (Canvas, CodeLike) {
    let mut canvas = Canvas::new(320, 240, 200);
    canvas.draw(b"drawn", (160.0, 120.0), 4.0, 0.0);
    for _ in 0..blur {
        let before = canvas.pixels.clone();
        for (at, pixel) in canvas.pixels.iter_mut().enumerate() {
            let near = (-2..=2_isize).flat_map(|y| (-2..=2).map(move |x| y * 320 + x));
            let near = near.filter_map(|off| before.get(at.checked_add_signed(off)?));
            let (sum, count) = near.fold((0_usize, 0_usize), |(sum, n), p| {
                (sum + usize::from(*p), n + 1)
            });
            *pixel = (sum / count) as u8;
        }
    }
    // The smallest version.
    (canvas, whole((160.0, 120.0), 4.0))
}

fn whole((x, y): (f32, f32), module: f32) -> CodeLike {
    let half = 10.5 * module;
    CodeLike {
        bounds: [x - half, y - half, x + half, y + half],
        module,
        whole: true,
    }
}

/// What hinders after this was seen in frames of one picture.
fn hindered(canvas: &Canvas, seen: impl IntoIterator<Item = CodeLike>) -> Option<Obstacle> {
    let mut watch = LookBack::default();
    for code in seen {
        watch.unread(canvas.view(), Some(code));
    }
    watch.obstacle()
}

#[test]
fn a_code_whose_modules_run_into_each_other_is_to_be_held_still() {
    let out_of_focus = Setting {
        blur_px: 1.8,
        ..Setting::paper()
    };
    let counts = look(out_of_focus, HELD);
    let unsteady = counts.of(Obstacle::Unsteady);
    assert!(unsteady >= 4 && unsteady == counts.hints(), "{counts:?}");
    let (sharp, code) = drawn(0);
    assert_eq!(hindered(&sharp, [code]), None);
    let (blurred, code) = drawn(4);
    assert_eq!(hindered(&blurred, [code]), Some(Obstacle::Unsteady));
}

#[test]
fn a_code_that_moves_is_to_be_held_still() {
    let (sharp, code) = drawn(0);
    let moved = |by: f32| whole((160.0 + 4.0 * by, 120.0), 4.0);
    assert_eq!(hindered(&sharp, [code, moved(1.0)]), None);
    assert_eq!(
        hindered(&sharp, [code, moved(5.0)]),
        Some(Obstacle::Unsteady)
    );
}

#[test]
fn a_code_in_too_little_light_is_told_from_darkness() {
    let (mut canvas, code) = drawn(0);
    canvas.pixels.iter_mut().for_each(|pixel| *pixel /= 4);
    assert_eq!(hindered(&canvas, [code]), Some(Obstacle::DimCode));
    let mut watch = LookBack::default();
    watch.unread(canvas.view(), None);
    assert_eq!(watch.obstacle(), Some(Obstacle::Darkness));
    watch.read();
    assert_eq!(watch.obstacle(), None);
}

#[test]
fn noise_that_looks_like_finder_patterns_is_no_code() {
    let (canvas, _) = drawn(0);
    let torn = |x: f32| CodeLike {
        whole: false,
        ..whole((x, 120.0), 1.5)
    };
    // It jumps.
    assert_eq!(hindered(&canvas, [torn(40.0), torn(160.0)]), None);
    // It stays, but nothing is as bright as paper or as dark as ink.
    let pale = Canvas::new(320, 240, 120);
    assert_eq!(hindered(&pale, [torn(160.0), torn(161.0)]), None);
    assert_eq!(
        hindered(&canvas, [torn(160.0), torn(161.0)]),
        Some(Obstacle::TooFar)
    );
}

#[test]
fn the_last_sight_of_a_code_counts_while_the_careful_looks_take_turns_and_no_longer() {
    let (canvas, _) = drawn(0);
    let mut watch = LookBack::default();
    watch.unread(canvas.view(), Some(whole((160.0, 120.0), 1.2)));
    for _ in 0..REMEMBERED {
        assert_eq!(watch.obstacle(), Some(Obstacle::TooFar));
        watch.unread(canvas.view(), None);
    }
    watch.unread(canvas.view(), None);
    assert_eq!(watch.obstacle(), None);
}

/// Longest side, in pixels, at which a photograph is looked at, and how often it is.
const SIDE: u32 = 640;
const TIMES: usize = 12;

#[test]
fn photographs_without_a_code_hardly_ever_seem_to_have_an_obstacle() {
    let root = folder();
    if !root.is_dir() {
        println!("skipped: no third-party pictures at {}", root.display());
        return;
    }
    let names = ["blurred", "brightness", "glare", "nominal", "shadows"];
    let mut names: Vec<_> = names.map(|name| format!("boofcv-{name}")).to_vec();
    names.push(FALSEPOS.to_owned());
    for set in sets(&root, &names).unwrap() {
        let mut counts = Counts::default();
        for picture in &set.pictures {
            let picture = image::open(&picture.path).unwrap();
            let picture = match picture.width().max(picture.height()) {
                ..=SIDE => picture.into_luma8(),
                _ => picture.thumbnail(SIDE, SIDE).into_luma8(),
            };
            let mut reader = StreamReader::default();
            let luma = Luma::from_rows(picture.width() as usize, picture.as_raw());
            if (0..TIMES).any(|_| !reader.read(luma).is_empty()) {
                counts.read += 1;
            } else {
                *counts.obstacles.entry(reader.obstacle()).or_default() += 1;
            }
        }
        println!("{}: {counts:?}", set.name);
        let dark = counts.of(Obstacle::Darkness) + counts.of(Obstacle::DimCode);
        match set.name.as_str() {
            FALSEPOS => assert!(counts.hints() <= 3 && dark == 0, "{counts:?}"),
            "boofcv-brightness" => assert!(dark >= 3, "{counts:?}"),
            _ => {}
        }
    }
}
