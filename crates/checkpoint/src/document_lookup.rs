//! What the lists say about a verified document.

use gatepost_pass::{
    Badge, Kind, Listing, Pass, Place, ReadAt, Recognition, Revocation, Verified, VerifiedBundle,
    VerifiedDocument, claims::EnrolmentCode, list::ListKind,
};

use super::list_answer::{ListAnswer, ask, held};

/// A verified document, and what the lists say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckedDocument {
    /// A pass.
    Pass(Box<CheckedPass>),
    /// A place code.
    Place(Verified<Place>),
    /// A staff badge.
    Badge(CheckedBadge),
    /// An enrolment code.
    Enrolment(Verified<EnrolmentCode>),
}

impl CheckedDocument {
    /// What kind of document it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Pass(checked) => checked.pass.kind(),
            Self::Place(place) => place.kind(),
            Self::Badge(checked) => checked.badge.kind(),
            Self::Enrolment(code) => code.kind(),
        }
    }
}

/// A verified badge, and what the revocation list of its issuer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedBadge {
    /// The badge.
    pub badge: Verified<Badge>,
    /// Whether its number was revoked.
    pub revocation: ListAnswer<Revocation>,
}

/// A verified pass, and what the lists say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedPass {
    /// The pass.
    pub pass: Verified<Pass>,
    /// One answer for each subject, in order.
    pub status: Vec<ListAnswer<Listing>>,
    /// Whether the pass number was revoked.
    pub revocation: ListAnswer<Revocation>,
}

/// Asks the lists of the pass's issuer.
pub fn look_up_document<R: ReadAt>(
    document: VerifiedDocument,
    bundle: &VerifiedBundle<R>,
) -> CheckedDocument {
    let pass = match document {
        VerifiedDocument::Pass(pass) => pass,
        VerifiedDocument::Place(place) => return CheckedDocument::Place(place),
        VerifiedDocument::Badge(badge) => {
            return CheckedDocument::Badge(look_up_badge(badge, bundle));
        }
        VerifiedDocument::Enrolment(code) => return CheckedDocument::Enrolment(code),
    };
    let issuer = pass.issuer().id;
    let held = |kind| match (&pass.issuer().recognition, held(bundle, kind, issuer)) {
        // Nobody has to send lists of passes that are not accepted; what is here is asked.
        (Recognition::Convert(_) | Recognition::Refuse, ListAnswer::NoList) => ListAnswer::NotAsked,
        (_, held) => held,
    };
    let (listed, revoked) = (held(ListKind::Status), held(ListKind::Revocation));
    let subjects = pass.claims().subjects.as_slice().iter();
    let status = subjects.map(|subject| ask(listed, |list| list.status(&subject.tag)));
    let status = status.collect();
    let revocation = ask(revoked, |list| list.revocation(&pass.claims().number));
    CheckedDocument::Pass(Box::new(CheckedPass {
        pass,
        status,
        revocation,
    }))
}

/// Asks the revocation list of its issuer about a badge.
pub fn look_up_badge<R: ReadAt>(
    badge: Verified<Badge>,
    bundle: &VerifiedBundle<R>,
) -> CheckedBadge {
    let revoked = held(bundle, ListKind::Revocation, badge.issuer().id);
    let revocation = ask(revoked, |list| list.revocation(&badge.claims().number));
    CheckedBadge { badge, revocation }
}
