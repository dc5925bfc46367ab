//! What must hold for any value, not only for those that someone thought of.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

use proptest::{prelude::*, sample::Index};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Colour, Digest, Document, Kind, List, Listing, PassNumber, Revocation, Root, SubjectTag,
    Timestamp, TrustList, VerifiedBundle,
    bundle::{Intake, Versions},
    codec,
    document::{from_text, live_code, to_text},
    envelope::MAX_CODE,
    fixture::{self, NOW, Region, SIGNED, documents, trust},
    list::{ListPlan, write_revocation, write_status},
    policy::PlaceRules,
    time::ClockTrust,
    timekeeper::{Boot, ONE_STEP, Reading, TOLERANCE, TimeMark, Timekeeper},
    trust::sign_with_roots,
    verify,
};

mod values;

/// So many values for each property, and no file of old failures.
fn runs(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// One value has one encoding, and one encoding one value.
fn reads_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let bytes = codec::encode(value);
    assert_eq!(codec::decode::<T>("value", &bytes).as_ref(), Ok(value));
    let longer = [&bytes[..], &[0]].concat();
    assert!(codec::decode::<T>("value", &longer).is_err());
    assert!(codec::decode::<T>("value", &bytes[..bytes.len() - 1]).is_err());
}

fn flipped(bytes: &[u8], bit: Index) -> Vec<u8> {
    let bit = bit.index(bytes.len() * 8);
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

fn scans(bytes: &[u8]) -> bool {
    Document::from_bytes(bytes).is_ok_and(|document| verify(&document, &trust(), NOW).is_ok())
}

fn plan(salt: [u8; 16]) -> ListPlan {
    ListPlan {
        version: 1,
        as_of: SIGNED,
        salt,
    }
}

fn is_as_strict(strict: &PlaceRules, than: &PlaceRules) -> bool {
    strict.special_place >= than.special_place
        && strict.temperature >= than.temperature
        && strict.identity >= than.identity
        && strict.pass_back_minutes >= than.pass_back_minutes
        && strict.pass_back >= than.pass_back
        && strict.questionnaire >= than.questionnaire
        && strict.without_code >= than.without_code
        && strict.overridable.is_subset(&than.overridable)
        && strict.ways.is_subset(&than.ways)
}

proptest! {
    #![proptest_config(runs(128))]

    #[test]
    fn passes_read_back(pass in values::pass(1..=6)) {
        reads_back(&pass);
    }

    #[test]
    fn places_badges_and_enrolments_read_back(
        place in values::place(), badge in values::badge(), enrolment in values::enrolment(),
    ) {
        reads_back(&place);
        reads_back(&badge);
        reads_back(&enrolment);
    }

    #[test]
    fn roots_and_trust_lists_read_back(root in values::root(), trust in values::trust_list()) {
        reads_back(&root);
        reads_back(&trust);
    }

    #[test]
    fn manifests_policies_and_heads_of_lists_read_back(
        manifest in values::manifest(), policy in values::policy(), head in values::head(),
    ) {
        reads_back(&manifest);
        reads_back(&policy);
        reads_back(&head);
    }

    #[test]
    fn the_strictest_of_two_sets_of_rules_is_nowhere_looser_than_either(
        one in values::place_rules(), other in values::place_rules(),
    ) {
        let both = one.strictest(&other);
        prop_assert!(is_as_strict(&both, &one) && is_as_strict(&both, &other));
        prop_assert_eq!(&other.strictest(&one), &both);
        prop_assert_eq!(&one.strictest(&one), &one);
    }

    #[test]
    fn versions_read_back(
        trust_list: u64,
        manifest in values::signed_version(),
        policy in values::signed_version(),
        list in values::role_of_list(),
    ) {
        let lists = [(list, policy)].into();
        let (manifest, policy) = (Some(manifest), Some(policy));
        reads_back(&Versions { trust_list, manifest, policy, lists });
    }

    #[test]
    fn any_bytes_survive_the_text_of_a_code(
        bytes in prop::collection::vec(any::<u8>(), 0..=MAX_CODE),
    ) {
        let text = to_text(&bytes);
        let signs = b" $%*+-./:";
        let fits = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || signs.contains(&b);
        prop_assert!(text.bytes().all(fits));
        prop_assert_eq!(from_text(&text), Ok(bytes));
    }

    #[test]
    fn a_text_that_is_read_has_no_second_writing(body in "[0-9A-Z $%*+./:-]{0,40}") {
        let text = format!("GP1:{body}");
        if let Ok(bytes) = from_text(&text) {
            prop_assert_eq!(to_text(&bytes), text);
        }
    }

    #[test]
    fn a_signed_pass_of_any_content_verifies_and_no_flipped_bit_does(
        one in values::pass(1..=1), family in values::pass(2..=6), at in values::time(), bit: Index,
    ) {
        let one = documents().sign(Kind::Pass, &one);
        let family = documents().sign(Kind::FamilyPass, &family);
        let phone = documents().sign(Kind::Pass, &fixture::phone_pass(1));
        for bytes in [one, family, live_code(&phone, at, &fixture::holder())] {
            prop_assert!(scans(&bytes));
            prop_assert!(!scans(&flipped(&bytes, bit)));
        }
    }

    #[test]
    fn no_flipped_bit_of_a_place_badge_or_enrolment_is_accepted(
        place in values::place(),
        badge in values::badge(),
        enrolment in values::enrolment(),
        bit: Index,
    ) {
        for bytes in [
            documents().sign(Kind::PlaceCode, &place),
            documents().sign(Kind::Badge, &badge),
            documents().sign(Kind::Enrolment, &enrolment),
        ] {
            prop_assert!(scans(&bytes));
            prop_assert!(!scans(&flipped(&bytes, bit)));
        }
    }

    #[test]
    fn no_flipped_bit_of_a_root_or_trust_list_signed_by_just_enough_is_accepted(
        version: u64, at in values::time(), bit: Index,
    ) {
        let root = fixture::root();
        let mut claims = fixture::trust_claims();
        (claims.version, claims.issued_at) = (version, at);
        let keys = [&fixture::root_1().secret, &fixture::root_2().secret];
        let list = sign_with_roots(Kind::TrustList, &claims, &keys);
        prop_assert!(TrustList::verify(&root, &list).is_ok());
        prop_assert!(TrustList::verify(&root, &flipped(&list, bit)).is_err());
        prop_assert!(Root::pin(&flipped(root.to_bytes(), bit)).is_err());
    }

    #[test]
    fn the_time_is_never_before_the_newest_signed_one_and_what_has_passed_since(
        // Close together, so that what has passed since counts as much as what was signed.
        seen in prop::collection::vec((1_000_000..1_000_300_u64, 0..100_u64), 1..12),
        walls in prop::collection::vec(prop_oneof![any::<u64>(), 999_000..1_001_000_u64], 12),
    ) {
        let mut keeper = Timekeeper::new(TimeMark::default(), Boot([1; 16]));
        let mut past: Vec<(u64, u64)> = Vec::new();
        let mut steady = 0;
        for ((signed, pause), wall) in seen.into_iter().zip(walls) {
            steady += pause;
            let wall = Timestamp(wall);
            // What the wall clock says is asked in between, and must leave nothing behind.
            let _ = keeper.now(Reading { wall, steady });
            keeper.signed(Timestamp(signed), Reading { wall, steady });
            past.push((signed, steady));
            let later = steady + pause;
            let least = past.iter().map(|(signed, at)| signed + (later - at)).max();
            let least = Timestamp(least.unwrap_or(0));
            let now = keeper.now(Reading { wall, steady: later });
            prop_assert_eq!(now.time, least.max(wall));
            let behind = least.since(wall) > TOLERANCE;
            prop_assert_eq!(now.clock == ClockTrust::Behind, behind);
        }
    }

    #[test]
    fn no_signed_time_brings_back_what_was_trusted_or_leads_it_away(
        answers in prop::collection::vec((any::<bool>(), any::<u64>(), 0..600_u64), 1..40),
        walls in prop::collection::vec(any::<u64>(), 40),
    ) {
        let start = 1_790_000_000;
        let mut keeper = Timekeeper::new(TimeMark::default(), Boot([1; 16]));
        let right = |steady| Timestamp(start + steady);
        keeper.set(right(0), Reading { wall: right(0), steady: 0 }).unwrap();
        let mut steady = 0;
        for ((near, answer, pause), wall) in answers.into_iter().zip(walls) {
            steady += pause;
            let answer = if near { right(steady).0 - 300 + answer % 601 } else { answer };
            let reading = Reading { wall: Timestamp(wall), steady };
            keeper.heard(Timestamp(answer), &(Timestamp(0)..Timestamp(u64::MAX)), reading);
            let off = keeper.now(reading).time.0.abs_diff(right(steady).0);
            prop_assert!(off <= ONE_STEP, "{off} s");
        }
    }
}

proptest! {
    #![proptest_config(runs(24))]

    #[test]
    fn a_status_list_says_what_a_map_says(
        map in prop::collection::btree_map(any::<[u8; 16]>(), values::colour(), 0..1500),
        others in prop::collection::vec(any::<[u8; 16]>(), 50),
        salt: [u8; 16],
    ) {
        let map = map.into_iter().map(|(tag, c)| (SubjectTag(tag), c));
        let map: BTreeMap<SubjectTag, Colour> = map.collect();
        let others = others.into_iter().map(SubjectTag);
        let others: Vec<_> = others.filter(|tag| !map.contains_key(tag)).collect();
        // A shared hash is refused when the list is written: no such luck in 64 bits.
        let file = write_status(&fixture::lists(), plan(salt), map.clone(), others.clone());
        let file = file.unwrap();
        let list = List::open(file, &trust(), NOW).unwrap();
        let listed = map.values().filter(|colour| **colour != Colour::Green).count();
        prop_assert_eq!(list.head().count, listed as u64);
        for (tag, colour) in &map {
            let expected = match colour {
                Colour::Green => Listing::NotListed,
                colour => Listing::Listed(*colour),
            };
            prop_assert_eq!(list.status(tag).unwrap(), expected);
        }
        for tag in others {
            prop_assert_eq!(list.status(&tag).unwrap(), Listing::NotListed);
        }
    }

    #[test]
    fn a_revocation_list_says_what_a_set_says(
        set in prop::collection::btree_set((0..4_u8, any::<[u8; 2]>()), 0..3000),
    ) {
        let number = |(front, [high, low]): (u8, [u8; 2])| PassNumber([0, front, high, 0, low]);
        let set: BTreeSet<PassNumber> = set.into_iter().map(number).collect();
        let file = write_revocation(&fixture::lists(), plan([0; 16]), set.clone()).unwrap();
        let list = List::open(file, &trust(), NOW).unwrap();
        for revoked in &set {
            prop_assert_eq!(list.revocation(revoked).unwrap(), Revocation::Revoked);
            let PassNumber([a, b, c, d, e]) = *revoked;
            let last = [a, b, c, d, e ^ 1];
            for near in [last, [a, b, c, 1, e], [a, b, c ^ 1, d, e], [1, b, c, d, e]] {
                let expected = set.contains(&PassNumber(near));
                let said = list.revocation(&PassNumber(near)).unwrap();
                prop_assert_eq!(said == Revocation::Revoked, expected);
            }
        }
    }

    #[test]
    fn the_same_records_give_the_same_list_in_any_order(
        numbers in prop::collection::vec(any::<[u8; 5]>(), 0..300),
    ) {
        let write = |numbers: Vec<[u8; 5]>| {
            let numbers = numbers.into_iter().map(PassNumber);
            write_revocation(&fixture::lists(), plan([0; 16]), numbers).unwrap()
        };
        let mut turned = numbers.clone();
        turned.reverse();
        turned.extend(numbers.first().copied());
        prop_assert_eq!(write(numbers), write(turned));
    }

    #[test]
    fn no_flipped_bit_of_a_bundle_is_accepted(
        version in 1..u64::MAX,
        listed in 0..40_u8,
        bit: Index,
    ) {
        let region = Region {
            version,
            listed: (0..listed).map(|n| (SubjectTag([n; 16]), Colour::Red)).collect(),
            ..Region::default()
        };
        let manifest = region.manifest();
        let have = Versions::default();
        let take = |manifest: &[u8]| {
            let intake = Intake::New(&have);
            VerifiedBundle::verify(&fixture::root(), manifest, &region.files, intake, NOW)
        };
        prop_assert!(take(&manifest).is_ok());
        prop_assert!(take(&flipped(&manifest, bit)).is_err());
        let digests: Vec<Digest> = region.files.0.borrow().keys().copied().collect();
        for digest in digests {
            let whole = region.files.0.borrow()[&digest].clone();
            region.files.0.borrow_mut().insert(digest, flipped(&whole, bit));
            prop_assert!(take(&manifest).is_err(), "file {}", digest);
            region.files.0.borrow_mut().insert(digest, whole);
        }
    }
}
