//! Status, revocation and identity lists: who is yellow or red, which passes no longer count.
//!
//! One file format for all, byte by byte in `docs/list-format.md`: sorted keys in quotiented
//! Elias-Fano code, in pages of 4 KiB that can each be read alone. A look-up finds its page in an index
//! in memory (1 MB for 100 million records) and reads it, once, at its place. The same records give the
//! same bytes, so that a list made by [`merge`] from a [`Delta`] is the issuer's to the last bit.
//!
//! Every byte is checked against the signed root when a list is opened. A page is checked against its
//! checksum when a look-up reads it, and [`List::check_chunk`] goes over the whole again in the
//! background: storage that rots is an error, never "not listed".

mod bits;
mod delta;
mod exact;
mod file;
mod identity;
mod merge;
mod page;
mod rice;
mod scan;
mod shape;
mod source;
mod write;

#[cfg(test)]
mod tests;

pub use delta::{Delta, DeltaError, write_delta};
pub use exact::{Exactness, test_status};
pub use identity::{HASH, IdentityHasher, IdentityKey};
pub use merge::merge;
pub use page::Entry;
pub use source::ReadAt;
pub use write::{
    ListPlan, WriteError, sorted, write_identity, write_list, write_revocation, write_status,
};

use std::io;

use serde::{Deserialize, Serialize};

use crate::{
    envelope::Kind,
    time::Timestamp,
    verify::{Claims, DocumentError},
    words::{Colour, Digest, IssuerId, PassNumber, SubjectTag},
};
use page::{Page, PageFault};
use shape::{Layout, Shape, chunk_of};

const MAGIC: &[u8; 4] = b"GPL1";
/// Largest head envelope, in bytes.
const MAX_HEAD: usize = 512;
/// Most records in one list.
pub const MAX_RECORDS: u64 = 1 << 31;

/// Which question a list answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ListKind {
    /// Subject tag to yellow or red.
    Status,
    /// Pass numbers that no longer count.
    Revocation,
    /// ID number to yellow or red, for a person who shows no pass. A region may leave it out.
    Identity,
}

crate::names! {
    ListKind { Status = "status", Revocation = "revocation", Identity = "identity" }
}

impl ListKind {
    /// Bits of a key.
    const fn key_bits(self) -> u32 {
        match self {
            Self::Status | Self::Identity => 64,
            Self::Revocation => 40,
        }
    }

    /// Bits of colour beside a key.
    const fn colour_bits(self) -> u32 {
        match self {
            Self::Status | Self::Identity => 1,
            Self::Revocation => 0,
        }
    }

    /// The version of the hash that its keys are made with, where that is one of ID numbers.
    const fn hash(self) -> u8 {
        match self {
            Self::Status | Self::Revocation => 0,
            Self::Identity => HASH,
        }
    }

    /// The salt of a list that has a use for one.
    const fn salt(self, salt: [u8; 16]) -> [u8; 16] {
        match self {
            Self::Status | Self::Identity => salt,
            Self::Revocation => [0; 16],
        }
    }
}

/// Claims of a list's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListHead {
    /// What it lists.
    pub kind: ListKind,
    /// Bits of a key: 64 for status and identity, 40 for revocation.
    pub key_bits: u8,
    /// Never goes down.
    pub version: u64,
    /// The time whose state it shows.
    pub as_of: Timestamp,
    /// Salt of the hash (status and identity lists), else zeros. Identity lists of one programme share theirs.
    pub salt: [u8; 16],
    /// Version of the hash and its parameters (identity lists: [`HASH`]), else 0.
    pub hash: u8,
    /// How many records.
    pub count: u64,
    /// How many pages they take.
    pub pages: u32,
    /// Root over the body's chunks.
    pub root: Digest,
}

impl Claims for ListHead {
    const KINDS: &'static [Kind] = &[Kind::List];
}

/// Why a list can't be used, or a look-up had no answer.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// Something else than a list.
    #[error("not a list")]
    NotAList,
    /// The file breaks the format.
    #[error("list is damaged: {0}")]
    Damaged(&'static str),
    /// The head's signature does not count.
    #[error("list: {0}")]
    Head(#[from] DocumentError),
    /// The digests at the end of the file are not what the issuer signed.
    #[error("list: its table of digests is not what the issuer signed: fetch it again")]
    Root,
    /// A chunk of the body is not what the issuer signed.
    #[error("list: chunk {0} is not what the issuer signed: fetch it again")]
    Chunk(u32),
    /// ID numbers are hashed in a way that came after this program.
    #[error(
        "list: its ID numbers are hashed in way {0}, which this program does not know: update it"
    )]
    UnknownHash(u8),
    /// A question that was hashed for lists of another salt.
    #[error("list: the question was hashed under another salt")]
    OtherSalt,
    /// A question for a list of another kind.
    #[error("a {0:?} list does not answer this")]
    OtherKind(ListKind),
    /// The storage failed.
    #[error("list can't be read from storage: {0}")]
    Read(#[from] io::Error),
}

