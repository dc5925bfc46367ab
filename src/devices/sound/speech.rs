//! Words behind the tones of a verdict: recordings, a file each, that `scripts/voices` renders.
//! They say what to do, never to whom or why.

use super::tones::{RATE, Volume};
use crate::config::Language;

/// A language that words are recorded in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    English,
    Chinese,
}

/// What can be said: a word for each outcome, and for what a guard does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpokenWord {
    /// Let through.
    Admit,
    /// Something is to be done first.
    Check,
    /// Do not let through.
    Refuse,
    /// Take the temperature.
    TakeTemperature,
    /// Compare the ID document.
    CompareId,
    /// Read the code once more.
    ScanAgain,
    /// A supervisor may allow it.
    AskSupervisor,
}

// The names of the files and of their folders.
gatepost_pass::names! { Voice { English = "en", Chinese = "zh" } }
gatepost_pass::names! {
    SpokenWord {
        Admit = "admit", Check = "check", Refuse = "refuse", TakeTemperature = "take-temperature",
        CompareId = "compare-id", ScanAgain = "scan-again", AskSupervisor = "ask-supervisor",
    }
}

impl Voice {
    /// The voice of a language of the screen. espeak-ng's Uyghur has not been heard by anybody who
    /// speaks it, so there the tones remain.
    pub(super) fn of(language: Language) -> Option<Self> {
        match language {
            Language::English => Some(Self::English),
            Language::Chinese => Some(Self::Chinese),
            Language::Uyghur => None,
        }
    }
}

/// The file of each word in each language.
macro_rules! recordings {
    ($(($voice:ident, $word:ident): $file:literal;)*) => {
        /// The file of a word.
        pub(super) fn recording(voice: Voice, word: SpokenWord) -> &'static [u8] {
            match (voice, word) {
                $((Voice::$voice, SpokenWord::$word) => {
                    include_bytes!(concat!("voices/", $file))
                })*
            }
        }
    };
}

recordings! {
    (English, Admit): "en/admit.wav";
    (English, Check): "en/check.wav";
    (English, Refuse): "en/refuse.wav";
    (English, TakeTemperature): "en/take-temperature.wav";
    (English, CompareId): "en/compare-id.wav";
    (English, ScanAgain): "en/scan-again.wav";
    (English, AskSupervisor): "en/ask-supervisor.wav";
    (Chinese, Admit): "zh/admit.wav";
    (Chinese, Check): "zh/check.wav";
    (Chinese, Refuse): "zh/refuse.wav";
    (Chinese, TakeTemperature): "zh/take-temperature.wav";
    (Chinese, CompareId): "zh/compare-id.wav";
    (Chinese, ScanAgain): "zh/scan-again.wav";
    (Chinese, AskSupervisor): "zh/ask-supervisor.wav";
}

/// Every file begins with the same head, and the number of samples is its last field.
pub(super) const HEAD: usize = 58;

/// Samples for each one of a file, which has 16,000 a second.
const TIMES: u16 = 3;
const _: () = assert!(RATE == 16_000 * TIMES as u32);

/// Silence before a word, in milliseconds.
const PAUSE: u32 = 90;

impl SpokenWord {
    /// A pause and the word: mono samples, 48,000 a second.
    pub(super) fn samples(self, voice: Voice, volume: Volume) -> Vec<i16> {
        let codes = codes(recording(voice, self));
        let levels = codes.iter().map(|code| from_mu_law(*code));
        let gain = volume.gain();
        let mut samples = vec![0; (RATE * PAUSE / 1000) as usize];
        let mut before = 0.0;
        for level in levels.map(|level| f32::from(level) * gain) {
            // A straight line from each to the next.
            let steps = (1..=TIMES).map(|step| f32::from(step) / f32::from(TIMES));
            samples.extend(steps.map(|part| (before + (level - before) * part) as i16));
            before = level;
        }
        samples
    }
}

/// The mu-law samples in a file of ours.
pub(super) fn codes(file: &[u8]) -> &[u8] {
    let (head, rest) = file.split_at_checked(HEAD).unwrap_or_default();
    let length = head.last_chunk().map_or(0, |at| u32::from_le_bytes(*at));
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    &rest[..length.min(rest.len())]
}

/// ITU-T G.711, mu-law: sign, exponent, four bits of mantissa, all inverted.
pub(super) fn from_mu_law(code: u8) -> i16 {
    let code = !code;
    let (exponent, mantissa) = (code >> 4 & 7, i16::from(code & 15));
    let size = (((mantissa << 3) + 132) << exponent) - 132;
    if code & 0x80 == 0 { size } else { -size }
}

#[cfg(test)]
mod tests;
