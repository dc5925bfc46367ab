//! What is on screen: a verdict on one or more codes, how long it stands, what it waits for, and
//! how far its passages are. Pure: time comes in as an argument.

use std::time::{Duration, Instant};

use crate::{devices::TemperatureError, ui::SavedState};
use gatepost_checkpoint::{
    BadgeFault, CheckedBadge, GroupFull, Judged, Outcome, SupervisorCandidate, VerdictGroup,
};
use gatepost_protocol::OverrideWhy;

/// A passage that is logged later than this after its verdict went opens no gate: nobody stands
/// there.
const TOO_LATE: Duration = Duration::from_secs(5);

/// A tap that comes sooner after another is the same finger's, and no answer to what has come up
/// under it since.
const NEXT_ANSWER: Duration = Duration::from_millis(600);

/// The verdicts one after the other. `A` is the proof that an admission is on the disk, which opens
/// a gate.
#[derive(Debug)]
pub(crate) struct ShownVerdicts<A> {
    verdicts: u32,
    passages: u32,
    open: Option<ShownVerdict<A>>,
    /// The one before, whose passages may still be on their way, and when it went.
    before: Option<(ShownVerdict<A>, Instant)>,
}

/// A verdict on screen.
#[derive(Debug)]
pub(crate) struct ShownVerdict<A> {
    group: VerdictGroup,
    passages: Vec<PassageState>,
    admits: Vec<A>,
    since: Instant,
    lasts: Duration,
    hold: Hold,
    overriding: OverrideStep,
    /// The code that a supervisor was asked about: others may join the page meanwhile.
    asked_about: usize,
    /// When a finger last answered a question on it.
    answered: Option<Instant>,
    /// What the thermometer gave last in place of a temperature.
    unmeasured: Option<TemperatureError>,
}

/// What a tap on an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tap {
    /// An answer to what is asked.
    Answer,
    /// The second half of a double tap, under which the next person's question came up.
    Bounce,
}

/// How far the passage of one code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PassageState {
    /// It was no attempt to pass.
    NothingToLog,
    /// It waits for an answer.
    Waiting,
    /// On its way to the disk, under this number.
    Sent(u32),
    /// On the disk.
    Logged,
    /// Not on the disk; the writer keeps trying where there is a number.
    Failed(Option<u32>),
}

/// Whether a verdict goes when its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// When its time is over.
    No,
    /// Not while a supervisor is asked to allow it.
    Waits,
    /// Not until it is closed.
    Held,
}

/// How far a supervisor's word is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OverrideStep {
    /// Nobody asked for one.
    NotAsked,
    /// The reason is being chosen; a badge that was shown meanwhile waits for it.
    ChooseReason(Option<Box<CheckedBadge>>),
    /// The reason is chosen: a badge, please.
    ShowBadge(OverrideWhy),
    /// The badge is a supervisor's, and its PIN is asked.
    EnterPin(OverrideWhy, SupervisorCandidate),
    /// The badge that was shown may not allow it.
    BadgeRefused(OverrideWhy, BadgeFault),
}

/// What time did to the verdict.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum TimeLeft {
    /// So much of its time is left, 1 to 0.
    Part(f32),
    /// It is over.
    Over,
}

/// What the log's answer about a passage changes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LogAnswer<A> {
    /// It belongs to the verdict on screen.
    pub(crate) on_screen: bool,
    /// All of a verdict is logged, and everyone on it was admitted: opens the gate.
    pub(crate) admit: Option<A>,
}

impl<A> Default for ShownVerdicts<A> {
    fn default() -> Self {
        Self {
            verdicts: 0,
            passages: 0,
            open: None,
            before: None,
        }
    }
}

impl<A> ShownVerdicts<A> {
    /// Shows a new verdict, under the number that comes back. The one before must have been closed.
    pub(crate) fn show(&mut self, first: Judged, at: Instant, lasts: Duration) -> u32 {
        self.verdicts = self.verdicts.wrapping_add(1);
        self.open = Some(ShownVerdict {
            group: VerdictGroup::new(first),
            passages: vec![PassageState::Waiting],
            admits: Vec::new(),
            since: at,
            lasts,
            hold: Hold::No,
            overriding: OverrideStep::NotAsked,
            asked_about: 0,
            answered: None,
            unmeasured: None,
        });
        self.verdicts
    }

    /// Takes one more code onto the page.
    pub(crate) fn join(&mut self, judged: Judged) -> Result<usize, Box<GroupFull>> {
        let Some(standing) = &mut self.open else {
            return Err(Box::new(GroupFull(judged)));
        };
        let at = standing.group.join(judged)?;
        standing.passages.push(PassageState::Waiting);
        Ok(at)
    }

