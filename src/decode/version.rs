//! The version that a large code says it has.

use super::frame::Frame;
use super::mapping::Point;
use super::threshold::Ink;

/// Versions that carry their number, twice, beside their finder patterns.
const WITH_NUMBER: std::ops::RangeInclusive<usize> = 7..=40;
/// Bits of 18 that may be wrong: any two numbers differ in 8.
const MAX_WRONG: u32 = 3;

/// The version as written beside the top right and the bottom left finder pattern, if either can be
/// read. Frames are turned as the code is (ISO/IEC 18004:2015, 7.10).
pub(super) fn read(ink: &Ink, right: &Frame, down: &Frame) -> Option<usize> {
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
