//! Deltas: hostile files and streams, and true deltas against a fresh build.

use std::{collections::BTreeMap, sync::LazyLock};

use gatepost_pass::{
    List, encode,
    fixture::NOW,
    list::{Delta, DeltaError, ListEntry, ListKind, merge, write_delta},
};

use crate::{
    document::TRUST,
    feed::{Feed, seed},
    list::{kind_of, open, write},
};

/// A list of each kind, a later one, and the delta between them.
struct ListPair {
    old: List<Vec<u8>>,
    new: Vec<u8>,
    delta: Vec<u8>,
}

static DAYS: LazyLock<[ListPair; ListKind::ALL.len()]> = LazyLock::new(|| {
    ListKind::ALL.map(|kind| {
        let old = write(kind, 1, entries(kind, 0..1500));
        let new = write(kind, 2, entries(kind, 20..1510));
        let (old, later) = (open(&old).unwrap(), open(&new).unwrap());
        let mut delta = Vec::new();
        write_delta(&old, &later, &mut delta).unwrap();
        ListPair { old, new, delta }
    })
});

fn entries(kind: ListKind, numbers: std::ops::Range<u64>) -> Vec<ListEntry> {
    let width = if kind == ListKind::Revocation { 24 } else { 0 };
    let key = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> width;
    let coloured = kind != ListKind::Revocation;
    let red = |n: u64| coloured && (n + numbers.start).is_multiple_of(3);
    numbers
        .clone()
        .map(|n| ListEntry {
            key: key(n),
            red: red(n),
        })
        .collect()
}

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    let mode = feed.byte();
    let day = &DAYS[usize::from(mode / 4) % DAYS.len()];
    match mode % 4 {
        0 => apply(day, feed.0),
        1 => {
            // The streams are hostile, not the front.
            let kept = usize::from(u16::from_le_bytes(feed.array())) % (day.delta.len() + 1);
            apply(day, &[&day.delta[..kept], feed.0].concat());
        }
        2 => hostile_base(day, &mut feed),
        _ => fresh_build(&mut feed),
    }
}

/// Whatever leads anywhere leads to what the issuer signed.
fn apply(day: &ListPair, delta: &[u8]) {
    let Ok(delta) = Delta::open(delta, &TRUST, NOW) else {
        return;
    };
    let mut made = Vec::new();
    match merge(&day.old, &delta, &mut made) {
        Ok(()) => assert!(made == day.new, "another list"),
        // No more is written than a list of the signed count can take.
        Err(_) => assert!(made.len() < 1 << 20),
    }
}

/// The honest front with other counts, parameters and lengths, and any streams.
fn hostile_base(day: &ListPair, feed: &mut Feed<'_>) {
    let head = 8 + u32::from_le_bytes(day.delta[4..8].try_into().unwrap()) as usize;
    let stream = |feed: &mut Feed<'_>| {
        let count = feed.number() >> (feed.byte() % 64);
        let parameter = feed.byte();
        let bytes = u64::from(feed.byte());
        (count, parameter, bytes)
    };
    let streams = [stream(feed), stream(feed), stream(feed)];
    let base = encode(&(
        1_u64,
        day.old.head().root,
        streams[0],
        streams[1],
        streams[2],
    ));
    let bytes: u64 = streams.iter().map(|(_, _, bytes)| bytes).sum();
    let mut streams = feed.0.to_vec();
    streams.resize(bytes as usize, 0);
    apply(day, &[&day.delta[..head], &base, &streams].concat());
}

/// Any list and any later one: the delta makes the later one's bytes.
fn fresh_build(feed: &mut Feed<'_>) {
    let kind = kind_of(feed.byte());
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    while !feed.is_empty() {
        let shape = feed.byte();
        // Near ones and far ones.
        let near = u64::from(u16::from_le_bytes(feed.array()));
        let key = near << (shape % 4 * 8);
        let red = |bit: u8| kind != ListKind::Revocation && shape >> bit & 1 == 1;
        if shape & 16 == 0 {
            before.insert(key, red(5));
        }
        if shape & 64 == 0 {
            after.insert(key, red(7));
        }
    }
    let list = |version, map: &BTreeMap<u64, bool>| {
        let entries = map.iter().map(|(key, red)| ListEntry {
            key: *key,
            red: *red,
        });
        write(kind, version, entries.collect())
    };
    let (old, new) = (list(1, &before), list(2, &after));
    let (old, later) = (open(&old).unwrap(), open(&new).unwrap());
    let (mut delta, mut made) = (Vec::new(), Vec::new());
    write_delta(&old, &later, &mut delta).unwrap();
    let delta = Delta::open(delta, &TRUST, NOW).unwrap();
    merge(&old, &delta, &mut made).unwrap();
    assert!(made == new, "not the bytes of a fresh build");
    let back = merge(&later, &delta, &mut Vec::new());
    assert!(matches!(back, Err(DeltaError::OldVersion { .. })));
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let status = &DAYS[ListKind::Status as usize];
    let some: Vec<u8> = (0..=255_u8)
        .flat_map(|n| [n, n.wrapping_mul(7), n / 3])
        .collect();
    let adds = [&9_u64.to_le_bytes()[..], &[0, 30, 40]].concat();
    let mut seeds: Vec<_> = (0..)
        .zip(&*DAYS)
        .map(|(kind, day)| seed(4 * kind, &[&day.delta]))
        .collect();
    seeds.extend([
        seed(1, &[&u16::MAX.to_le_bytes()]),
        seed(1, &[&400_u16.to_le_bytes(), &status.delta[400..]]),
        seed(6, &[&adds, &adds, &[0; 11], &some[..80]]),
        seed(2, &[&adds, &adds, &adds, &some[..120]]),
        seed(3, &[&[0], &some]),
        seed(3, &[&[1], &some]),
    ]);
    seeds
}
