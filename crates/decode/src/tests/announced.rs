//! Drawn codes whose segments say what their bytes stand for, and the longest that there are.
#![allow(clippy::unwrap_used)]

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, QrSegmentMode};

use super::{Canvas, Print, flat, text};
use crate::CodeContent;

/// What is read from a code of these segments, in a picture of its own.
fn read(segments: &[QrSegment]) -> Vec<CodeContent> {
    let print = Print::of(&QrCode::encode_segments(segments, QrCodeEcc::Low).unwrap());
    let side = print.side as u32 * 4 + 60;
    let middle = f64::from(side) / 2.0;
    let mut canvas = Canvas::new(side, side, 200);
    canvas.print(&print, (middle, middle), flat(4.0, 0.0));
    canvas
        .frame()
        .into_iter()
        .map(|code| code.content)
        .collect()
}

/// Anything, by numbers and how many bits each has. The encoder knows no Hanzi mode: what it takes
/// for the number of an ECI, of which it has no idea how long it is, can go on with it.
fn after_eci(fields: &[(usize, usize)]) -> QrSegment {
    let bits = fields.iter();
    let bits = bits.flat_map(|&(value, count)| (0..count).rev().map(move |i| value >> i & 1 == 1));
    QrSegment::new(QrSegmentMode::Eci, 0, bits.collect())
}

#[test]
fn a_code_in_an_announced_character_set_is_read_as_its_text() {
    let gb_18030 = b"\xc3\xc5\xc6\xb1\xa3\xba\xb1\xb1\xbe\xa9 2026";
    let code = [QrSegment::make_eci(29), QrSegment::make_bytes(gb_18030)];
    assert_eq!(read(&code), [text("门票：北京 2026")]);
    // It changes in the middle, and holds for digits too.
    let code = [
        QrSegment::make_eci(22),
        QrSegment::make_bytes(b"\xc1\xe8\xeb\xe5\xf2 "),
        QrSegment::make_eci(32),
        QrSegment::make_bytes(b"\xc3\xc5\xc6\xb1 "),
        QrSegment::make_numeric("2026"),
    ];
    assert_eq!(read(&code), [text("Билет 门票 2026")]);
}

#[test]
fn a_code_in_no_known_character_set_or_not_valid_in_it_stays_bytes() {
    for (eci, bytes) in [(899, &b"GP1:A"[..]), (811_799, b"GP1:A"), (26, b"Zo\xeb")] {
        let code = [QrSegment::make_eci(eci), QrSegment::make_bytes(bytes)];
        assert_eq!(
            read(&code),
            [CodeContent::Bytes(bytes.to_vec())],
            "ECI {eci}"
        );
    }
}

#[test]
fn a_code_of_hanzi_among_digits_and_letters_is_read() {
    // 汉字: rows 26 and 55, columns 26 and 54.
    let hanzi = [
        (13, 4),
        (1, 4),
        (2, 8),
        (20 * 0x60 + 25, 13),
        (49 * 0x60 + 53, 13),
    ];
    let code = [
        QrSegment::make_alphanumeric("A-"),
        after_eci(&[&[(29, 8)][..], &hanzi].concat()),
        QrSegment::make_numeric("07"),
    ];
    assert_eq!(read(&code), [text("A-汉字07")]);
}

#[test]
fn a_code_of_as_many_digits_as_there_can_be_is_read_whole() {
    let digits = "1234567".repeat(1_012) + "89012";
    assert_eq!(digits.len(), 7_089);
    assert_eq!(read(&[QrSegment::make_numeric(&digits)]), [text(&digits)]);
}
