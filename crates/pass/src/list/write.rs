//! The issuer's side of a list: keys in order become pages, a root over them, a signed head.

use std::cmp::Reverse;
use std::error::Error;
use std::io::{self, Cursor, Seek, Write};

use super::exact::{self, Exactness};
use super::head::MAGIC;
use super::page::PageWriter;
use super::shape::{CHUNK, Layout, PAGE, Shape};
use super::{IdentityHasher, ListEntry, ListHead, ListKind, MAX_RECORDS, TagKey};
use crate::colour::Colour;
use crate::digest::{Digest, DigestHasher};
use crate::id_number::IdNumber;
use crate::ids::{PassNumber, SubjectTag};
use crate::kind::Kind;
use crate::list::{Listing, number_key};
use crate::signer::Sign;
use crate::time::Timestamp;

/// Why a list can't be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// An enrolled person would be taken for someone else.
    #[error("two persons share a hash under this salt: take another")]
    Collision,
    /// More records than a list may hold.
    #[error("a list holds at most {MAX_RECORDS} records")]
    TooMany,
    /// Keys came out of order, too wide, or not as many as were announced: a fault of the caller.
    #[error("records must come in order, each once, and as many as announced")]
    Order,
    /// The key that signs lists is out of reach.
    #[error("the list can't be signed")]
    Sign(#[source] Box<dyn Error + Send + Sync>),
    /// The storage failed.
    #[error("the list can't be written")]
    Write(#[from] io::Error),
}

/// What a list is written from besides its records.
#[derive(Clone, Copy, Debug)]
pub struct ListPlan {
    /// Its version.
    pub version: u64,
    /// The time whose state it shows.
    pub as_of: Timestamp,
    /// Random bytes (status lists), or the programme's (identity lists).
    pub salt: [u8; 16],
}

/// Writes a status list in memory; a person who comes twice gets the worse colour. `enrolled`
/// are the issuer's persons who are not listed: none of them may share a hash with a listed one.
pub fn write_status(
    signer: &impl Sign,
    plan: ListPlan,
    listed: impl IntoIterator<Item = (SubjectTag, Colour)>,
    enrolled: impl IntoIterator<Item = SubjectTag>,
) -> Result<Vec<u8>, WriteError> {
    let mut listed: Vec<_> = listed.into_iter().collect();
    listed.sort_unstable_by_key(|(tag, colour)| (*tag, Reverse(*colour)));
    listed.dedup_by_key(|(tag, _)| *tag);
    let hash = TagKey::new(&plan.salt);
    let entries = listed
        .iter()
        .filter_map(|(tag, colour)| hash.entry(tag, *colour));
    let entries = sorted(entries.collect());
    let known = listed
        .iter()
        .map(|(tag, colour)| (*tag, Listing::of(*colour)));
    let enrolled = enrolled.into_iter().map(|tag| (tag, Listing::NotListed));
    match exact::compare_status(&hash, &entries, known.chain(enrolled)) {
        Exactness { wrong: 0, .. } => in_memory(signer, ListKind::Status, plan, entries),
        _ => Err(WriteError::Collision),
    }
}

/// Writes a revocation list in memory.
pub fn write_revocation(
    signer: &impl Sign,
    plan: ListPlan,
    numbers: impl IntoIterator<Item = PassNumber>,
) -> Result<Vec<u8>, WriteError> {
    let entry = |number| ListEntry {
        key: number_key(&number),
        red: false,
    };
    let entries = sorted(numbers.into_iter().map(entry).collect());
    in_memory(signer, ListKind::Revocation, plan, entries)
}

/// Writes an identity list in memory, one person after the other, each of whom takes a while; of
/// two who share a key the worse colour is kept.
pub fn write_identity<'a>(
    signer: &impl Sign,
    plan: ListPlan,
    listed: impl IntoIterator<Item = (&'a IdNumber, Colour)>,
) -> Result<Vec<u8>, WriteError> {
    let mut hasher = IdentityHasher::new(&plan.salt);
    let entries = listed
        .into_iter()
        .filter_map(|(number, colour)| hasher.key(number).entry(colour));
    let entries = sorted(entries.collect());
    in_memory(signer, ListKind::Identity, plan, entries)
}

fn in_memory(
    signer: &impl Sign,
    kind: ListKind,
    plan: ListPlan,
    entries: Vec<ListEntry>,
) -> Result<Vec<u8>, WriteError> {
    let mut file = Cursor::new(Vec::new());
    write_list(signer, kind, plan, entries, &mut file)?;
    Ok(file.into_inner())
}

/// Entries as [`write_list`] takes them: in order, each key once; where one came with two colours
/// the worse wins.
pub fn sorted(mut entries: Vec<ListEntry>) -> Vec<ListEntry> {
    entries.sort_unstable();
    // Of two with the same key the second is red, or both say the same.
    entries.dedup_by(|next, kept| {
        let same = next.key == kept.key;
        kept.red |= same && next.red;
        same
    });
    entries
}

/// Writes a list from keys in order, each once, in little memory: about 1 MB for 100 million. `out`
/// must be empty; it is written from the front on, and its first page once more at the end.
pub fn write_list<I>(
    signer: &impl Sign,
    kind: ListKind,
    plan: ListPlan,
    entries: I,
    out: &mut (impl Write + Seek),
) -> Result<ListHead, WriteError>
where
    I: IntoIterator<Item = ListEntry, IntoIter: ExactSizeIterator>,
{
    let entries = entries.into_iter();
    let count = entries.len() as u64;
    if count > MAX_RECORDS {
        return Err(WriteError::TooMany);
    }
    out.write_all(&[0; PAGE])?;
    let mut body = BodyWriter::new(Shape::of(kind, count), &mut *out);
    for entry in entries {
        body.push(entry)?;
    }
    let body = body.finish()?;
    if body.count != count {
        return Err(WriteError::Order);
    }
    let head = ListHead {
        kind,
        key_bits: kind.key_bits() as u8,
        version: plan.version,
        as_of: plan.as_of,
        salt: kind.salt(plan.salt),
        hash: kind.hash(),
        count,
        pages: body.pages,
        root: body.root,
    };
    out.rewind()?;
    let signed = signer.envelope(Kind::List, &head);
    let signed = signed.map_err(|why| WriteError::Sign(why.into()))?;
    out.write_all(&head_page(&signed))?;
    Ok(head)
}

/// The first page of a file: magic, the head's length, the head, zeros.
pub(super) fn head_page(head: &[u8]) -> [u8; PAGE] {
    let mut page = [0; PAGE];
    page[..4].copy_from_slice(MAGIC);
    page[4..8].copy_from_slice(&(head.len() as u32).to_le_bytes());
    // A signer's head is a few hundred bytes, and a head that was read is at most MAX_HEAD.
    if let Some(place) = page.get_mut(8..8 + head.len()) {
        place.copy_from_slice(head);
    }
    page
}

/// What the head says of a body that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WrittenBody {
    pub(super) count: u64,
    pub(super) pages: u32,
    pub(super) root: Digest,
}

