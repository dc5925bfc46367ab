//! Codes that are hard to read in a still picture, and that are read.

use std::collections::HashSet;

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

use super::*;

const FINDERS: [&str; 3] = ["top left", "top right", "bottom left"];

#[test]
fn a_code_without_one_of_its_finder_patterns_is_read() {
    for (finder, name) in FINDERS.iter().enumerate() {
        for angle in [0.0, 0.5, 2.0] {
            let mut print = Print::of_version("one is lost", 3);
            print.cover(finder);
            let mut canvas = Canvas::new(260, 260, 200);
            canvas.print(&print, (130.0, 130.0), flat(5.0, angle));
            assert_eq!(contents(&canvas.glance()), [], "{name}");
            let codes = canvas.still();
            assert_eq!(contents(&codes), [text("one is lost")], "{name}, {angle}");
        }
    }
}

#[test]
fn a_code_in_a_strong_slant_is_read() {
    for (angle, tilt) in [(0.0, 0.9), (0.6, 0.9), (0.8, -0.85)] {
        let print = Print::of_version("from the side", 3);
        let mut canvas = Canvas::new(360, 320, 200);
        canvas.print(&print, (180.0, 160.0), slanting(7.0, angle, tilt, 80.0));
        let codes = canvas.still();
        assert_eq!(contents(&codes), [text("from the side")], "{angle}, {tilt}");
    }
}

#[test]
fn a_code_that_is_seen_three_times_as_high_as_wide_is_read() {
    let print = Print::of_version("from far aslant", 3);
    for (across, down) in [(2.0, 6.5), (6.5, 2.0)] {
        let mut canvas = Canvas::new(300, 300, 200);
        canvas.print(&print, (150.3, 149.6), |(x, y)| (x / across, y / down));
        let codes = canvas.still();
        assert_eq!(contents(&codes), [text("from far aslant")], "{across}");
        let off = corners_off(&codes[0], 29.0, (150.3, 149.6), (across, down), 0.0);
        assert!(off < 4.0, "{off}");
    }
}

#[test]
fn of_two_codes_the_bent_one_is_read_too() {
    let (whole, sheet) = (
        Print::of_version("whole", 3),
        Print::of_version("on a bent sheet", 3),
    );
    let mut canvas = Canvas::new(440, 220, 200);
    canvas.print(&whole, (105.0, 105.0), flat(5.0, 0.0));
    canvas.print(&sheet, (320.0, 110.0), bent(5.0, 1.6, sheet.half()));
    assert_eq!(contents(&canvas.glance()), [text("whole")]);
    let mut read = contents(&canvas.still());
    read.sort();
    assert_eq!(read, [text("on a bent sheet"), text("whole")]);
}

#[test]
fn of_two_codes_the_one_without_a_finder_pattern_is_read_too() {
    let (whole, mut torn) = (
        Print::of_version("whole", 3),
        Print::of_version("one is lost", 3),
    );
    torn.cover(1);
    let mut canvas = Canvas::new(440, 220, 200);
    canvas.print(&whole, (105.0, 105.0), flat(5.0, 0.0));
    canvas.print(&torn, (320.0, 110.0), flat(5.0, 0.2));
    let mut read = contents(&canvas.still());
    read.sort();
    assert_eq!(read, [text("one is lost"), text("whole")]);
}

#[test]
fn eight_codes_in_a_hand_that_shakes_are_read_within_three_frames() {
    for angle in [0.0, 0.03, 0.2] {
        let mut reader = StreamReader::default();
        let mut read = HashSet::new();
        for shake in [0.0, 0.01, 0.02] {
            let mut canvas = Canvas::new(640, 480, 200);
            for number in 0..8 {
                let (x, y) = (f64::from(number % 4), f64::from(number / 4));
                let middle = (80.0 + 160.0 * x + 30.0 * shake, 120.0 + 240.0 * y);
                let content = format!("GP1:CODE {number} OF A WHOLE FAMILY AND SOME MORE");
                canvas.draw(content.as_bytes(), middle, 2.6, angle + shake);
            }
            read.extend(contents(&reader.read(canvas.view())));
        }
        assert_eq!(read.len(), 8, "{angle}");
    }
}

