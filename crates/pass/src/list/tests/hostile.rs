//! Files made to hurt: each is a named error or an honest list, and nothing panics.

use super::*;
use crate::list::{
    page::ListPage,
    shape::{CHUNK, PAGE},
    write::{head_page, root_of},
};

/// One page.
fn small() -> Vec<u8> {
    of(500)
}

fn of(count: u64) -> Vec<u8> {
    write(ListKind::Status, 1, spread(ListKind::Status, 0..count))
}

fn head() -> ListHead {
    open(small()).unwrap().head
}

/// A file of any head and body, signed, with its true root when none is asked for.
fn signed(mut head: ListHead, body: &[u8], root: Option<Digest>) -> Vec<u8> {
    let digests: Vec<_> = body.chunks(CHUNK).map(Digest::of).collect();
    head.root = root.unwrap_or_else(|| root_of(&digests));
    let page = head_page(&fixture::lists().sign(Kind::List, &head));
    let digests = digests.iter().flat_map(|digest| digest.0);
    page.iter().chain(body).copied().chain(digests).collect()
}

fn with_page(change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    with_page_of(small(), change)
}

/// Changes the first page and its checksum, and signs the file again.
fn with_page_of(file: Vec<u8>, change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let list = open(file.clone()).unwrap();
    let mut page = ListPage::empty();
    page.bytes_mut().copy_from_slice(&file[PAGE..2 * PAGE]);
    change(page.bytes_mut());
    let mut sum = crc32fast::Hasher::new();
    sum.update(&list.index[0].to_le_bytes());
    sum.update(&page.bytes_mut()[4..]);
    page.bytes_mut()[..4].copy_from_slice(&sum.finalize().to_le_bytes());
    let body = [&*page.bytes_mut(), &list.index[0].to_le_bytes()].concat();
    signed(list.head, &body, None)
}

/// What opens is what would be written; what doesn't still answers without a panic.
fn honest_or_refused(file: &[u8]) -> bool {
    if let Ok(list) = List::reopen(file.to_vec(), &TRUST, NOW) {
        for key in [
            0,
            list.index[0],
            list.index[0] + 1,
            1 << 50,
            1 << 63,
            u64::MAX,
        ] {
            let _ = list.find(key);
        }
    }
    let Ok(list) = open(file.to_vec()) else {
        return false;
    };
    let mut entries = Vec::new();
    let mut all = scan::Entries::new(&list);
    while let Some(entry) = all.next().unwrap() {
        entries.push(entry);
    }
    assert!(
        write(list.head.kind, 1, entries) == file,
        "two ways to write one list"
    );
    true
}

#[test]
fn every_altered_byte_of_a_list_is_found_when_it_is_opened() {
    let file = small();
    let head_end = 8 + usize::from(file[4]);
    // Each byte of the head, and of the rest those where something begins, ends or lies between.
    let places = (0..head_end + 2).chain((head_end..file.len()).step_by(13));
    let ends = [
        PAGE - 1,
        PAGE,
        PAGE + 4,
        PAGE + 5,
        2 * PAGE - 1,
        file.len() - 1,
    ];
    for at in places.chain(ends).chain(2 * PAGE..file.len()) {
        for change in [1, 0x80] {
            let mut altered = file.clone();
            altered[at] ^= change;
            assert!(open(altered).is_err(), "byte {at}");
        }
    }
}

#[test]
fn a_list_cut_at_any_length_or_with_bytes_after_it_is_refused() {
    let file = small();
    for end in (0..PAGE + 20)
        .chain((PAGE..file.len()).step_by(29))
        .chain(2 * PAGE..file.len())
    {
        assert!(open(file[..end].to_vec()).is_err(), "cut at {end}");
    }
    for more in [1, 8, 4096, 65536] {
        let longer = [&file[..], &vec![0; more]].concat();
        assert!(matches!(open(longer), Err(ListError::Damaged(_))));
    }
}

