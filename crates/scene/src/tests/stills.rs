//! The pictures are repeatable, and a plain QR reader reads them.

use super::{CARRIERS, base45, code, double, read};
use crate::*;
use image::DynamicImage;

#[test]
fn one_seed_gives_one_picture_and_another_seed_another() {
    let code = code(&base45(280, 1));
    for carrier in CARRIERS {
        let picture = render_rgb(&code, &View::hand_held(7, carrier));
        assert_eq!(picture, render_rgb(&code, &View::hand_held(7, carrier)));
        assert_ne!(picture, render_rgb(&code, &View::hand_held(8, carrier)));
        let next = View {
            frame: 1,
            ..View::hand_held(7, carrier)
        };
        assert_ne!(picture, render_rgb(&code, &next));
    }
}

#[test]
fn text_over_the_limit_is_refused_with_its_length() {
    let refused = |text: &str| Code::new(text, ErrorCorrection::Low).unwrap_err();
    assert!(Code::new(&"A".repeat(MAX_TEXT), ErrorCorrection::High).is_ok());
    assert_eq!(
        refused(&"A".repeat(MAX_TEXT + 1)),
        SceneError::TooLong { length: 1801 }
    );
    assert_eq!(refused(&"字".repeat(MAX_TEXT)), SceneError::TooManyBits);
    assert_eq!(refused(""), SceneError::Empty);
}

#[test]
fn base45_text_takes_alphanumeric_mode() {
    // 280 characters are 1,540 bits in alphanumeric mode: version 10 at level M. As bytes: 12.
    assert_eq!(code(&base45(280, 1)).version(), 10);
    assert_eq!(code(&base45(280, 1).to_lowercase()).version(), 12);
}

#[test]
fn clean_views_read() {
    for carrier in CARRIERS {
        for length in [20, 140, 280, 400] {
            let text = base45(length, length as u64);
            let view = View {
                carrier,
                ..View::clean()
            };
            assert_eq!(
                read(&render(&code(&text), &view)),
                [text.as_str()],
                "{carrier:?} {length}"
            );
        }
    }
}

/// rqrr marks a finder's corners in whole pixels and carries them across the code, so it loses
/// about one in four of these codes at 640x480 however clean the picture. The same picture doubled
/// gives most of them back. Measured on 512 pictures: 76 % as they are, 97 % as they are or
/// doubled.
#[test]
fn hand_held_views_read_at_the_stated_floors() {
    let (mut plain, mut either) = (0, 0);
    for seed in 0..20 {
        for carrier in CARRIERS {
            let text = base45(280, seed);
            let picture = render(&code(&text), &View::hand_held(seed, carrier));
            let as_is = read(&picture) == [text.as_str()];
            plain += usize::from(as_is);
            either += usize::from(as_is || read(&double(&picture)) == [text.as_str()]);
        }
    }
    println!("{plain} as they are, {either} as they are or doubled, of 40");
    assert!(plain >= 24, "{plain} of 40, floor 60 %");
    assert!(either >= 36, "{either} of 40, floor 90 %");
}

/// What the demo relies on, in colour as it is written to disk.
#[test]
fn one_of_four_hand_held_frames_reads_as_it_is_or_doubled() {
    for carrier in CARRIERS {
        for name in 0..4 {
            let text = base45(280, name);
            let code = code(&text);
            let found = (1..=4).any(|frame| {
                let picture = render_rgb(&code, &View::hand_held(100 * name + frame, carrier));
                let grey = DynamicImage::from(picture).to_luma8();
                read(&grey) == [text.as_str()] || read(&double(&grey)) == [text.as_str()]
            });
            assert!(found, "{carrier:?} {name}");
        }
    }
}

#[test]
fn an_approach_starts_unreadable_and_ends_at_the_hand_held_view() {
    let text = base45(280, 3);
    let code = code(&text);
    for carrier in CARRIERS {
        let views = approach(&code, carrier, 3, 12);
        let (first, last) = (views.first().unwrap(), views.last().unwrap());
        assert_eq!(views.len(), 12);
        assert!(read(&render(&code, first)).is_empty());
        assert_eq!(read(&double(&render(&code, last))), [text.as_str()]);
        let end = View {
            frame: 12,
            ..View::hand_held(3, carrier)
        }
        .fitted(&code);
        assert!((last.px_per_module - end.px_per_module).abs() < 1e-3);
        assert_eq!(approach(&code, carrier, 3, usize::MAX).len(), MAX_FRAMES);
        assert!(approach(&code, carrier, 3, 0).is_empty());
    }
}

#[test]
fn two_codes_in_one_picture_both_read() {
    let texts = [base45(60, 1), base45(60, 2)];
    let codes = [code(&texts[0]), code(&texts[1])];
    let view = View {
        carrier: Carrier::Paper,
        width: 1280,
        px_per_module: 5.0,
        ..View::clean()
    };
    let placed = [(&codes[0], [-0.22, 0.0]), (&codes[1], [0.22, 0.0])];
    let mut found = read(&render_many(&placed, &view));
    found.sort();
    let mut texts = texts;
    texts.sort();
    assert_eq!(found, texts);
}

#[test]
fn a_blank_picture_holds_no_code() {
    for carrier in CARRIERS {
        let view = View::hand_held(4, carrier);
        let picture = blank(&view);
        assert_eq!(picture.dimensions(), (640, 480));
        assert!(read(&DynamicImage::from(picture).to_luma8()).is_empty());
    }
}

#[test]
fn absurd_views_still_give_a_picture() {
    let code = code(&base45(280, 1));
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, 1e30, -1e30] {
        for carrier in CARRIERS {
            let view = View {
                width: 0,
                height: 40,
                px_per_module: value,
                yaw_deg: value,
                pitch_deg: value,
                roll_deg: value,
                offset: [value; 2],
                fov_deg: value,
                curl: value,
                curl_axis_deg: value,
                blur_sigma_px: value,
                defocus_px: value,
                noise_sigma: value,
                electrons: value,
                gamma: value,
                gain: value,
                contrast: value,
                gradient: [value; 2],
                vignette: value,
                carrier,
                seed: u64::MAX,
                frame: u32::MAX,
            };
            assert_eq!(render(&code, &view).dimensions(), (16, 40));
        }
    }
}
