//! What is to be decided, under which rules, and what is known besides.

use gatepost_pass::{Bounded, DocumentError, Freshness, Listing, Now, RulesHere, Timestamp};
use gatepost_protocol::{Allowed, Temperature};

use super::{document_lookup::CheckedDocument, list_answer::ListAnswer};

/// Under which rules and at what time a decision is made.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The rules of this place.
    pub here: &'a RulesHere<'a>,
    /// How old trust and lists are.
    pub freshness: Freshness,
    /// What time it is.
    pub now: Now,
}

/// What is to be decided.
#[expect(
    clippy::large_enum_variant,
    reason = "one of them lives at a time, and briefly"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Case {
    /// A code was shown.
    Code(Result<CheckedDocument, DocumentError>),
    /// An ID number was given, and this is what the identity list says.
    Person(ListAnswer<Listing>),
    /// Somebody was registered by hand, with these answers to the health questionnaire.
    ByHand(Bounded<bool, 0, 6>),
}

/// What is known besides: noticed by the device, answered by the guard, allowed by a supervisor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Seconds since somebody on the pass went the same way.
    pub passed_before: Option<u64>,
    /// When a live code that was dated ahead was first seen.
    pub live_from: Option<Timestamp>,
    /// The person's temperature, once it was taken.
    pub temperature: Option<Temperature>,
    /// A supervisor's word, which sets aside what the policy leaves to one and nothing else.
    pub allowed: Option<Allowed>,
}
