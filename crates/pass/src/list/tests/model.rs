//! Lists against a map.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{PassNumber, list::exact::compare_status};

pub(super) fn runs(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

pub(super) fn kind() -> impl Strategy<Value = ListKind> {
    prop::sample::select(&ListKind::ALL[..])
}

/// Keys that are spread, crowded, far apart, at both ends, and some of them more than once.
pub(super) fn records(most: usize) -> impl Strategy<Value = Vec<(u64, bool)>> {
    let key = prop_oneof![
        4 => any::<u64>(),
        3 => (0..5_000_u64).prop_map(|near| 0x1234_5678_9abc_0000 + near),
        2 => (0..500_u64).prop_map(|near| near << 30),
        1 => prop_oneof![Just(0), Just(1), Just(u64::MAX - 1), Just(u64::MAX)],
    ];
    prop::collection::vec((key, any::<bool>()), 0..most)
}

/// Records of a kind: the worse colour of those with the same key.
pub(super) fn map(kind: ListKind, records: &[(u64, bool)]) -> BTreeMap<u64, bool> {
    let mut map = BTreeMap::new();
    for (key, red) in records {
        let worst = map.entry(key >> (64 - kind.key_bits())).or_insert(false);
        *worst |= *red && kind.colour_bits() == 1;
    }
    map
}

pub(super) fn entries(map: &BTreeMap<u64, bool>) -> impl Iterator<Item = ListEntry> + '_ {
    map.iter().map(|(key, red)| ListEntry {
        key: *key,
        red: *red,
    })
}

fn agrees(list: &List<Vec<u8>>, map: &BTreeMap<u64, bool>, asked: impl Iterator<Item = u64>) {
    for key in asked {
        let expected = map.get(&key).map(|red| ListEntry { key, red: *red });
        assert_eq!(list.find(key).unwrap(), expected, "key {key:x}");
    }
}

proptest! {
    #![proptest_config(runs(96))]

    #[test]
    fn a_list_says_what_a_map_says(
        kind in kind(), records in records(3000),
        others in prop::collection::vec(any::<u64>(), 100),
    ) {
        let map = map(kind, &records);
        let coloured = |(key, red): &(u64, bool)| ListEntry {
            key: key >> (64 - kind.key_bits()),
            red: *red && kind.colour_bits() == 1,
        };
        let list = list(kind, 1, records.iter().map(coloured));
        prop_assert_eq!(list.head().count, map.len() as u64);
        agrees(&list, &map, map.keys().copied());
        let near = map
            .keys()
            .flat_map(|key| [key.wrapping_sub(1), key.wrapping_add(1), key ^ 1 << 20]);
        agrees(&list, &map, near);
        agrees(&list, &map, others.into_iter().map(|key| key >> (64 - kind.key_bits())));
    }

    #[test]
    fn the_same_records_give_the_same_bytes_in_any_order(kind in kind(), records in records(500)) {
        let map = map(kind, &records);
        let turned: Vec<_> = entries(&map).collect();
        let turned = turned.iter().rev().chain(turned.first()).copied();
        prop_assert_eq!(write(kind, 1, entries(&map)), write(kind, 1, turned));
    }
}

#[test]
fn lists_of_many_chunks_say_what_a_map_says() {
    for kind in ListKind::ALL {
        let records: BTreeMap<u64, bool> = spread(kind, 0..200_000)
            .map(|entry| (entry.key, entry.red))
            .collect();
        let list = list(kind, 1, entries(&records));
        assert!(list.chunks() > 5);
        agrees(&list, &records, records.keys().copied());
        agrees(
            &list,
            &records,
            spread(kind, 200_000..220_000).map(|entry| entry.key),
        );
        let between = records.keys().map(|key| key.wrapping_add(1));
        agrees(&list, &records, between);
    }
}

#[test]
fn keys_side_by_side_and_keys_at_both_ends_are_found() {
    let ends = [0, 1, 2, u64::MAX - 1, u64::MAX].map(|key| (key, true));
    let crowd = (0..9_000).map(|near| (0x7000_0000_0000_0000 + near, near % 2 == 0));
    let records: BTreeMap<u64, bool> = ends.into_iter().chain(crowd).collect();
    let list = list(ListKind::Status, 1, entries(&records));
    agrees(&list, &records, records.keys().copied());
    agrees(
        &list,
        &records,
        [3, u64::MAX - 2, 0x7000_0000_0000_0000 + 9_000].into_iter(),
    );
}

