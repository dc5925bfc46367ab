//! Drawn codes are read; odd pictures are survived.
#![allow(clippy::unwrap_used)]

mod announced;
mod canvas;
mod drawn;

use crate::*;
pub(crate) use canvas::{Canvas, Print, SeededBytes, bent, corners_off, flat, slanting};

fn text(s: &str) -> CodeContent {
    CodeContent::Text(s.to_owned())
}

#[test]
fn a_drawn_code_is_read_with_its_corners() {
    let mut canvas = Canvas::new(320, 240, 200);
    canvas.draw(b"GP1:HELLO", (160.0, 120.0), 5.0, 0.0);
    let codes = canvas.frame();
    assert_eq!(codes.len(), 1);
    assert_eq!(codes[0].content, text("GP1:HELLO"));
    // Version 1: 21 modules of 5 pixels.
    assert!(corners_off(&codes[0], 21.0, (160.0, 120.0), (5.0, 5.0), 0.0) < 2.5);
}

#[test]
fn a_code_is_read_at_every_angle_and_size_of_a_pass() {
    let pass = [b'Q'; 140];
    for (angle, module) in [
        (0.0, 3.0),
        (0.3, 3.5),
        (0.8, 4.0),
        (1.6, 5.0),
        (2.5, 6.0),
        (4.0, 7.0),
    ] {
        let mut canvas = Canvas::new(640, 480, 180);
        canvas.draw(&pass, (320.0, 240.0), module, angle);
        let codes = canvas.frame();
        assert_eq!(codes.len(), 1, "angle {angle}, {module} pixels per module");
        assert_eq!(codes[0].content.as_bytes(), pass);
    }
}

#[test]
fn several_codes_come_once_each_from_top_to_bottom() {
    let mut canvas = Canvas::new(640, 640, 220);
    canvas.draw(b"below", (160.0, 480.0), 4.0, 0.1);
    canvas.draw(b"above", (160.0, 160.0), 4.0, 0.0);
    canvas.draw(b"above", (480.0, 480.0), 4.0, 0.2);
    let contents: Vec<_> = canvas.still().into_iter().map(|c| c.content).collect();
    assert_eq!(contents, [text("above"), text("below")]);
    let again: Vec<_> = canvas.still().into_iter().map(|c| c.content).collect();
    assert_eq!(contents, again);
}

#[test]
fn large_tiny_and_light_on_dark_codes_are_read_from_stills() {
    let mut large = Canvas::new(4_000, 3_000, 200);
    large.draw(b"small in a large picture", (3_000.0, 2_000.0), 4.0, 0.4);
    let codes = large.still();
    assert_eq!(codes[0].content, text("small in a large picture"));
    assert!(corners_off(&codes[0], 25.0, (3_000.0, 2_000.0), (4.0, 4.0), 0.4) < 6.0);
    let mut tiny = Canvas::new(60, 60, 220);
    tiny.draw(b"tiny", (30.0, 30.0), 1.6, 0.0);
    assert_eq!(tiny.still()[0].content, text("tiny"));
    let mut light = Canvas::new(300, 300, 220);
    light.draw(b"light", (150.0, 150.0), 6.0, 0.0);
    light.pixels.iter_mut().for_each(|p| *p = 255 - *p);
    assert_eq!(light.still()[0].content, text("light"));
}

#[test]
fn bytes_that_are_no_text_stay_bytes() {
    let mut canvas = Canvas::new(200, 200, 220);
    canvas.draw(&[0xff, 0x00, 0x9f], (100.0, 100.0), 5.0, 0.0);
    let codes = canvas.frame();
    assert_eq!(codes[0].content, CodeContent::Bytes(vec![0xff, 0x00, 0x9f]));
    let json = serde_json::to_value(&codes[0]).unwrap();
    assert_eq!(json["hex"], "ff009f");
    assert!(json["corners"].is_array());
    assert_eq!(
        serde_json::to_string(&text("a")).unwrap(),
        r#"{"text":"a"}"#
    );
}

