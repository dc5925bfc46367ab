//! One logged decision.

use gatepost_pass::{
    Bounded, ClockTrust, Freshness, IssuerId, PassNumber, SubjectTag, Text, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::verdict::{Outcome, Reason};

/// Who, where, when, which way, what was decided and why. Only ever stored sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// When.
    pub at: Timestamp,
    /// How far that can be believed.
    pub clock: ClockTrust,
    /// How old trust and lists were.
    pub freshness: Freshness,
    /// Short name of the place, from its place code or the configuration.
    pub place: Text<24>,
    /// Which way.
    pub direction: Direction,
    /// What was decided.
    pub outcome: Outcome,
    /// Why.
    pub reasons: Bounded<Reason, 1, 8>,
    /// What was shown.
    pub seen: Seen,
    /// Pseudonym of the guard on duty.
    pub guard: Option<Text<24>>,
}

/// Which way someone goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Into what the checkpoint guards.
    In,
    /// Out of it.
    Out,
}

/// Why somebody passes without a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyNoCode {
    /// Has no phone and no paper pass.
    NoPhone,
    /// The phone is off, broken or without its app.
    PhoneTrouble,
    /// The code is there and can't be read.
    CodeUnreadable,
    /// A child, a patient or somebody else who can't show one.
    CannotShow,
    /// A visitor from far away, without a pass that counts here.
    Visitor,
}

/// Why a supervisor allows what the rules do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OverrideWhy {
    /// Life or health is at stake.
    Emergency,
    /// The supervisor saw other documents that settle it.
    DocumentsSeen,
    /// The help desk confirmed it.
    DeskConfirmed,
}

/// What was shown at the checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seen {
    /// A code that did not verify: it names nobody.
    Unverified,
    /// A pass.
    Pass {
        /// Who issued it.
        issuer: IssuerId,
        /// Its number.
        number: PassNumber,
        /// The persons on it.
        subjects: Bounded<SubjectTag, 1, 6>,
    },
}