#[test]
fn signed_heads_whose_numbers_can_not_be_true_are_refused_by_name() {
    let body = &small()[PAGE..2 * PAGE + 8];
    let refused = |change: &dyn Fn(&mut ListHead), why: &str| {
        let mut head = head();
        change(&mut head);
        let error = open(signed(head, body, None)).unwrap_err();
        assert!(error.to_string().contains(why), "{error} instead of {why}");
    };
    refused(&|head| head.key_bits = 40, "width");
    refused(&|head| head.key_bits = 0, "width");
    refused(&|head| head.key_bits = 255, "width");
    let salted = |head: &mut ListHead| (head.kind, head.key_bits) = (ListKind::Revocation, 40);
    refused(&salted, "salt");
    refused(&|head| head.hash = 1, "hash of ID numbers");
    let unhashed = |head: &mut ListHead| head.kind = ListKind::Identity;
    refused(&unhashed, "way 0, which this program does not know");
    let newer = |head: &mut ListHead| (head.kind, head.hash) = (ListKind::Identity, HASH + 1);
    refused(&newer, "way 2, which this program does not know");
    refused(&|head| head.kind = ListKind::Revocation, "width");
    refused(&|head| head.count = 0, "counts");
    refused(&|head| head.count = u64::MAX, "counts");
    refused(&|head| head.count = MAX_RECORDS + 1, "counts");
    refused(&|head| head.pages = 0, "counts");
    refused(
        &|head| (head.pages, head.count) = (u32::MAX, MAX_RECORDS),
        "counts",
    );
    refused(
        &|head| (head.pages, head.count) = (1 << 31, MAX_RECORDS),
        "length",
    );
    refused(&|head| head.pages = 2, "length");
    // Near enough to keep the width of the low parts.
    refused(&|head| head.count = 501, "number of records");
    refused(&|head| head.count = 499, "number of records");
    // Another width of low parts: the page's counts no longer fit.
    for count in [1, 2, 600, 1025, 1 << 20, MAX_RECORDS] {
        refused(&|head| head.count = count, "damaged");
    }
    let other_root = signed(head(), body, Some(Digest([0; 32])));
    assert!(matches!(open(other_root), Err(ListError::Root)));
}

#[test]
fn a_head_of_any_length_and_a_foreign_file_are_refused() {
    let file = small();
    for length in [0_u32, 1, 511, 512, 513, 4087, 4088, 4089, u32::MAX] {
        let mut altered = file.clone();
        altered[4..8].copy_from_slice(&length.to_le_bytes());
        assert!(open(altered).is_err());
    }
    for other in [&b""[..], b"GPL", b"GPL1", b"GPD1....", &[0; 5000]] {
        assert!(open(other.to_vec()).is_err());
    }
    assert!(matches!(open(vec![0; 5000]), Err(ListError::NotAList)));
}

#[test]
fn wild_counts_and_bits_in_a_signed_page_are_refused_or_honest() {
    assert!(honest_or_refused(&with_page(|_| {})));
    for keys in (0..=u16::MAX).step_by(251).chain([1, 499, 501, u16::MAX]) {
        let wild = with_page(|page| page[4..6].copy_from_slice(&keys.to_le_bytes()));
        assert!(!honest_or_refused(&wild), "{keys} keys");
    }
    let mut opened = 0;
    for step in 0..600 {
        let at = 6 + step * 4091 / 600;
        let wild = with_page(|page| page[at] ^= 1 << (step % 8));
        opened += usize::from(honest_or_refused(&wild));
    }
    // Some only change a key into another.
    assert!((1..600).contains(&opened), "{opened}");
    for fill in [0, 0x55, 0xff] {
        assert!(!honest_or_refused(&with_page(|page| page[6..].fill(fill))));
    }
}

#[test]
fn bits_after_the_last_field_of_a_page_must_be_zero() {
    // 201 fields of 57 bits leave seven bits of the last byte.
    let odd = of(201);
    assert!(honest_or_refused(&with_page_of(odd.clone(), |_| {})));
    for bit in 1..8 {
        let wild = with_page_of(odd.clone(), |page| page[PAGE - 1] |= 1 << bit);
        assert!(!honest_or_refused(&wild), "bit {bit}");
    }
}