#[test]
fn a_view_needs_all_its_pixels() {
    assert!(Luma::new(2, 2, &[0; 4]).is_some());
    assert!(Luma::new(2, 2, &[0; 5]).is_some());
    assert!(Luma::new(2, 2, &[0; 3]).is_none());
    assert!(Luma::new(0, 2, &[0; 4]).is_none());
    assert!(Luma::new(u32::MAX, u32::MAX, &[0; 4]).is_none());
}

#[test]
fn odd_pictures_give_nothing_and_never_panic() {
    let sizes = [
        (1, 1),
        (1, 100),
        (100, 1),
        (20, 20),
        (21, 21),
        (22, 400),
        (3_300, 21),
        (200, 150),
    ];
    for (width, height) in sizes {
        for decode in [Canvas::frame, Canvas::still] {
            for grey in [0, 1, 128, 255] {
                assert_eq!(decode(&Canvas::new(width, height, grey)), []);
            }
            for cell in [1, 2, 3, 7, 16] {
                let board = Canvas::from_fn(width, height, |x, y| {
                    if (x / cell + y / cell).is_multiple_of(2) {
                        0
                    } else {
                        255
                    }
                });
                assert_eq!(decode(&board), []);
                let rings = Canvas::from_fn(width, height, |x, y| {
                    if x.abs_diff(width / 2).max(y.abs_diff(height / 2)) / cell % 2 == 0 {
                        0
                    } else {
                        255
                    }
                });
                assert_eq!(decode(&rings), []);
            }
        }
    }
}

#[test]
fn noise_gives_nothing_and_never_panics() {
    for seed in 0..40 {
        let mut noise = SeededBytes::new(seed);
        let (cell, cut) = (1 + u32::from(noise.byte() % 6), noise.byte());
        let coarse: Vec<u8> = (0..64 * 64).map(|_| noise.byte()).collect();
        let canvas = Canvas::from_fn(160, 120, |x, y| {
            let value = coarse[(y / cell % 64 * 64 + x / cell % 64) as usize];
            match seed % 3 {
                0 => value,
                1 if value < cut => 0,
                1 => 255,
                _ => 128 + value % 16,
            }
        });
        assert_eq!(canvas.still(), [], "seed {seed}");
    }
}

/// Codes with a hole, a smear or lost rows: whatever is read must be what was drawn.
#[test]
fn damaged_codes_are_read_rightly_or_not_at_all() {
    for seed in 0..40 {
        let mut noise = SeededBytes::new(100 + seed);
        let mut canvas = Canvas::new(240, 240, 200);
        let angle = f64::from(noise.byte()) / 40.0;
        canvas.draw(b"GP1:WHAT WAS DRAWN", (120.0, 120.0), 5.0, angle);
        for _ in 0..noise.byte() % 12 {
            let (x0, y0) = (u32::from(noise.byte()), u32::from(noise.byte()));
            let (w, h) = (u32::from(noise.byte() % 60), u32::from(noise.byte() % 20));
            let grey = noise.byte();
            for (x, y) in (y0..y0 + h).flat_map(|y| (x0..x0 + w).map(move |x| (x, y))) {
                if x < 240 && y < 240 {
                    canvas.pixels[(y * 240 + x) as usize] = grey;
                }
            }
        }
        for code in canvas.still() {
            assert_eq!(code.content, text("GP1:WHAT WAS DRAWN"), "seed {seed}");
        }
    }
}

#[test]
fn explaining_reads_the_same_and_draws_four_stages_of_every_look() {
    let mut canvas = Canvas::new(320, 240, 200);
    canvas.draw(b"GP1:HELLO", (160.0, 120.0), 5.0, 0.0);
    let mut drawings = Vec::new();
    let codes = explain(canvas.view(), |drawing| {
        drawings.push(drawing);
        Ok::<(), ()>(())
    });
    assert_eq!(codes, Ok(canvas.still()));
    let names: Vec<&str> = drawings.iter().map(|d| d.name.as_str()).collect();
    assert_eq!(
        names,
        ["00-1-grey", "00-2-ink", "00-3-finders", "00-4-codes"]
    );
    let at = |stage: usize, x, y| drawings[stage].image.get_pixel(x, y).0;
    assert!(drawings.iter().all(|d| d.image.dimensions() == (320, 240)));
    // In the first finder pattern's middle, and in the middle of the code's upper edge.
    assert_eq!(at(0, 125, 85), [30; 3]);
    assert_eq!(at(1, 125, 85), [0; 3]);
    assert!((83..88).any(|y| at(2, 125, y) == [255, 0, 255]));
    assert!((66..70).any(|y| at(3, 160, y) == [0, 200, 0]));
}

