//! Segments of every mode, bit by bit.
#![allow(clippy::unwrap_used)]
use super::*;
use crate::tests::SeededBytes;

/// Bits from numbers and how many bits each has, filled up with zeros.
fn data(fields: &[(usize, usize)]) -> Vec<u8> {
    let bits: Vec<u8> = fields
        .iter()
        .flat_map(|&(value, count)| (0..count).rev().map(move |i| (value >> i & 1) as u8))
        .collect();
    let byte = |bits: &[u8]| {
        bits.iter()
            .enumerate()
            .fold(0, |b, (i, bit)| b | bit << (7 - i))
    };
    bits.chunks(8).map(byte).collect()
}

fn read(fields: &[(usize, usize)]) -> Result<String, NoContent> {
    let runs = content(1, &data(fields))?;
    assert!(
        runs.iter()
            .all(|run| run.eci.is_none() && run.packing == Packing::Plain)
    );
    let bytes = runs.into_iter().flat_map(|run| run.bytes).collect();
    Ok(String::from_utf8(bytes).unwrap())
}

/// ECI, packing and bytes of each run.
fn runs(version: usize, fields: &[(usize, usize)]) -> Vec<(Option<u32>, Packing, Vec<u8>)> {
    let runs = content(version, &data(fields)).unwrap();
    runs.into_iter()
        .map(|run| (run.eci, run.packing, run.bytes))
        .collect()
}

#[test]
fn the_examples_of_the_standard_are_read() {
    // 7.4.3, 7.4.4 and 7.4.6, in version 1.
    let digits = [(1, 4), (8, 10), (12, 10), (345, 10), (67, 7), (0, 4)];
    assert_eq!(read(&digits).unwrap(), "01234567");
    let letters = [(2, 4), (5, 9), (462, 11), (1_849, 11), (2, 6), (0, 4)];
    assert_eq!(read(&letters).unwrap(), "AC-42");
    let kanji = [(8, 4), (2, 8), (0xd9f, 13), (0x1aaa, 13), (0, 4)];
    let bytes = b"\x93\x5f\xe4\xaa".to_vec();
    assert_eq!(runs(1, &kanji), [(None, Packing::Kanji, bytes)]);
}

#[test]
fn counts_are_wider_in_larger_versions() {
    for (version, bits) in [(1, 8), (9, 8), (10, 16), (26, 16), (27, 16), (40, 16)] {
        let byte = [(4, 4), (1, bits), (b'A'.into(), 8)];
        assert_eq!(runs(version, &byte)[0].2, b"A", "version {version}");
    }
    for (version, bits) in [(9, 10), (10, 12), (26, 12), (27, 14)] {
        let digit = [(1, 4), (1, bits), (7, 4), (0, 4)];
        assert_eq!(runs(version, &digit)[0].2, b"7", "version {version}");
    }
}

#[test]
fn hanzi_are_read_in_every_version() {
    for version in 1..=40 {
        let bits = match version {
            1..=9 => 8,
            10..=26 => 10,
            _ => 12,
        };
        // The first and last characters of rows 1, 10, 16 and 87, by GB 2312's rows and columns.
        let places = [
            (1, 1),
            (1, 94),
            (10, 1),
            (10, 94),
            (16, 1),
            (16, 94),
            (87, 1),
            (87, 94),
        ];
        let packed = places.map(|(row, column)| {
            let row = if row < 11 { row - 1 } else { row - 6 };
            (row * 0x60 + column - 1, 13)
        });
        let head = [(13, 4), (1, 4), (places.len(), bits)];
        let bytes = places
            .map(|(row, column)| [row as u8 + 0xa0, column as u8 + 0xa0])
            .concat();
        let read = runs(version, &[&head[..], &packed, &[(0, 4)]].concat());
        assert_eq!(read, [(None, Packing::Hanzi, bytes)], "version {version}");
    }
}

#[test]
fn hanzi_of_another_subset_or_beyond_a_row_are_no_content() {
    assert_eq!(
        runs(1, &[(13, 4), (1, 4), (1, 8), (93, 13)])[0].2,
        [0xa1, 0xfe]
    );
    for fields in [
        [(13, 4), (0, 4), (1, 8), (0, 13)],
        [(13, 4), (2, 4), (1, 8), (0, 13)],
        [(13, 4), (1, 4), (1, 8), (94, 13)],
        [(13, 4), (1, 4), (1, 8), (0x60 * 20 + 95, 13)],
        [(13, 4), (1, 4), (2, 8), (0, 13)],
    ] {
        assert_eq!(content(1, &data(&fields)), Err(NoContent), "{fields:?}");
    }
}

#[test]
fn segments_of_different_modes_are_runs_in_their_order() {
    let hanzi = [(13, 4), (1, 4), (1, 8), (0x60 * 20, 13)];
    let bytes = [(4, 4), (1, 8), (b'x'.into(), 8)];
    let digit = [(1, 4), (1, 10), (7, 4)];
    let kanji = [(8, 4), (1, 8), (0xd9f, 13)];
    let none = [(8, 4), (0, 8)];
    let all = [&digit[..], &bytes, &hanzi, &none, &digit, &kanji, &[(0, 4)]].concat();
    let expected = [
        (None, Packing::Plain, b"7x".to_vec()),
        (None, Packing::Hanzi, vec![0xba, 0xa1]),
        (None, Packing::Plain, b"7".to_vec()),
        (None, Packing::Kanji, vec![0x93, 0x5f]),
    ];
    assert_eq!(runs(1, &all), expected);
}

