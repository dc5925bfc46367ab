//! Storage that rots or fails: found, named by chunk, mended, and never an all-clear.

use std::{cell::RefCell, io, ops::Range};

use super::*;

/// A memory card whose bytes can change under an open list.
struct Card(RefCell<Vec<u8>>);

impl ReadAt for &Card {
    fn length(&self) -> io::Result<u64> {
        self.0.borrow().length()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.borrow().read_at(buffer, offset)
    }
}

/// A disk that can't read some bytes.
struct Bad(Vec<u8>, Range<u64>);

impl ReadAt for Bad {
    fn length(&self) -> io::Result<u64> {
        self.0.length()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        if offset < self.1.end && self.1.start < offset + buffer.len() as u64 {
            return Err(io::Error::other("bad sector"));
        }
        self.0.read_at(buffer, offset)
    }
}

fn many() -> Vec<ListEntry> {
    spread(ListKind::Status, 0..100_000).collect()
}

#[test]
fn a_page_that_rots_is_an_error_at_the_look_up_and_names_its_chunk() {
    let card = Card(write(ListKind::Status, 1, many()).into());
    let list = open(&card).unwrap();
    let pages = u64::from(list.head().pages);
    for page in [0, 1, 16, 17, pages - 1] {
        let first = list.index[page as usize];
        assert!(list.find(first).unwrap().is_some());
        for bit in [0, 8 * 4, 8 * 2048 + 3, 8 * 4096 - 1] {
            let at = (4096 * (page + 1)) as usize + bit / 8;
            card.0.borrow_mut()[at] ^= 1 << (bit % 8);
            let chunk = page as u32 / 16;
            let said = list.find(first);
            assert!(
                matches!(said, Err(ListError::Chunk(named)) if named == chunk),
                "{said:?}"
            );
            assert!(
                matches!(list.check_chunk(chunk), Err(ListError::Chunk(named)) if named == chunk)
            );
            card.0.borrow_mut()[at] ^= 1 << (bit % 8);
        }
        assert!(list.find(first).unwrap().is_some());
    }
}

#[test]
fn a_page_of_another_place_or_another_version_is_not_taken_for_this_one() {
    let older = write(ListKind::Status, 1, many());
    let newer = many().into_iter().skip(7);
    let card = Card(write(ListKind::Status, 2, newer).into());
    let list = open(&card).unwrap();
    let first = list.index[3];
    let place = 4 * 4096..5 * 4096;
    let right = card.0.borrow()[place.clone()].to_vec();
    let beside = card.0.borrow()[5 * 4096..6 * 4096].to_vec();
    for other in [&beside, &older[place.clone()], &[0; 4096][..], &[255; 4096]] {
        assert_ne!(other, right);
        card.0.borrow_mut()[place.clone()].copy_from_slice(other);
        assert!(matches!(list.find(first), Err(ListError::Chunk(0))));
    }
}

#[test]
fn a_read_error_is_told_and_never_not_listed() {
    let file = write(ListKind::Status, 1, many());
    let mut list = open(Bad(file, 0..0)).unwrap();
    let (first, place) = (list.index[5], list.layout.page(5));
    list.reader.1 = place..place + 1;
    assert!(matches!(list.find(first), Err(ListError::Read(_))));
    assert!(matches!(list.check_chunk(0), Err(ListError::Read(_))));
    assert!(list.find(list.index[6]).unwrap().is_some());
}

#[test]
fn bad_chunks_are_named_fetched_again_and_the_list_opens() {
    let whole = write(ListKind::Status, 1, many());
    let list = open(whole.clone()).unwrap();
    let chunks = list.chunks();
    assert!(chunks > 5);
    let mut copy = whole.clone();
    for chunk in [1, 4, chunks - 1] {
        let span = list.chunk_span(chunk);
        copy[span.start as usize + 77] ^= 4;
    }
    assert!(open(copy.clone()).is_err());
    let spans = List::damage(copy.clone(), &TRUST, NOW).unwrap();
    assert_eq!(
        spans,
        [1, 4, chunks - 1].map(|chunk| list.chunk_span(chunk))
    );
    for (span, chunk) in spans.into_iter().zip([1, 4, chunks - 1]) {
        let span = span.start as usize..span.end as usize;
        assert!(list.check_fetched(chunk, &copy[span.clone()]).is_err());
        list.check_fetched(chunk, &whole[span.clone()]).unwrap();
        copy[span.clone()].copy_from_slice(&whole[span]);
    }
    open(copy).unwrap();
}

#[test]
fn a_bad_table_of_digests_is_named_before_the_chunks_are() {
    let whole = write(
        ListKind::Revocation,
        1,
        spread(ListKind::Revocation, 0..100_000),
    );
    let list = open(whole.clone()).unwrap();
    let mut copy = whole.clone();
    *copy.last_mut().unwrap() ^= 1;
    copy[9000] ^= 1;
    assert!(matches!(open(copy.clone()), Err(ListError::Root)));
    let spans = List::damage(copy.clone(), &TRUST, NOW).unwrap();
    let [table] = &spans[..] else {
        panic!("{spans:?}")
    };
    assert_eq!(table.end, whole.len() as u64);
    let table = table.start as usize..;
    copy[table.clone()].copy_from_slice(&whole[table]);
    let spans = List::damage(copy, &TRUST, NOW).unwrap();
    assert_eq!(spans, vec![list.chunk_span(0)]);
}

#[test]
fn chunks_cover_every_byte_of_the_body_once() {
    for count in [0, 1, 700, 12_000, 100_000] {
        let file = write(ListKind::Status, 1, spread(ListKind::Status, 0..count));
        let list = open(file).unwrap();
        let mut end = 4096;
        for chunk in 0..list.chunks() {
            let span = list.chunk_span(chunk);
            assert_eq!(span.start, end);
            end = span.end;
            list.check_chunk(chunk).unwrap();
        }
        assert_eq!(end, list.layout.digests().start);
        assert!(matches!(
            list.check_chunk(list.chunks()),
            Err(ListError::Chunk(_))
        ));
    }
}

#[test]
fn a_list_is_reopened_without_reading_its_pages() {
    let file = write(ListKind::Status, 1, many());
    let pages = open(file.clone()).unwrap().head().pages;
    // The last chunk, which holds the index, begins with pages.
    let pages_of_whole_chunks = u64::from(pages / 16) * 65536;
    let list = List::reopen(Bad(file, 4096..4096 + pages_of_whole_chunks), &TRUST, NOW).unwrap();
    assert!(list.find(list.index[0]).is_err());
    assert!(list.find(list.index[pages as usize - 1]).unwrap().is_some());
}
