//! What is on screen: a verdict on one or more codes, how long it stands, what it waits for, and how far its
//! passages are. Pure: time comes in as an argument.

use std::time::{Duration, Instant};

use crate::{
    checkpoint::{GroupFull, Judged, Outcome, SupervisorCandidate, VerdictGroup},
    ui::{OverrideView, SavedState},
};
use gatepost_protocol::OverrideWhy;

/// A passage that is logged later than this after its verdict went opens no gate: nobody stands there.
const TOO_LATE: Duration = Duration::from_secs(5);

/// The verdicts one after the other. `A` is the proof that an admission is on the disk, which opens a gate.
#[derive(Debug)]
pub(super) struct Session<A> {
    verdicts: u32,
    passages: u32,
    open: Option<Standing<A>>,
    /// The one before, whose passages may still be on their way, and when it went.
    before: Option<(Standing<A>, Instant)>,
}

/// A verdict on screen.
#[derive(Debug)]
pub(super) struct Standing<A> {
    group: VerdictGroup,
    passages: Vec<Passed>,
    admits: Vec<A>,
    since: Instant,
    lasts: Duration,
    hold: Hold,
    pub(super) overriding: Overrides,
}

/// How far the passage of one code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passed {
    /// It was no attempt to pass.
    NothingToLog,
    /// It waits for an answer.
    Waiting,
    /// On its way to the disk, under this number.
    Sent(u32),
    /// On the disk.
    Logged,
    /// Not on the disk, and the writer goes on trying where there is a number.
    Failed(Option<u32>),
}

/// Whether a verdict goes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// When its time is over.
    No,
    /// Not until it is closed.
    Held,
}

/// How far a supervisor's word is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Overrides {
    /// Nobody asked for one.
    NotAsked,
    /// The reason is chosen: a badge, please.
    ShowBadge(OverrideWhy),
    /// A badge counts, and its PIN is asked.
    EnterPin(OverrideWhy, SupervisorCandidate),
    /// The badge that was shown does not count.
    BadgeRefused(OverrideWhy),
}

/// What time did to the verdict.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Left {
    /// So much of its time is left, 1 to 0.
    Part(f32),
    /// It is over.
    Over,
}

/// What became of a passage that was on its way.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told<A> {
    /// It belongs to the verdict on screen.
    pub(super) on_screen: bool,
    /// All of a verdict is logged, and everyone on it was admitted: opens the gate.
    pub(super) admit: Option<A>,
}

impl<A> Default for Session<A> {
    fn default() -> Self {
        Self {
            verdicts: 0,
            passages: 0,
            open: None,
            before: None,
        }
    }
}

impl<A> Session<A> {
    /// Shows a new verdict, under the number that comes back. The one before must have been closed.
    pub(super) fn show(&mut self, first: Judged, at: Instant, lasts: Duration) -> u32 {
        self.verdicts = self.verdicts.wrapping_add(1);
        self.open = Some(Standing {
            group: VerdictGroup::new(first),
            passages: vec![Passed::Waiting],
            admits: Vec::new(),
            since: at,
            lasts,
            hold: Hold::No,
            overriding: Overrides::NotAsked,
        });
        self.verdicts
    }

    /// Takes one more code onto the page.
    pub(super) fn join(&mut self, judged: Judged) -> Result<usize, Box<GroupFull>> {
        let Some(standing) = &mut self.open else {
            return Err(Box::new(GroupFull(judged)));
        };
        let at = standing.group.join(judged)?;
        standing.passages.push(Passed::Waiting);
        Ok(at)
    }

    /// Closes the verdict, and gives the codes whose passages still wait: they are logged as they stand.
    pub(super) fn close(&mut self, at: Instant) -> Vec<usize> {
        let Some(standing) = self.open.take() else {
            return Vec::new();
        };
        let waits = |(_, passed): &(usize, &Passed)| **passed == Passed::Waiting;
        let waiting = standing.passages.iter().enumerate().filter(waits);
        let waiting = waiting.map(|(member, _)| member).collect();
        self.before = Some((standing, at));
        waiting
    }

    /// The verdict on screen.
    pub(super) fn open(&self) -> Option<&Standing<A>> {
        self.open.as_ref()
    }

    /// The verdict on screen, to be changed.
    pub(super) fn open_mut(&mut self) -> Option<&mut Standing<A>> {
        self.open.as_mut()
    }

    /// Number of the verdict on screen, or of the last one.
    pub(super) fn number(&self) -> u32 {
        self.verdicts
    }

    /// Whether this is the verdict on screen: a tap may come late.
    pub(super) fn shows(&self, number: u32) -> bool {
        self.open.is_some() && self.verdicts == number
    }

    /// The code of the verdict on screen, or of the one that was just closed.
    pub(super) fn member(&self, member: usize) -> Option<&Judged> {
        let before = self.before.as_ref().map(|(standing, _)| standing);
        let standing = self.open.as_ref().or(before)?;
        standing.group.members().get(member)
    }

    /// The passage of a code goes to the log, under the number that comes back.
    pub(super) fn sent(&mut self, member: usize) -> u32 {
        self.passages = self.passages.wrapping_add(1);
        self.mark(member, Passed::Sent(self.passages));
        self.passages
    }

