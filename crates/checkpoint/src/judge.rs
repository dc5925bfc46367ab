//! The judge: one code, ID number or registration becomes a verdict, by signature, lists and rules.

use gatepost_pass::{
    Document, DocumentError, Freshness, IssuerId, KebabName, Listing, Now, Pass, Place, ReadAt,
    Timestamp, Verified, VerifiedBundle, claims::EnrolmentCode, envelope::EnvelopeError, verify,
};
use gatepost_protocol::{ByHand, Direction, Personal, Seen};

use super::{
    case::{Case, Observed, Situation},
    decide::decide,
    document_lookup::{CheckedBadge, CheckedDocument, look_up_document},
    list_answer::ListAnswer,
    live_codes::LiveCodes,
    pass_back::RecentPassages,
    verdict::{IssuerName, JudgedPerson, Outcome, Reason, Verdict},
};
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

impl Judged {
    /// Whether somebody tried to pass with it: not so for a place code, a badge or somebody else's
    /// code.
    pub fn is_attempt(&self) -> bool {
        let no_attempt = [Reason::ForeignCode, Reason::NotAPass];
        let mut reasons = self.verdict.reasons.iter();
        !reasons.any(|reason| no_attempt.contains(reason))
    }

    /// The verified pass that was shown, if it was one.
    fn pass(&self) -> Option<&Verified<Pass>> {
        match self.document()? {
            CheckedDocument::Pass(checked) => Some(&checked.pass),
            _ => None,
        }
    }

    /// The verified badge that was shown, if it was one.
    pub fn badge(&self) -> Option<&CheckedBadge> {
        match self.document()? {
            CheckedDocument::Badge(checked) => Some(checked),
            _ => None,
        }
    }

    /// The place on a verified place code that is still valid, if it was one.
    pub fn place(&self, now: Now) -> Option<&Place> {
        match self.document()? {
            CheckedDocument::Place(place) => {
                Some(place.claims()).filter(|place| now.time < place.not_after.start())
            }
            _ => None,
        }
    }

    /// What was known besides when it was decided.
    pub fn observed(&self) -> Observed {
        match &self.basis {
            Basis::Rules { observed, .. } => observed.clone(),
            Basis::NotSetUp(_) => Observed::default(),
        }
    }

    fn document(&self) -> Option<&CheckedDocument> {
        match &self.basis {
            Basis::Rules {
                case: Case::Code(Ok(document)),
                ..
            } => Some(document),
            _ => None,
        }
    }
}

/// What a verdict rests on.
#[expect(
    clippy::large_enum_variant,
    reason = "one of them lives at a time, and briefly"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Nothing: this device has no bundle to check with. An enrolment code is handed on as it
    /// claims to be, for the first run; nobody has proved it.
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
    pub recent: &'a RecentPassages,
    /// The class of the place where it is judged, as the place's code names it.
    pub class: Option<&'a KebabName>,
    /// The area where that is.
    pub area: Option<&'a KebabName>,
    /// Which way people go.
    pub direction: Direction,
    /// What time it is.
    pub now: Now,
}

impl<R: ReadAt> Judge<'_, R> {
    /// Judges the text of one code; without one, a code that carries other bytes.
    pub fn code(&self, text: Option<&str>) -> Judged {
        let document = match text {
            Some(text) => Document::from_text(text).map_err(DocumentError::from),
            None => Err(DocumentError::Envelope(EnvelopeError::Foreign)),
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
        let checked = verified.map(|verified| look_up_document(verified, bundle));
        let seen = seen(&checked);
        let mut judged = self.decide(Case::Code(checked), seen);
        if let Some((kind, issuer)) = claimed {
            let verdict = &mut judged.verdict;
            verdict.document.get_or_insert(kind);
            verdict
                .issuer
                .get_or_insert_with(|| name_of(bundle, issuer));
        }
        judged
    }

    /// Decides once more where a live code was dated ahead: it counts from when it was first seen.
    pub fn with_live_codes(&self, judged: Judged, live: &mut LiveCodes) -> Judged {
        let pass = judged.pass();
        let Some(from) = pass.and_then(|pass| live.counts_from(pass, self.now.time)) else {
            return judged;
        };
        let observed = Observed {
            live_from: Some(from),
            ..judged.observed()
        };
        self.again(judged, observed)
    }

    /// Judges a person without a code, whose ID number the identity list answered.
    pub fn person(&self, number: Personal<32>, listed: ListAnswer<Listing>) -> Judged {
        self.decide(Case::Person(listed), Seen::IdNumber(number))
    }

    /// Judges a person without code or number.
    pub fn by_hand(&self, form: ByHand) -> Judged {
        self.decide(Case::ByHand(form.answers.clone()), Seen::ByHand(form))
    }

    /// Decides once more where somebody on it went the same way a short while ago.
    pub fn with_pass_back(&self, judged: Judged) -> Judged {
        let Some(seconds) = self.recent.find(&judged.seen, self.direction) else {
            return judged;
        };
        let observed = Observed {
            passed_before: Some(seconds),
            ..judged.observed()
        };
        self.again(judged, observed)
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
        let here = bundle.policy().rules_at(self.class, self.area, self.now);
        let situation = Situation {
            here: &here,
            freshness: freshness_for(bundle, &seen, self.now.time),
            now: self.now,
        };
        let mut verdict = decide(&situation, &case, &observed);
        if let (Case::Person(listed), Seen::IdNumber(number)) = (&case, &seen) {
            verdict.people = vec![JudgedPerson::of_number(number.0.as_str(), *listed)];
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
    now: Timestamp,
) -> Freshness {
    match seen {
        Seen::Pass { issuer, .. } => bundle.freshness_of(*issuer, now),
        Seen::Unverified
        | Seen::IdNumber(_)
        | Seen::ByHand(_)
        | Seen::PlaceMove(_)
        | Seen::ClockSet { .. }
        | Seen::ProgramAllowed { .. } => bundle.freshness(now),
    }
}

fn name_of<R: ReadAt>(bundle: &VerifiedBundle<R>, issuer: IssuerId) -> IssuerName {
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

fn seen(checked: &Result<CheckedDocument, DocumentError>) -> Seen {
    let Ok(CheckedDocument::Pass(checked)) = checked else {
        return Seen::Unverified;
    };
    let pass = &checked.pass;
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
