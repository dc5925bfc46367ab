//! How far a supervisor is with allowing a version of the program. Pure: time comes in as an
//! argument.

use std::time::{Duration, Instant};

use gatepost_checkpoint::SupervisorCandidate;
use gatepost_pass::ProgramVersion;

use crate::program::ProgramLeave;

/// A supervisor's leave: the version, then the badge, then its PIN.
#[derive(Debug, Default)]
pub(crate) enum LeaveAsked {
    /// Nobody asks for it.
    #[default]
    No,
    /// This version waits for a supervisor's badge.
    ShowBadge(RefusedProgram),
    /// It still does: the badge that was shown may not allow it.
    BadgeRefused(RefusedProgram),
    /// It waits for the PIN of this badge.
    EnterPin(RefusedProgram, SupervisorCandidate),
    /// It is given, and logged: the version is to be installed.
    Given(ProgramLeave),
}

/// A version that was refused, and when a supervisor was asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RefusedProgram {
    pub(crate) version: ProgramVersion,
    asked: Instant,
}

/// How long badge and PIN are waited for.
const PATIENCE: Duration = Duration::from_secs(120);

impl LeaveAsked {
    /// A supervisor is to allow this version.
    pub(crate) fn ask(&mut self, version: ProgramVersion, at: Instant) {
        *self = Self::ShowBadge(RefusedProgram { version, asked: at });
    }

    /// The version that waits for a badge.
    pub(crate) fn awaits_badge(&self) -> Option<RefusedProgram> {
        match self {
            Self::ShowBadge(refused) | Self::BadgeRefused(refused) => Some(*refused),
            Self::No | Self::EnterPin(..) | Self::Given(_) => None,
        }
    }

    /// The version that waits for a PIN, and the badge that it is of.
    pub(crate) fn awaits_pin(&self) -> Option<(RefusedProgram, &SupervisorCandidate)> {
        match self {
            Self::EnterPin(refused, candidate) => Some((*refused, candidate)),
            Self::No | Self::ShowBadge(_) | Self::BadgeRefused(_) | Self::Given(_) => None,
        }
    }

    /// The leave, once.
    pub(crate) fn take_given(&mut self) -> Option<ProgramLeave> {
        match std::mem::take(self) {
            Self::Given(leave) => Some(leave),
            other => {
                *self = other;
                None
            }
        }
    }

    /// What was begun is over.
    pub(crate) fn cancel(&mut self) {
        *self = Self::No;
    }

    /// Time passes. Gives whether nobody came, so that it is over.
    pub(crate) fn tick(&mut self, at: Instant) -> bool {
        let pin = self.awaits_pin().map(|(refused, _)| refused);
        let over = |it: RefusedProgram| at.saturating_duration_since(it.asked) > PATIENCE;
        let over = self.awaits_badge().or(pin).is_some_and(over);
        if over {
            self.cancel();
        }
        over
    }
}
