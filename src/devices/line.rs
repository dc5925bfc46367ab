//! Bytes or keys to whole lines: what a scanner types is one code.

use std::time::{Duration, Instant};

use thiserror::Error;

/// Longest text that is taken from a reader, in bytes: the most that a QR code can hold in letters and
/// digits (ISO/IEC 18004, version 40-L).
pub const MAX_TEXT: usize = 4296;

/// Why a line is no text.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum LineFault {
    /// More bytes than the limit before the line's end.
    #[error("longer than {MAX_TEXT} bytes: not a code of ours")]
    TooLong,
    /// Not UTF-8.
    #[error("not a text: check the reader's speed and character set")]
    NotText,
}

/// A whole line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) text: Result<String, LineFault>,
    /// From its first byte to its end.
    pub(super) took: Duration,
}

/// Collects a line, which CR, LF or both end. Other control characters are left out: readers frame with
/// them (STX, ETX), and a bad line makes them.
#[derive(Debug)]
pub(super) struct LineAssembler {
    bytes: Vec<u8>,
    /// Longer than the limit: its rest is thrown away.
    over: bool,
    /// Of the first and the last byte.
    times: Option<(Instant, Instant)>,
    patience: Duration,
}

impl LineAssembler {
    /// Drops what stops for longer than `patience` half-way.
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            bytes: Vec::new(),
            over: false,
            times: None,
            patience,
        }
    }

    /// Takes a byte that came at a time; gives the line that it ends. Empty lines are none.
    pub(super) fn push(&mut self, byte: u8, at: Instant) -> Option<Line> {
        let broken_off =
            |(_, last): (Instant, Instant)| at.saturating_duration_since(last) > self.patience;
        if self.times.is_some_and(broken_off) {
            self.clear();
        }
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

    fn end(&mut self, at: Instant) -> Option<Line> {
        let (first, _) = self.times?;
        let text = match String::from_utf8(std::mem::take(&mut self.bytes)) {
            _ if self.over => Err(LineFault::TooLong),
            Ok(text) => Ok(text),
            Err(_) => Err(LineFault::NotText),
        };
        self.clear();
        Some(Line {
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

/// Tells a scanner that types into the window (a keyboard wedge) from a person: a scanner types at least
/// [`KeyAssembler::SHORTEST`] characters and Enter, at [`KeyAssembler::PACE`] a character on average. The
/// average, since a busy window gets its keys in bursts.
#[derive(Debug)]
pub struct KeyAssembler(LineAssembler);

impl KeyAssembler {
    /// Shortest code, in bytes; two keys pressed as one are no code.
    pub const SHORTEST: usize = 6;
    /// Slowest average of a scanner; the fastest typists need twice that.
    pub const PACE: Duration = Duration::from_millis(40);
    /// A pause longer than this begins a new code: what a person typed before a scan is not part of it.
    const GAP: Duration = Duration::from_millis(300);

    /// Takes a character that was typed at a time; Enter is `'\n'` or `'\r'`. Gives the code that it ends;
    /// nothing for what a person typed.
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
}

impl Default for KeyAssembler {
    fn default() -> Self {
        Self(LineAssembler::new(Self::GAP))
    }
}
