//! One of each kind of person who comes to a checkpoint, and what the rules decide for them: by the
//! function that devices decide with, on documents that are made for it in memory.

use gatepost_checkpoint::{
    Case, CheckedDocument, CheckedPass, ListAnswer, Observed, Outcome, Overriding, Reason,
    Situation, decide,
};
use gatepost_pass::{
    Bounded, Class, Colour, Document, DocumentError, Freshness, Holder, IssuerId, KeyId, Kind,
    Listing, Medium, Now, Pass, PassNumber, Policy, Recognition, Revocation, Root, RulesHere,
    SecretKey, Signer, Subject, SubjectTag, Timestamp, TrustList, ValueError, VerifiedDocument,
    document::live_code,
    time::Minute,
    trust::{
        ColourMap, Floors, IssuerEntry, KeyEntry, Roles, RootClaims, TrustError, TrustListClaims,
        sign_with_roots,
    },
    verify,
};
use gatepost_protocol::Temperature;
use serde::Serialize;

use crate::durations::DAY;

/// Issuers whose passes the visitors show. The names are taken: nobody is called so.
const OWN: &str = "X-OWN";
const ACCEPTED: &str = "X-ACCEPT";
const CONVERTED: &str = "X-CONV";
const REFUSED: &str = "X-REFUSE";
const UNKNOWN: &str = "X-NOBODY";

/// Of the own issuer, but not its key.
const FORGER: &str = "X-FORGER";

/// Seconds since somebody who passed before did so.
const A_MINUTE: u64 = 60;

/// One of each kind of person.
pub(crate) struct Visitors(Vec<Visitor>);

struct Visitor {
    person: &'static str,
    case: Case,
    observed: Observed,
    freshness: Freshness,
}

/// What a device decides for a person.
#[derive(Serialize)]
pub(crate) struct Decision {
    /// Who comes, in words.
    pub(crate) person: &'static str,
    pub(crate) outcome: Outcome,
    /// The weightiest first.
    pub(crate) reasons: Vec<Reason>,
    /// Whether the rules leave all of it to a supervisor's badge.
    pub(crate) supervisor_may_allow: bool,
}

