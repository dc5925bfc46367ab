//! The words of a verdict: what the guard sees about one code or one person.

use gatepost_pass::{Class, Colour, Kind, Listing, Medium, Timestamp, policy::HelpDesk};
pub use gatepost_protocol::verdict::{Outcome, Reason};

use super::list_answer::ListAnswer;

/// What the guard sees about one code or one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What to do.
    pub outcome: Outcome,
    /// Why: the weightiest first, never empty.
    pub reasons: Vec<Reason>,
    /// Who is on the pass, for the guard to compare; empty for anything but a verified pass.
    pub people: Vec<JudgedPerson>,
    /// What kind of code it was, as far as that is known.
    pub document: Option<Kind>,
    /// What carries a verified pass.
    pub medium: Option<Medium>,
    /// Who issued it, as far as that is known.
    pub issuer: Option<IssuerName>,
    /// Until when the pass is valid.
    pub not_after: Option<Timestamp>,
    /// Where the holder can turn: an address or a telephone number.
    pub help: Option<String>,
    /// An address for the holder's phone: where to convert the pass, or to declare an arrival.
    pub link: Option<String>,
    /// Published help desks.
    pub desks: Vec<HelpDesk>,
    /// Somebody on the pass went the same way so many minutes ago.
    pub passed_minutes_ago: Option<u16>,
    /// What a supervisor could do about it.
    pub overriding: Overriding,
}

impl Verdict {
    /// An admission without a reason, to be filled in.
    pub fn blank() -> Self {
        Self {
            outcome: Outcome::Admit,
            reasons: Vec::new(),
            people: Vec::new(),
            document: None,
            medium: None,
            issuer: None,
            not_after: None,
            help: None,
            link: None,
            desks: Vec::new(),
            passed_minutes_ago: None,
            overriding: Overriding::Impossible,
        }
    }

    /// What the verdict waits for.
    pub fn question(&self) -> Option<OpenQuestion> {
        let asked = self.reasons.contains(&Reason::TakeTemperature);
        asked.then_some(OpenQuestion::Temperature)
    }
}

/// One answer that a verdict waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenQuestion {
    /// The person's temperature.
    Temperature,
}

/// What a supervisor could do about a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overriding {
    /// Nothing: nothing stands in the way, or not all of it is left to a supervisor.
    Impossible,
    /// The policy leaves all that stands in the way to a supervisor.
    Possible,
}

/// A person on a verified pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedPerson {
    /// Name with its middle hidden.
    pub name: String,
    /// Last characters of the ID document.
    pub last4: String,
    /// The worse of the pass's and the list's colour, as it is read here.
    pub colour: Colour,
    /// Whether a policy may ask more of this person.
    pub class: Class,
}

impl JudgedPerson {
    /// Somebody of whom only the ID number is known, and what the identity list says.
    pub(super) fn of_number(number: &str, listed: ListAnswer<Listing>) -> Self {
        let last = number.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
        Self {
            name: String::new(),
            last4: number[last..].to_owned(),
            colour: match listed {
                ListAnswer::Found(Listing::Listed(colour)) => colour,
                _ => Colour::Green,
            },
            class: Class::Ordinary,
        }
    }
}

/// An issuer's code, and its names when the trust list knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerName {
    /// ISO 3166-2 code.
    pub code: String,
    /// Name in English.
    pub name: String,
    /// Name in its own language.
    pub local_name: String,
}
