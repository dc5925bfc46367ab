//! The codes before the camera. A code is recognised by its content: while it stays in view it is
//! judged once a second, and at once when the bundle or the trust in the clock changes. Whatever
//! begins or ends, from a pass to a bundle, does so at a whole second. What was shown already is
//! not shown again.

use std::time::{Duration, Instant};

use gatepost_checkpoint::Judged;
use gatepost_decode::CodeContent;
use gatepost_pass::{Digest, Now};
use gatepost_protocol::{Reason, Seen};

/// A code that was out of view for this long is shown anew.
pub(crate) const OUT_OF_VIEW: Duration = Duration::from_secs(3);
/// Most codes that are remembered at once, and most verdicts on them.
const MOST: usize = 64;

/// What was before the camera in the last seconds.
#[derive(Debug, Default)]
pub(crate) struct InView {
    /// By content; a live code has a new one every half minute.
    codes: Vec<JudgedCode>,
    /// By their verdicts, which are on screen, or were.
    shown: Vec<(ShownCode, Instant)>,
}

/// What each verdict rests on besides the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grounds {
    /// Which bundle is in force ([`super::installed::Installed::generation`]).
    pub(crate) bundle: u64,
    /// What time it is, and whether that can be trusted.
    pub(crate) now: Now,
}

/// A code that was judged.
#[derive(Debug)]
struct JudgedCode {
    digest: Digest,
    judged: Judged,
    /// What the verdict rests on; it stands for this second.
    grounds: Grounds,
    last: Instant,
}

/// What makes two sightings the same: the pass and the reasons of its verdict, or the very code.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ShownCode {
    Pass(Seen, Vec<Reason>),
    Code(Digest),
}

/// The codes of a frame that were not in view a moment ago.
#[derive(Debug)]
pub(crate) struct Sighted {
    /// Each, judged, with its text.
    pub(crate) new: Vec<(Judged, Option<String>)>,
    /// Whether what is new came alone.
    pub(crate) company: Company,
}

/// Whether codes of a frame were in view before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Company {
    Alone,
    /// Others in the same frame were in view before: what is new belongs to them.
    StillInView,
}

/// What the guard was asked to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expecting {
    /// Whatever comes: where somebody tries to pass, nothing else in the frame is of interest.
    Anyone,
    /// A badge, which is taken even beside a pass.
    Badge,
    /// An answer about somebody: whoever comes alone meanwhile waits until it is given.
    Answer,
}

impl InView {
    /// Forgets what went out of view, also while nothing comes.
    pub(crate) fn tick(&mut self, at: Instant) {
        let in_view = |last: Instant| at.saturating_duration_since(last) < OUT_OF_VIEW;
        self.codes.retain(|code| in_view(code.last));
        self.shown.retain(|(_, last)| in_view(*last));
    }

    /// Takes the codes of a frame and gives those that were not in view a moment ago. Codes that
    /// are no attempt to pass are left out where there is one.
    pub(crate) fn sight(
        &mut self,
        codes: &[CodeContent],
        expecting: Expecting,
        grounds: Grounds,
        at: Instant,
        mut judge: impl FnMut(&CodeContent) -> Judged,
    ) -> Sighted {
        self.tick(at);
        let mut found = Vec::new();
        for content in codes {
            let digest = digest(content);
            let judged = match self.recall(digest, grounds, at) {
                Some(judged) => judged,
                None => {
                    let judged = judge(content);
                    self.remember(digest, &judged, grounds, at);
                    judged
                }
            };
            found.push((ShownCode::of(digest, &judged), judged, content));
        }
        let is_awaited =
            |judged: &Judged| expecting == Expecting::Badge && judged.badge().is_some();
        if found.iter().any(|(_, judged, _)| judged.is_attempt()) {
            found.retain(|(_, judged, _)| judged.is_attempt() || is_awaited(judged));
        }
        let mut company = Company::Alone;
        for (shown, ..) in &found {
            if let Some(before) = self.shown.iter_mut().find(|(other, _)| other == shown) {
                before.1 = at;
                company = Company::StillInView;
            }
        }
        found.retain(|(shown, ..)| self.shown.iter().all(|(other, _)| other != shown));
        if expecting == Expecting::Answer && company == Company::Alone {
            found.retain(|(_, judged, _)| !judged.is_attempt());
        }
        let mut new = Vec::new();
        for (shown, judged, content) in found {
            make_space(&mut self.shown);
            self.shown.push((shown, at));
            new.push((judged, content.as_text().map(str::to_owned)));
        }
        Sighted { new, company }
    }

    /// The verdict on a code that was judged on the same grounds.
    fn recall(&mut self, digest: Digest, grounds: Grounds, at: Instant) -> Option<Judged> {
        let code = self.codes.iter_mut().find(|code| code.digest == digest)?;
        code.last = at;
        (code.grounds == grounds).then(|| code.judged.clone())
    }

    fn remember(&mut self, digest: Digest, judged: &Judged, grounds: Grounds, at: Instant) {
        self.codes.retain(|code| code.digest != digest);
        make_space(&mut self.codes);
        self.codes.push(JudgedCode {
            digest,
            judged: judged.clone(),
            grounds,
            last: at,
        });
    }
}

impl ShownCode {
    fn of(digest: Digest, judged: &Judged) -> Self {
        match &judged.seen {
            Seen::Unverified => Self::Code(digest),
            seen => Self::Pass(seen.clone(), judged.verdict.reasons.clone()),
        }
    }
}

/// The oldest goes where there is no space for one more.
fn make_space<T>(kept: &mut Vec<T>) {
    if kept.len() == MOST {
        kept.remove(0);
    }
}

fn digest(content: &CodeContent) -> Digest {
    match content {
        CodeContent::Text(text) => Digest::of(text.as_bytes()),
        CodeContent::Bytes(bytes) => Digest::of(bytes),
    }
}
