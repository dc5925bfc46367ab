//! The format information of a symbol: its error correction level and its mask (ISO/IEC 18004:2015,
//! 7.9 and Annex C).

use crate::codewords::CorrectionLevel;

/// What a symbol states about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FormatInfo {
    pub(crate) level: CorrectionLevel,
    /// 0 to 7.
    pub(crate) mask: u8,
    /// Whether both copies together say so, beyond doubt.
    pub(crate) clear: bool,
}

/// Bits of 15 that may be wrong in one of the two copies: any two words differ in 7.
const MAX_WRONG: u32 = 3;

/// Bits of all 30 that may be wrong in a clear format: in noise a few of a hundred are as near to
/// one.
const MAX_WRONG_IF_CLEAR: u32 = 6;

/// The formats that a symbol may have, likeliest first, at most two; none if neither copy is like
/// one.
///
/// `tone` gives a module by its column and row: above 0 is black, and the farther from 0 the more
/// certain.
pub(crate) fn read(side: usize, tone: impl Fn(usize, usize) -> f32) -> Vec<FormatInfo> {
    let copies = [0, 1].map(|copy| places(side, copy).map(|(x, y)| tone(x, y)));
    let words = copies.map(|copy| {
        let bits = copy.iter().enumerate();
        bits.fold(0u32, |word, (i, &tone)| word | u32::from(tone > 0.0) << i)
    });
    let mut likely: Vec<(f32, FormatInfo)> = (0..32)
        .filter_map(|data| {
            let code = code(data);
            let wrong = words.map(|word| (word ^ code).count_ones());
            if wrong[0].min(wrong[1]) > MAX_WRONG {
                return None;
            }
            let sure = copies.iter().flat_map(|copy| copy.iter().enumerate());
            let agreement = sure.map(|(i, &tone)| if code >> i & 1 == 1 { tone } else { -tone });
            let format = FormatInfo {
                level: CorrectionLevel::of_bits(data >> 3)?,
                mask: (data & 7) as u8,
                clear: wrong[0] + wrong[1] <= MAX_WRONG_IF_CLEAR,
            };
            Some((agreement.sum(), format))
        })
        .collect();
    likely.sort_by(|a, b| b.0.total_cmp(&a.0));
    likely.truncate(2);
    likely.into_iter().map(|(_, format)| format).collect()
}

/// Where the bits of a copy lie, lowest first: around the upper left finder pattern, or beside the
/// other two.
fn places(side: usize, copy: usize) -> [(usize, usize); 15] {
    std::array::from_fn(|i| match (copy, i) {
        (0, 0..=5) => (8, i),
        (0, 6..=7) => (8, i + 1),
        (0, 8) => (7, 8),
        (0, _) => (14 - i, 8),
        (_, 0..=7) => (side - 1 - i, 8),
        _ => (8, side + i - 15),
    })
}

/// Five bits with the remainder of the BCH code that protects them, masked.
fn code(data: u32) -> u32 {
    const GENERATOR: u32 = 0x537;
    const MASK: u32 = 0x5412;
    let mut rest = data;
    for _ in 0..10 {
        rest = (rest << 1) ^ ((rest >> 9) * GENERATOR);
    }
    (data << 10 | rest) ^ MASK
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn code_words_are_those_of_the_standard() {
        // ISO/IEC 18004:2015, Table C.1.
        for (data, word) in [
            (0, 0x5412),
            (1, 0x5125),
            (8, 0x77c4),
            (21, 0x0255),
            (31, 0x2bed),
        ] {
            assert_eq!(code(data), word, "{data}");
        }
    }

    /// The modules of a symbol of 25 with `data` as its format, all others white, and a flip of
    /// some.
    fn told(data: u32, flips: &[(usize, usize)]) -> Vec<FormatInfo> {
        let (side, code) = (25, code(data));
        let mut tones = vec![-1.0; side * side];
        for copy in [0, 1] {
            for (i, (x, y)) in places(side, copy).into_iter().enumerate() {
                let black = (code >> i & 1 == 1) != flips.contains(&(copy, i));
                tones[y * side + x] = if black { 1.0 } else { -1.0 };
            }
        }
        read(side, |x, y| tones[y * side + x])
    }

    #[test]
    fn one_copy_with_three_wrong_bits_is_enough() {
        for data in 0..32 {
            let expected = FormatInfo {
                level: CorrectionLevel::of_bits(data >> 3).unwrap(),
                mask: (data & 7) as u8,
                clear: false,
            };
            for copy in [0, 1] {
                let some = [(copy, 0), (copy, 6), (copy, 14)];
                let others = (0..15).step_by(2).map(|i| (1 - copy, i));
                let flips: Vec<_> = others.chain(some).collect();
                assert!(told(data, &flips).contains(&expected), "{data}");
                let clear = FormatInfo {
                    clear: true,
                    ..expected
                };
                assert_eq!(told(data, &some)[0], clear);
            }
        }
    }

    #[test]
    fn two_blank_copies_are_no_format() {
        let white: Vec<_> = read(21, |_, _| -1.0);
        let black: Vec<_> = read(21, |_, _| 1.0);
        assert_eq!((white, black), (vec![], vec![]));
    }
}