/// Writes pages as they fill, then the index, then the digests of the chunks.
pub(super) struct BodyWriter<W> {
    out: W,
    shape: Shape,
    page: PageWriter,
    last: Option<u64>,
    count: u64,
    /// First key of every page.
    index: Vec<u64>,
    chunk: Vec<u8>,
    digests: Vec<Digest>,
}

impl<W: Write> BodyWriter<W> {
    pub(super) fn new(shape: Shape, out: W) -> Self {
        Self {
            out,
            shape,
            page: PageWriter::new(shape),
            last: None,
            count: 0,
            index: Vec::new(),
            chunk: Vec::with_capacity(CHUNK),
            digests: Vec::new(),
        }
    }

    /// Adds the next key.
    #[inline]
    pub(super) fn push(&mut self, entry: ListEntry) -> Result<(), WriteError> {
        let rises = self.last.is_none_or(|last| last < entry.key);
        if !rises || entry.key > self.shape.greatest() || (entry.red && self.shape.colour == 0) {
            return Err(WriteError::Order);
        }
        if !self.page.push(entry) {
            self.close_page()?;
            // One key fits any page.
            self.page.push(entry);
        }
        self.last = Some(entry.key);
        self.count += 1;
        Ok(())
    }

    fn close_page(&mut self) -> Result<(), WriteError> {
        let Some((first, page)) = self.page.take() else {
            return Ok(());
        };
        self.index.push(first);
        self.write(&page)
    }

    /// WrittenBody bytes, in chunks.
    fn write(&mut self, mut bytes: &[u8]) -> Result<(), WriteError> {
        while !bytes.is_empty() {
            let (part, rest) = bytes.split_at(bytes.len().min(CHUNK - self.chunk.len()));
            self.chunk.extend_from_slice(part);
            bytes = rest;
            if self.chunk.len() == CHUNK {
                self.close_chunk()?;
            }
        }
        Ok(())
    }

    fn close_chunk(&mut self) -> Result<(), WriteError> {
        if !self.chunk.is_empty() {
            self.digests.push(Digest::of(&self.chunk));
            self.out.write_all(&self.chunk)?;
            self.chunk.clear();
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<WrittenBody, WriteError> {
        self.close_page()?;
        // At most MAX_RECORDS pages: each holds a key.
        let pages = self.index.len() as u32;
        for first in std::mem::take(&mut self.index) {
            self.write(&first.to_le_bytes())?;
        }
        self.close_chunk()?;
        debug_assert_eq!(Layout { pages }.chunks() as usize, self.digests.len());
        for digest in &self.digests {
            self.out.write_all(&digest.0)?;
        }
        self.out.flush()?;
        Ok(WrittenBody {
            count: self.count,
            pages,
            root: root_of(&self.digests),
        })
    }
}

/// BLAKE3 over the digests of the chunks.
pub(super) fn root_of(digests: &[Digest]) -> Digest {
    let mut root = DigestHasher::default();
    digests.iter().for_each(|digest| root.update(&digest.0));
    root.finish()
}
