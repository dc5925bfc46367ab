//! Deltas: what they lead to is a fresh build, and what does not fit is refused by name.

use std::{collections::BTreeMap, io};

use proptest::prelude::*;

use super::{
    model::{entries, kind, map, records, runs},
    *,
};
use crate::list::rice::RiceStream;

fn delta(old: &List<Vec<u8>>, new: &List<Vec<u8>>) -> Vec<u8> {
    let mut delta = Vec::new();
    write_delta(old, new, &mut delta).unwrap();
    delta
}

fn apply(old: &List<Vec<u8>>, delta: &[u8]) -> Result<Vec<u8>, DeltaError> {
    let mut out = Vec::new();
    merge(old, &Delta::open(delta, &TRUST, NOW)?, &mut out)?;
    Ok(out)
}

fn signed(
    signer: &Signer,
    kind: ListKind,
    plan: ListPlan,
    entries: Vec<ListEntry>,
) -> List<Vec<u8>> {
    let mut file = Cursor::new(Vec::new());
    write_list(signer, kind, plan, sorted(entries), &mut file).unwrap();
    open(file.into_inner()).unwrap()
}

/// A small list before and after a day.
fn day() -> (List<Vec<u8>>, List<Vec<u8>>) {
    let kind = ListKind::Status;
    let flipped = |entry: ListEntry| ListEntry {
        red: !entry.red,
        ..entry
    };
    let later = spread(kind, 40..700).chain(spread(kind, 700..720).map(flipped));
    (list(kind, 1, spread(kind, 0..710)), list(kind, 2, later))
}

proptest! {
    #![proptest_config(runs(96))]

    #[test]
    fn a_list_and_a_delta_make_the_bytes_of_a_fresh_build(
        kind in kind(), old in records(1500), more in records(1500), keep in any::<[bool; 7]>(),
    ) {
        let before = map(kind, &old);
        let mut after = map(kind, &more);
        let kept = before.iter().zip(keep.iter().cycle()).filter(|(_, keep)| **keep);
        after.extend(kept.map(|((key, red), _)| (*key, *red)));
        // Some change their colour.
        if kind == ListKind::Status {
            after.values_mut().step_by(11).for_each(|red| *red = !*red);
        }
        let (old, new) = (list(kind, 1, entries(&before)), list(kind, 5, entries(&after)));
        let delta = delta(&old, &new);
        let removed = before.keys().filter(|key| !after.contains_key(key)).count() as u64;
        let added = after.keys().filter(|key| !before.contains_key(key)).count() as u64;
        let [adds, removals, recolours] = Delta::open(&delta[..], &TRUST, NOW).unwrap().changes();
        prop_assert_eq!((adds, removals), (added, removed));
        let other = |(key, red): (&u64, &bool)| before.get(key).is_some_and(|was| was != red);
        prop_assert_eq!(recolours, after.iter().filter(|entry| other(*entry)).count() as u64);
        prop_assert!(apply(&old, &delta).unwrap() == new.reader);
    }
}

#[test]
fn a_chain_of_deltas_leads_to_the_bytes_of_the_last_build() {
    for kind in ListKind::ALL {
        let mut device = list(kind, 1, spread(kind, 0..60_000));
        let mut issuer = device.reader.clone();
        for version in 2..8 {
            let from = version * 3_000;
            let next = list(kind, version, spread(kind, from..from + 60_000 + version));
            let day = delta(&open(issuer).unwrap(), &next);
            device = open(apply(&device, &day).unwrap()).unwrap();
            issuer = next.reader;
        }
        assert!(device.reader == issuer);
        assert_eq!(device.head().version, 7);
    }
}

#[test]
fn a_delta_leads_from_and_to_an_empty_list() {
    let (none, some) = (
        list(ListKind::Status, 1, []),
        list(ListKind::Status, 2, spread(ListKind::Status, 0..5)),
    );
    assert!(apply(&none, &delta(&none, &some)).unwrap() == some.reader);
    let gone = list(ListKind::Status, 3, []);
    assert!(apply(&some, &delta(&some, &gone)).unwrap() == gone.reader);
}

#[test]
fn a_delta_of_a_day_is_much_smaller_than_the_list() {
    let kind = ListKind::Status;
    let old = list(kind, 1, spread(kind, 0..100_000));
    let new = list(kind, 2, spread(kind, 10_000..110_000));
    let bytes = delta(&old, &new).len();
    // 54 bits to add among 100,000 what 64 would take alone, 5 to remove.
    assert!(bytes < 10_000 * 59 / 8 + 500, "{bytes}");
}