#[test]
fn the_largest_symbol_of_digits_is_read_whole() {
    // Version 40, level L.
    let thirds = vec![(123, 10); 7_089 / 3];
    let digits = [&[(1, 4), (7_089, 14)][..], &thirds].concat();
    assert_eq!(data(&digits).len(), 2_956);
    let read = runs(40, &digits);
    assert_eq!(read[0].2, b"123".repeat(7_089 / 3));
}

#[test]
fn one_symbol_of_several_gives_its_part() {
    let part = [
        (3, 4),
        (1, 4),
        (3, 4),
        (0x5a, 8),
        (4, 4),
        (2, 8),
        (0x4142, 16),
        (0, 4),
    ];
    assert_eq!(read(&part).unwrap(), "AB");
}

#[test]
fn fnc1_separates_what_it_ends() {
    let percent = 38;
    // "0A%%B%1": a percent sign, then a separator.
    let pairs = [(0, 10), (percent, percent), (11, percent)].map(|(a, b)| (a * 45 + b, 11));
    let text = [&[(2, 4), (7, 9)][..], &pairs, &[(1, 6), (0, 4)]].concat();
    let first = [&[(5, 4)][..], &text].concat();
    let second = [&[(9, 4), (37, 8)][..], &text].concat();
    assert_eq!(read(&first).unwrap(), "0A%B\u{1d}1");
    assert_eq!(read(&second).unwrap(), "0A%B\u{1d}1");
    assert_eq!(read(&text).unwrap(), "0A%%B%1");
}

#[test]
fn an_eci_has_a_number_of_one_two_or_three_bytes() {
    for (field, number) in [
        ((0, 8), 0),
        ((26, 8), 26),
        ((127, 8), 127),
        // As long as it pleases its encoder.
        ((0x8000 | 26, 16), 26),
        ((0x8000 | 899, 16), 899),
        ((0xbfff, 16), 16_383),
        ((0xc0_0000 | 26, 24), 26),
        ((0xc0_0000 | 811_799, 24), 811_799),
        ((0xdf_ffff, 24), 0x1f_ffff),
    ] {
        let text = [(7, 4), field, (4, 4), (1, 8), (b'x'.into(), 8), (0, 4)];
        let expected = [(Some(number), Packing::Plain, b"x".to_vec())];
        assert_eq!(runs(1, &text), expected);
    }
    for none in [(0xe0, 8), (0xff, 8)] {
        let text = [
            (7, 4),
            none,
            (0, 16),
            (4, 4),
            (1, 8),
            (b'x'.into(), 8),
            (0, 4),
        ];
        assert_eq!(read(&text), Err(NoContent));
    }
}

#[test]
fn an_eci_holds_until_the_next_one() {
    let byte = |c: u8| [(4, 4), (1, 8), (c.into(), 8)];
    let digit = [(1, 4), (1, 10), (7, 4)];
    let eci = |number| [(7, 4), (number, 8)];
    let all = [
        &byte(b'a')[..],
        &eci(29),
        &byte(b'b'),
        &digit,
        // Nothing is in it.
        &eci(3),
        &eci(22),
        &byte(b'c'),
        &[(0, 4)],
    ];
    let expected = [
        (None, Packing::Plain, b"a".to_vec()),
        (Some(29), Packing::Plain, b"b7".to_vec()),
        (Some(22), Packing::Plain, b"c".to_vec()),
    ];
    assert_eq!(runs(1, &all.concat()), expected);
}

#[test]
fn what_is_cut_short_or_stands_for_nothing_is_no_content() {
    for fields in [
        // No segment; an empty one; a mode that is not in use; a count, digits and bytes cut
        // short.
        &[][..],
        &[(4, 4), (0, 8), (0, 4)],
        &[(6, 4), (0, 12)],
        &[(1, 4), (0, 4)],
        &[(1, 4), (3, 10), (1, 2)],
        &[(4, 4), (3, 8), (0x4142, 20)],
        // An ECI alone, and one that is cut short.
        &[(7, 4), (26, 8), (0, 4)],
        &[(7, 4), (0x80, 8)],
        // Digits and characters that there are not.
        &[(1, 4), (1, 10), (10, 4), (0, 6)],
        &[(1, 4), (3, 10), (1_000, 10)],
        &[(2, 4), (2, 9), (45 * 45, 11)],
        &[(2, 4), (1, 9), (45, 6), (0, 5)],
    ] {
        assert_eq!(read(fields), Err(NoContent), "{fields:?}");
    }
}

#[test]
fn noise_never_panics() {
    let mut noise = SeededBytes::new(2);
    for round in 0..20_000 {
        let length = usize::from(noise.byte()) % 40;
        let data: Vec<u8> = (0..length).map(|_| noise.byte()).collect();
        _ = content(1 + round % 40, &data);
    }
}
