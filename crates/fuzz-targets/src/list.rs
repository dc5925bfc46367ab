//! Lists: hostile files, hostile pages under a true root, and true lists against a map.

use std::{collections::BTreeMap, io::Cursor, sync::LazyLock};

use gatepost_pass::{
    Colour, Digest, DigestHasher, IdNumber, Kind, List, Listing, PassNumber, Revocation,
    SubjectTag, encode,
    fixture::{self, NOW, SIGNED, lists},
    list::{
        Delta, HASH, IdentityHasher, IdentityKey, ListEntry, ListHead, ListKind, ListPlan, TagKey,
        merge, number_key, sorted, write_delta, write_identity, write_list, write_revocation,
        write_status,
    },
};

use crate::{
    document::TRUST,
    feed::{Feed, Raw, seed},
};

const PAGE: usize = 4096;
const CHUNK: usize = 64 * 1024;
const SALT: [u8; 16] = [8; 16];
/// A person by ID number: the hash takes longer than everything else here together.
static WANG: LazyLock<(IdNumber, IdentityKey)> = LazyLock::new(|| {
    let number = IdNumber::parse("11010519491231002X").unwrap();
    let key = IdentityHasher::new(&SALT).key(&number);
    (number, key)
});
/// The head of an empty list of each kind, as it is written.
static HEADS: LazyLock<[ListHead; ListKind::ALL.len()]> = LazyLock::new(|| {
    ListKind::ALL.map(|kind| open(&write(kind, 1, Vec::new())).unwrap().head().clone())
});
static IDENTITY: LazyLock<Vec<u8>> =
    LazyLock::new(|| write_identity(&lists(), plan(1), [(&WANG.0, Colour::Red)]).unwrap());

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    match feed.byte() % 6 {
        0 => as_it_is(feed.0),
        1 => hostile_body(&mut feed),
        2 => hostile_page(&mut feed),
        3 => true_status(feed.0),
        4 => long_list(&mut feed),
        _ => {
            // The head of an empty body may be anything at all.
            let head = lists().sign(Kind::List, &Raw(feed.0));
            ask(&file(&head, &[], &[]), &[]);
        }
    }
}

/// A list file: a page with magic, length of the head and head; body; digests of its chunks.
fn file(head: &[u8], body: &[u8], digests: &[u8]) -> Vec<u8> {
    let length = (head.len() as u32).to_le_bytes();
    let mut file = [b"GPL1", &length, head].concat();
    file.resize(PAGE, 0);
    file.extend(body);
    file.extend(digests);
    file
}

/// Signs any body, filled up to whole pages with their places in the index, with its true root.
pub(crate) fn rooted(kind: ListKind, count: u64, body: &[u8]) -> Vec<u8> {
    let pages = body.len().div_ceil(PAGE + 8);
    let mut body = body.to_vec();
    body.resize(pages * (PAGE + 8), 0);
    let digests: Vec<u8> = body
        .chunks(CHUNK)
        .flat_map(|chunk| Digest::of(chunk).0)
        .collect();
    let mut root = DigestHasher::default();
    root.update(&digests);
    let head = ListHead {
        count,
        pages: pages as u32,
        root: root.finish(),
        ..head_of(kind).clone()
    };
    file(&lists().sign(Kind::List, &head), &body, &digests)
}

fn head_of(kind: ListKind) -> &'static ListHead {
    &HEADS[kind as usize]
}

pub(crate) fn open(file: &[u8]) -> Option<List<Vec<u8>>> {
    List::open(file.to_vec(), &TRUST, NOW).ok()
}

pub(crate) fn kind_of(byte: u8) -> ListKind {
    ListKind::ALL[usize::from(byte) % ListKind::ALL.len()]
}

pub(crate) fn write(kind: ListKind, version: u64, entries: Vec<ListEntry>) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    write_list(&lists(), kind, plan(version), sorted(entries), &mut file).unwrap();
    file.into_inner()
}

fn plan(version: u64) -> ListPlan {
    ListPlan {
        version,
        as_of: SIGNED,
        salt: SALT,
    }
}

/// Nobody but the issuer has signed: what opens is what it signed.
fn as_it_is(file: &[u8]) {
    if ask(file, &[]) {
        assert!(signed().iter().any(|true_one| true_one == file), "forged");
    }
    // What is damaged is named inside the file.
    for span in List::damage(file.to_vec(), &TRUST, NOW).unwrap_or_default() {
        assert!(span.start < span.end && span.end <= file.len() as u64);
    }
}

/// Asks a file whose pages nobody has checked; then whether it opens, and if so, whether writing
/// the same records again gives the same bytes.
fn ask(file: &[u8], keys: &[u64]) -> bool {
    if let Ok(list) = List::reopen(file.to_vec(), &TRUST, NOW) {
        let _ = list.status(&SubjectTag([1; 16]));
        let _ = list.identity(&WANG.1);
        for key in keys {
            let [_, _, _, number @ ..] = key.to_be_bytes();
            let _ = list.revocation(&PassNumber(number));
        }
        (0..list.chunks()).for_each(|chunk| list.check_chunk(chunk).unwrap());
    }
    let Some(list) = open(file) else { return false };
    if list.head().salt == head_of(list.head().kind).salt && list.head().version > 0 {
        let none = open(&write(list.head().kind, 0, Vec::new())).unwrap();
        let (mut delta, mut again) = (Vec::new(), Vec::new());
        write_delta(&none, &list, &mut delta).unwrap();
        let delta = Delta::open(delta, &TRUST, NOW).unwrap();
        merge(&none, &delta, &mut again).unwrap();
        assert!(again == file, "two ways to write one list");
    }
    true
}

