//! The answer of one list to one question. One that could not be had is never "not listed".

use gatepost_pass::{IssuerId, List, ReadAt, VerifiedBundle, list::ListKind};

/// The answer of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListAnswer<T> {
    /// The list answered.
    Found(T),
    /// The issuer has no such list on this device.
    NoList,
    /// The list is there and could not be read.
    Unreadable,
    /// Nobody needs to ask: the issuer's passes are not accepted here, and it sent no list along.
    NotAsked,
}

/// The list of this kind and issuer, as far as this device has it.
pub(super) fn held<R: ReadAt>(
    bundle: &VerifiedBundle<R>,
    kind: ListKind,
    issuer: IssuerId,
) -> ListAnswer<&List<R>> {
    match bundle.list(kind, issuer) {
        Some(list) => ListAnswer::Found(list),
        None if bundle.unopened().contains_key(&(kind, issuer)) => ListAnswer::Unreadable,
        None => ListAnswer::NoList,
    }
}

/// Puts a question to a list, where there is one.
pub(super) fn ask<R, T, E>(
    held: ListAnswer<&List<R>>,
    question: impl Fn(&List<R>) -> Result<T, E>,
) -> ListAnswer<T> {
    match held {
        ListAnswer::Found(list) => question(list).map_or(ListAnswer::Unreadable, ListAnswer::Found),
        ListAnswer::NoList => ListAnswer::NoList,
        ListAnswer::Unreadable => ListAnswer::Unreadable,
        ListAnswer::NotAsked => ListAnswer::NotAsked,
    }
}
