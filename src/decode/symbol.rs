//! A square of modules to the bytes that it carries. The only file that names rqrr.

use rqrr::{DeQRError, Grid, SimpleGrid};

use super::MAX_CONTENT_BYTES;

/// Versions of QR codes, smallest and largest.
pub(super) const VERSIONS: std::ops::RangeInclusive<usize> = 1..=40;

/// Modules per side of a version.
pub(super) fn side_of(version: usize) -> usize {
    17 + 4 * version
}

/// What reading costs per module, in modules sampled: error correction, tried in both mirrorings.
pub(super) const WORK: usize = 10;

/// Why a square of modules gives no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// Too many modules are wrong, or it is no code at all.
    Damaged,
    /// All modules are right or were corrected, but the content is of a kind that is not supported
    /// (structured append, FNC1), empty, or too long.
    Unsupported,
}

/// The content of `side` x `side` modules, rows from the top, true is black. A mirrored symbol is
/// read as well.
///
/// The side is checked here because rqrr reads outside a square that is no QR size.
pub(super) fn read(side: usize, modules: &[bool]) -> Result<Vec<u8>, Unread> {
    let known = VERSIONS.map(side_of).any(|s| s == side);
    if !known || modules.len() != side * side {
        return Err(Unread::Damaged);
    }
    let square = SimpleGrid::from_func(side, |x, y| modules[y * side + x]);
    let mut content = Vec::new();
    match Grid::new(square).decode_to(&mut content) {
        Ok(_) if content.is_empty() || content.len() > MAX_CONTENT_BYTES => {
            Err(Unread::Unsupported)
        }
        Ok(_) => Ok(content),
        Err(DeQRError::UnknownDataType) => Err(Unread::Unsupported),
        Err(_) => Err(Unread::Damaged),
    }
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
