//! What the lists say about a verified pass. An answer that could not be had is never "not listed".

use gatepost_pass::{
    IssuerId, List, Listing, Pass, ReadAt, Recognition, Revocation, Verified, VerifiedBundle,
    VerifiedDocument, list::ListKind,
};

/// A verified document, and what the lists say.
#[derive(Debug)]
pub enum Looked {
    /// A pass.
    Pass(Box<LookedPass>),
    /// Something that is not a pass.
    Other(gatepost_pass::Kind),
}

/// A verified pass, and what the lists say.
#[derive(Debug)]
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
        VerifiedDocument::Place(place) => return Looked::Other(place.kind()),
        VerifiedDocument::Badge(badge) => return Looked::Other(badge.kind()),
        VerifiedDocument::Enrolment(code) => return Looked::Other(code.kind()),
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