/// What a status or identity list says of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Not on the list.
    NotListed,
    /// On it, with this colour.
    Listed(Colour),
}

impl Listing {
    /// What a list says of a person of this colour: green is not listed.
    pub const fn of(colour: Colour) -> Self {
        match colour {
            Colour::Green => Self::NotListed,
            Colour::Yellow | Colour::Red => Self::Listed(colour),
        }
    }

    const fn listed(self) -> Option<Colour> {
        match self {
            Self::NotListed => None,
            Self::Listed(colour) => Some(colour),
        }
    }
}

/// What a revocation list says of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// It counts.
    Valid,
    /// It no longer counts.
    Revoked,
}

/// A list whose head was checked, and all that a look-up needs besides one page.
#[derive(Debug)]
pub struct List<R> {
    reader: R,
    head: ListHead,
    /// The head's bytes as they were signed.
    envelope: Vec<u8>,
    issuer: IssuerId,
    layout: Layout,
    shape: Shape,
    tag_key: TagKey,
    /// First key of every page.
    index: Vec<u64>,
    /// BLAKE3 of every chunk of the body.
    digests: Vec<Digest>,
}

impl<R: ReadAt> List<R> {
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
        self.listing(self.tag_key.key(tag))
    }

    /// Colour of a person by ID number, on an identity list.
    pub fn identity(&self, key: &IdentityKey) -> Result<Listing, ListError> {
        self.expect(ListKind::Identity)?;
        if key.salt != self.head.salt {
            return Err(ListError::OtherSalt);
        }
        self.listing(key.key)
    }

    fn listing(&self, key: u64) -> Result<Listing, ListError> {
        let found = self.find(key)?;
        Ok(found.map_or(Listing::NotListed, |entry| Listing::Listed(entry.colour())))
    }

    /// Whether a pass still counts, on a revocation list.
    pub fn revocation(&self, number: &PassNumber) -> Result<Revocation, ListError> {
        self.expect(ListKind::Revocation)?;
        let found = self.find(number_key(number))?;
        Ok(found.map_or(Revocation::Valid, |_| Revocation::Revoked))
    }

    fn expect(&self, kind: ListKind) -> Result<(), ListError> {
        if self.head.kind == kind {
            Ok(())
        } else {
            Err(ListError::OtherKind(self.head.kind))
        }
    }

    /// The key's record: the index names the one page that may hold it.
    fn find(&self, key: u64) -> Result<Option<Entry>, ListError> {
        let after = self.index.partition_point(|first| *first <= key);
        let Some(number) = after.checked_sub(1) else {
            return Ok(None);
        };
        let (first, number) = (self.index[number], number as u32);
        let mut page = Page::empty();
        let place = self.layout.page(number);
        self.reader.read_at(page.bytes_mut(), place)?;
        let found = page
            .check(first)
            .and_then(|()| page.find(self.shape, first, key));
        found.map_err(|fault| match fault {
            PageFault::Checksum => ListError::Chunk(chunk_of(number)),
            PageFault::Format(what) => ListError::Damaged(what),
        })
    }
}

/// Makes keys of subject tags: the first 64 bits of BLAKE3 in keyed mode, under a key that is derived
/// from the list's salt.
#[derive(Clone, Debug)]
pub struct TagKey([u8; 32]);

impl TagKey {
    /// For a list of that salt.
    pub fn new(salt: &[u8; 16]) -> Self {
        Self(blake3::derive_key("gatepost status list v1", salt))
    }

    /// The key of a person.
    pub fn key(&self, tag: &SubjectTag) -> u64 {
        let hash = blake3::keyed_hash(&self.0, &tag.0);
        // A hash has 32 bytes.
        let front = hash.as_bytes().first_chunk().copied().unwrap_or_default();
        u64::from_be_bytes(front)
    }

    /// The record of a person, who has none when green.
    pub fn entry(&self, tag: &SubjectTag, colour: Colour) -> Option<Entry> {
        Entry::of(self.key(tag), colour)
    }
}

/// The key of a pass: its number.
pub fn number_key(number: &PassNumber) -> u64 {
    let [a, b, c, d, e] = number.0;
    u64::from_be_bytes([0, 0, 0, a, b, c, d, e])
}
