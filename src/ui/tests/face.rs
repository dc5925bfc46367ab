//! The second display: every sign has its words in every language, they fit every screen, and
//! nothing but "go on" looks different from afar.

use super::stage::{SIZES, screens};
use crate::config::Language;
use crate::face::{FaceMessage, FaceSign};
use crate::ui::accessibility::ScreenElement;
use crate::ui::face::show;
use crate::ui::fonts;
use crate::ui::offscreen::Offscreen;
use gatepost_protocol::Direction;
use gatepost_window::FaceWindow;
use i_slint_backend_testing::{AccessibleRole, ElementQuery};
use image::RgbImage;
use image::imageops::{FilterType, replace, resize};
use slint::ComponentHandle;
use std::collections::BTreeSet;
use std::thread;

/// What is on the display: its texts, and its picture.
struct Shown {
    message: FaceMessage,
    words: Vec<ScreenElement>,
    picture: RgbImage,
}

/// Shows every message in a window of this size.
fn each(size: (u32, u32), messages: Vec<FaceMessage>) -> Vec<Shown> {
    // A thread has one window in its life.
    let drawn = thread::spawn(move || {
        let _surface = Offscreen::install(size.0, size.1).unwrap();
        let window = FaceWindow::new().unwrap();
        fonts::connect();
        window.show().unwrap();
        let draw = |message| {
            show(&window, message);
            let shot = window.window().take_snapshot().unwrap();
            let rgb = shot.as_slice().iter().flat_map(|p| [p.r, p.g, p.b]);
            let texts = ElementQuery::from_root(&window)
                .match_descendants()
                .match_accessible_role(AccessibleRole::Text)
                .find_all();
            let mut words: Vec<_> = texts.iter().map(ScreenElement::of).collect();
            // What only measures is off the page, and a text inside others comes once for each.
            words.retain(|it| it.x + it.width > 0.0);
            let again = words.clone();
            let mut at = 0..;
            words.retain(|it| at.next().is_some_and(|at| !again[..at].contains(it)));
            let rgb = rgb.collect();
            Shown {
                message,
                words,
                picture: RgbImage::from_raw(shot.width(), shot.height(), rgb).unwrap(),
            }
        };
        messages.into_iter().map(draw).collect()
    });
    drawn.join().unwrap()
}

fn message(sign: FaceSign, language: Option<Language>, bright: bool) -> FaceMessage {
    FaceMessage {
        sign,
        direction: Direction::In,
        language,
        bright,
    }
}

/// Every sign in every language and in both at once.
fn all(bright: bool) -> Vec<FaceMessage> {
    let languages = || Language::ALL.map(Some).into_iter().chain([None]);
    let signs = FaceSign::ALL.into_iter();
    signs
        .flat_map(|sign| languages().map(move |language| message(sign, language, bright)))
        .collect()
}

#[test]
fn every_sign_of_the_second_display_fits_every_screen_in_every_language() {
    for size in SIZES {
        for shown in each(size, all(true)) {
            let told = format!("{size:?} {:?} {:?}", shown.message, shown.words);
            assert!(!shown.words.is_empty(), "{told}");
            let (width, height) = (size.0 as f32, size.1 as f32);
            for (at, word) in shown.words.iter().enumerate() {
                let (right, bottom) = (word.x + word.width, word.y + word.height);
                assert!(word.x >= 0.0 && word.y >= 0.0, "{told}");
                assert!(right <= width + 0.5 && bottom <= height + 0.5, "{told}");
                // One below the other, and none beside or under the sign.
                let before = shown.words[..at].iter();
                assert!(
                    before.clone().all(|it| it.y + it.height <= word.y + 0.5),
                    "{told}"
                );
                let clear = match size.0 < size.1 {
                    true => word.y >= 0.4 * height,
                    false => word.x >= 0.4 * width,
                };
                assert!(clear, "{told}");
            }
        }
    }
}

#[test]
fn every_sign_says_something_of_its_own_in_each_language() {
    let mut said = BTreeSet::new();
    let mut count = 0;
    for language in Language::ALL {
        for direction in Direction::ALL {
            let messages = FaceSign::ALL.map(|sign| FaceMessage {
                direction,
                ..message(sign, Some(language), true)
            });
            for shown in each((800, 480), messages.to_vec()) {
                let words: Vec<String> = shown.words.into_iter().map(|it| it.text).collect();
                let is_new = said.insert(words.clone());
                let by_direction = shown.message.sign == FaceSign::GoOn;
                assert!(
                    is_new || (direction == Direction::Out && !by_direction),
                    "{words:?}"
                );
                count += usize::from(is_new);
            }
        }
    }
    assert_eq!(count, Language::ALL.len() * (FaceSign::ALL.len() + 1));
}

#[test]
fn a_person_whose_language_is_not_known_reads_chinese_and_english() {
    let shown = each((480, 800), vec![message(FaceSign::SeeStaff, None, true)]);
    let words: Vec<_> = shown[0].words.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(words, ["请找工作人员", "Please see staff"]);
}

/// How much of a picture has each of its two most frequent colours.
fn main_colours(picture: &RgbImage) -> Vec<[u8; 3]> {
    let mut counts = std::collections::BTreeMap::new();
    for pixel in picture.pixels() {
        *counts.entry(pixel.0).or_insert(0_u32) += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
        .into_iter()
        .take(2)
        .map(|(colour, _)| colour)
        .collect()
}

#[test]
fn no_sign_has_the_colour_of_a_pass_and_only_go_on_has_one_at_all() {
    for bright in [true, false] {
        for shown in each((800, 480), all(bright)) {
            let colours = main_colours(&shown.picture);
            let [red, green, blue] = colours[0].map(i32::from);
            let told = format!("{:?} {colours:?}", shown.message);
            if shown.message.sign == FaceSign::GoOn {
                assert!(blue > red + 60 && blue > green + 40, "{told}");
            } else {
                for colour in colours {
                    let (least, most) = (colour.iter().min(), colour.iter().max());
                    assert!(most.unwrap() - least.unwrap() < 16, "grey: {told}");
                }
            }
        }
    }
}

#[test]
fn the_window_of_the_second_display_has_nothing_to_press() {
    let found = thread::spawn(|| {
        let _surface = Offscreen::install(480, 800).unwrap();
        let window = FaceWindow::new().unwrap();
        window.show().unwrap();
        show(&window, message(FaceSign::ShowCode, None, true));
        let query = ElementQuery::from_root(&window).match_descendants();
        let buttons = query.match_accessible_role(AccessibleRole::Button);
        buttons.find_all().len()
    });
    assert_eq!(found.join().unwrap(), 0);
}

#[test]
#[ignore = "writes pictures for the eye"]
fn the_second_display_is_on_a_sheet_by_day_and_by_night() {
    for (bright, name) in [(true, "day"), (false, "night")] {
        for size in SIZES {
            let (width, height) = (size.0 / 3, size.1 / 3);
            let across = Language::ALL.len() as u32 + 1;
            let down = FaceSign::ALL.len() as u32;
            let mut sheet = RgbImage::new(across * (width + 4), down * (height + 4));
            sheet.fill(0x60);
            for (at, shown) in (0..).zip(each(size, all(bright))) {
                let small = resize(&shown.picture, width, height, FilterType::Triangle);
                let (x, y) = (at % across * (width + 4), at / across * (height + 4));
                replace(&mut sheet, &small, x.into(), y.into());
            }
            let file = format!("face-{name}-{}x{}.png", size.0, size.1);
            sheet.save(screens().join(file)).unwrap();
        }
    }
}