#[test]
fn a_signed_index_out_of_order_or_of_other_keys_is_refused() {
    let file = write(ListKind::Status, 1, spread(ListKind::Status, 0..3000));
    let list = open(file.clone()).unwrap();
    let index = list.layout.index().start as usize..list.layout.index().end as usize;
    let change = |change: &dyn Fn(&mut [u8])| {
        let mut body = file[PAGE..index.end].to_vec();
        change(&mut body[index.start - PAGE..]);
        honest_or_refused(&signed(list.head.clone(), &body, None))
    };
    assert!(change(&|_| {}));
    assert!(!change(&|index| index[..16].rotate_left(8)));
    assert!(!change(&|index| index[0] ^= 1));
    assert!(!change(&|index| index[7] ^= 0x80));
    assert!(!change(&|index| index.fill(0)));
    assert!(!change(&|index| index.fill(255)));
}

/// A file of pages that hold these keys each.
fn paged(kind: ListKind, count: u64, pages: &[&[ListEntry]]) -> Vec<u8> {
    let (mut body, mut index) = (Vec::new(), Vec::new());
    for entries in pages {
        let mut page = page::PageWriter::new(Shape::of(kind, count));
        assert!(entries.iter().all(|entry| page.push(*entry)));
        let (first, bytes) = page.take().unwrap();
        index.extend(first.to_le_bytes());
        body.extend(bytes);
    }
    body.extend(index);
    let head = ListHead {
        count,
        pages: pages.len() as u32,
        ..open(write(kind, 1, [])).unwrap().head
    };
    signed(head, &body, None)
}

#[test]
fn signed_keys_that_do_not_rise_within_a_page_are_refused() {
    // Low parts of 56 bits: all these have one high part, so that the highs can't tell their order.
    let entry = |key| ListEntry { key, red: false };
    let status = |entries: &[ListEntry]| paged(ListKind::Status, entries.len() as u64, &[entries]);
    assert!(honest_or_refused(&status(&[entry(5), entry(6), entry(7)])));
    for keys in [[5, 7, 6], [5, 6, 6], [5, 5, 6]] {
        let error = open(status(&keys.map(entry))).unwrap_err();
        assert!(error.to_string().contains("order"), "{error}");
    }
}

#[test]
fn signed_keys_wider_than_the_list_has_are_refused() {
    let entry = |key| ListEntry { key, red: false };
    let passes = |keys: [u64; 2]| paged(ListKind::Revocation, 2, &[&keys.map(entry)]);
    let greatest = (1 << 40) - 1;
    assert!(honest_or_refused(&passes([5, greatest])));
    assert!(!honest_or_refused(&passes([5, greatest + 1])));
    assert!(!honest_or_refused(&passes([greatest + 1, greatest + 2])));
}

#[test]
fn a_signed_list_that_leaves_room_on_a_page_is_refused() {
    let entries = sorted(spread(ListKind::Status, 0..20).collect());
    assert!(honest_or_refused(&paged(ListKind::Status, 20, &[&entries])));
    let error = open(paged(
        ListKind::Status,
        20,
        &[&entries[..10], &entries[10..]],
    ))
    .unwrap_err();
    assert!(error.to_string().contains("room"), "{error}");
}

#[test]
fn a_signed_list_whose_pages_overlap_is_refused() {
    let entries = sorted(spread(ListKind::Status, 0..1000).collect());
    let full = (1..1000).take_while(|keys| {
        let mut page = page::PageWriter::new(Shape::of(ListKind::Status, 1000));
        entries[..*keys].iter().all(|entry| page.push(*entry))
    });
    let full = full.last().unwrap();
    assert!(honest_or_refused(&paged(
        ListKind::Status,
        1000,
        &[&entries[..full], &entries[full..]]
    )));
    // The last key of the first page is the first of the second one too.
    let twice = paged(
        ListKind::Status,
        1001,
        &[&entries[..full], &entries[full - 1..]],
    );
    let error = open(twice).unwrap_err();
    assert!(error.to_string().contains("order"), "{error}");
}
