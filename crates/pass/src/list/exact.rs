//! Exactness: the issuer asks its list about every person that it knows.
//!
//! A status list keeps 64-bit hashes. Among persons whom the issuer has enrolled, two could share
//! one; then the unlisted one would be shown red. The issuer alone can see that, and takes another
//! salt.

use super::{List, ListEntry, ListError, ListKind, Listing, ReadAt, TagKey, scan::Scan};
use crate::{colour::Colour, ids::SubjectTag};

/// Questions that are sorted and put to the list together: 64 MiB of them.
const BATCH: usize = 1 << 22;

/// What a list answered to every person it was asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exactness {
    /// How many were asked about.
    pub tested: u64,
    /// How many got another answer than the one expected. A list with any must not be published:
    /// write it again under another salt.
    pub wrong: u64,
}

/// Asks a status list about many persons, each with the answer that is expected.
///
/// Reads the list in order once for every four million, in memory for those: 50 million persons
/// against 10 million records take seconds.
pub fn test_status<R: ReadAt>(
    list: &List<R>,
    persons: impl IntoIterator<Item = (SubjectTag, Listing)>,
) -> Result<Exactness, ListError> {
    list.expect(ListKind::Status)?;
    let mut persons = persons.into_iter();
    let mut exactness = Exactness::default();
    loop {
        let questions = batch(&list.tag_key, &mut persons);
        if questions.is_empty() {
            return Ok(exactness);
        }
        let mut scan = Scan::new(list);
        let mut page = Vec::new();
        let mut asked = questions.iter().peekable();
        while asked.peek().is_some() && scan.next_page(&mut page)? {
            let Some(last) = page.last() else { continue };
            let these = std::iter::from_fn(|| asked.next_if(|(key, _)| *key <= last.key));
            exactness.add(&page, these);
        }
        exactness.add(&[], asked);
    }
}

/// As [`test_status`], before the list is written.
pub(super) fn compare_status(
    hash: &TagKey,
    entries: &[ListEntry],
    persons: impl IntoIterator<Item = (SubjectTag, Listing)>,
) -> Exactness {
    let mut persons = persons.into_iter();
    let mut exactness = Exactness::default();
    loop {
        let questions = batch(hash, &mut persons);
        if questions.is_empty() {
            return exactness;
        }
        exactness.add(entries, questions.iter());
    }
}

/// Keys to ask about with the expected colours, in order.
fn batch(
    hash: &TagKey,
    persons: &mut impl Iterator<Item = (SubjectTag, Listing)>,
) -> Vec<(u64, Option<Colour>)> {
    let mut questions: Vec<_> = persons
        .take(BATCH)
        .map(|(tag, expected)| (hash.key(&tag), expected.listed()))
        .collect();
    questions.sort_unstable_by_key(|(key, _)| *key);
    questions
}

impl Exactness {
    /// Answers questions from entries, both in order.
    fn add<'a>(
        &mut self,
        entries: &[ListEntry],
        questions: impl IntoIterator<Item = &'a (u64, Option<Colour>)>,
    ) {
        let mut entries = entries.iter().peekable();
        for (key, expected) in questions {
            while entries.next_if(|entry| entry.key < *key).is_some() {}
            let found = entries.peek().filter(|entry| entry.key == *key);
            self.tested += 1;
            self.wrong += u64::from(found.map(|entry| entry.colour()) != *expected);
        }
    }
}
