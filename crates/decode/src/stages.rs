//! One look, stage by stage: what reading, explaining and benches share.

use crate::finder::{self, Finder};
use crate::look::Look;
use crate::place::Sight;
use crate::scale::Picture;
use crate::threshold::Ink;
use crate::{DecodedCode, Luma, Seen, still, text};

/// A look and all that it made, in pixels of its grey picture.
pub struct Stages<'a> {
    pub(crate) look: Look,
    pub(crate) grey: Picture<'a>,
    pub(crate) ink: Ink,
    pub(crate) finders: Vec<Finder>,
    pub(crate) sight: Sight,
}

impl<'a> Stages<'a> {
    pub(crate) fn of(look: Look, luma: Luma<'a>) -> Self {
        let grey = look.grey(luma);
        let ink = look.ink(&grey);
        let finders = look.finders(&ink);
        let sight = look.codes(&ink, &finders);
        Self {
            look,
            grey,
            ink,
            finders,
            sight,
        }
    }

    /// What was seen, in pixels of the picture that was looked at.
    pub(crate) fn seen(self) -> Seen {
        let grey = &self.grey;
        let place = |f: &Finder| {
            let (x, y) = grey.original(f.at());
            (x, y, grey.original_length(f.module))
        };
        let readings = self.sight.readings.into_iter();
        let codes: Vec<DecodedCode> = readings
            .map(|(bytes, corners)| DecodedCode {
                content: text::content(bytes),
                corners: corners.map(|corner| grey.original(corner)),
            })
            .collect();
        let unread = &self.sight.unread;
        let clear = (self.finders.iter().enumerate())
            .filter(|(i, finder)| self.look.is_clear(finder) && !unread.contains(i))
            .map(|(_, finder)| place(finder))
            .filter(|&(x, y, _)| !codes.iter().any(|code| code.covers((x, y))));
        Seen {
            finders: self.finders.iter().map(place).collect(),
            unread: unread.iter().map(|&i| place(&self.finders[i])).collect(),
            loose: finder::pairs(clear.collect()),
            codes,
        }
    }
}

/// For `benches/readers/benches/stages.rs`, which measures a stage on what the stages before it made.
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

    /// Thresholds once more; gives the rows.
    pub fn threshold_again(&self) -> usize {
        self.look.ink(&self.grey).rows().count()
    }

    /// Looks for finder patterns once more; gives their number.
    pub fn find_again(&self) -> usize {
        self.look.finders(&self.ink).len()
    }

    /// Places and reads codes once more; gives their number.
    pub fn read_again(&self) -> usize {
        self.look.codes(&self.ink, &self.finders).readings.len()
    }
}
