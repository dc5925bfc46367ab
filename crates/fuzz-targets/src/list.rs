//! Lists: hostile files, hostile bodies under a true root, and true lists against a map.

use std::collections::BTreeMap;

use gatepost_pass::{
    Colour, Digest, Kind, List, Listing, PassNumber, Revocation, SubjectTag, encode,
    fixture::{self, NOW, SIGNED, lists},
    list::{ListHead, ListKind, ListPlan, hash_tag, write_revocation, write_status},
    words::DigestHasher,
};

use crate::{
    document::TRUST,
    feed::{Feed, Raw, seed},
};

const CHUNK: usize = 64 * 1024;
const SALT: [u8; 16] = [8; 16];

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    match feed.byte() % 6 {
        0 => as_it_is(feed.0),
        1 => hostile_body(feed.byte(), feed.byte(), feed.0),
        2 => hostile_colours(feed.0),
        3 => true_status(feed.0),
        4 => long_list(&mut feed),
        _ => {
            let head = lists().sign(Kind::List, &Raw(feed.0));
            // The head of an empty body may be anything at all.
            as_anything(&file(&head, &[]));
        }
    }
}

/// A list file: magic, length of the head, head, body.
fn file(head: &[u8], body: &[u8]) -> Vec<u8> {
    let length = (head.len() as u32).to_le_bytes();
    [b"GPL1", &length, head, body].concat()
}

/// Signs any body with its true root.
pub(crate) fn rooted(kind: ListKind, count: u64, body: &[u8]) -> Vec<u8> {
    let mut root = DigestHasher::default();
    for chunk in body.chunks(CHUNK) {
        root.update(&Digest::of(chunk).0);
    }
    let head = ListHead {
        kind,
        version: 1,
        as_of: SIGNED,
        salt: SALT,
        count,
        root: root.finish(),
    };
    file(&lists().sign(Kind::List, &head), body)
}

fn open(file: &[u8]) -> Option<List<Vec<u8>>> {
    List::open(file.to_vec(), &TRUST, NOW).ok()
}

/// Nobody but the issuer has signed: what opens is what it signed.
fn as_it_is(file: &[u8]) {
    if as_anything(file) {
        assert!(signed().iter().any(|true_one| true_one == file), "forged");
    }
}

fn as_anything(file: &[u8]) -> bool {
    let Some(list) = open(file) else { return false };
    let _ = list.status(&SubjectTag([1; 16]));
    let _ = list.revocation(&PassNumber([1; 5]));
    true
}

/// Any body opens exactly when its records are whole, counted and in order.
fn hostile_body(kind: u8, more: u8, body: &[u8]) {
    let (kind, key, size) = if kind & 1 == 0 {
        (ListKind::Revocation, 5, 5)
    } else {
        (ListKind::Status, 8, 9)
    };
    let more = u64::from(more % 3);
    let list = open(&rooted(kind, (body.len() / size) as u64 + more, body));
    let records: Vec<&[u8]> = body.chunks(size).collect();
    let whole = body.len().is_multiple_of(size) && more == 0;
    let ordered = whole && records.windows(2).all(|two| two[0][..key] < two[1][..key]);
    assert_eq!(list.is_some(), ordered);
    let Some(list) = list else { return };
    let _ = list.status(&SubjectTag([1; 16]));
    if kind == ListKind::Revocation {
        for record in records {
            let mut number = PassNumber([0; 5]);
            number.0.copy_from_slice(record);
            assert_eq!(list.revocation(&number).unwrap(), Revocation::Revoked);
            number.0[4] ^= 1;
            let there = body.chunks(5).any(|record| record == number.0);
            let said = list.revocation(&number).unwrap();
            assert_eq!(said == Revocation::Revoked, there);
        }
    } else {
        assert!(list.revocation(&PassNumber([0; 5])).is_err());
    }
}