/// The documents for it can't be made. None of them depends on what people configured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VisitorError {
    /// A value that does not fit its field.
    #[error("a value of an example does not fit")]
    Value(#[from] ValueError),
    /// A trust list that is none.
    #[error("the trust list of the examples is refused")]
    Trust(#[from] TrustError),
}

impl Visitors {
    /// All kinds of people, who come at this time to a checkpoint of this policy.
    pub(crate) fn new(policy: &Policy, at: Timestamp) -> Result<Self, VisitorError> {
        let world = World::new(policy, at)?;
        let green = world.pass(Colour::Green, Class::Ordinary)?;
        let yellow = world.pass(Colour::Yellow, Class::Ordinary)?;
        let red = world.pass(Colour::Red, Class::Ordinary)?;
        let special = world.pass(Colour::Green, Class::Special(1))?;
        let (half, day) = (DAY / 2, DAY);
        let past = world.valid(&green, at.minus(day + half), at.minus(half));
        let future = world.valid(&green, at.plus(half), at.plus(day + half));
        let phone = world.phone(&green)?;
        let live = live_code(&phone, at, &world.holder);
        let plain = world.shown(OWN, &green)?;

        let by_id = |listed| Case::Person(ListAnswer::Found(listed));
        let codes = [
            ("green, on paper", plain.clone()),
            ("green, live on a phone", world.judged(&live)),
            ("green, picture of a phone", world.judged(&phone)),
            ("yellow", world.shown(OWN, &yellow)?),
            ("red", world.shown(OWN, &red)?),
            ("revoked", revoked(plain.clone())),
            ("expired", world.shown(OWN, &past)?),
            ("not yet valid", world.shown(OWN, &future)?),
            ("forged", world.shown(FORGER, &green)?),
            (
                "green, of a region we accept",
                world.shown(ACCEPTED, &green)?,
            ),
            (
                "green, of a region we convert",
                world.shown(CONVERTED, &green)?,
            ),
            (
                "green, of a region we refuse",
                world.shown(REFUSED, &green)?,
            ),
            (
                "green, of a region nobody knows",
                world.shown(UNKNOWN, &green)?,
            ),
            ("green, special class", world.shown(OWN, &special)?),
            ("no code, ID number on no list", by_id(Listing::NotListed)),
            (
                "no code, ID number is yellow",
                by_id(Listing::Listed(Colour::Yellow)),
            ),
            (
                "no code, ID number is red",
                by_id(Listing::Listed(Colour::Red)),
            ),
            ("no code, by hand", Case::ByHand(Bounded::default())),
            (
                "no code, by hand, a health answer yes",
                Case::ByHand(vec![true].try_into()?),
            ),
        ];
        let mut all: Vec<_> = (codes.into_iter())
            .map(|(person, case)| Visitor::plain(person, case))
            .collect();
        for (person, temperature, passed_before) in [
            ("green, temperature normal", Some(Temperature::Normal), None),
            ("green, fever", Some(Temperature::Fever), None),
            ("green, passed a minute ago", None, Some(A_MINUTE)),
        ] {
            let observed = Observed {
                temperature,
                passed_before,
                ..Observed::default()
            };
            all.push(Visitor {
                observed,
                ..Visitor::plain(person, plain.clone())
            });
        }
        for (person, freshness) in [
            ("green, lists are stale", Freshness::Stale),
            ("green, lists have expired", Freshness::Expired),
        ] {
            all.push(Visitor {
                freshness,
                ..Visitor::plain(person, plain.clone())
            });
        }
        Ok(Self(all))
    }

    /// What a device decides for each by these rules.
    pub(crate) fn decide(&self, here: &RulesHere<'_>, now: Now) -> Vec<Decision> {
        let comes_by = |visitor: &&Visitor| match &visitor.case {
            // Nobody answers questions that are not asked.
            Case::ByHand(answers) => answers.as_slice().len() <= here.questions().len(),
            Case::Code(_) | Case::Person(_) => true,
        };
        let decide = |visitor: &Visitor| {
            let situation = Situation {
                here,
                freshness: visitor.freshness,
                now,
            };
            let verdict = decide(&situation, &visitor.case, &visitor.observed);
            Decision {
                person: visitor.person,
                outcome: verdict.outcome,
                reasons: verdict.reasons,
                supervisor_may_allow: verdict.overriding == Overriding::Possible,
            }
        };
        self.0.iter().filter(comes_by).map(decide).collect()
    }
}

impl Visitor {
    /// Nothing else is known of the person, and the lists are fresh.
    fn plain(person: &'static str, case: Case) -> Self {
        Self {
            person,
            case,
            observed: Observed::default(),
            freshness: Freshness::Fresh,
        }
    }
}

/// The pass's number is on the revocation list.
fn revoked(case: Case) -> Case {
    match case {
        Case::Code(Ok(CheckedDocument::Pass(mut checked))) => {
            checked.revocation = ListAnswer::Found(Revocation::Revoked);
            Case::Code(Ok(CheckedDocument::Pass(checked)))
        }
        other => other,
    }
}

/// Issuers, and a phone.
struct World {
    trust: TrustList,
    holder: SecretKey,
    at: Timestamp,
}

impl World {
    fn new(policy: &Policy, at: Timestamp) -> Result<Self, VisitorError> {
        let convert = "https://convert.example".try_into()?;
        let issuers = [
            (OWN, Recognition::Own),
            (ACCEPTED, Recognition::Accept(ColourMap::SAME)),
            (CONVERTED, Recognition::Convert(convert)),
            (REFUSED, Recognition::Refuse),
        ];
        let issuers = issuers.map(|(code, recognition)| entry(code, recognition, at));
        let issuers: Vec<_> = issuers.into_iter().collect::<Result<_, _>>()?;
        let root_key = key("root");
        let root = RootClaims {
            version: 1,
            threshold: 1,
            keys: vec![root_key.public()].try_into()?,
            expires: at.plus(DAY),
        };
        let root = Root::pin(&sign_with_roots(Kind::Root, &root, &[&root_key]))?;
        let claims = TrustListClaims {
            version: 1,
            issued_at: at,
            expires: at.plus(DAY),
            // Nothing here is held against them.
            floors: Floors {
                tracing_keys: vec![policy.tracing_key].try_into()?,
                without_code: gatepost_pass::policy::WithoutCode::Admit,
                live_window: u16::MAX,
                max_validity_days: u16::MAX,
                upload_minutes: 0,
                when_expired: gatepost_pass::policy::WhenExpired::Check,
                when_log_full: gatepost_pass::policy::WhenLogFull::ScanWithoutLog,
                fresh_hours: u16::MAX,
                hard_hours: u16::MAX,
                overridable: Default::default(),
            },
            issuers: issuers.try_into()?,
        };
        let list = sign_with_roots(Kind::TrustList, &claims, &[&root_key]);
        Ok(Self {
            trust: TrustList::verify(&root, &list)?,
            holder: key("holder"),
            at,
        })
    }

    /// A paper pass that is valid now, for a day.
    fn pass(&self, colour: Colour, class: Class) -> Result<Pass, VisitorError> {
        let subject = Subject {
            tag: SubjectTag([1; 16]),
            name: "王*".try_into()?,
            last4: (*b"0001").try_into()?,
            colour,
            class,
        };
        let half = DAY / 2;
        Ok(Pass {
            number: PassNumber([0, 0, 0, 0, 1]),
            subjects: vec![subject].try_into()?,
            not_before: Minute::of(self.at.minus(half)),
            not_after: Minute::of(self.at.plus(half)),
            medium: Medium::Paper,
            holder: None,
        })
    }

    fn valid(&self, pass: &Pass, from: Timestamp, until: Timestamp) -> Pass {
        Pass {
            not_before: Minute::of(from),
            not_after: Minute::of(until),
            ..pass.clone()
        }
    }

    /// The envelope of the same pass on a phone.
    fn phone(&self, pass: &Pass) -> Result<Vec<u8>, VisitorError> {
        let pass = Pass {
            medium: Medium::Phone,
            holder: Some(Holder(self.holder.public())),
            ..pass.clone()
        };
        Ok(signer(OWN)?.sign(Kind::Pass, &pass))
    }

    /// A pass as this issuer signs it, shown.
    fn shown(&self, issuer: &str, pass: &Pass) -> Result<Case, VisitorError> {
        Ok(self.judged(&signer(issuer)?.sign(Kind::Pass, pass)))
    }

    /// What is shown, verified; all lists are here, and nobody is on them.
    fn judged(&self, bytes: &[u8]) -> Case {
        let verified = Document::from_bytes(bytes)
            .map_err(DocumentError::from)
            .and_then(|document| verify(&document, &self.trust, self.at));
        Case::Code(verified.map(|document| match document {
            VerifiedDocument::Pass(pass) => CheckedDocument::Pass(Box::new(CheckedPass {
                status: vec![ListAnswer::Found(Listing::NotListed)],
                revocation: ListAnswer::Found(Revocation::Valid),
                pass,
            })),
            VerifiedDocument::Place(place) => CheckedDocument::Place(place),
            VerifiedDocument::Badge(badge) => {
                CheckedDocument::Badge(gatepost_checkpoint::CheckedBadge {
                    badge,
                    revocation: ListAnswer::Found(Revocation::Valid),
                })
            }
            VerifiedDocument::Enrolment(code) => CheckedDocument::Enrolment(code),
        }))
    }
}

/// A key that everybody can make: nothing that it signs leaves this program.
fn key(of: &str) -> SecretKey {
    SecretKey::from_seed(&gatepost_pass::Digest::of(of.as_bytes()).0)
}

fn signer(issuer: &str) -> Result<Signer, VisitorError> {
    let named = if issuer == FORGER { OWN } else { issuer };
    Ok(Signer {
        issuer: named.parse()?,
        key: KeyId(1),
        secret: key(issuer),
    })
}

fn entry(code: &str, recognition: Recognition, at: Timestamp) -> Result<IssuerEntry, VisitorError> {
    let id: IssuerId = code.parse()?;
    let (from, until) = (at.minus(DAY), at.plus(DAY));
    let key = KeyEntry {
        id: KeyId(1),
        key: key(code).public(),
        roles: Roles::of(&[Kind::Pass]),
        from,
        until,
    };
    Ok(IssuerEntry {
        id,
        name: code.try_into()?,
        local_name: code.try_into()?,
        recognition,
        from,
        until,
        keys: vec![key].try_into()?,
    })
}