fn hostile_body(feed: &mut Feed<'_>) {
    let (kind, count) = (kind_of(feed.byte()), u64::from_le_bytes(feed.array()));
    ask(&rooted(kind, count, feed.0), &[0, 1 << 39, u64::MAX]);
}

/// One page of any content under its true checksum, named in the index by any key.
fn hostile_page(feed: &mut Feed<'_>) {
    let (kind, count) = (
        kind_of(feed.byte()),
        u64::from(u16::from_le_bytes(feed.array())),
    );
    let first = feed.number() >> if kind == ListKind::Revocation { 24 } else { 0 };
    let mut page = vec![0; PAGE];
    let highs = feed.slice(PAGE - 6);
    page[6..6 + highs.len()].copy_from_slice(highs);
    // As many keys as the head counts, most of the time.
    let keys = if feed.byte() == 1 {
        feed.number() as u16
    } else {
        count as u16
    };
    page[4..6].copy_from_slice(&keys.to_le_bytes());
    let sum = crc32(&[&first.to_le_bytes(), &page[4..]].concat());
    page[..4].copy_from_slice(&sum.to_le_bytes());
    page.extend(first.to_le_bytes());
    let near = [
        first,
        first.wrapping_add(1),
        first ^ 1 << 30,
        first | 0xff_ffff,
        u64::MAX,
    ];
    ask(&rooted(kind, count, &page), &near);
}

/// CRC-32 as IEEE 802.3 has it, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            sum >> 1 ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    })
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
    let Ok(file) = write_status(&lists(), plan(1), map.clone(), []) else {
        return;
    };
    let list = open(&file).unwrap();
    let hash = TagKey::new(&SALT);
    for (tag, colour) in &map {
        assert_eq!(list.status(tag).unwrap(), Listing::of(*colour));
        assert_eq!(hash.entry(tag, *colour).is_some(), *colour != Colour::Green);
    }
}

/// Lists longer than a chunk and than a page.
fn long_list(feed: &mut Feed<'_>) {
    let (start, step) = (feed.number() >> 25, 1 + u64::from(feed.byte()));
    let count = feed.number() % 60_000;
    let number = |n: u64| {
        let [_, _, _, bytes @ ..] = (start + n * step).to_be_bytes();
        PassNumber(bytes)
    };
    let list = open(&write_revocation(&lists(), plan(1), (0..count).map(number)).unwrap()).unwrap();
    let ends = [0, 1, 255, 256, 257, 30_000, count.saturating_sub(1), count];
    for at in ends {
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

fn signed() -> [Vec<u8>; 3] {
    let listed = [
        (SubjectTag([1; 16]), Colour::Yellow),
        (SubjectTag([2; 16]), Colour::Red),
    ];
    let numbers = (1..=3).map(|n| PassNumber([n; 5]));
    [
        write_status(&lists(), plan(1), listed, []).unwrap(),
        write_revocation(&lists(), plan(1), numbers).unwrap(),
        IDENTITY.clone(),
    ]
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let [status, revocation, identity] = signed();
    let head = ListHead {
        kind: ListKind::Status,
        key_bits: 64,
        version: 1,
        as_of: SIGNED,
        salt: SALT,
        hash: 0,
        count: 0,
        pages: 0,
        root: DigestHasher::default().finish(),
    };
    let newer = ListHead {
        kind: ListKind::Identity,
        hash: HASH + 1,
        ..head.clone()
    };
    let crowd: Vec<ListEntry> = (0..100)
        .map(|n| ListEntry {
            key: number_key(&PassNumber([0, n, 7, n, 2])),
            red: false,
        })
        .collect();
    let crowd = write(ListKind::Revocation, 1, crowd);
    let (page, index) = (&crowd[PAGE..2 * PAGE], &crowd[2 * PAGE..2 * PAGE + 8]);
    let first = u64::from_le_bytes(index.try_into().unwrap()) << 24;
    let records: Vec<u8> = (0..40_u8)
        .flat_map(|n| [n, 1, 2, 3, 4, 5, 6, 7, n % 3])
        .collect();
    vec![
        seed(0, &[&status]),
        seed(0, &[&revocation]),
        seed(0, &[&identity]),
        seed(
            1,
            &[&[1], &100_u64.to_le_bytes(), &crowd[PAGE..2 * PAGE + 8]],
        ),
        seed(
            1,
            &[&[0], &1_u64.to_le_bytes(), &status[PAGE..2 * PAGE + 8]],
        ),
        seed(
            1,
            &[&[2], &1_u64.to_le_bytes(), &identity[PAGE..2 * PAGE + 8]],
        ),
        seed(2, &[&[1, 100, 0], &first.to_le_bytes(), &page[6..]]),
        seed(
            2,
            &[
                &[0, 2, 0],
                &status[2 * PAGE..2 * PAGE + 8],
                &status[PAGE + 6..2 * PAGE],
            ],
        ),
        seed(3, &[&records]),
        seed(4, &[&[0, 0, 0, 0, 0, 0, 1, 0, 6, 0, 10]]),
        seed(4, &[&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0x33, 0x33]]),
        seed(5, &[&encode(&head)]),
        seed(5, &[&encode(&newer)]),
        seed(5, &[&encode(&fixture::paper_pass(1))]),
    ]
}
