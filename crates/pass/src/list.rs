//! Status and revocation lists: who is yellow or red, which passes no longer count.
//!
//! ```text
//! file = "GPL1" ‖ head length:u32le ‖ head (envelope of kind list) ‖ body
//! body = records sorted by key, no key twice
//! status record     = keyed hash of the subject tag:[u8; 8] ‖ colour:u8 (1 yellow, 2 red)
//! revocation record = pass number:[u8; 5]
//! root = BLAKE3 over the BLAKE3 digests of the body's 64 KiB chunks
//! ```
//!
//! The keyed hash is the front of BLAKE3 in keyed mode with the head's salt; the issuer picks a salt
//! under which no enrolled person shares a hash with another who is listed, so that answers are exact
//! for them. Every byte is checked against the signed root when a list is opened, and again when a
//! look-up reads it: storage that rots later is an error, never "not listed".

mod write;

pub use write::{ListPlan, WriteError, write_revocation, write_status};

use std::io;

use serde::{Deserialize, Serialize};

use crate::{
    envelope::{Envelope, Kind},
    time::Timestamp,
    trust::TrustList,
    verify::{Claims, DocumentError, verify_envelope},
    words::{Colour, Digest, IssuerId, PassNumber, SubjectTag},
};

const MAGIC: &[u8; 4] = b"GPL1";
const CHUNK: usize = 64 * 1024;
/// Largest head envelope, in bytes.
const MAX_HEAD: usize = 512;
/// Records between two entries of the index in memory.
const STRIDE: usize = 256;
/// Most records in one list.
pub const MAX_RECORDS: u64 = 1 << 31;

/// Bytes that can be read at a place: a file, or memory.
pub trait ReadAt {
    /// How many there are.
    fn length(&self) -> io::Result<u64>;
    /// Fills `buffer` from `offset` on, or fails.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
}

impl ReadAt for Vec<u8> {
    fn length(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let end = from.checked_add(buffer.len());
        let bytes = end.and_then(|end| self.get(from..end));
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

impl<R: ReadAt + ?Sized> ReadAt for Box<R> {
    fn length(&self) -> io::Result<u64> {
        (**self).length()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        (**self).read_at(buffer, offset)
    }
}

#[cfg(unix)]
impl ReadAt for std::fs::File {
    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(self, buffer, offset)
    }
}

/// Which question a list answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ListKind {
    /// Subject tag to yellow or red.
    Status,
    /// Pass numbers that no longer count.
    Revocation,
}

impl ListKind {
    const fn key(self) -> usize {
        match self {
            Self::Status => 8,
            Self::Revocation => 5,
        }
    }

    const fn record(self) -> usize {
        match self {
            Self::Status => 9,
            Self::Revocation => 5,
        }
    }
}

/// Claims of a list's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListHead {
    /// What it lists.
    pub kind: ListKind,
    /// Never goes down.
    pub version: u64,
    /// The time whose state it shows.
    pub as_of: Timestamp,
    /// Key of the hash (status lists).
    pub salt: [u8; 16],
    /// How many records.
    pub count: u64,
    /// Root over the body's chunks.
    pub root: Digest,
}

impl Claims for ListHead {
    const KINDS: &'static [Kind] = &[Kind::List];
}

/// Why a list can't be used, or a look-up had no answer.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The file breaks the format.
    #[error("list is damaged: {0}")]
    Damaged(&'static str),
    /// The head's signature does not count.
    #[error("list: {0}")]
    Head(#[from] DocumentError),
    /// The body is not what the issuer signed.
    #[error("list: the body is not what the issuer signed")]
    Root,
    /// The storage failed.
    #[error("list can't be read from storage: {0}")]
    Read(#[from] io::Error),
}

/// What a status list says of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Not on the list.
    NotListed,
    /// On it, with this colour.
    Listed(Colour),
}

/// What a revocation list says of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// It counts.
    Valid,
    /// It no longer counts.
    Revoked,
}

/// A list whose head and every byte were checked.
#[derive(Debug)]
pub struct List<R> {
    reader: R,
    head: ListHead,
    issuer: IssuerId,
    body_at: u64,
    length: u64,
    /// Key of every [`STRIDE`]th record, the first included.
    index: Vec<[u8; 8]>,
    /// BLAKE3 of every chunk of the body.
    chunks: Vec<blake3::Hash>,
}

impl<R: ReadAt> List<R> {
    /// Opens a list and checks its head's signature, its root, its order and its count.
    pub fn open(reader: R, trust: &TrustList, now: Timestamp) -> Result<Self, ListError> {
        let damaged = ListError::Damaged;
        let length = reader.length()?;
        let mut front = [0; 8];
        if length < front.len() as u64 {
            return Err(damaged("too short"));
        }
        reader.read_at(&mut front, 0)?;
        let [m0, m1, m2, m3, l0, l1, l2, l3] = front;
        let head_length = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
        if &[m0, m1, m2, m3] != MAGIC {
            return Err(damaged("not a list"));
        }
        let body_at = 8 + head_length;
        if head_length > MAX_HEAD as u64 || body_at > length {
            return Err(damaged("the head's length is wrong"));
        }
        let mut head = vec![0; head_length as usize];
        reader.read_at(&mut head, 8)?;
        let envelope = Envelope::parse_kind(Kind::List, &head, MAX_HEAD)
            .map_err(|why| ListError::Head(why.into()))?;
        let verified = verify_envelope::<ListHead>(&envelope, trust, now)?;
        let (head, issuer) = (verified.claims().clone(), verified.issuer().id);
        if head.count > MAX_RECORDS || head.count * head.kind.record() as u64 != length - body_at {
            return Err(damaged("the count and the length disagree"));
        }
        let (index, chunks) = check_body(&reader, &head, body_at, length)?;
        Ok(Self {
            reader,
            head,
            issuer,
            body_at,
            length,
            index,
            chunks,
        })
    }

