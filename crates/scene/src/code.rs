//! A text as a QR symbol, and what can go wrong on the way.

use std::fmt;

use qrcodegen::{QrCode, QrCodeEcc, QrSegment};

/// Longest text of a code, in characters. A code with more has modules too fine for a 640x480
/// picture.
pub const MAX_TEXT: usize = 1800;

/// White border of a code, in modules, as the standard asks.
pub(crate) const QUIET_ZONE: usize = 4;

/// Why a text can't become a code.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum SceneError {
    /// There is nothing to draw.
    #[error("the text is empty; give the text of a code")]
    Empty,
    /// More than [`MAX_TEXT`] characters.
    #[error("the text has {length} characters; a code here holds at most {MAX_TEXT}: shorten it")]
    TooLong {
        /// Characters in the text.
        length: usize,
    },
    /// No QR version holds the text at this level.
    #[error("no QR version holds the text at this level; shorten it or ask for less correction")]
    TooManyBits,
}

/// How much of a damaged code can be restored: about 7, 15, 25 or 30 percent.
///
/// A higher level is used where it costs no larger symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCorrection {
    /// About 7 percent.
    Low,
    /// About 15 percent.
    Medium,
    /// About 25 percent.
    Quartile,
    /// About 30 percent.
    High,
}

impl From<ErrorCorrection> for QrCodeEcc {
    fn from(level: ErrorCorrection) -> Self {
        match level {
            ErrorCorrection::Low => Self::Low,
            ErrorCorrection::Medium => Self::Medium,
            ErrorCorrection::Quartile => Self::Quartile,
            ErrorCorrection::High => Self::High,
        }
    }
}

/// A QR code with its quiet zone.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    symbol: QrCode,
}

impl fmt::Debug for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Code(version {})", self.version())
    }
}

impl Code {
    /// Encodes `text` in the smallest symbol that holds it, in alphanumeric mode where it allows.
    ///
    /// # Errors
    /// An empty text, more than [`MAX_TEXT`] characters, or more bits than any version holds.
    pub fn new(text: &str, level: ErrorCorrection) -> Result<Self, SceneError> {
        let length = text.chars().count();
        if length == 0 {
            return Err(SceneError::Empty);
        }
        if length > MAX_TEXT {
            return Err(SceneError::TooLong { length });
        }
        let segments = QrSegment::make_segments(text);
        let symbol = QrCode::encode_segments(&segments, level.into())
            .map_err(|_| SceneError::TooManyBits)?;
        Ok(Self { symbol })
    }

    /// QR version, 1 to 40.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.symbol.version().value()
    }

    /// Width and height in modules, quiet zone included.
    #[must_use]
    pub fn side(&self) -> usize {
        self.symbol.size().max(0) as usize + 2 * QUIET_ZONE
    }

    /// Whether the module is dark; the quiet zone and all beyond it are light.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        // Below the quiet zone the value wraps to a huge one, which stands outside the symbol too.
        let inside = |at: usize| i32::try_from(at.wrapping_sub(QUIET_ZONE)).unwrap_or(-1);
        self.symbol.get_module(inside(x), inside(y))
    }
}