    /// Closes the verdict, and gives the codes whose passages still wait: they are logged as they
    /// stand.
    pub(crate) fn close(&mut self, at: Instant) -> Vec<usize> {
        let Some(standing) = self.open.take() else {
            return Vec::new();
        };
        let waits = |(_, passed): &(usize, &PassageState)| **passed == PassageState::Waiting;
        let waiting = standing.passages.iter().enumerate().filter(waits);
        let waiting = waiting.map(|(member, _)| member).collect();
        self.before = Some((standing, at));
        waiting
    }

    /// The verdict on screen.
    pub(crate) fn open(&self) -> Option<&ShownVerdict<A>> {
        self.open.as_ref()
    }

    /// The verdict on screen, to be changed.
    pub(crate) fn open_mut(&mut self) -> Option<&mut ShownVerdict<A>> {
        self.open.as_mut()
    }

    /// How far a supervisor's word on the verdict on screen is.
    pub(crate) fn overriding(&self) -> Option<&OverrideStep> {
        self.open.as_ref().map(ShownVerdict::overriding)
    }

    /// The supervisor whose PIN is asked, and the reason that was chosen.
    pub(crate) fn awaits_pin(&self) -> Option<(OverrideWhy, &SupervisorCandidate)> {
        match self.overriding() {
            Some(OverrideStep::EnterPin(why, candidate)) => Some((*why, candidate)),
            _ => None,
        }
    }

    /// The reason for which a supervisor is to show a badge.
    pub(crate) fn awaits_badge(&self) -> Option<OverrideWhy> {
        match self.overriding()? {
            OverrideStep::ShowBadge(why) | OverrideStep::BadgeRefused(why, _) => Some(*why),
            OverrideStep::NotAsked | OverrideStep::ChooseReason(_) | OverrideStep::EnterPin(..) => {
                None
            }
        }
    }

    /// Where a badge goes that is shown before its reason is chosen.
    pub(crate) fn badge_before_reason(&mut self) -> Option<&mut Option<Box<CheckedBadge>>> {
        match &mut self.open.as_mut()?.overriding {
            OverrideStep::ChooseReason(badge) => Some(badge),
            _ => None,
        }
    }

    /// Number of the verdict on screen, or of the last one.
    pub(crate) fn number(&self) -> u32 {
        self.verdicts
    }

    /// Whether this is the verdict on screen: a tap may come late.
    pub(crate) fn shows(&self, number: u32) -> bool {
        self.open.is_some() && self.verdicts == number
    }

    /// The code of the verdict on screen, or of the one that was just closed.
    pub(crate) fn member(&self, member: usize) -> Option<&Judged> {
        let before = self.before.as_ref().map(|(standing, _)| standing);
        let standing = self.open.as_ref().or(before)?;
        standing.group.members().get(member)
    }

    /// The passage of a code goes to the log, under the number that comes back.
    pub(crate) fn sent(&mut self, member: usize) -> u32 {
        self.passages = self.passages.wrapping_add(1);
        self.mark(member, PassageState::Sent(self.passages));
        self.passages
    }

    /// A passage that belongs to no code goes to the log, under this number.
    pub(crate) fn sent_beside(&mut self) -> u32 {
        self.passages = self.passages.wrapping_add(1);
        self.passages
    }

    /// There is nothing to log of this code.
    pub(crate) fn nothing_to_log(&mut self, member: usize) {
        self.mark(member, PassageState::NothingToLog);
    }

    /// The passage of this code can't be logged.
    pub(crate) fn not_logged(&mut self, member: usize) {
        self.mark(member, PassageState::Failed(None));
    }

    fn mark(&mut self, member: usize, passed: PassageState) {
        let before = self.before.as_mut().map(|(standing, _)| standing);
        let standing = self.open.as_mut().or(before);
        if let Some(at) = standing.and_then(|standing| standing.passages.get_mut(member)) {
            *at = passed;
        }
    }

    /// The log's answer about the passage of this number: a proof where it was an admission, or a
    /// fault.
    pub(crate) fn logged<E>(
        &mut self,
        passage: u32,
        answer: Result<Option<A>, E>,
        at: Instant,
    ) -> LogAnswer<A> {
        let mut answered = LogAnswer {
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
            let is_it = |passed: &&mut PassageState| match passed {
                PassageState::Sent(number) | PassageState::Failed(Some(number)) => {
                    *number == passage
                }
                PassageState::NothingToLog
                | PassageState::Waiting
                | PassageState::Logged
                | PassageState::Failed(None) => false,
            };
            let Some(entry) = standing.passages.iter_mut().find(is_it) else {
                continue;
            };
            answered.on_screen = on_screen;
            match answer {
                Ok(admit) => {
                    *entry = PassageState::Logged;
                    standing.admits.extend(admit);
                    answered.admit = standing.admit();
                }
                Err(_) => *entry = PassageState::Failed(Some(passage)),
            }
            break;
        }
        answered
    }

