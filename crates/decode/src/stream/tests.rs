//! Streams of drawn frames: what is read from the first one, and what within a few.

use super::*;
use crate::grey::GreyPicture;
use crate::tests::{Canvas, Print, SeededBytes, bent, corners_off, flat};

/// A code that only a careful look reads: one finder pattern is covered.
fn covered(width: u32, height: u32, middle: (f64, f64)) -> Canvas {
    let mut print = Print::of_version("covered", 3);
    print.cover(1);
    let mut canvas = Canvas::new(width, height, 200);
    canvas.print(&print, middle, flat(4.0, 0.2));
    canvas
}

fn plain(middle: (f64, f64)) -> Canvas {
    let mut canvas = Canvas::new(640, 480, 200);
    canvas.draw(b"plain", middle, 4.0, 0.2);
    canvas
}

#[test]
fn the_same_frames_give_the_same_codes() {
    let sheet = Print::of_version("bent", 3);
    let mut curled = Canvas::new(640, 480, 200);
    curled.print(&sheet, (200.0, 200.0), bent(5.0, 1.6, sheet.half()));
    let frames = [
        Canvas::new(640, 480, 90),
        curled,
        covered(640, 480, (400.0, 300.0)),
        plain((200.0, 200.0)),
        covered(320, 240, (160.0, 120.0)),
    ];
    let (mut one, mut other) = (StreamReader::default(), StreamReader::default());
    let mut read = 0;
    for frame in frames.iter().cycle().take(3 * frames.len()) {
        let codes = one.read(frame.view());
        assert_eq!(codes, other.read(frame.view()));
        read += codes.len();
    }
    assert!(read >= 6, "{read}");
}

#[test]
fn what_the_quick_look_cannot_read_is_read_before_all_turns_are_over() {
    let sheet = Print::of_version("bent", 3);
    let mut curled = Canvas::new(320, 320, 200);
    curled.print(&sheet, (160.0, 160.0), bent(5.0, 1.6, sheet.half()));
    let mut light = Canvas::new(320, 240, 200);
    light.draw(b"light", (160.0, 120.0), 5.0, 0.1);
    light.pixels.iter_mut().for_each(|p| *p = 255 - *p);
    for (name, canvas) in [
        ("bent", curled),
        ("covered", covered(320, 240, (160.0, 120.0))),
        ("light", light),
    ] {
        assert_eq!(canvas.glance(), [], "{name}");
        let mut reader = StreamReader::default();
        let codes = (0..TURNS.len()).find_map(|_| reader.read(canvas.view()).pop());
        let content = codes.map(|code| code.content);
        assert_eq!(
            content.as_ref().map(|c| c.as_bytes()),
            Some(name.as_bytes())
        );
    }
}

/// Whether the code is read within so many frames of the same picture.
fn is_read(canvas: &Canvas, content: &str, frames: usize) -> bool {
    let mut reader = StreamReader::default();
    (0..frames).any(|_| {
        let codes = reader.read(canvas.view());
        codes
            .iter()
            .any(|code| code.content.as_bytes() == content.as_bytes())
    })
}

#[test]
fn beside_a_code_that_is_read_at_once_a_harder_one_is_read_too() {
    let mut bent_too = plain((120.0, 120.0));
    let sheet = Print::of_version("bent", 3);
    bent_too.print(&sheet, (430.0, 300.0), bent(5.0, 1.6, sheet.half()));
    let mut covered_too = covered(640, 480, (430.0, 300.0));
    covered_too.draw(b"plain", (120.0, 120.0), 4.0, 0.2);
    for (canvas, hard) in [(bent_too, "bent"), (covered_too, "covered")] {
        assert!(is_read(&canvas, "plain", 1), "beside {hard}");
        assert_eq!(canvas.glance().len(), 1);
        assert!(is_read(&canvas, hard, TURNS.len()), "{hard}");
    }
}

#[test]
fn beside_what_looks_like_a_code_and_is_none_another_one_is_read() {
    let mut print = Print::of_version("no code", 2);
    let mut noise = SeededBytes::new(9);
    for (x, y) in (9..25).flat_map(|y| (9..25).map(move |x| (x, y))) {
        *print.module(x, y) = noise.byte() < 128;
    }
    let mut canvas = covered(640, 480, (450.0, 310.0));
    canvas.print(&print, (120.0, 120.0), flat(5.0, 0.0));
    assert!(!is_read(&canvas, "no code", 2 * TURNS.len()));
    assert!(is_read(&canvas, "covered", 2 * TURNS.len()));
}

