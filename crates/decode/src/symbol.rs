//! A square of modules to the bytes that it carries. The only file that names rqrr.

use rqrr::{BitGrid, Grid};

use crate::codewords::{self, Effort, Word};
use crate::format_info::{self, FormatInfo};
use crate::layout::{VERSIONS, modules_without_data, side_of};
use crate::segments::{self, Run};

/// What reading costs per module, in modules sampled: error correction, tried in both mirrorings.
pub(crate) const WORK: usize = 3;

/// What looking for the format costs, in modules sampled.
pub(crate) const FORMAT_WORK: usize = 60;

/// Why a square of modules cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// Too many modules are wrong, or it is no code at all.
    Damaged,
    /// All modules are right or were corrected, but the content is of a kind that is not supported,
    /// empty, or too long.
    Unsupported,
}

/// The content of `side` x `side` modules, rows from the top: above 0 is black, and the farther
/// from 0 the more certain. A mirrored symbol is read as well.
pub(crate) fn read(side: usize, tones: &[f32], effort: Effort) -> Result<Vec<Run>, Unread> {
    let known = { VERSIONS }.find(|&version| side_of(version) == side);
    let version = known.ok_or(Unread::Damaged)?;
    if tones.len() != side * side {
        return Err(Unread::Damaged);
    }
    let mut places = None;
    let data = data(version, |x, y| tones[y * side + x], effort, &mut places)
        .or_else(|| data(version, |x, y| tones[x * side + y], effort, &mut places))
        .ok_or(Unread::Damaged)?;
    segments::content(version, &data).map_err(|_| Unread::Unsupported)
}

/// Whether the format of a symbol, mirrored or not, is clear: without that it cannot be read
/// without doubting codewords.
pub(crate) fn has_format(side: usize, tone: impl Fn(usize, usize) -> f32) -> bool {
    let clear = |formats: Vec<FormatInfo>| formats.first().is_some_and(|format| format.clear);
    clear(format_info::read(side, &tone)) || clear(format_info::read(side, |x, y| tone(y, x)))
}

/// The data codewords of a symbol, corrected. `places` are worked out when they are first needed.
fn data(
    version: usize,
    tone: impl Fn(usize, usize) -> f32,
    effort: Effort,
    places: &mut Option<Vec<(u8, u8)>>,
) -> Option<Vec<u8>> {
    let mut formats = format_info::read(side_of(version), &tone);
    if effort == Effort::Plain {
        formats.truncate(1);
        formats.retain(|format| format.clear);
    }
    formats.into_iter().find_map(|format| {
        let words = if effort == Effort::Plain && version != NOT_IN_RQRR {
            words_by_rqrr(side_of(version), format.mask, &tone)?
        } else {
            let places = places.get_or_insert_with(|| places_of_data(version));
            let word = |bits| word(bits, format.mask, &tone);
            places.chunks_exact(8).map(word).collect()
        };
        codewords::corrected(version, format.level, &words, effort)
    })
}

/// The version in which rqrr 0.11 places the last alignment patterns two modules too early (row 92
/// instead of 94), and so reads the wrong modules.
const NOT_IN_RQRR: usize = 21;

/// The codewords, put in order by rqrr, which does not say from which modules they come: for
/// correction that does not need to know how certain each is.
///
/// rqrr is not asked to correct them: that takes it many times as long, and then it refuses
/// structured append and FNC1. It returns the codewords still masked, so it is given the modules
/// with the mask removed. Our own order (`places_of_data`) would do as well, in 4 % fewer
/// instructions per first look; a reader that many others use and check is worth that.
fn words_by_rqrr(side: usize, mask: u8, tone: impl Fn(usize, usize) -> f32) -> Option<Vec<Word>> {
    let (_, raw) = Grid::new(Unmasked { side, mask, tone })
        .get_raw_data()
        .ok()?;
    let word = |&value| Word {
        value,
        sure: f32::INFINITY,
    };
    Some(raw.data.get(..raw.len / 8)?.iter().map(word).collect())
}

/// A symbol as rqrr is to see it: with its mask taken off, and a format that says so.
struct Unmasked<F> {
    side: usize,
    mask: u8,
    tone: F,
}

impl<F: Fn(usize, usize) -> f32> BitGrid for Unmasked<F> {
    fn size(&self) -> usize {
        self.side
    }

    fn bit(&self, y: usize, x: usize) -> bool {
        if is_format(self.side, x, y) {
            PLAIN_FORMAT.contains(&(x, y))
        } else {
            ((self.tone)(x, y) > 0.0) != is_masked(self.mask, x, y)
        }
    }
}

/// The black modules, columns and rows, of the format information for level M and mask 0, whose
/// checks are all zero (ISO/IEC 18004:2015, 7.9): rqrr wants one, and works long at any other.
const PLAIN_FORMAT: [(usize, usize); 5] = [(8, 1), (8, 4), (4, 8), (2, 8), (0, 8)];

/// Whether a module may be one of the format information, which is not masked.
fn is_format(side: usize, x: usize, y: usize) -> bool {
    let end = |at: usize| at <= 8 || at + 8 >= side;
    (x == 8 && end(y)) || (y == 8 && end(x))
}

