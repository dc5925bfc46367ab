//! One look, stage by stage: what reading, explaining and benches share.

use crate::content::DecodedCode;
use crate::finder::{self, Finder, SeenFinder};
use crate::grey::GreyPicture;
use crate::ink::Ink;
use crate::look::Look;
use crate::luma::Luma;
use crate::text;
use crate::triples::Sight;

/// A look and all that it made, in pixels of its grey picture.
pub struct Stages<'a> {
    pub(crate) look: Look,
    pub(crate) grey: GreyPicture<'a>,
    pub(crate) ink: Ink,
    pub(crate) finders: Vec<Finder>,
    pub(crate) sight: Sight,
}

/// What a look shows, in pixels of the picture that it looks at.
pub(crate) struct LookResult {
    pub(crate) codes: Vec<DecodedCode>,
    pub(crate) finders: Vec<SeenFinder>,
    /// Finder patterns of what looks like a code, but was not read.
    pub(crate) unread: Vec<SeenFinder>,
    /// Clear finder patterns outside of all these that may be part of a code with each other.
    pub(crate) loose: Vec<SeenFinder>,
}

impl<'a> Stages<'a> {
    /// Takes one look at a picture.
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
    pub(crate) fn result(self) -> LookResult {
        let grey = &self.grey;
        let seen = |f: &Finder| {
            let (x, y) = grey.original(f.centre);
            let module = grey.original_length(f.module);
            SeenFinder { x, y, module }
        };
        let codes: Vec<DecodedCode> = (self.sight.codes.into_iter())
            .map(|code| DecodedCode {
                content: text::content(code.content),
                corners: code.corners.map(|corner| grey.original(corner)),
            })
            .collect();
        let unread = &self.sight.unread;
        let clear = (self.finders.iter().enumerate())
            .filter(|(i, finder)| self.look.is_clear(finder) && !unread.contains(i))
            .map(|(_, finder)| seen(finder))
            .filter(|finder| !codes.iter().any(|code| code.covers(finder.at())));
        LookResult {
            finders: self.finders.iter().map(seen).collect(),
            unread: unread.iter().map(|&i| seen(&self.finders[i])).collect(),
            loose: finder::pairs(clear.collect()),
            codes,
        }
    }
}