#[test]
fn a_place_is_forgotten_when_nothing_is_seen_there_for_long() {
    let mut reader = StreamReader::default();
    let empty = Canvas::new(640, 480, 200);
    reader.read(plain((200.0, 200.0)).view());
    for age in 0..REMEMBERED {
        assert_eq!(reader.place.map(|(_, age)| age), Some(age));
        assert_eq!(reader.read(empty.view()), []);
    }
    assert_eq!(reader.place, None);
}

/// What a sensor makes of a screen that is far too bright: white grows over black.
fn overexposed(mut canvas: Canvas, pixels: usize) -> Canvas {
    for _ in 0..pixels {
        let negative = Canvas::from_fn(canvas.width, canvas.height, |x, y| {
            255 - canvas.pixels[(y * canvas.width + x) as usize]
        });
        let picture = GreyPicture::resized(negative.view(), 1.0).thickened();
        canvas.pixels = picture.pixels.iter().map(|p| 255 - p).collect();
    }
    canvas
}

#[test]
fn what_is_pale_or_dazzles_is_read_from_its_first_frame() {
    let drawn = |black, white| {
        let mut print = Print::of_version("GP1:AT NIGHT AND IN THE SUN", 6);
        (print.black, print.white) = (black, white);
        let mut canvas = Canvas::new(400, 320, white);
        canvas.print(&print, (200.0, 160.0), flat(5.0, 0.12));
        canvas
    };
    for (name, canvas) in [
        ("pale", drawn(190, 206)),
        ("dazzling", overexposed(drawn(60, 255), 2)),
    ] {
        assert_eq!(canvas.glance(), [], "{name}");
        let codes = StreamReader::default().read(canvas.view());
        assert_eq!(codes.len(), 1, "{name}");
    }
}

#[test]
fn a_picture_dazzles_from_a_tenth_of_white_on() {
    let picture = |white: usize| {
        let mut canvas = Canvas::new(40, 30, 254);
        canvas.pixels[..white].fill(255);
        canvas
    };
    assert!(dazzles(picture(120).view()));
    assert!(!dazzles(picture(119).view()));
}

#[test]
fn a_frame_is_enlarged_only_while_there_are_pixels_left() {
    let canvas = Canvas::new(640, 480, 0);
    let mut left = MOST_PIXELS;
    let mut scale = |look: Look| look.within(&mut left, 1.0, canvas.view()).scale;
    assert_eq!(scale(DOUBLED), 0.5);
    assert_eq!(scale(SHARP), 1.0);
    let mut left = MOST_PIXELS;
    let large = Canvas::new(1_600, 1_200, 0);
    let mut scale = |look: Look| look.within(&mut left, 2.0, large.view()).scale;
    assert_eq!(scale(TURNS[5]), 4.0);
    assert_eq!(scale(DOUBLED), 2.0);
}

#[test]
fn corners_of_a_code_in_a_part_are_those_in_the_whole_frame() {
    let (middle, side) = ((420.0, 300.0), 29.0);
    let canvas = covered(640, 480, middle);
    let mut reader = StreamReader::default();
    let code = (0..TURNS.len()).find_map(|_| {
        let code = reader.read(canvas.view()).pop()?;
        assert!(reader.place.is_some_and(|(region, _)| {
            let (left, top, ..) = region.within(canvas.view());
            left > 0 && top > 0
        }));
        Some(code)
    });
    // Two modules: the covered corner is a guess.
    let off = code.map(|code| corners_off(&code, side, middle, (4.0, 4.0), 0.2));
    assert!(off.is_some_and(|off| off < 8.0), "{off:?}");
}

#[test]
fn frames_may_change_their_size() {
    let mut reader = StreamReader::default();
    for (width, height) in [
        (640, 480),
        (21, 21),
        (22, 400),
        (400, 22),
        (1, 1),
        (20, 500),
        (1_280, 720),
        (24, 24),
    ] {
        // A place at the far corner of a large frame; then a frame that ends before it.
        reader.read(covered(640, 480, (540.0, 380.0)).view());
        assert!(reader.place.is_some());
        for grey in [0, 200] {
            reader.read(Canvas::new(width, height, grey).view());
        }
    }
}
