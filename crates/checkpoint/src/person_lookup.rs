//! What the lists say about a person who shows an ID card and no pass.
//!
//! Every region that sends its identity list along is asked, for red is red wherever it was
//! decided; each colour as this region reads it. All of these lists have one salt, so that the ID
//! number is hashed once.

use gatepost_pass::{
    Colour, IdNumber, IssuerId, ListError, Listing, ReadAt, Recognition, VerifiedBundle,
    list::{IdentityHasher, ListKind},
    trust::IssuerEntry,
};

use super::list_answer::{ListAnswer, ask, held};

/// What an issuer's identity list says of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonAnswer {
    /// Whose list.
    pub issuer: IssuerId,
    /// The colour as this region reads it.
    pub answer: ListAnswer<Listing>,
}

/// The one answer of all lists: red before all; else that one can't be read; else yellow; else that
/// the own region has left its list out; else not listed.
///
/// Hashes the number, which takes up to half a second on a small board and 19 MiB of memory
/// meanwhile: not for the thread of a window. How old the answer is [`VerifiedBundle::freshness`]
/// says.
pub fn look_up_person<R: ReadAt>(
    number: &IdNumber,
    bundle: &VerifiedBundle<R>,
) -> ListAnswer<Listing> {
    worst(&ask_about(number, bundle))
}

/// The worst of these answers, by [`look_up_person`]'s order.
pub fn worst(answers: &[PersonAnswer]) -> ListAnswer<Listing> {
    let answers = answers.iter().map(|one| one.answer);
    answers.max_by_key(weight).unwrap_or(ListAnswer::NoList)
}

/// Asks the identity lists of the own region and of every other that sends one along, also where
/// its passes are not accepted. The own region always has an answer, others where they have a list.
pub fn ask_about<R: ReadAt>(number: &IdNumber, bundle: &VerifiedBundle<R>) -> Vec<PersonAnswer> {
    let salt = bundle.identity_salt();
    let key = salt.map(|salt| IdentityHasher::new(&salt).key(number));
    let answer = |entry: &IssuerEntry| {
        let held = held(bundle, ListKind::Identity, entry.id);
        let found = ask(held, |list| match &key {
            Some(key) => list.identity(key),
            // A list that is here has given its salt.
            None => Err(ListError::OtherSalt),
        });
        let answer = match (&entry.recognition, found) {
            (Recognition::Own, found) => found,
            (_, ListAnswer::NoList) => return None,
            (Recognition::Accept(map), ListAnswer::Found(Listing::Listed(colour))) => {
                ListAnswer::Found(Listing::of(map.map(colour)))
            }
            (Recognition::Accept(_) | Recognition::Convert(_) | Recognition::Refuse, found) => {
                found
            }
        };
        let issuer = entry.id;
        Some(PersonAnswer { issuer, answer })
    };
    bundle.trust().issuers().filter_map(answer).collect()
}

const fn weight(answer: &ListAnswer<Listing>) -> u8 {
    match answer {
        ListAnswer::Found(Listing::Listed(Colour::Red)) => 4,
        ListAnswer::Unreadable => 3,
        ListAnswer::Found(Listing::Listed(Colour::Yellow)) => 2,
        ListAnswer::NoList | ListAnswer::NotAsked => 1,
        ListAnswer::Found(Listing::NotListed | Listing::Listed(Colour::Green)) => 0,
    }
}
