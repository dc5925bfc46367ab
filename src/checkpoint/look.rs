//! What the lists say about a verified pass. An answer that could not be had is never "not listed".

use gatepost_pass::{
    Badge, IssuerId, Kind, List, Listing, Pass, Place, ReadAt, Recognition, Revocation, Verified,
    VerifiedBundle, VerifiedDocument, claims::EnrolmentCode, list::ListKind,
};

/// A verified document, and what the lists say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// A pass.
    Pass(Box<LookedPass>),
    /// A place code.
    Place(Verified<Place>),
    /// A staff badge.
    Badge(LookedBadge),
    /// An enrolment code.
    Enrolment(Verified<EnrolmentCode>),
}

impl Looked {
    /// What kind of document it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Pass(looked) => looked.pass.kind(),
            Self::Place(place) => place.kind(),
            Self::Badge(looked) => looked.badge.kind(),
            Self::Enrolment(code) => code.kind(),
        }
    }
}

/// A verified badge, and what the revocation list of its issuer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookedBadge {
    /// The badge.
    pub badge: Verified<Badge>,
    /// Whether its number still counts.
    pub revocation: Lookup<Revocation>,
}

/// A verified pass, and what the lists say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookedPass {
    /// The pass.
    pub pass: Verified<Pass>,
    /// One answer for each subject, in order.
    pub status: Vec<Lookup<Listing>>,
    /// Whether the pass number still counts.
    pub revocation: Lookup<Revocation>,
}

/// The answer of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup<T> {
    /// The list answered.
    Found(T),
    /// The issuer has no such list on this device.
    NoList,
    /// The list is there and could not be read.
    Unreadable,
    /// Nobody needs to ask: the issuer's passes don't count here.
    NotAsked,
}

/// Asks the lists of the pass's issuer.
pub fn look<R: ReadAt>(document: VerifiedDocument, bundle: &VerifiedBundle<R>) -> Looked {
    let pass = match document {
        VerifiedDocument::Pass(pass) => pass,
        VerifiedDocument::Place(place) => return Looked::Place(place),
        VerifiedDocument::Badge(badge) => return Looked::Badge(look_up_badge(badge, bundle)),
        VerifiedDocument::Enrolment(code) => return Looked::Enrolment(code),
    };
    let issuer = pass.issuer().id;
    let held = |kind| match pass.issuer().recognition {
        Recognition::Own | Recognition::Accept(_) => held(bundle, kind, issuer),
        Recognition::Convert(_) | Recognition::Refuse => Lookup::NotAsked,
    };
    let (listed, revoked) = (held(ListKind::Status), held(ListKind::Revocation));
    let subjects = pass.claims().subjects.as_slice().iter();
    let status = subjects.map(|subject| ask(listed, |list| list.status(&subject.tag)));
    let status = status.collect();
    let revocation = ask(revoked, |list| list.revocation(&pass.claims().number));
    Looked::Pass(Box::new(LookedPass {
        pass,
        status,
        revocation,
    }))
}

/// Asks whether a badge still counts.
pub fn look_up_badge<R: ReadAt>(badge: Verified<Badge>, bundle: &VerifiedBundle<R>) -> LookedBadge {
    let revoked = held(bundle, ListKind::Revocation, badge.issuer().id);
    let revocation = ask(revoked, |list| list.revocation(&badge.claims().number));
    LookedBadge { badge, revocation }
}

/// A list of an issuer, as far as it is here.
pub(super) fn held<R: ReadAt>(
    bundle: &VerifiedBundle<R>,
    kind: ListKind,
    issuer: IssuerId,
) -> Lookup<&List<R>> {
    match bundle.list(kind, issuer) {
        Some(list) => Lookup::Found(list),
        None if bundle.unopened().contains_key(&(kind, issuer)) => Lookup::Unreadable,
        None => Lookup::NoList,
    }
}

pub(super) fn ask<R, T, E>(
    held: Lookup<&List<R>>,
    question: impl Fn(&List<R>) -> Result<T, E>,
) -> Lookup<T> {
    match held {
        Lookup::Found(list) => question(list).map_or(Lookup::Unreadable, Lookup::Found),
        Lookup::NoList => Lookup::NoList,
        Lookup::Unreadable => Lookup::Unreadable,
        Lookup::NotAsked => Lookup::NotAsked,
    }
}