/// A codeword of eight modules, highest bit first.
fn word(bits: &[(u8, u8)], mask: u8, tone: impl Fn(usize, usize) -> f32) -> Word {
    let unknown = Word {
        value: 0,
        sure: f32::INFINITY,
    };
    bits.iter().fold(unknown, |word, &(x, y)| {
        let (x, y) = (usize::from(x), usize::from(y));
        let tone = tone(x, y);
        let bit = (tone > 0.0) != is_masked(mask, x, y);
        Word {
            value: word.value << 1 | u8::from(bit),
            sure: word.sure.min(tone.abs()),
        }
    })
}

/// The modules, columns and rows, of all of a version's codewords, highest bit first (ISO/IEC
/// 18004:2015, 7.7.3): in columns of two, from the right and upwards at first, around what is the
/// same in all codes.
fn places_of_data(version: usize) -> Vec<(u8, u8)> {
    let side = side_of(version);
    let taken = modules_without_data(version);
    let mut data = Vec::with_capacity(side * side);
    // The column of the timing pattern is left out.
    let rights = (1..side).rev().step_by(2).map(|right| match right {
        ..=6 => right - 1,
        _ => right,
    });
    let mut up = true;
    for right in rights {
        for row in 0..side {
            let y = if up { side - 1 - row } else { row };
            for x in [right, right - 1] {
                if !taken[y * side + x] {
                    data.push((x as u8, y as u8));
                }
            }
        }
        up = !up;
    }
    data
}

/// Whether a mask changes a module (ISO/IEC 18004:2015, Table 10).
fn is_masked(mask: u8, x: usize, y: usize) -> bool {
    let sum = match mask {
        0 => x + y,
        1 => y,
        2 => return x.is_multiple_of(3),
        3 => return (x + y).is_multiple_of(3),
        4 => y / 2 + x / 3,
        5 => return (x * y).is_multiple_of(6),
        6 => x * y % 2 + x * y % 3,
        _ => (x + y) % 2 + x * y % 3,
    };
    sum.is_multiple_of(2)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::tests::{Print, SeededBytes};

    fn read(side: usize, modules: &[bool]) -> Result<Vec<Run>, Unread> {
        let tone = |&black: &bool| if black { 1.0 } else { -1.0 };
        let tones: Vec<f32> = modules.iter().map(tone).collect();
        let doubting = super::read(side, &tones, Effort::Doubting);
        let plain = super::read(side, &tones, Effort::Plain);
        if plain.is_ok() {
            assert_eq!(plain, doubting);
        }
        plain
    }

    #[test]
    fn data_lies_where_another_reader_looks_for_it() {
        for version in VERSIONS.filter(|&version| version != NOT_IN_RQRR) {
            let side = side_of(version);
            let code = Print::of_version("GP1:HELLO", u8::try_from(version).unwrap());
            let black = |x, y| code.modules[y * side + x];
            let grid = rqrr::Grid::new(rqrr::SimpleGrid::from_func(side, black));
            let (format, raw) = grid.get_raw_data().unwrap();
            let told = format_info::read(side, |x, y| if black(x, y) { 1.0 } else { -1.0 });
            assert_eq!(u16::from(told[0].mask), format.mask);
            assert_eq!(told[0].level as u16, format.ecc_level);
            let bits = places_of_data(version);
            let words = bits.chunks_exact(8).map(|bits| {
                let bit = |&(x, y): &(u8, u8)| u8::from(black(x.into(), y.into()));
                bits.iter().fold(0, |word, place| word << 1 | bit(place))
            });
            assert_eq!(words.collect::<Vec<u8>>(), raw.data[..raw.len / 8]);
        }
    }

    #[test]
    fn every_version_is_read() {
        for version in VERSIONS {
            let print = Print::of_version("GP1:HELLO", u8::try_from(version).unwrap());
            let runs = read(side_of(version), &print.modules).unwrap();
            assert_eq!(runs[0].bytes, b"GP1:HELLO");
        }
    }

    #[test]
    fn a_square_of_no_qr_size_is_refused() {
        for side in [0, 1, 7, 20, 22, 181, 1_000] {
            assert_eq!(read(side, &vec![true; side * side]), Err(Unread::Damaged));
        }
        assert_eq!(read(21, &[true; 440]), Err(Unread::Damaged));
    }

    #[test]
    fn noise_of_every_size_and_damaged_codes_never_panic() {
        let mut noise = SeededBytes::new(1);
        for version in VERSIONS {
            for ones in [1, 64, 128, 192, 255] {
                let side = side_of(version);
                let modules: Vec<bool> = (0..side * side).map(|_| noise.byte() < ones).collect();
                _ = read(side, &modules);
            }
        }
        let code = qrcodegen::QrCode::encode_text("GP1:HELLO", qrcodegen::QrCodeEcc::Low).unwrap();
        let clean = Print::of(&code).modules;
        for _ in 0..500 {
            let mut damaged = clean.clone();
            for _ in 0..usize::from(noise.byte() % 40) {
                let at = (usize::from(noise.byte()) << 8 | usize::from(noise.byte())) % clean.len();
                damaged[at] = !damaged[at];
            }
            _ = read(21, &damaged);
        }
    }
}
