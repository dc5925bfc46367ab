//! Codes like our own documents: base45 after a short prefix.

use clap::ValueEnum;
use gatepost_scene::ErrorCorrection;
use qrcodegen::QrCodeEcc;

/// The letters of base45 (RFC 9285), which are those of QR's alphanumeric mode.
const BASE45: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// How much of a damaged code can be restored (ISO/IEC 18004, 7.5.1).
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum EcLevel {
    /// About 7 percent.
    L,
    /// About 15 percent.
    M,
    /// About 25 percent.
    Q,
    /// About 30 percent.
    H,
}

impl From<EcLevel> for QrCodeEcc {
    fn from(level: EcLevel) -> Self {
        ErrorCorrection::from(level).into()
    }
}

impl From<EcLevel> for ErrorCorrection {
    fn from(level: EcLevel) -> Self {
        match level {
            EcLevel::L => Self::Low,
            EcLevel::M => Self::Medium,
            EcLevel::Q => Self::Quartile,
            EcLevel::H => Self::High,
        }
    }
}

/// Text as long as `bytes` bytes in base45, and as varied; always the same.
pub(crate) fn base45_like(bytes: usize) -> String {
    let length = bytes / 2 * 3 + bytes % 2 * 2;
    let mut state = bytes as u64;
    let mut letter = || {
        // A linear congruential generator (Knuth's MMIX); its high bits are the good ones.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(BASE45[(state >> 33) as usize % BASE45.len()])
    };
    let letters: String = (0..length).map(|_| letter()).collect();
    format!("GP1:{letters}")
}
