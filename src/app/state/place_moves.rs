//! The code of another place was shown: the question whether the device stands there, and the way
//! back. Pure: time comes in as an argument.

use std::time::{Duration, Instant};

use gatepost_checkpoint::{BadgeFault, SupervisorCandidate};

use super::station::StationPlace;

/// How long a question waits; after that the device stays.
const PATIENCE: Duration = Duration::from_secs(30);
/// The same where a supervisor's badge and PIN are awaited.
const LONG_PATIENCE: Duration = Duration::from_secs(120);
/// How long a move can be undone.
const UNDO: Duration = Duration::from_secs(5 * 60);

/// The question that is open, and the place before the last move.
#[derive(Debug, Default)]
pub(crate) struct PlaceMoves {
    /// How many there were.
    number: u32,
    question: Option<MoveQuestion>,
    undo: Option<(StationPlace, Instant)>,
}

/// Whether the device stands at another place.
#[derive(Clone, Debug)]
pub(crate) struct MoveQuestion {
    pub(crate) to: StationPlace,
    pub(crate) step: MoveStep,
    until: Instant,
}

/// What a move waits for.
#[derive(Clone, Debug)]
pub(crate) enum MoveStep {
    /// A word of whoever may say it: see [`super::station::Mover`].
    Confirm,
    /// It may only be confirmed by a guard, and nobody is on duty.
    NobodyOnDuty,
    /// A supervisor's badge.
    ShowBadge,
    /// The same: the badge that was shown may not move the device.
    BadgeRefused(BadgeFault),
    /// The PIN of this badge.
    EnterPin(SupervisorCandidate),
}

impl PlaceMoves {
    /// Asks. While a question is open, no other one replaces it under the guard's finger.
    pub(crate) fn ask(&mut self, to: StationPlace, step: MoveStep, at: Instant) {
        let patience = match step {
            MoveStep::Confirm | MoveStep::NobodyOnDuty => PATIENCE,
            _ => LONG_PATIENCE,
        };
        self.number = self.number.wrapping_add(1);
        let until = at + patience;
        self.question = Some(MoveQuestion { to, step, until });
    }

    /// The question that is open.
    pub(crate) fn question(&self) -> Option<&MoveQuestion> {
        self.question.as_ref()
    }

    /// Its number, or that of the last one: a tap may come late.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// A badge is to be shown.
    pub(crate) fn awaits_badge(&self) -> bool {
        let step = self.question.as_ref().map(|question| &question.step);
        matches!(step, Some(MoveStep::ShowBadge | MoveStep::BadgeRefused(_)))
    }

    /// The badge whose PIN is asked.
    pub(crate) fn awaits_pin(&self) -> Option<&SupervisorCandidate> {
        match self.question.as_ref().map(|question| &question.step) {
            Some(MoveStep::EnterPin(candidate)) => Some(candidate),
            _ => None,
        }
    }

    /// Goes on with the question.
    pub(crate) fn set_step(&mut self, step: MoveStep) {
        if let Some(question) = &mut self.question {
            question.step = step;
        }
    }

    /// The question is over.
    pub(crate) fn take(&mut self) -> Option<MoveQuestion> {
        self.question.take()
    }

    /// The question is over where nobody has answered in time.
    pub(crate) fn take_overdue(&mut self, at: Instant) -> Option<MoveQuestion> {
        self.question.take_if(|question| question.until <= at)
    }

    /// Seconds until it is.
    pub(crate) fn seconds_left(&self, at: Instant) -> u64 {
        let until = self.question.as_ref().map(|question| question.until);
        until.map_or(0, |until| until.saturating_duration_since(at).as_secs())
    }

    /// The device has moved from there.
    pub(crate) fn moved(&mut self, from: StationPlace, at: Instant) {
        self.undo = Some((from, at + UNDO));
    }

    /// Where the device can go back to.
    pub(crate) fn way_back(&self, at: Instant) -> Option<&StationPlace> {
        let open = |(_, until): &&(StationPlace, Instant)| at < *until;
        self.undo.as_ref().filter(open).map(|(place, _)| place)
    }

    /// Goes back, once.
    pub(crate) fn take_way_back(&mut self, at: Instant) -> Option<StationPlace> {
        let undo = self.undo.take().filter(|(_, until)| at < *until);
        undo.map(|(place, _)| place)
    }
}
