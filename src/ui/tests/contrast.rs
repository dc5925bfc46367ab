//! Contrast of everything on screen, measured from the pixels: texts on what is under them, the
//! outlines of buttons, and signs (WCAG 2.2: 1.4.3 and 1.4.11).

use super::info_scenes::info_scenes;
use super::scenes::{pages, verdicts};
use super::stage::{Stage, none, status};
use crate::config::{Language, ScreenMode};
use crate::ui::{RgbPicture, ScreenElement, UiUpdate};
use i_slint_backend_testing::{AccessibleRole, ElementQuery};
use std::collections::BTreeMap;

const TEXT: f64 = 4.5;
const OUTLINE: f64 = 3.0;

type Rgb = [u8; 3];

/// Contrast of two colours, 1 to 21.
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let luminance = |colour: Rgb| {
        let [r, g, b] = colour.map(|byte| {
            let part = f64::from(byte) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The colour of a pixel; none outside.
fn pixel(shot: &RgbPicture, x: f32, y: f32) -> Option<Rgb> {
    let inside = (0.0..shot.width as f32).contains(&x) && (0.0..shot.height as f32).contains(&y);
    let at = (y as usize * shot.width as usize + x as usize) * 3;
    shot.rgb.get(at..at + 3)?.try_into().ok().filter(|_| inside)
}

/// Ground and ink of a text: the colour that most of it has, and the one that stands out most.
fn pair(shot: &RgbPicture, text: &ScreenElement) -> Option<(Rgb, Rgb)> {
    // A text that fills a button also covers its outline and its round corners.
    let inset = if text.height > 40.0 { 8.0 } else { 0.0 };
    let mut counts: BTreeMap<Rgb, u32> = BTreeMap::new();
    let (right, bottom) = (text.x + text.width - inset, text.y + text.height - inset);
    let mut y = text.y + inset;
    while y < bottom {
        let mut x = text.x + inset;
        while x < right {
            if let Some(colour) = pixel(shot, x, y) {
                *counts.entry(colour).or_default() += 1;
            }
            x += 1.0;
        }
        y += 1.0;
    }
    let ground = *counts.iter().max_by_key(|(_, count)| **count)?.0;
    let ink = counts.into_keys();
    let ink = ink.max_by(|a, b| contrast(*a, ground).total_cmp(&contrast(*b, ground)))?;
    Some((ground, ink))
}

/// What is outside a button's sides and the strongest line at them.
fn outlines(shot: &RgbPicture, b: &ScreenElement) -> Vec<(Rgb, Rgb)> {
    let (x, y) = (b.x + b.width / 2.0, b.y + b.height / 2.0);
    let sides = [
        (x, b.y, 0.0, 1.0),
        (x, b.y + b.height - 1.0, 0.0, -1.0),
        (b.x, y, 1.0, 0.0),
        (b.x + b.width - 1.0, y, -1.0, 0.0),
    ];
    sides
        .into_iter()
        .filter_map(|(x, y, dx, dy)| {
            let outside = pixel(shot, x - 2.0 * dx, y - 2.0 * dy)?;
            let line = (0..6).filter_map(|step| {
                let step = step as f32;
                pixel(shot, x + step * dx, y + step * dy)
            });
            let strongest =
                line.max_by(|a, b| contrast(*a, outside).total_cmp(&contrast(*b, outside)))?;
            Some((outside, strongest))
        })
        .collect()
}

/// Ground and body, and body and mark of a sign.
fn of_sign(shot: &RgbPicture, sign: &ScreenElement) -> Option<[(Rgb, Rgb); 2]> {
    let at = |x: f32, y: f32| pixel(shot, sign.x + x * sign.width, sign.y + y * sign.height);
    let (ground, body) = (at(0.02, 0.02)?, at(0.5, 0.91)?);
    let mut marks = Vec::new();
    for y in 30..80 {
        marks.extend(at(0.5, y as f32 / 100.0));
    }
    let mark = marks
        .into_iter()
        .max_by(|a, b| contrast(*a, body).total_cmp(&contrast(*b, body)))?;
    Some([(ground, body), (body, mark)])
}

/// Signs of one colour.
const PLAIN_SIGNS: [&str; 3] = ["BatterySign", "NetworkSign", "MuteSign"];

/// Buttons that are on, and signs.
fn marked(stage: &Stage) -> (Vec<ScreenElement>, Vec<ScreenElement>) {
    let found = stage.ui.ask(|app| {
        let query = ElementQuery::from_root(app).match_descendants();
        let buttons = query.match_accessible_role(AccessibleRole::Button);
        let on = buttons.find_all().into_iter();
        let on = on.filter(|b| b.accessible_enabled() != Some(false));
        let query = ElementQuery::from_root(app).match_descendants();
        let signs = query.match_inherits("Sign").find_all();
        (
            on.map(|b| ScreenElement::of(&b)).collect(),
            signs.iter().map(ScreenElement::of).collect(),
        )
    });
    found.unwrap()
}

/// Contrasts of colours with what they were seen in.
#[derive(Default)]
struct Contrasts(BTreeMap<(&'static str, Rgb, Rgb), (u32, String)>);

impl Contrasts {
    fn add(&mut self, kind: &'static str, pair: (Rgb, Rgb), at: &str) {
        let seen = self.0.entry((kind, pair.0, pair.1));
        let (count, _) = seen.or_insert_with(|| (0, at.to_owned()));
        *count += 1;
    }
}

fn measure(stage: &Stage, scene: &str, pairs: &mut Contrasts) {
    let shot = stage.ui.snapshot().unwrap();
    let hidden = stage.half_hidden();
    let (width, height) = (stage.size.0 as f32, stage.size.1 as f32);
    let whole = |e: &ScreenElement| {
        let inside = e.x >= 0.0 && e.y >= 0.0 && e.x + e.width <= width && e.y + e.height <= height;
        inside && e.width >= 1.0 && !hidden.contains(e)
    };
    for text in stage.words().iter().filter(|text| whole(text)) {
        if let Some(pair) = pair(&shot, text) {
            pairs.add("text", pair, &format!("{scene}: {}", text.text));
        }
    }
    let (mut buttons, signs) = marked(stage);
    // The verdict is a button as a whole.
    buttons.retain(|b| whole(b) && b.width * b.height < 0.6 * width * height);
    for b in &buttons {
        for pair in outlines(&shot, b) {
            pairs.add("outline", pair, &format!("{scene}: {}", b.text));
        }
    }
    let plain = PLAIN_SIGNS
        .into_iter()
        .filter_map(|sign| stage.place_of(sign));
    for sign in plain.filter(whole) {
        if let Some(pair) = pair(&shot, &sign) {
            pairs.add("sign", pair, scene);
        }
    }
    let column = stage.column();
    let visible = |sign: &&ScreenElement| {
        let below = column.as_ref();
        whole(sign) && below.is_none_or(|c| sign.y >= c.y && sign.y + sign.height <= c.y + c.height)
    };
    for sign in signs.iter().filter(visible) {
        for pair in of_sign(&shot, sign).into_iter().flatten() {
            pairs.add("sign", pair, scene);
        }
    }
}

#[test]
fn every_text_outline_and_sign_stands_out_by_day_and_by_night() {
    let mut faults = Vec::new();
    for bright in [true, false] {
        let mut pairs = Contrasts::default();
        for size in [(480, 800), (800, 480)] {
            let stage = Stage::open(size, Language::English);
            stage.ui.send(UiUpdate::Status(status()));
            let mode = ScreenMode::Auto;
            stage.ui.send(UiUpdate::Screen { mode, bright });
            for scene in pages().into_iter().chain(verdicts()).chain(info_scenes()) {
                scene.set(&stage);
                measure(&stage, scene.name, &mut pairs);
            }
        }
        println!("\n{}", if bright { "day" } else { "night" });
        println!("| what | under it | colour | contrast | seen | first in |");
        println!("| --- | --- | --- | --- | --- | --- |");
        let hex = |[r, g, b]: Rgb| format!("#{r:02x}{g:02x}{b:02x}");
        for ((kind, ground, ink), (count, at)) in pairs.0 {
            let ratio = contrast(ground, ink);
            let (ground, ink) = (hex(ground), hex(ink));
            let row = format!("| {kind} | {ground} | {ink} | {ratio:.1} | {count} | {at} |");
            if ratio < if kind == "text" { TEXT } else { OUTLINE } {
                faults.push(format!("by day: {bright} {row}"));
            }
            // Edges of thin letters make many rows of few.
            if count > 4 {
                println!("{row}");
            }
        }
    }
    none(&faults);
}

#[test]
fn contrast_is_what_the_standard_says() {
    let ratio = |a, b| (contrast(a, b) * 10.0).round() / 10.0;
    assert_eq!(ratio([0; 3], [255; 3]), 21.0);
    assert_eq!(ratio([255; 3], [255; 3]), 1.0);
    assert_eq!(ratio([0x00, 0x61, 0x4f], [255; 3]), 7.4);
    assert_eq!(ratio([0xff, 0xc6, 0x1a], [0; 3]), 13.3);
    assert_eq!(ratio([0x84, 0x0a, 0x18], [255; 3]), 10.3);
}
