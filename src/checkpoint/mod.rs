//! From what was seen to what the guard is told: `look` asks the lists, `decide` judges, `recent`
//! remembers the last minutes for pass-back. `identity` asks the lists about a person without a pass.

mod decide;
mod identity;
mod look;
mod recent;

pub use decide::{Observed, Situation, decide};
pub use identity::{PersonAnswer, ask_about, look_up_person, worst};
pub use look::{Looked, LookedPass, Lookup, look};
pub use recent::Recent;

use gatepost_pass::{
    Class, Colour, Document, DocumentError, Now, ReadAt, VerifiedBundle, VerifiedDocument, verify,
};
use gatepost_protocol::Seen;

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

/// One code, judged: the verdict for the guard, and what goes into the passage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// For the guard.
    pub verdict: Verdict,
    /// For the passage.
    pub seen: Seen,
    /// A verified place code: where the device stands now.
    pub place: Option<gatepost_pass::Place>,
}

/// Judges the contents of one code. `recent` only remarks on passes; the caller adds to it.
pub fn judge<R: ReadAt>(
    content: &CodeContent,
    bundle: Option<&VerifiedBundle<R>>,
    recent: &Recent,
    now: Now,
) -> Judged {
    let document = match content {
        CodeContent::Text(text) => Document::from_text(text).map_err(DocumentError::from),
        CodeContent::Bytes(_) => Err(DocumentError::Envelope(
            gatepost_pass::envelope::EnvelopeError::Foreign,
        )),
    };
    let Some(bundle) = bundle else {
        return not_set_up(document.ok().as_ref());
    };
    let claimed = document
        .as_ref()
        .ok()
        .map(|document| (document.kind(), document.issuer()));
    let verified = document.and_then(|document| verify(&document, bundle.trust(), now.time));
    let place = match &verified {
        Ok(VerifiedDocument::Place(place)) if now.time < place.claims().not_after.start() => {
            Some(place.claims().clone())
        }
        _ => None,
    };
    let looked = verified.map(|verified| look(verified, bundle));
    let seen = seen(&looked);
    let observed = Observed {
        passed_before: recent.find(&seen),
    };
    let situation = Situation {
        policy: bundle.policy(),
        freshness: freshness_for(bundle, &seen, now.time),
        now,
    };
    let mut verdict = decide(&situation, &looked, &observed);
    if let Some((kind, issuer)) = claimed {
        verdict.document.get_or_insert(kind);
        verdict
            .issuer
            .get_or_insert_with(|| name_of(bundle, issuer));
    }
    Judged {
        verdict,
        seen,
        place,
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
        Seen::Unverified => bundle.freshness(now),
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
    let verdict = Verdict {
        outcome: Outcome::Refuse,
        reasons: vec![Reason::NotSetUp],
        people: Vec::new(),
        document: document.map(Document::kind),
        medium: None,
        issuer: None,
        not_after: None,
        help: None,
    };
    Judged {
        verdict,
        seen: Seen::Unverified,
        place: None,
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
