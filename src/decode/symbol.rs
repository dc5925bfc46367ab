//! A square of modules to the bytes that it carries. The only file that names rqrr.

use rqrr::{Grid, SimpleGrid};

use super::codewords::{self, Level};
use super::segments;

/// Versions of QR codes, smallest and largest.
pub(super) const VERSIONS: std::ops::RangeInclusive<usize> = 1..=40;

/// Modules per side of a version.
pub(super) fn side_of(version: usize) -> usize {
    17 + 4 * version
}

/// What reading costs per module, in modules sampled: error correction, tried in both mirrorings.
pub(super) const WORK: usize = 3;

/// Why a square of modules gives no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// Too many modules are wrong, or it is no code at all.
    Damaged,
    /// All modules are right or were corrected, but the content is of a kind that is not supported,
    /// empty, or too long.
    Unsupported,
}

/// The content of `side` x `side` modules, rows from the top, true is black. A mirrored symbol is
/// read as well.
///
/// The side is checked here because rqrr reads outside a square that is no QR size.
pub(super) fn read(side: usize, modules: &[bool]) -> Result<Vec<u8>, Unread> {
    let known = { VERSIONS }.find(|&version| side_of(version) == side);
    let version = known.ok_or(Unread::Damaged)?;
    if modules.len() != side * side {
        return Err(Unread::Damaged);
    }
    let data = data(side, |x, y| modules[y * side + x])
        .or_else(|| data(side, |x, y| modules[x * side + y]))
        .ok_or(Unread::Damaged)?;
    segments::content(version, &data).map_err(|_| Unread::Unsupported)
}

/// The data codewords of a symbol, corrected.
///
/// rqrr reads the format and puts the modules in the order of the codewords. It is not asked to correct
/// them: that takes it many times as long, and then it refuses structured append and FNC1. What
/// it gives is still masked, so it is asked again with the mask taken off.
fn data(side: usize, black: impl Fn(usize, usize) -> bool) -> Option<Vec<u8>> {
    let raw = |symbol: SimpleGrid| Grid::new(symbol).get_raw_data().ok();
    let (format, _) = raw(SimpleGrid::from_func(side, &black))?;
    let masked = |x, y| !is_format(side, x, y) && is_masked(format.mask, x, y);
    let (_, raw) = raw(SimpleGrid::from_func(side, |x, y| {
        black(x, y) != masked(x, y)
    }))?;
    let level = Level::of_bits(format.ecc_level)?;
    codewords::corrected(format.version.0, level, raw.data.get(..raw.len / 8)?)
}

/// Whether a module may be one of the format information, which is not masked.
fn is_format(side: usize, x: usize, y: usize) -> bool {
    let end = |at: usize| at <= 8 || at + 8 >= side;
    (x == 8 && end(y)) || (y == 8 && end(x))
}

/// Whether a mask changes a module (ISO/IEC 18004:2015, Table 10).
fn is_masked(mask: u16, x: usize, y: usize) -> bool {
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
    use crate::decode::tests::{Noise, Print};

    #[test]
    fn every_version_is_read() {
        for version in VERSIONS {
            let print = Print::of_version("GP1:HELLO", u8::try_from(version).unwrap());
            assert_eq!(
                read(side_of(version), &print.modules).unwrap(),
                b"GP1:HELLO"
            );
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
        let mut noise = Noise::new(1);
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
