//! Single steps of reading, for the fuzzer, which takes thousands of them in a second, and for
//! `benches/readers/benches/stages.rs`, which measures a stage on what the stages before it made.

use crate::codewords::Effort;
use crate::content::{CodeContent, DecodedCode, once_each};
use crate::look::{Care, Look};
use crate::luma::Luma;
use crate::stages::Stages;
use crate::{segments, still, symbol, text};

/// One of the looks that a still picture gets, doing at most `work`, in modules sampled. The size
/// of the picture is up to the caller.
pub fn one_look(picture: Luma<'_>, which: usize, work: usize) -> Vec<DecodedCode> {
    let all: Vec<Look> = still::looks(picture).collect();
    let mut look = all[which % all.len()];
    if let Care::Thorough { work: most } = &mut look.care {
        *most = work.min(*most);
    }
    once_each(Stages::of(look, picture).result().codes)
}

/// What `side` x `side` modules say, rows from the top: above 0 is black, and the farther from 0
/// the more certain. With `doubting`, the least certain codewords may be treated as erasures.
pub fn modules(side: usize, tones: &[f32], doubting: bool) -> Option<CodeContent> {
    let effort = if doubting {
        Effort::Doubting
    } else {
        Effort::Plain
    };
    symbol::read(side, tones, effort).ok().map(text::content)
}

/// What the corrected data codewords of a version say.
pub fn codewords(version: usize, data: &[u8]) -> Option<CodeContent> {
    segments::content(version, data).ok().map(text::content)
}

impl<'a> Stages<'a> {
    /// The first look at a picture.
    pub fn quick(luma: Luma<'a>) -> Self {
        Self::of(Look::quick(luma), luma)
    }

    /// The first careful look at a still picture of usual size, whose scale is that of the picture.
    pub fn careful(luma: Luma<'a>) -> Option<Self> {
        let look = still::looks(luma).nth(1)?;
        Some(Self::of(look, luma))
    }

    /// Thresholds once more; gives the number of rows.
    pub fn threshold_again(&self) -> usize {
        self.look.ink(&self.grey).rows().count()
    }

    /// Looks for finder patterns once more; gives their number.
    pub fn find_again(&self) -> usize {
        self.look.finders(&self.ink).len()
    }

    /// Reads the codes once more; gives their number.
    pub fn read_again(&self) -> usize {
        self.look.codes(&self.ink, &self.finders).codes.len()
    }
}
