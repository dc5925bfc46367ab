//! Bytes or keys to whole lines of text: a line from a scanner is one code.

use std::time::{Duration, Instant};

use thiserror::Error;

use super::scanner_prefix::begins_as_code;

/// Longest text accepted from a reader, in bytes: as many letters and digits as a QR code can hold
/// (ISO/IEC 18004, version 40-L).
pub const MAX_TEXT: usize = 4296;

/// Why a line is not used.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum LineFault {
    /// More than [`MAX_TEXT`] bytes without an end.
    #[error("longer than {MAX_TEXT} bytes: not a Gatepost code")]
    TooLong,
    /// Not UTF-8.
    #[error("not a text: check the reader's speed and character set")]
    NotText,
    /// It begins as a Gatepost code and stopped without an end.
    #[error("a code came without Enter behind it: set the scanner to send Enter after each code")]
    NoEnd,
}

/// A complete line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextLine {
    pub(super) text: Result<String, LineFault>,
    /// From its first byte to its end.
    pub(super) took: Duration,
}

/// Collects bytes until CR, LF or both end the line. Other control characters are dropped: some
/// readers frame their lines with them (STX, ETX), and bad cables produce them.
#[derive(Debug)]
pub(super) struct LineAssembler {
    bytes: Vec<u8>,
    /// The line is longer than the limit: the rest of it is dropped.
    over: bool,
    /// Of the first and the last byte.
    times: Option<(Instant, Instant)>,
    patience: Duration,
}

impl LineAssembler {
    /// Drops a line that is interrupted for longer than `patience`.
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            bytes: Vec::new(),
            over: false,
            times: None,
            patience,
        }
    }

    /// Takes a byte and the time it came; returns the line that it ends. Empty lines are skipped.
    pub(super) fn push(&mut self, byte: u8, at: Instant) -> Option<TextLine> {
        // Who wants to know of it has asked before.
        let _ = self.expire(at);
        match byte {
            b'\r' | b'\n' => return self.end(at),
            byte if byte.is_ascii_control() => {}
            byte if self.bytes.len() < MAX_TEXT => {
                self.bytes.push(byte);
                let first = self.times.map_or(at, |(first, _)| first);
                self.times = Some((first, at));
            }
            _ => {
                self.over = true;
                self.times = self.times.map(|(first, _)| (first, at));
            }
        }
        None
    }

    /// When the line that has begun is dropped, unless it goes on.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.times.map(|(_, last)| last + self.patience)
    }

    /// Drops a line that has been interrupted for too long by now. Gives [`LineFault::NoEnd`] if it
    /// begins as a code: its reader sends no end.
    pub(super) fn expire(&mut self, now: Instant) -> Option<LineFault> {
        let (_, last) = self.times?;
        if now.saturating_duration_since(last) <= self.patience {
            return None;
        }
        let is_code = str::from_utf8(&self.bytes).is_ok_and(begins_as_code);
        self.clear();
        is_code.then_some(LineFault::NoEnd)
    }

    fn end(&mut self, at: Instant) -> Option<TextLine> {
        let (first, _) = self.times?;
        let text = match String::from_utf8(std::mem::take(&mut self.bytes)) {
            _ if self.over => Err(LineFault::TooLong),
            Ok(text) => Ok(text),
            Err(_) => Err(LineFault::NotText),
        };
        self.clear();
        Some(TextLine {
            text,
            took: at.saturating_duration_since(first),
        })
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.over = false;
        self.times = None;
    }
}

/// Tells a scanner that types into the window (a keyboard wedge) from a person: a scanner types at
/// least [`KeyAssembler::SHORTEST`] characters and Enter, in at most [`KeyAssembler::PACE`] a
/// character on average. On average, because a busy window gets its keys in bursts.
#[derive(Debug)]
pub struct KeyAssembler(LineAssembler);

impl KeyAssembler {
    /// Shortest code, in bytes; two keys pressed as one are no code.
    pub const SHORTEST: usize = 6;
    /// Slowest average of a scanner; the fastest typists take twice as long.
    pub const PACE: Duration = Duration::from_millis(40);
    /// A pause longer than this starts a new code, so that what a person typed before a scan is not
    /// part of it.
    const GAP: Duration = Duration::from_millis(300);

    /// Takes a character and the time it was typed; Enter is `'\n'` or `'\r'`. Returns the code
    /// that it ends, and nothing for what a person typed.
    pub fn push(&mut self, key: char, at: Instant) -> Option<String> {
        let mut utf8 = [0; 4];
        let mut lines = key
            .encode_utf8(&mut utf8)
            .bytes()
            .filter_map(|byte| self.0.push(byte, at));
        let line = lines.next()?;
        let text = line.text.ok()?;
        let keys = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let typed = text.len() >= Self::SHORTEST && line.took <= Self::PACE.saturating_mul(keys);
        typed.then_some(text)
    }

    /// Drops what was typed before a pause that is too long by now. Gives [`LineFault::NoEnd`] if
    /// it begins as a code.
    pub fn expire(&mut self, now: Instant) -> Option<LineFault> {
        self.0.expire(now)
    }
}

impl Default for KeyAssembler {
    fn default() -> Self {
        Self(LineAssembler::new(Self::GAP))
    }
}
