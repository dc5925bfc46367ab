//! One logged decision.

use std::fmt;

use gatepost_pass::{
    Bounded, ClockTrust, Freshness, IssuerId, PassNumber, ProgramVersion, SubjectTag, Text,
    Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::verdict::{Outcome, Reason};

/// Who, where, when, which way, what was decided and why. Only ever stored sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// When it was decided, by the device's clock.
    pub at: Timestamp,
    /// Whether that clock could be trusted.
    pub clock: ClockTrust,
    /// How old trust and lists were.
    pub freshness: Freshness,
    /// Short name of the place, from its place code or the configuration.
    pub place: Text<24>,
    /// Which way the person went.
    pub direction: Direction,
    /// The verdict: admit, check or refuse.
    pub outcome: Outcome,
    /// The reasons of the verdict, one to eight.
    pub reasons: Bounded<Reason, 1, 8>,
    /// What the person showed: a pass, an ID number, nothing.
    pub seen: Seen,
    /// Pseudonym of the guard on duty.
    pub guard: Option<Text<24>>,
    /// The person's temperature, where the policy asks for it.
    pub temperature: Option<Temperature>,
    /// The supervisor who allowed it.
    pub allowed: Option<Allowed>,
}

/// A person's temperature, as the guard saw it or as a thermometer sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Temperature {
    /// The guard saw less than 37.3 °C.
    Normal,
    /// The guard saw 37.3 °C or more.
    Fever,
    /// A thermometer's reading, in tenths of a degree Celsius.
    Reading(u16),
}

impl Temperature {
    /// From here on it is fever: 37.3 °C, in tenths of a degree.
    pub const FEVER: u16 = 373;

    /// Whether it is fever.
    pub fn is_fever(self) -> bool {
        match self {
            Self::Normal => false,
            Self::Fever => true,
            Self::Reading(tenths) => tenths >= Self::FEVER,
        }
    }
}

/// That a supervisor let somebody through whom the rules did not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// Pseudonym on the supervisor's badge.
    pub by: Text<24>,
    /// The reason that the supervisor gave.
    pub why: OverrideWhy,
    /// What the rules had decided; their reasons stay among the passage's.
    pub rules: Outcome,
}

/// What a person said or showed of themselves. `Debug` hides it, so that it reaches no log.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Personal<const MAX: usize>(pub Text<MAX>);

impl<const MAX: usize> fmt::Debug for Personal<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal")
    }
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

gatepost_pass::names! { Direction { In = "in", Out = "out" } }

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
    /// A visitor from far away, without a pass that is recognised here.
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
        /// The issuer that signed it.
        issuer: IssuerId,
        /// Its number.
        number: PassNumber,
        /// The persons on it.
        subjects: Bounded<SubjectTag, 1, 6>,
    },
    /// No code, but an ID number: typed, or read from a card.
    IdNumber(Personal<32>),
    /// Neither: registered by hand.
    ByHand(ByHand),
    /// Nobody passed: a supervisor set the clock, by badge and PIN. The passage's time is the new
    /// one.
    ClockSet {
        /// Pseudonym on the supervisor's badge.
        by: Text<24>,
        /// What the device took for the time before.
        before: Timestamp,
    },
    /// Nobody passed: the code of another place was shown. The passage's place is where the device
    /// stood, and its guard was on duty there.
    PlaceMove(PlaceMove),
    /// Nobody passed: a supervisor allowed a version of the device's program that is refused
    /// without, by badge and PIN.
    ProgramAllowed {
        /// Pseudonym on the supervisor's badge.
        by: Text<24>,
        /// The version that ran.
        running: ProgramVersion,
        /// The version that may be installed.
        version: ProgramVersion,
    },
}

/// That the device was to stand at another place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceMove {
    /// Short name of the other place.
    pub to: Text<24>,
    /// What came of it.
    pub end: MoveEnd,
    /// Pseudonym on the supervisor's badge, where one had a say.
    pub supervisor: Option<Text<24>>,
}

/// What came of a code of another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MoveEnd {
    /// The device stands there now.
    Moved,
    /// It stays: somebody said so.
    Stayed,
    /// It stays: nobody answered in time.
    TimedOut,
    /// It stands there again: a move away from there was undone.
    Undone,
}

gatepost_pass::names! {
    MoveEnd { Moved = "moved", Stayed = "stayed", TimedOut = "timed-out", Undone = "undone" }
}

/// A registration by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByHand {
    /// Why without a code.
    pub why: WhyNoCode,
    /// Name as given; may be empty.
    pub name: Personal<40>,
    /// ID number or telephone number as given; may be empty.
    pub contact: Personal<24>,
    /// Answers to the policy's health questionnaire, in its order: true is yes.
    pub answers: Bounded<bool, 0, 6>,
}
