//! From what was seen to what the guard is told: `look` asks the lists, `identity` those about a person without
//! a pass, `decide` judges by `rules`, `recent` remembers the last minutes for pass-back, `group` takes the codes
//! of one frame together, `duty` knows the guard.

mod decide;
pub mod duty;
pub mod group;
mod identity;
mod look;
mod recent;
mod rules;

pub use decide::{Case, Observed, Situation, decide};
pub use identity::{PersonAnswer, ask_about, look_up_person, worst};
pub use look::{Looked, LookedBadge, LookedPass, Lookup, look, look_up_badge};
pub use recent::Recent;

use gatepost_pass::{
    Class, Colour, Document, DocumentError, Listing, Now, ReadAt, VerifiedBundle,
    claims::EnrolmentCode, policy::HelpDesk, verify,
};
use gatepost_protocol::{ByHand, Direction, Personal, Seen};

use crate::decode::CodeContent;

/// The words of a verdict.
pub mod verdict {
    pub use gatepost_protocol::verdict::{Outcome, Reason};
}

use verdict::{Outcome, Reason};

/// What the guard is told about one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What to do.
    pub outcome: Outcome,
    /// Why: the weightiest first, never empty.
    pub reasons: Vec<Reason>,
    /// Who is on the pass, for the guard to compare; empty for anything but a verified pass.
    pub people: Vec<Person>,
    /// What kind of code it was, as far as that is known.
    pub document: Option<gatepost_pass::Kind>,
    /// What carries a verified pass.
    pub medium: Option<gatepost_pass::Medium>,
    /// Who issued it, as far as that is known.
    pub issuer: Option<IssuerName>,
    /// Until when the pass counts.
    pub not_after: Option<gatepost_pass::Timestamp>,
    /// Where the holder can turn: an address or a telephone number.
    pub help: Option<String>,
    /// An address for the holder's phone: where to convert the pass, or to declare an arrival.
    pub link: Option<String>,
    /// Published help desks.
    pub desks: Vec<HelpDesk>,
    /// The same pass went the same way so many minutes ago.
    pub passed_minutes_ago: Option<u16>,
    /// What a supervisor could do about it.
    pub overriding: Overriding,
}

impl Verdict {
    /// Of nothing yet.
    fn blank() -> Self {
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
    pub fn question(&self) -> Option<Question> {
        let asked = self.reasons.contains(&Reason::TakeTemperature);
        asked.then_some(Question::Temperature)
    }
}

/// One answer that a verdict waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
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
pub struct Person {
    /// Name with its middle hidden.
    pub name: String,
    /// Last characters of the ID document.
    pub last4: String,
    /// The worse of the pass's and the list's colour, as it counts here.
    pub colour: Colour,
    /// Whether a policy may ask more of this person.
    pub class: Class,
}

impl Person {
    /// Somebody of whom only the ID number is known, and what the identity list says.
    fn of_number(number: &str, listed: Lookup<Listing>) -> Self {
        let last = number.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
        Self {
            name: String::new(),
            last4: number[last..].to_owned(),
            colour: match listed {
                Lookup::Found(Listing::Listed(colour)) => colour,
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

/// One case, judged: the verdict for the guard, and what goes into the passage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// For the guard.
    pub verdict: Verdict,
    /// For the passage.
    pub seen: Seen,
    /// What the verdict rests on, to decide again once more is known.
    pub basis: Basis,
}

/// What a verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Nothing: this device has no bundle to check with. An enrolment code is handed on as it claims to be,
    /// for the first run; nobody has proved it.
    NotSetUp(Option<EnrolmentCode>),
    /// The rules.
    Rules {
        /// What was decided.
        case: Case,
        /// What was known besides.
        observed: Observed,
    },
}

/// Judges cases: what it needs besides them.
#[derive(Debug)]
pub struct Judge<'a, R> {
    /// Trust, lists and rules, once there are any.
    pub bundle: Option<&'a VerifiedBundle<R>>,
    /// Only remarks on passes; the caller adds to it.
    pub recent: &'a Recent,
    /// Which way people go.
    pub direction: Direction,
    /// What time it is.
    pub now: Now,
}

impl<R: ReadAt> Judge<'_, R> {
    /// Judges the contents of one code.
    pub fn code(&self, content: &CodeContent) -> Judged {
        let document = match content {
            CodeContent::Text(text) => Document::from_text(text).map_err(DocumentError::from),
            CodeContent::Bytes(_) => Err(DocumentError::Envelope(
                gatepost_pass::envelope::EnvelopeError::Foreign,
            )),
        };
        let Some(bundle) = self.bundle else {
            return not_set_up(document.ok().as_ref());
        };
        let claimed = document
            .as_ref()
            .ok()
            .map(|document| (document.kind(), document.issuer()));
        let verified =
            document.and_then(|document| verify(&document, bundle.trust(), self.now.time));
        let looked = verified.map(|verified| look(verified, bundle));
        let seen = seen(&looked);
        let mut judged = self.decide(Case::Code(looked), seen);
        if let Some((kind, issuer)) = claimed {
            let verdict = &mut judged.verdict;
            verdict.document.get_or_insert(kind);
            verdict
                .issuer
                .get_or_insert_with(|| name_of(bundle, issuer));
        }
        judged
    }