#[test]
fn an_inverted_code_is_read() {
    let mut canvas = Canvas::new(240, 200, 25);
    let mut print = Print::of_version("light on dark", 2);
    (print.black, print.white) = (print.white, print.black);
    canvas.print(&print, (120.0, 100.0), flat(5.0, 0.3));
    assert_eq!(contents(&canvas.glance()), []);
    assert_eq!(contents(&canvas.still()), [text("light on dark")]);
}

#[test]
fn a_faint_code_is_read() {
    for module in [2.0, 3.0, 5.0] {
        let mut canvas = Canvas::new(240, 200, 114);
        let mut print = Print::of_version("faint", 2);
        (print.black, print.white) = (100, 114);
        canvas.print(&print, (120.0, 100.0), flat(module, 0.3));
        assert_eq!(contents(&canvas.glance()), []);
        assert_eq!(contents(&canvas.still()), [text("faint")], "{module}");
    }
}

/// 600 bytes in Base45 (RFC 9285) are 900 characters.
#[test]
fn a_dense_code_with_less_than_two_pixels_per_module_is_read() {
    let content: String = (0..900)
        .map(|i| char::from(b"GATE0123 $%*+-./:"[i * i % 17]))
        .collect();
    let code = QrCode::encode_text(&content, QrCodeEcc::Low).unwrap();
    assert_eq!(code.version().value(), 17);
    let mut canvas = Canvas::new(220, 220, 200);
    canvas.print(&Print::of(&code), (110.3, 109.6), flat(1.75, 0.02));
    assert_eq!(contents(&canvas.still()), [text(&content)]);
}

#[test]
fn codes_on_a_bent_sheet_are_read() {
    for (version, bend) in [(3, 1.6), (6, 1.4), (10, 3.2)] {
        let print = Print::of_version("on a bent sheet", version);
        let side = (print.half() * 12.0) as u32 + 40;
        let mut canvas = Canvas::new(side, side, 200);
        let middle = f64::from(side) / 2.0;
        canvas.print(&print, (middle, middle), bent(5.0, bend, print.half()));
        assert_eq!(contents(&canvas.glance()), [], "version {version}");
        let codes = canvas.still();
        assert_eq!(
            contents(&codes),
            [text("on a bent sheet")],
            "version {version}"
        );
    }
}

#[test]
fn a_large_code_is_read_at_a_glance() {
    let content = "GP1:".to_owned() + &"OF SIX HUNDRED BYTES ".repeat(43);
    for level in [QrCodeEcc::Medium, QrCodeEcc::Quartile] {
        let code = QrCode::encode_text(&content, level).unwrap();
        let print = Print::of(&code);
        for module in [3.0, 3.6] {
            let mut canvas = Canvas::new(480, 480, 200);
            canvas.print(&print, (240.3, 239.6), flat(module, 0.05));
            assert_eq!(contents(&canvas.glance()), [text(&content)], "{module}");
        }
    }
}

#[test]
fn a_large_flat_code_is_read() {
    let (content, ecc) = ([b'x'; 900], QrCodeEcc::Medium);
    let code = QrCode::encode_segments_advanced(
        &[QrSegment::make_bytes(&content)],
        ecc,
        Version::new(25),
        Version::new(25),
        None,
        false,
    )
    .unwrap();
    let mut canvas = Canvas::new(340, 340, 200);
    canvas.print(&Print::of(&code), (170.0, 170.0), flat(2.5, 0.01));
    let codes = canvas.frame();
    assert_eq!(codes.len(), 1);
    assert_eq!(codes[0].content.as_bytes(), content);
}

fn contents(codes: &[DecodedCode]) -> Vec<CodeContent> {
    codes.iter().map(|code| code.content.clone()).collect()
}