    /// What the issuer signed about it.
    pub fn head(&self) -> &ListHead {
        &self.head
    }

    /// Whose list it is.
    pub fn issuer(&self) -> IssuerId {
        self.issuer
    }

    /// Colour of a person, on a status list.
    pub fn status(&self, tag: &SubjectTag) -> Result<Listing, ListError> {
        self.expect(ListKind::Status)?;
        match self.find(&hash_tag(&self.head.salt, tag))? {
            None => Ok(Listing::NotListed),
            Some(record) => match record.last() {
                Some(1) => Ok(Listing::Listed(Colour::Yellow)),
                Some(2) => Ok(Listing::Listed(Colour::Red)),
                _ => Err(ListError::Damaged("a colour that does not exist")),
            },
        }
    }

    /// Whether a pass still counts, on a revocation list.
    pub fn revocation(&self, number: &PassNumber) -> Result<Revocation, ListError> {
        self.expect(ListKind::Revocation)?;
        Ok(self
            .find(&number.0)?
            .map_or(Revocation::Valid, |_| Revocation::Revoked))
    }

    fn expect(&self, kind: ListKind) -> Result<(), ListError> {
        if self.head.kind == kind {
            Ok(())
        } else {
            Err(ListError::Damaged("asked of a list of the other kind"))
        }
    }

    /// The record of a key: the index gives the one block that may hold it.
    fn find(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ListError> {
        let size = self.head.kind.record();
        let padded = index_key(key);
        let after = self.index.partition_point(|first| *first <= padded);
        let Some(block) = after.checked_sub(1) else {
            return Ok(None);
        };
        let first = block * STRIDE;
        let records = (self.head.count as usize - first).min(STRIDE);
        let bytes = self.read_checked(first * size, records * size)?;
        let mut records = bytes.chunks_exact(size);
        Ok(records
            .find(|record| record.starts_with(key))
            .map(<[u8]>::to_vec))
    }

    /// Bytes of the body, from chunks whose digests are still those that the root was made of.
    fn read_checked(&self, from: usize, count: usize) -> Result<Vec<u8>, ListError> {
        let (first, last) = (from / CHUNK, (from + count - 1) / CHUNK);
        let mut bytes = Vec::with_capacity((last + 1 - first) * CHUNK);
        for (number, digest) in self.chunks.iter().enumerate().take(last + 1).skip(first) {
            let at = self.body_at + (number * CHUNK) as u64;
            let part = CHUNK.min((self.length - at) as usize);
            let mut chunk = vec![0; part];
            self.reader.read_at(&mut chunk, at)?;
            if blake3::hash(&chunk) != *digest {
                return Err(ListError::Root);
            }
            bytes.extend(chunk);
        }
        let start = from - first * CHUNK;
        let wanted = bytes.get(start..start + count);
        Ok(wanted.ok_or(ListError::Damaged("too short"))?.to_vec())
    }
}

/// Front of the keyed hash of a tag: the key of a status record.
pub fn hash_tag(salt: &[u8; 16], tag: &SubjectTag) -> [u8; 8] {
    let key = blake3::derive_key("gatepost status list v1", salt);
    let mut front = [0; 8];
    front.copy_from_slice(&blake3::keyed_hash(&key, &tag.0).as_bytes()[..8]);
    front
}

fn index_key(key: &[u8]) -> [u8; 8] {
    let mut padded = [0; 8];
    padded[..key.len()].copy_from_slice(key);
    padded
}

/// Reads the whole body once: root, order, the index and the chunks' digests.
fn check_body<R: ReadAt>(
    reader: &R,
    head: &ListHead,
    body_at: u64,
    length: u64,
) -> Result<(Vec<[u8; 8]>, Vec<blake3::Hash>), ListError> {
    let size = head.kind.record();
    let mut root = blake3::Hasher::new();
    let mut chunks = Vec::new();
    let mut index = Vec::new();
    let mut pending: Vec<u8> = Vec::new();
    let mut last: Option<Vec<u8>> = None;
    let (mut at, mut seen) = (body_at, 0_usize);
    let mut chunk = vec![0; CHUNK];
    while at < length {
        let part = CHUNK.min((length - at) as usize);
        reader.read_at(&mut chunk[..part], at)?;
        let digest = blake3::hash(&chunk[..part]);
        root.update(digest.as_bytes());
        chunks.push(digest);
        pending.extend_from_slice(&chunk[..part]);
        let whole = pending.len() / size * size;
        for record in pending[..whole].chunks_exact(size) {
            let key = &record[..head.kind.key()];
            if last.as_deref().is_some_and(|last| last >= key) {
                return Err(ListError::Damaged("records are out of order"));
            }
            if seen.is_multiple_of(STRIDE) {
                index.push(index_key(key));
            }
            match &mut last {
                Some(last) => last.copy_from_slice(key),
                None => last = Some(key.to_vec()),
            }
            seen += 1;
        }
        pending.drain(..whole);
        at += part as u64;
    }
    if root.finalize().as_bytes() != &head.root.0 {
        return Err(ListError::Root);
    }
    Ok((index, chunks))
}
