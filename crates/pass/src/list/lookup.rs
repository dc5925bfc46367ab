//! A list that is open, and what it says of a person or a pass.

use super::error::ListError;
use super::head::ListHead;
use super::identity::IdentityKey;
use super::keys::{TagKey, number_key};
use super::kind::ListKind;
use super::page::{ListEntry, ListPage, PageFault};
use super::shape::{Layout, Shape, chunk_of};
use super::source::ReadAt;
use crate::colour::Colour;
use crate::digest::Digest;
use crate::ids::{IssuerId, PassNumber, SubjectTag};
use crate::key::PublicKey;

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

    /// The colour of who is on it.
    pub(super) const fn listed(self) -> Option<Colour> {
        match self {
            Self::NotListed => None,
            Self::Listed(colour) => Some(colour),
        }
    }
}

/// What a revocation list says of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// Its number is not on the list.
    Valid,
    /// Its number is on the list: lost, stolen, replaced or issued in error.
    Revoked,
}

/// A list whose head was checked, and all that a look-up needs besides one page.
#[derive(Debug)]
pub struct List<R> {
    pub(super) reader: R,
    pub(super) head: ListHead,
    /// The head's bytes as they were signed.
    pub(super) envelope: Vec<u8>,
    /// First key of every page.
    pub(super) index: Vec<u64>,
    /// BLAKE3 of every chunk of the body.
    pub(super) digests: Vec<Digest>,
    pub(super) issuer: IssuerId,
    pub(super) signed_by: PublicKey,
    pub(super) layout: Layout,
    pub(super) shape: Shape,
    pub(super) tag_key: TagKey,
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

    /// The issuer's key that signed it.
    pub fn signed_by(&self) -> PublicKey {
        self.signed_by
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

    /// Whether a pass is revoked, on a revocation list.
    pub fn revocation(&self, number: &PassNumber) -> Result<Revocation, ListError> {
        self.expect(ListKind::Revocation)?;
        let found = self.find(number_key(number))?;
        Ok(found.map_or(Revocation::Valid, |_| Revocation::Revoked))
    }

    /// Refuses a question for another kind of list.
    pub(super) fn expect(&self, kind: ListKind) -> Result<(), ListError> {
        if self.head.kind == kind {
            Ok(())
        } else {
            Err(ListError::OtherKind(self.head.kind))
        }
    }

    /// The key's record: the index names the one page that may hold it.
    pub(super) fn find(&self, key: u64) -> Result<Option<ListEntry>, ListError> {
        let after = self.index.partition_point(|first| *first <= key);
        let Some(number) = after.checked_sub(1) else {
            return Ok(None);
        };
        let (first, number) = (self.index[number], number as u32);
        let mut page = ListPage::empty();
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