    /// There is nothing to log of this code.
    pub(super) fn nothing_to_log(&mut self, member: usize) {
        self.mark(member, Passed::NothingToLog);
    }

    /// The passage of this code can't be logged.
    pub(super) fn not_logged(&mut self, member: usize) {
        self.mark(member, Passed::Failed(None));
    }

    fn mark(&mut self, member: usize, passed: Passed) {
        let before = self.before.as_mut().map(|(standing, _)| standing);
        let standing = self.open.as_mut().or(before);
        if let Some(at) = standing.and_then(|standing| standing.passages.get_mut(member)) {
            *at = passed;
        }
    }

    /// The log's answer about the passage of this number: a proof where it was an admission, or a fault.
    pub(super) fn logged<E>(
        &mut self,
        passage: u32,
        answer: Result<Option<A>, E>,
        at: Instant,
    ) -> Told<A> {
        let mut told = Told {
            on_screen: false,
            admit: None,
        };
        let late = |gone: &Instant| at.saturating_duration_since(*gone) > TOO_LATE;
        self.before.take_if(|(_, gone)| late(gone));
        let before = self.before.as_mut().map(|(standing, _)| standing);
        let shown = self.open.as_mut().map(|standing| (standing, true));
        for (standing, on_screen) in shown
            .into_iter()
            .chain(before.map(|standing| (standing, false)))
        {
            let is_it = |passed: &&mut Passed| match passed {
                Passed::Sent(number) | Passed::Failed(Some(number)) => *number == passage,
                Passed::NothingToLog | Passed::Waiting | Passed::Logged | Passed::Failed(None) => {
                    false
                }
            };
            let Some(entry) = standing.passages.iter_mut().find(is_it) else {
                continue;
            };
            told.on_screen = on_screen;
            match answer {
                Ok(admit) => {
                    *entry = Passed::Logged;
                    standing.admits.extend(admit);
                    told.admit = standing.admit();
                }
                Err(_) => *entry = Passed::Failed(Some(passage)),
            }
            break;
        }
        told
    }

    /// What time did to the verdict on screen, where there is one.
    pub(super) fn tick(&self, at: Instant) -> Option<Left> {
        let standing = self.open.as_ref()?;
        if standing.hold == Hold::Held {
            return Some(Left::Part(1.0));
        }
        let passed = at.saturating_duration_since(standing.since);
        let left = 1.0 - passed.as_secs_f32() / standing.lasts.as_secs_f32().max(0.001);
        Some(if left <= 0.0 {
            Left::Over
        } else {
            Left::Part(left)
        })
    }
}

impl<A> Standing<A> {
    pub(super) fn group(&self) -> &VerdictGroup {
        &self.group
    }

    /// Puts what was decided once more in the place of what was decided before; its time begins anew.
    pub(super) fn decide_again(
        &mut self,
        member: usize,
        again: impl FnOnce(Judged) -> Judged,
        (at, lasts): (Instant, Duration),
    ) {
        self.group.decide_again(member, again);
        if let Some(passed) = self.passages.get_mut(member) {
            *passed = Passed::Waiting;
        }
        self.restart(at, lasts);
    }

    /// Its time begins anew.
    pub(super) fn restart(&mut self, at: Instant, lasts: Duration) {
        (self.since, self.lasts) = (at, lasts);
    }

    /// It stays until it is closed.
    pub(super) fn hold(&mut self) {
        self.hold = Hold::Held;
    }

    /// It goes by itself again.
    pub(super) fn release(&mut self) {
        self.hold = Hold::No;
    }

    /// How far its passages are, as one word.
    pub(super) fn saved(&self) -> SavedState {
        let any = |is: fn(&Passed) -> bool| self.passages.iter().any(is);
        if any(|passed| matches!(passed, Passed::Failed(_))) {
            SavedState::NotLogged
        } else if any(|passed| matches!(passed, Passed::Waiting | Passed::Sent(_))) {
            SavedState::Saving
        } else if any(|passed| *passed == Passed::Logged) {
            SavedState::Logged
        } else {
            SavedState::NothingToLog
        }
    }

    /// Once for a verdict that admits everyone on it and is logged whole.
    fn admit(&mut self) -> Option<A> {
        let admitted = self.group.outcome() == Outcome::Admit;
        let logged = self.saved() == SavedState::Logged;
        let mut admits = std::mem::take(&mut self.admits);
        if admitted && logged {
            return admits.pop();
        }
        self.admits = admits;
        None
    }

    /// The supervisor's part of the page.
    pub(super) fn overriding(&self) -> OverrideView {
        let worst = self.group.members().get(self.group.worst());
        let possible = worst.is_some_and(|worst| {
            worst.verdict.overriding == crate::checkpoint::Overriding::Possible
        });
        match (&self.overriding, possible) {
            (_, false) => OverrideView::Impossible,
            (Overrides::NotAsked, true) => OverrideView::Possible,
            (Overrides::ShowBadge(_) | Overrides::EnterPin(..), true) => OverrideView::ShowBadge,
            (Overrides::BadgeRefused(_), true) => OverrideView::BadgeRefused,
        }
    }
}