    /// What time did to the verdict on screen, where there is one.
    pub(crate) fn tick(&self, at: Instant) -> Option<TimeLeft> {
        let standing = self.open.as_ref()?;
        if standing.hold != Hold::No {
            return Some(TimeLeft::Part(1.0));
        }
        let passed = at.saturating_duration_since(standing.since);
        let left = 1.0 - passed.as_secs_f32() / standing.lasts.as_secs_f32().max(0.001);
        Some(if left <= 0.0 {
            TimeLeft::Over
        } else {
            TimeLeft::Part(left)
        })
    }
}

impl<A> ShownVerdict<A> {
    pub(crate) fn group(&self) -> &VerdictGroup {
        &self.group
    }

    /// How far a supervisor's word on it is.
    pub(crate) fn overriding(&self) -> &OverrideStep {
        &self.overriding
    }

    pub(crate) fn set_overriding(&mut self, step: OverrideStep) {
        self.overriding = step;
    }

    /// A supervisor is asked about this code, for this reason. Gives the badge that was shown
    /// already.
    pub(crate) fn ask_supervisor(
        &mut self,
        member: usize,
        why: OverrideWhy,
    ) -> Option<Box<CheckedBadge>> {
        self.asked_about = member;
        match std::mem::replace(&mut self.overriding, OverrideStep::ShowBadge(why)) {
            OverrideStep::ChooseReason(badge) => badge,
            _ => None,
        }
    }

    /// The code that a supervisor was asked about.
    pub(crate) fn asked_about(&self) -> usize {
        self.asked_about
    }

    /// Puts what was decided once more in the place of what was decided before; its time begins
    /// anew.
    pub(crate) fn decide_again(
        &mut self,
        member: usize,
        again: impl FnOnce(Judged) -> Judged,
        (at, lasts): (Instant, Duration),
    ) {
        self.group.decide_again(member, again);
        if let Some(passed) = self.passages.get_mut(member) {
            *passed = PassageState::Waiting;
        }
        self.restart(at, lasts);
    }

    /// A finger answers the question on it.
    pub(crate) fn tap(&mut self, at: Instant) -> Tap {
        let since = |before| at.saturating_duration_since(before);
        if self
            .answered
            .is_some_and(|before| since(before) < NEXT_ANSWER)
        {
            return Tap::Bounce;
        }
        self.answered = Some(at);
        Tap::Answer
    }

    /// Its time begins anew, and with it the thermometer's.
    pub(crate) fn restart(&mut self, at: Instant, lasts: Duration) {
        (self.since, self.lasts) = (at, lasts);
        if self.hold == Hold::Waits && self.overriding == OverrideStep::NotAsked {
            self.hold = Hold::No;
        }
        self.unmeasured = None;
    }

    /// It stays while a supervisor is asked.
    pub(crate) fn wait(&mut self) {
        if self.hold == Hold::No {
            self.hold = Hold::Waits;
        }
    }

    /// Nobody is asked any more: its time begins anew, unless it is held.
    pub(crate) fn resume(&mut self, at: Instant) {
        self.restart(at, self.lasts);
    }

    /// What the thermometer gave last in place of a temperature.
    pub(crate) fn unmeasured(&self) -> Option<TemperatureError> {
        self.unmeasured
    }

    pub(crate) fn set_unmeasured(&mut self, why: Option<TemperatureError>) {
        self.unmeasured = why;
    }

    /// It stays until it is closed.
    pub(crate) fn hold(&mut self) {
        self.hold = Hold::Held;
    }

    /// It goes when its time is over again.
    pub(crate) fn release(&mut self) {
        self.hold = Hold::No;
    }

    /// How far its passages are, as one word.
    pub(crate) fn saved(&self) -> SavedState {
        let any = |is: fn(&PassageState) -> bool| self.passages.iter().any(is);
        if any(|passed| matches!(passed, PassageState::Failed(_))) {
            SavedState::NotLogged
        } else if any(|passed| matches!(passed, PassageState::Waiting | PassageState::Sent(_))) {
            SavedState::Saving
        } else if any(|passed| *passed == PassageState::Logged) {
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
}