/// Between a page without a free byte and the next page's far first key: nothing after the page's
/// last key may be taken for one.
#[test]
fn keys_between_a_full_page_and_a_far_one_are_not_listed() {
    // 584 keys of one high part fill a page: 73 bytes of highs, 4015 of fields.
    let crowd = (0..584).map(|near| (near, true));
    let records: BTreeMap<u64, bool> = crowd.chain([(u64::MAX, true)]).collect();
    let list = list(ListKind::Status, 1, entries(&records));
    assert_eq!((list.shape.low, list.index.len()), (54, 2));
    let after = (1..1024).map(|high| high << list.shape.low);
    agrees(&list, &records, after);
}

#[test]
fn the_worse_colour_wins_when_a_person_comes_twice() {
    let person = SubjectTag([1; 16]);
    for colours in [[Colour::Yellow, Colour::Red], [Colour::Red, Colour::Yellow]] {
        let listed = colours.map(|colour| (person, colour));
        let file = write_status(&fixture::lists(), plan(1), listed, []).unwrap();
        let said = open(file).unwrap().status(&person).unwrap();
        assert_eq!(said, Listing::Listed(Colour::Red));
    }
}

#[test]
fn a_million_records_take_fewer_bytes_than_the_format_promises() {
    // Two bits and a fraction more than the low part and the colour: see docs/list-format.md.
    let status = write(ListKind::Status, 1, spread(ListKind::Status, 0..1_000_000));
    let passes = write(
        ListKind::Revocation,
        1,
        spread(ListKind::Revocation, 0..1_000_000),
    );
    assert!(status.len() < 5_920_000, "{}", status.len());
    assert!(passes.len() < 2_780_000, "{}", passes.len());
}

/// A record for a hash that an enrolled person has too: what a collision looks like.
#[test]
fn a_person_who_shares_a_hash_with_a_listed_one_is_found_before_publishing() {
    let hash = TagKey::new(&SALT);
    let tag = |n: u8| SubjectTag([n; 16]);
    let listed = (0..50).filter_map(|n| hash.entry(&tag(n), Colour::Red));
    let entries = sorted(listed.collect());
    let right = (0..50).map(|n| (tag(n), Listing::Listed(Colour::Red)));
    let free = (50..=255).map(|n| (tag(n), Listing::NotListed));
    let all = right.chain(free);
    let exact = |wrong| Exactness { tested: 256, wrong };
    assert_eq!(compare_status(&hash, &entries, all.clone()), exact(0));
    let list = list(ListKind::Status, 1, entries.iter().copied());
    assert_eq!(test_status(&list, all.clone()).unwrap(), exact(0));

    // Person 0 is listed under the hash of 200, who is not; 1 is yellow, and hidden by a red one.
    let expected = all.map(|(tag, said)| match tag.0[0] {
        0 => (tag, Listing::NotListed),
        1 => (tag, Listing::Listed(Colour::Yellow)),
        _ => (tag, said),
    });
    assert_eq!(compare_status(&hash, &entries, expected.clone()), exact(2));
    assert_eq!(test_status(&list, expected).unwrap(), exact(2));
}

#[test]
fn records_out_of_order_or_too_wide_are_not_written() {
    let entry = |key| ListEntry { key, red: false };
    let red = ListEntry { key: 1, red: true };
    for entries in [
        vec![entry(2), entry(1)],
        vec![entry(1), entry(1)],
        vec![entry(1 << 40)],
        vec![red],
    ] {
        let mut file = Cursor::new(Vec::new());
        let kind = ListKind::Revocation;
        let written = write_list(&fixture::lists(), kind, plan(1), entries, &mut file);
        assert!(matches!(written, Err(WriteError::Order)));
    }
}

#[test]
fn pass_numbers_are_keys_as_they_are() {
    assert_eq!(number_key(&PassNumber([1, 2, 3, 4, 5])), 0x01_0203_0405);
    assert_eq!(number_key(&PassNumber([255; 5])), (1 << 40) - 1);
}