#[test]
fn a_delta_that_does_not_fit_is_refused_by_name() {
    let kind = ListKind::Status;
    let some = |range| spread(kind, range).collect::<Vec<_>>();
    let (old, new) = day();
    let good = delta(&old, &new);
    let fits =
        |list: &List<Vec<u8>>, delta: &[u8]| Delta::open(delta, &TRUST, NOW).unwrap().fits(list);
    fits(&old, &good).unwrap();

    let theirs = signed(&neighbour(), kind, plan(1), some(0..710));
    assert!(matches!(
        fits(&theirs, &good),
        Err(DeltaError::OtherIssuer { .. })
    ));
    let passes = list(
        ListKind::Revocation,
        1,
        spread(ListKind::Revocation, 0..710),
    );
    assert!(matches!(
        fits(&passes, &good),
        Err(DeltaError::OtherKind { .. })
    ));
    assert!(matches!(
        fits(&new, &good),
        Err(DeltaError::OldVersion { have: 2, to: 2 })
    ));
    let newer = list(kind, 3, some(0..710));
    assert!(matches!(
        fits(&newer, &good),
        Err(DeltaError::OldVersion { have: 3, to: 2 })
    ));
    let later = list(kind, 4, some(0..800));
    let from_2 = delta(&new, &later);
    assert!(matches!(
        fits(&old, &from_2),
        Err(DeltaError::OtherBase { have: 1, from: 2 })
    ));
    let forked = list(kind, 1, some(1..711));
    assert!(matches!(fits(&forked, &good), Err(DeltaError::OtherRoot)));

    // The issuer itself makes none of these.
    let salted = ListPlan {
        salt: [9; 16],
        ..plan(2)
    };
    let salted = signed(&fixture::lists(), kind, salted, some(0..700));
    let refused = write_delta(&old, &salted, &mut Vec::new());
    assert!(matches!(refused, Err(DeltaError::OtherSalt)));
    assert!(matches!(
        write_delta(&new, &old, &mut Vec::new()),
        Err(DeltaError::OldVersion { .. })
    ));
    let refused = write_delta(&theirs, &new, &mut Vec::new());
    assert!(matches!(refused, Err(DeltaError::OtherIssuer { .. })));
}

#[test]
fn a_later_list_with_another_salt_or_count_is_refused_by_name() {
    let (old, new) = day();
    let good = delta(&old, &new);
    let base = &good[8 + new.envelope.len()..];
    // The same streams with another head of the issuer's.
    let with = |change: &dyn Fn(&mut ListHead)| {
        let mut head = new.head().clone();
        change(&mut head);
        let head = fixture::lists().sign(Kind::List, &head);
        let length = (head.len() as u32).to_le_bytes();
        let delta = [b"GPD1", &length[..], &head, base].concat();
        apply(&old, &delta).unwrap_err()
    };
    assert!(matches!(
        with(&|head| head.salt = [9; 16]),
        DeltaError::OtherSalt
    ));
    let error = with(&|head| head.count += 1);
    assert!(
        matches!(
            error,
            DeltaError::Count {
                expected: 681,
                found: 680
            }
        ),
        "{error}"
    );
    assert!(matches!(
        with(&|head| head.root = Digest([0; 32])),
        DeltaError::Result
    ));
    assert!(matches!(with(&|head| head.pages += 1), DeltaError::Result));
    assert!(matches!(
        with(&|head| head.version = 1),
        DeltaError::OldVersion { .. }
    ));
}

#[test]
fn an_altered_cut_or_longer_delta_never_makes_another_list() {
    let (old, new) = day();
    let good = delta(&old, &new);
    let envelope = new.envelope.len();
    // Of the head a few bytes are enough: its signature is checked elsewhere.
    let places = (0..8)
        .chain((8..8 + envelope).step_by(40))
        .chain(8 + envelope..good.len());
    for at in places {
        for change in [1, 0x10, 0x80, 0xff] {
            let mut altered = good.clone();
            altered[at] ^= change;
            assert!(apply(&old, &altered).is_err(), "byte {at}");
        }
    }
    for end in (0..8 + envelope)
        .step_by(17)
        .chain(8 + envelope..good.len())
    {
        assert!(apply(&old, &good[..end]).is_err(), "cut at {end}");
    }
    assert!(apply(&old, &[&good[..], &[0]].concat()).is_err());
}

