//! The version that a large code says it has.

use crate::axes::FinderAxes;
use crate::ink::Ink;
use crate::point::Point;

/// Versions that carry their number, twice, beside their finder patterns.
const WITH_NUMBER: std::ops::RangeInclusive<usize> = 7..=40;
/// Bits of 18 that may be wrong: any two numbers differ in 8.
const MAX_WRONG: u32 = 3;

/// The version as written beside the top right and the bottom left finder pattern, if either can be
/// read. Frames are turned as the code is (ISO/IEC 18004:2015, 7.10).
pub(crate) fn read(ink: &Ink, right: &FinderAxes, down: &FinderAxes) -> Option<usize> {
    let word = |at: &dyn Fn(f64, f64) -> Point| {
        (0..18).fold(0u32, |word, i| {
            let (x, y) = at(f64::from(i % 3) - 7.0, f64::from(i / 3) - 3.0);
            word | u32::from(ink.mixed(x, y) > 0.0) << i
        })
    };
    let words = [word(&|x, y| right.at(x, y)), word(&|x, y| down.at(y, x))];
    WITH_NUMBER
        .map(|version| {
            let wrong = words.map(|word| (word ^ code(version)).count_ones());
            (wrong[0].min(wrong[1]), version)
        })
        .min()
        .filter(|(wrong, _)| *wrong <= MAX_WRONG)
        .map(|(_, version)| version)
}

/// A version as 18 bits: itself and the remainder of the Golay code that protects it.
fn code(version: usize) -> u32 {
    const GENERATOR: u32 = 0x1f25;
    let version = version as u32;
    let mut rest = version;
    for _ in 0..12 {
        rest = (rest << 1) ^ ((rest >> 11) * GENERATOR);
    }
    version << 12 | rest
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::tests::{Canvas, Print, flat};

    const MODULE: f64 = 3.0;

    #[test]
    fn code_words_are_those_of_the_standard() {
        // ISO/IEC 18004:2015, Table D.1.
        for (version, word) in [
            (7, 0x07c94),
            (8, 0x085bc),
            (21, 0x15683),
            (32, 0x209d5),
            (40, 0x28c69),
        ] {
            assert_eq!(code(version), word, "version {version}");
        }
    }

    #[test]
    fn every_number_is_read() {
        for version in WITH_NUMBER {
            assert_eq!(told(&print(version)), Some(version));
        }
    }

    #[test]
    fn three_wrong_bits_are_mended_and_four_are_too_many() {
        for version in [7, 18, 33, 40] {
            for first in 0..18 {
                let mut print = print(version);
                for wrong in 0..4 {
                    assert_eq!(told(&print), Some(version), "{wrong} wrong from {first}");
                    let bit = (first + 5 * wrong) % 18;
                    flip(&mut print, bit, true);
                    flip(&mut print, bit, false);
                }
                assert_eq!(told(&print), None, "version {version}, from {first}");
            }
        }
    }

    #[test]
    fn one_of_both_numbers_is_enough() {
        for upper in [true, false] {
            let mut print = print(25);
            for bit in (0..18).step_by(2) {
                flip(&mut print, bit, upper);
            }
            assert_eq!(told(&print), Some(25));
        }
    }

    #[test]
    fn a_blank_place_has_no_number() {
        for black in [true, false] {
            let mut print = print(30);
            let far = print.side - 11;
            for (along, across) in (0..6).flat_map(|i| (0..3).map(move |j| (i, far + j))) {
                *print.module(across, along) = black;
                *print.module(along, across) = black;
            }
            assert_eq!(told(&print), None);
        }
    }

    fn print(version: usize) -> Print {
        Print::of_version("GP1:HELLO", u8::try_from(version).unwrap())
    }

    /// Flips a bit of the upper right number, or of the lower left one.
    fn flip(print: &mut Print, bit: i32, upper: bool) {
        let (x, y) = (print.side - 11 + bit % 3, bit / 3);
        let (x, y) = if upper { (x, y) } else { (y, x) };
        let module = print.module(x, y);
        *module = !*module;
    }

    /// The version as read from a flat drawing.
    fn told(print: &Print) -> Option<usize> {
        let side = (f64::from(print.side) + 8.0) * MODULE;
        let mut canvas = Canvas::new(side as u32, side as u32, 200);
        canvas.print(print, (side / 2.0, side / 2.0), flat(MODULE, 0.0));
        let far = (f64::from(print.side) + 0.5) * MODULE;
        let axes = |x, y| FinderAxes {
            centre: (x, y),
            right: (MODULE, 0.0),
            down: (0.0, MODULE),
            fit: 1.0,
        };
        let near = 7.5 * MODULE;
        read(&canvas.ink(), &axes(far, near), &axes(near, far))
    }
}