    /// Judges a person without a code, whose ID number the identity list answered.
    pub fn person(&self, number: Personal<32>, listed: Lookup<Listing>) -> Judged {
        self.decide(Case::Person(listed), Seen::IdNumber(number))
    }

    /// Judges a person without code or number.
    pub fn by_hand(&self, form: ByHand) -> Judged {
        self.decide(Case::ByHand(form.answers.clone()), Seen::ByHand(form))
    }

    /// Decides once more, now that `observed` is known.
    pub fn again(&self, judged: Judged, observed: Observed) -> Judged {
        match (judged.basis, self.bundle) {
            (Basis::Rules { case, .. }, Some(bundle)) => {
                let mut again = self.rule(bundle, case, observed, judged.seen);
                // What the code said of itself, where the trust list knows nobody of that name.
                again.verdict.document = again.verdict.document.or(judged.verdict.document);
                again.verdict.issuer = again.verdict.issuer.or(judged.verdict.issuer);
                again
            }
            (basis, _) => Judged { basis, ..judged },
        }
    }

    fn decide(&self, case: Case, seen: Seen) -> Judged {
        let Some(bundle) = self.bundle else {
            return Judged {
                seen,
                ..not_set_up(None)
            };
        };
        let observed = Observed {
            passed_before: self.recent.find(&seen, self.direction),
            ..Observed::default()
        };
        self.rule(bundle, case, observed, seen)
    }

    fn rule(
        &self,
        bundle: &VerifiedBundle<R>,
        case: Case,
        observed: Observed,
        seen: Seen,
    ) -> Judged {
        let situation = Situation {
            policy: bundle.policy(),
            freshness: freshness_for(bundle, &seen, self.now.time),
            now: self.now,
        };
        let mut verdict = decide(&situation, &case, &observed);
        if let (Case::Person(listed), Seen::IdNumber(number)) = (&case, &seen) {
            verdict.people = vec![Person::of_number(number.0.as_str(), *listed)];
        }
        let basis = Basis::Rules { case, observed };
        Judged {
            verdict,
            seen,
            basis,
        }
    }
}

/// How old what a verdict on this rests on is: of its issuer, or of the whole bundle.
pub fn freshness_for<R: ReadAt>(
    bundle: &VerifiedBundle<R>,
    seen: &Seen,
    now: gatepost_pass::Timestamp,
) -> gatepost_pass::Freshness {
    match seen {
        Seen::Pass { issuer, .. } => bundle.freshness_of(*issuer, now),
        Seen::Unverified | Seen::IdNumber(_) | Seen::ByHand(_) => bundle.freshness(now),
    }
}

fn name_of<R: ReadAt>(bundle: &VerifiedBundle<R>, issuer: gatepost_pass::IssuerId) -> IssuerName {
    let code = issuer.to_string();
    match bundle.trust().issuer(issuer) {
        Some(entry) => IssuerName {
            code,
            name: entry.name.to_string(),
            local_name: entry.local_name.to_string(),
        },
        None => IssuerName {
            name: code.clone(),
            local_name: code.clone(),
            code,
        },
    }
}

fn not_set_up(document: Option<&Document>) -> Judged {
    Judged {
        verdict: Verdict {
            outcome: Outcome::Refuse,
            reasons: vec![Reason::NotSetUp],
            document: document.map(Document::kind),
            ..Verdict::blank()
        },
        seen: Seen::Unverified,
        basis: Basis::NotSetUp(document.and_then(Document::claimed_enrolment)),
    }
}

fn seen(looked: &Result<Looked, DocumentError>) -> Seen {
    let Ok(Looked::Pass(looked)) = looked else {
        return Seen::Unverified;
    };
    let pass = &looked.pass;
    let tags: Vec<_> = pass
        .claims()
        .subjects
        .as_slice()
        .iter()
        .map(|subject| subject.tag)
        .collect();
    match tags.try_into() {
        Ok(subjects) => Seen::Pass {
            issuer: pass.issuer().id,
            number: pass.claims().number,
            subjects,
        },
        // A pass has one to six subjects by its type, the same bounds as here.
        Err(_) => Seen::Unverified,
    }
}

#[cfg(test)]
mod tests;