/// A colour that does not exist is an error, never an all-clear.
fn hostile_colours(colours: &[u8]) {
    let tag = |n: usize| SubjectTag([n as u8; 16]);
    let mut records: Vec<([u8; 8], u8)> = colours
        .iter()
        .take(64)
        .enumerate()
        .map(|(n, colour)| (hash_tag(&SALT, &tag(n)), *colour))
        .collect();
    records.sort_unstable();
    let body: Vec<u8> = records
        .iter()
        .flat_map(|(hash, colour)| hash.iter().chain([colour]))
        .copied()
        .collect();
    let list = open(&rooted(ListKind::Status, records.len() as u64, &body)).unwrap();
    for (n, colour) in colours.iter().take(64).enumerate() {
        match (colour, list.status(&tag(n))) {
            (1, Ok(Listing::Listed(Colour::Yellow))) | (2, Ok(Listing::Listed(Colour::Red))) => {}
            (0 | 3.., Err(_)) => {}
            (colour, said) => panic!("colour {colour} gives {said:?}"),
        }
    }
    assert_eq!(list.status(&tag(200)).unwrap(), Listing::NotListed);
}

fn plan() -> ListPlan {
    ListPlan {
        version: 1,
        as_of: SIGNED,
        salt: SALT,
    }
}

/// What is written is what is found.
fn true_status(data: &[u8]) {
    let colours = [Colour::Green, Colour::Yellow, Colour::Red];
    let map: BTreeMap<SubjectTag, Colour> = data
        .chunks_exact(3)
        .map(|part| {
            let tag = std::array::from_fn(|i| part[i % 2]);
            (SubjectTag(tag), colours[usize::from(part[2] % 3)])
        })
        .collect();
    let Ok(file) = write_status(&lists(), plan(), map.clone(), []) else {
        return;
    };
    let list = open(&file).unwrap();
    for (tag, colour) in &map {
        let expected = match colour {
            Colour::Green => Listing::NotListed,
            colour => Listing::Listed(*colour),
        };
        assert_eq!(list.status(tag).unwrap(), expected);
    }
}

/// Lists longer than a chunk and than a stride of the index.
fn long_list(feed: &mut Feed<'_>) {
    let (start, step) = (feed.number() >> 25, 1 + u64::from(feed.byte()));
    let count = feed.number() % 16_000;
    let number = |n: u64| {
        let [_, _, _, bytes @ ..] = (start + n * step).to_be_bytes();
        PassNumber(bytes)
    };
    let list = open(&write_revocation(&lists(), plan(), (0..count).map(number))).unwrap();
    for at in [
        0,
        1,
        255,
        256,
        257,
        13_106,
        13_107,
        13_108,
        count.saturating_sub(1),
        count,
    ] {
        let said = list.revocation(&number(at)).unwrap();
        assert_eq!(
            said == Revocation::Revoked,
            at < count,
            "number {at} of {count}"
        );
        if step > 1 {
            let [_, _, _, between @ ..] = (start + at * step + 1).to_be_bytes();
            let said = list.revocation(&PassNumber(between)).unwrap();
            assert_eq!(said, Revocation::Valid);
        }
    }
}

fn signed() -> [Vec<u8>; 2] {
    let listed = [
        (SubjectTag([1; 16]), Colour::Yellow),
        (SubjectTag([2; 16]), Colour::Red),
    ];
    let numbers = (1..=3).map(|n| PassNumber([n; 5]));
    [
        write_status(&lists(), plan(), listed, []).unwrap(),
        write_revocation(&lists(), plan(), numbers),
    ]
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let [status, revocation] = signed();
    let head = ListHead {
        kind: ListKind::Status,
        version: 1,
        as_of: SIGNED,
        salt: SALT,
        count: 0,
        root: DigestHasher::default().finish(),
    };
    let numbers: Vec<u8> = (0..40_u8).flat_map(|n| [0, n, 7, n, 2 * n]).collect();
    let records: Vec<u8> = (0..40_u8)
        .flat_map(|n| [n, 1, 2, 3, 4, 5, 6, 7, n % 3])
        .collect();
    vec![
        seed(0, &[&status]),
        seed(0, &[&revocation]),
        seed(1, &[&[0, 0], &numbers]),
        seed(1, &[&[1, 0], &records]),
        // One number twice: refused.
        seed(1, &[&[0, 0], &numbers[..5], &numbers[..5]]),
        seed(2, &[&[1, 2, 1, 2, 0, 3, 255]]),
        seed(3, &[&records]),
        seed(4, &[&[0, 0, 0, 0, 0, 0, 1, 0, 6, 0, 10]]),
        seed(4, &[&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0x33, 0x33]]),
        seed(5, &[&encode(&head)]),
        seed(5, &[&encode(&fixture::paper_pass(1))]),
    ]
}