#[test]
fn changes_of_records_that_are_there_already_or_not_are_refused() {
    let kind = ListKind::Revocation;
    let (one, other) = (
        list(kind, 1, spread(kind, 0..10)),
        list(kind, 1, spread(kind, 5..15)),
    );
    let next = list(kind, 2, spread(kind, 0..15));
    // Each delta with the base of the other list: same version and count, other content.
    let forged = |from: &List<Vec<u8>>, onto: &List<Vec<u8>>| {
        let delta = delta(from, &next);
        let (was, is) = (from.head().root.0, onto.head().root.0);
        let at = delta.windows(32).position(|window| window == was).unwrap();
        [&delta[..at], &is, &delta[at + 32..]].concat()
    };
    for (from, onto) in [(&one, &other), (&other, &one)] {
        let error = apply(onto, &forged(from, onto)).unwrap_err();
        assert!(matches!(error, DeltaError::Damaged(_)), "{error}");
    }
}

#[test]
fn ranks_after_the_last_record_are_refused_even_where_the_result_would_be_right() {
    let (old, new) = day();
    let good = delta(&old, &new);
    let front = &good[..8 + new.envelope.len()];
    let with = |ranks: Vec<u64>| {
        let stream = |numbers: Vec<(u64, u64)>, beside| {
            RiceStream::write(u64::MAX, beside, numbers.into_iter())
        };
        let kind = ListKind::Status;
        let (from, to) = (keys(&old), keys(&new));
        let added = to
            .iter()
            .filter(|entry| from.iter().all(|was| was.key != entry.key));
        let adds = added
            .map(|entry| (entry.key, u64::from(entry.red)))
            .collect();
        let gone = |at: &usize| to.iter().all(|entry| entry.key != from[*at].key);
        let removals = (0..from.len())
            .filter(gone)
            .map(|at| (at as u64, 0))
            .collect();
        let (adds, a) = stream(adds, kind.colour_bits());
        let (removals, r) = stream(removals, 0);
        let (recolours, c) = stream(ranks.into_iter().map(|rank| (rank, 0)).collect(), 0);
        let base = crate::codec::encode(&(1_u64, old.head().root, adds, removals, recolours));
        apply(&old, &[front, &base, &a, &r, &c].concat())
    };
    let (from, to) = (keys(&old), keys(&new));
    let other = |at: &usize| {
        to.iter()
            .any(|entry| entry.key == from[*at].key && entry.red != from[*at].red)
    };
    let recolours: Vec<u64> = (0..from.len()).filter(other).map(|at| at as u64).collect();
    assert!(with(recolours.clone()).unwrap() == new.reader);
    let beyond = [recolours, vec![710]].concat();
    let error = with(beyond).unwrap_err();
    assert!(error.to_string().contains("not there"), "{error}");
}

fn keys(list: &List<Vec<u8>>) -> Vec<ListEntry> {
    let mut entries = scan::Entries::new(list);
    std::iter::from_fn(|| entries.next().unwrap()).collect()
}

#[test]
fn a_rotten_list_is_not_merged_and_its_chunk_is_named() {
    let kind = ListKind::Status;
    let old = spread(kind, 0..60_000);
    let mut old = list(kind, 1, old);
    let good = delta(&old, &list(kind, 2, spread(kind, 5..60_005)));
    apply(&old, &good).unwrap();
    old.reader[4096 + 65536 + 100] ^= 1;
    let error = apply(&old, &good).unwrap_err();
    assert!(
        matches!(error, DeltaError::List(ListError::Chunk(1))),
        "{error}"
    );
}

#[test]
fn a_full_disk_at_any_byte_is_a_write_error() {
    struct Disk(usize);
    impl io::Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let part = bytes.len().min(self.0);
            self.0 -= part;
            Ok(part)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (old, new) = day();
    let good = delta(&old, &new);
    let good = Delta::open(&good[..], &TRUST, NOW).unwrap();
    for room in (0..new.reader.len())
        .step_by(500)
        .chain([new.reader.len() - 1])
    {
        let merged = merge(&old, &good, &mut Disk(room));
        assert!(matches!(merged, Err(DeltaError::Write(_))), "{room}");
    }
    merge(&old, &good, &mut Disk(new.reader.len())).unwrap();
}

#[test]
fn numbers_at_the_ends_of_their_range_read_back() {
    let numbers: BTreeMap<u64, bool> = [0, 1, 5, 1 << 32, u64::MAX - 1, u64::MAX]
        .map(|key| (key, key % 2 == 0))
        .into();
    let (old, new) = (
        list(ListKind::Status, 1, []),
        list(ListKind::Status, 2, entries(&numbers)),
    );
    assert!(apply(&old, &delta(&old, &new)).unwrap() == new.reader);
}
