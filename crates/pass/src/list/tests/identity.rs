//! Identity lists: keys that other programs make too, and the answers to an ID number.

use super::*;
use crate::{IdNumber, PassNumber};

const WANG: &str = "11010519491231002X";
const LI: &str = "440524188001010014";
const ZHAO: &str = "H0123456";

fn number(text: &str) -> IdNumber {
    IdNumber::parse(text).unwrap()
}

fn key(text: &str) -> IdentityKey {
    IdentityHasher::new(&SALT).key(&number(text))
}

fn identity_list(listed: &[(&str, Colour)]) -> List<Vec<u8>> {
    let listed: Vec<_> = listed
        .iter()
        .map(|(text, colour)| (number(text), *colour))
        .collect();
    let listed = listed.iter().map(|(number, colour)| (number, *colour));
    open(write_identity(&fixture::lists(), plan(1), listed).unwrap()).unwrap()
}

#[test]
fn a_key_is_the_front_of_argon2id_of_the_number_as_other_programs_have_it() {
    // python3, cryptography 48 (OpenSSL): Argon2id(salt=bytes([8]*16), length=32, iterations=2,
    // lanes=1, memory_cost=19456).derive(b"…").hex()[:16]
    let mut hasher = IdentityHasher::new(&SALT);
    for (text, expected) in [
        (WANG, 0x005d_9014_f54f_edaa),
        (LI, 0x4a94_c61a_ef74_9c47),
        (ZHAO, 0x03c2_e8dc_4464_1225),
        // Memory that was used before leaves nothing behind.
        (" 110105 19491231 002x", 0x005d_9014_f54f_edaa),
    ] {
        assert_eq!(hasher.key(&number(text)).key(), expected);
    }
    assert_ne!(IdentityHasher::new(&[9; 16]).key(&number(WANG)), key(WANG));
}

#[test]
fn whoever_is_listed_is_found_by_number_with_the_worse_colour_and_nobody_else_is() {
    let list = identity_list(&[
        (WANG, Colour::Red),
        (LI, Colour::Yellow),
        (WANG, Colour::Yellow),
        (ZHAO, Colour::Green),
    ]);
    assert_eq!(list.head().count, 2);
    let says = |text| list.identity(&key(text)).unwrap();
    assert_eq!(says(WANG), Listing::Listed(Colour::Red));
    assert_eq!(says(LI), Listing::Listed(Colour::Yellow));
    assert_eq!(says(ZHAO), Listing::NotListed);
    assert_eq!(says("H0123457"), Listing::NotListed);
}

#[test]
fn two_persons_who_share_a_key_both_get_the_worse_colour() {
    let shared = key(WANG);
    for colours in [[Colour::Red, Colour::Yellow], [Colour::Yellow, Colour::Red]] {
        let entries = colours.map(|colour| shared.entry(colour).unwrap());
        let list = list(ListKind::Identity, 1, entries);
        assert_eq!(list.head().count, 1);
        assert_eq!(
            list.identity(&shared).unwrap(),
            Listing::Listed(Colour::Red)
        );
    }
}

/// The question of a kind.
fn ask(of: ListKind, list: &List<Vec<u8>>) -> Result<(), ListError> {
    match of {
        ListKind::Status => list.status(&SubjectTag([1; 16])).map(drop),
        ListKind::Revocation => list.revocation(&PassNumber([1; 5])).map(drop),
        ListKind::Identity => list.identity(&key(WANG)).map(drop),
    }
}

#[test]
fn a_question_for_another_salt_or_another_kind_of_list_is_an_error_by_name() {
    let list = identity_list(&[(WANG, Colour::Red)]);
    let other = IdentityHasher::new(&[9; 16]).key(&number(WANG));
    assert!(matches!(list.identity(&other), Err(ListError::OtherSalt)));
    for kind in ListKind::ALL {
        let list = super::list(kind, 1, []);
        for asked in ListKind::ALL {
            match ask(asked, &list) {
                Ok(()) => assert_eq!(asked, kind),
                Err(why) => {
                    assert!(matches!(why, ListError::OtherKind(it) if it == kind && it != asked));
                }
            }
        }
    }
}
