//! One look at a picture: grey, black and white, finder patterns, codes.

use crate::budget::Budget;
use crate::by_axes;
use crate::finder::{self, Finder};
use crate::grey::GreyPicture;
use crate::ink::Ink;
use crate::luma::Luma;
use crate::threshold::{self, ThresholdRule};
use crate::triples::{self, Sight};

/// How a picture is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Look {
    /// Pixels of the original per pixel, each side.
    pub(crate) scale: f64,
    /// Factors by which it is stretched across and down as well, for codes seen at an angle.
    pub(crate) stretch: (usize, usize),
    /// Side of a threshold block, in pixels after scaling.
    pub(crate) block: usize,
    /// Contrast, in grey levels, below which a block holds no edge.
    pub(crate) flat: u8,
    /// How the grey that separates ink from paper is found in a block.
    pub(crate) rule: ThresholdRule,
    /// How much steeper edges are made; 0 leaves them as they are.
    pub(crate) sharpen: f64,
    /// By how many pixels on each side dark lines are made wider, for a picture whose light ate
    /// them.
    pub(crate) thicken: usize,
    /// Light modules on dark ground.
    pub(crate) inverted: bool,
    /// A quick look searches every `rows`th row for finder patterns; a careful one, every row.
    pub(crate) rows: usize,
    /// How hard it tries.
    pub(crate) care: Care,
}

/// How hard a look tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Care {
    /// Whole and flat codes.
    Quick,
    /// Leaning, bent and damaged codes too. `work` is in modules sampled.
    Thorough {
        /// The most that may be done.
        work: usize,
    },
}

/// Side of a threshold block of the first look, in pixels.
const QUICK_BLOCK: usize = 8;
/// The first look searches every third row: enough for modules of two pixels, and text costs less.
const QUICK_ROWS: usize = 3;
/// Longest side, in pixels, that a quick look works at.
const QUICK_SIDE: usize = 800;
/// Work of a quick look, in modules sampled, and how much more there is for a code with a clear
/// format: crowds of finder patterns are given up early, a large code is not.
const QUICK_WORK: usize = 22_000;
const QUICK_RESERVE: usize = 60_000;
/// Finder patterns that are kept, in a quick look and in a thorough one.
const QUICK_FINDERS: usize = 24;
const THOROUGH_FINDERS: usize = 96;
/// Triples of them that are looked at.
const QUICK_TRIPLES: usize = 12;
const THOROUGH_TRIPLES: usize = 2_000;

/// A plain look at the picture as it is.
pub(crate) const PLAIN: Look = Look {
    scale: 1.0,
    stretch: (1, 1),
    block: 12,
    flat: 24,
    rule: ThresholdRule::Mean,
    sharpen: 0.0,
    thicken: 0,
    inverted: false,
    rows: 2,
    care: Care::Quick,
};

impl Look {
    /// The first look at a picture. Its scale is whole, so that shrinking is a mean of pixels.
    pub(crate) fn quick(picture: Luma<'_>) -> Self {
        let scale = picture.width.max(picture.height).div_ceil(QUICK_SIDE);
        Self {
            scale: scale as f64,
            block: QUICK_BLOCK,
            rows: QUICK_ROWS,
            ..PLAIN
        }
    }

    /// The grey picture as this look wants it.
    pub(crate) fn grey<'a>(&self, luma: Luma<'a>) -> GreyPicture<'a> {
        let picture = GreyPicture::resized(luma, self.scale).stretched(self.stretch);
        let picture = (0..self.thicken).fold(picture, |picture, _| picture.thickened());
        if self.sharpen == 0.0 {
            return picture;
        }
        let reach = (1.0 / self.scale).round().max(1.0);
        picture.sharpened(self.sharpen, reach as usize)
    }

    /// The grey picture as ink on paper.
    pub(crate) fn ink(&self, picture: &GreyPicture<'_>) -> Ink {
        let ink = threshold::threshold(picture, self.block, self.flat, self.rule);
        if self.inverted { ink.inverted() } else { ink }
    }

    /// The finder patterns in it.
    pub(crate) fn finders(&self, ink: &Ink) -> Vec<Finder> {
        let limit = match self.care {
            Care::Quick => QUICK_FINDERS,
            Care::Thorough { .. } => THOROUGH_FINDERS,
        };
        finder::find(ink, self.step(), limit)
    }

    /// Distance between two rows that are searched for finder patterns.
    fn step(&self) -> usize {
        match self.care {
            Care::Quick => self.rows,
            Care::Thorough { .. } => 1,
        }
    }

    /// Whether at least half of the rows through a finder pattern's black square hit it: print
    /// seldom looks so.
    pub(crate) fn is_clear(&self, finder: &Finder) -> bool {
        f64::from(finder.seen) * self.step() as f64 >= 1.5 * finder.module
    }

    /// The codes that belong to them.
    pub(crate) fn codes(&self, ink: &Ink, finders: &[Finder]) -> Sight {
        let (mut budget, triples) = match self.care {
            Care::Quick => (
                Budget::with_reserve(QUICK_WORK, QUICK_RESERVE),
                QUICK_TRIPLES,
            ),
            Care::Thorough { work } => (Budget::new(work), THOROUGH_TRIPLES),
        };
        let mut sight = triples::read_all(ink, finders, triples, &mut budget);
        if self.care != Care::Quick {
            by_axes::read_all(ink, finders, &mut sight, &mut budget);
        }
        sight
    }
}