#[test]
fn explaining_shows_an_unread_code_in_red() {
    let mut canvas = Canvas::new(200, 200, 200);
    canvas.draw(b"GP1:HELLO", (100.0, 100.0), 6.0, 0.0);
    // All but the finder patterns and timing patterns is gone.
    for (x, y) in (37..163).flat_map(|y| (37..163).map(move |x| (x, y))) {
        let (u, v) = ((x - 37) / 6, (y - 37) / 6);
        if u > 8 && v > 8 || u > 8 && u < 13 && v < 6 || v > 8 && v < 13 && u < 6 {
            canvas.pixels[y * 200 + x] = 220;
        }
    }
    let (mut looks, mut red) = (0, 0);
    let codes = explain(canvas.view(), |drawing| {
        if drawing.name.ends_with("codes") {
            looks += 1;
            red += usize::from(drawing.image.pixels().any(|p| p.0 == [255, 0, 0]));
        }
        Ok::<(), ()>(())
    });
    assert_eq!(codes, Ok(Vec::new()));
    assert_eq!(looks, still::looks(canvas.view()).count());
    assert!(red > 0, "{red} of {looks} looks saw it");
    let stopped = explain(canvas.view(), |drawing| Err(drawing.name));
    assert_eq!(stopped, Err("00-1-grey".to_owned()));
}

/// What `fuzz/fuzz_targets/decode.rs` runs long: codes with changed, moved and repeated bytes, as a
/// still picture and as a stream. Whatever is read is one of the codes drawn.
#[test]
fn mutated_pictures_give_what_was_drawn_or_nothing_and_never_panic() {
    let drawn = [&b"GP1:ONE"[..], b"GP1:THE SECOND CODE, WHICH IS LONGER"];
    let canvases = drawn.map(|content| {
        let mut canvas = Canvas::new(90, 90, 200);
        canvas.draw(content, (45.0, 45.0), 2.2, 0.1);
        canvas
    });
    let mut noise = SeededBytes::new(2026);
    let (mut read, mut stream) = (0, StreamReader::default());
    for round in 0..300 {
        let mut canvas = Canvas::new(90, 90, 0);
        canvas.pixels.clone_from(&canvases[round % 2].pixels);
        for _ in 0..noise.byte() % 24 {
            mutate(
                &mut canvas.pixels,
                &canvases[1 - round % 2].pixels,
                &mut noise,
            );
        }
        // Rows of another length shear the picture.
        canvas.width -= u32::from(noise.byte() % 32 / 31);
        let codes = if round % 4 == 0 {
            canvas.still()
        } else {
            stream.read(canvas.view())
        };
        for code in &codes {
            assert!(drawn.contains(&code.content.as_bytes()), "round {round}");
        }
        read += codes.len();
    }
    assert!(
        (30..300).contains(&read),
        "{read} read: too much damage, or too little"
    );
}

/// Changes a run of pixels: to one grey, to their negative, to those of another picture or place.
fn mutate(pixels: &mut [u8], other: &[u8], noise: &mut SeededBytes) {
    let place = |noise: &mut SeededBytes, end: usize| {
        (usize::from(noise.byte()) << 8 | usize::from(noise.byte())) % end
    };
    let length = 1 + place(noise, 400);
    let at = place(noise, pixels.len() - length);
    let from = place(noise, pixels.len() - length);
    let run = at..at + length;
    match noise.byte() % 4 {
        0 => pixels[run].fill(noise.byte()),
        1 => pixels[run].iter_mut().for_each(|p| *p = 255 - *p),
        2 => pixels[run].copy_from_slice(&other[from..from + length]),
        _ => pixels.copy_within(from..from + length, at),
    }
}
