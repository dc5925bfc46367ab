//! From a file to a [`List`]: head, digests, index, pages; and the check of one chunk at a time.

use std::{io, ops::Range};

use super::{
    List, ListError, ListHead, ListKind, MAX_RECORDS, ReadAt, TagKey,
    head::{MAGIC, MAX_HEAD},
    scan::Scan,
    shape::{CHUNK, INDEX_ENTRY, Layout, PAGE, Shape},
    write::root_of,
};
use crate::{
    digest::Digest,
    envelope::Envelope,
    ids::IssuerId,
    key::PublicKey,
    kind::Kind,
    time::Timestamp,
    trust::TrustList,
    verify::{Verified, verify_envelope},
};

impl<R: ReadAt> List<R> {
    /// Opens a list and checks all of it: the head's signature, every byte against the root, every
    /// record. A body that opens is the only one that says what it says.
    pub fn open(reader: R, trust: &TrustList, now: Timestamp) -> Result<Self, ListError> {
        let list = Self::reopen(reader, trust, now)?;
        let mut scan = Scan::new(&list);
        let mut page = Vec::new();
        while scan.next_page(&mut page)? {}
        Ok(list)
    }

    /// Opens a list that this device has opened before: checks the head's signature, the digests
    /// and the index (0.3 % of the file), and leaves the pages to their checksums and to
    /// [`Self::check_chunk`].
    pub fn reopen(reader: R, trust: &TrustList, now: Timestamp) -> Result<Self, ListError> {
        let front = Preamble::read(&reader, trust, now)?;
        let digests = front.digests(&reader)?;
        let mut list = Self::with(reader, front, digests);
        list.index = list.read_index()?;
        Ok(list)
    }

    /// The spans to fetch again of a file that does not open, although its head and its length are
    /// right. When the digests at its end are not, they alone are named: mend them, and ask again.
    pub fn damage(
        reader: R,
        trust: &TrustList,
        now: Timestamp,
    ) -> Result<Vec<Range<u64>>, ListError> {
        let front = Preamble::read(&reader, trust, now)?;
        let digests = match front.digests(&reader) {
            Ok(digests) => digests,
            Err(ListError::Root | ListError::Read(_)) => return Ok(vec![front.layout.digests()]),
            Err(why) => return Err(why),
        };
        let list = Self::with(reader, front, digests);
        let bad = (0..list.chunks()).filter(|chunk| list.check_chunk(*chunk).is_err());
        Ok(bad.map(|chunk| list.chunk_span(chunk)).collect())
    }

    fn with(reader: R, front: Preamble, digests: Vec<Digest>) -> Self {
        let head = front.head;
        Self {
            reader,
            envelope: front.envelope,
            issuer: front.issuer,
            signed_by: front.signed_by,
            layout: front.layout,
            shape: Shape::of(head.kind, head.count),
            tag_key: TagKey::new(&head.salt),
            head,
            index: Vec::new(),
            digests,
        }
    }

    /// How many chunks [`Self::check_chunk`] knows: one for every 64 KiB.
    pub fn chunks(&self) -> u32 {
        self.layout.chunks()
    }

    /// Reads a chunk from storage and compares it with what the issuer signed. Going over all of
    /// them, a few a second, finds what rots before a look-up needs it.
    pub fn check_chunk(&self, chunk: u32) -> Result<(), ListError> {
        self.read_chunk(chunk, &mut Vec::new())
    }

    /// Where a chunk lies in the file: what to fetch again when it is bad.
    pub fn chunk_span(&self, chunk: u32) -> Range<u64> {
        self.layout.chunk(chunk)
    }

    /// Compares bytes that were fetched again with what the issuer signed, before they are written.
    pub fn check_fetched(&self, chunk: u32, bytes: &[u8]) -> Result<(), ListError> {
        if self.digests.get(chunk as usize) == Some(&Digest::of(bytes)) {
            Ok(())
        } else {
            Err(ListError::Chunk(chunk))
        }
    }

    /// The bytes of a chunk, which are as they were signed.
    pub(super) fn read_chunk(&self, chunk: u32, bytes: &mut Vec<u8>) -> Result<(), ListError> {
        let span = self.chunk_span(chunk);
        if span.is_empty() {
            return Err(ListError::Chunk(chunk));
        }
        bytes.resize((span.end - span.start) as usize, 0);
        self.reader.read_at(bytes, span.start)?;
        self.check_fetched(chunk, bytes)
    }

    /// The index, out of chunks that are as they were signed.
    fn read_index(&self) -> Result<Vec<u64>, ListError> {
        let span = self.layout.index();
        let skipped = (span.start - PAGE as u64) / CHUNK as u64;
        let mut index: Vec<u64> = Vec::with_capacity(self.layout.pages as usize);
        let mut bytes = Vec::new();
        for chunk in skipped as u32..self.chunks() {
            self.read_chunk(chunk, &mut bytes)?;
            let pages_here = span.start.saturating_sub(self.chunk_span(chunk).start);
            // Pages and chunks end at multiples of an entry's length.
            let entries = bytes[pages_here as usize..].chunks_exact(INDEX_ENTRY);
            index.extend(entries.map(|entry| super::bits::word(entry, 0)));
        }
        let fits = index
            .last()
            .is_none_or(|last| *last <= self.shape.greatest());
        if fits && index.is_sorted_by(|one, next| one < next) {
            Ok(index)
        } else {
            Err(ListError::Damaged("the index is out of order"))
        }
    }
}

/// The front of a file whose length fits it.
struct Preamble {
    head: ListHead,
    envelope: Vec<u8>,
    issuer: IssuerId,
    signed_by: PublicKey,
    layout: Layout,
}

impl Preamble {
    fn read<R: ReadAt>(reader: &R, trust: &TrustList, now: Timestamp) -> Result<Self, ListError> {
        let length = reader.length()?;
        let mut page = [0; PAGE];
        let (start, rest) = page.split_at_mut(8);
        match reader.read_at(start, 0) {
            Err(why) if why.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(ListError::NotAList);
            }
            read => read?,
        }
        if !start.starts_with(MAGIC) {
            return Err(ListError::NotAList);
        }
        if length < PAGE as u64 {
            return Err(ListError::Damaged("cut short"));
        }
        reader.read_at(rest, 8)?;
        let head_length = super::bits::word(start, 0) >> 32;
        let parts = rest.split_at_checked(head_length as usize);
        let Some((envelope, zeros)) = parts.filter(|(head, _)| head.len() <= MAX_HEAD) else {
            return Err(ListError::Damaged("the head's length is wrong"));
        };
        let verified = verify_head(envelope, trust, now)?;
        let head = verified.claims().clone();
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(ListError::Damaged("bits that mean nothing are set"));
        }
        let layout = Layout { pages: head.pages };
        if length != layout.length() {
            return Err(ListError::Damaged("the head gives another length"));
        }
        Ok(Self {
            head,
            envelope: envelope.to_vec(),
            issuer: verified.issuer().id,
            signed_by: verified.key(),
            layout,
        })
    }

    /// The digests of the chunks, which the root was made of.
    fn digests<R: ReadAt>(&self, reader: &R) -> Result<Vec<Digest>, ListError> {
        let span = self.layout.digests();
        let mut bytes = vec![0; (span.end - span.start) as usize];
        reader.read_at(&mut bytes, span.start)?;
        let (digests, _) = bytes.as_chunks();
        let digests: Vec<_> = digests.iter().copied().map(Digest).collect();
        if root_of(&digests) == self.head.root {
            Ok(digests)
        } else {
            Err(ListError::Root)
        }
    }
}

/// Checks the signature of a head, and that its numbers fit together.
pub(super) fn verify_head(
    envelope: &[u8],
    trust: &TrustList,
    now: Timestamp,
) -> Result<Verified<ListHead>, ListError> {
    let envelope = Envelope::parse_kind(Kind::List, envelope, MAX_HEAD)
        .map_err(|why| ListError::Head(why.into()))?;
    let verified = verify_envelope::<ListHead>(&envelope, trust, now)?;
    let head = verified.claims();
    if u32::from(head.key_bits) != head.kind.key_bits() {
        return Err(ListError::Damaged(
            "keys of another width than its kind has",
        ));
    }
    if head.hash != head.kind.hash() {
        return Err(match head.kind {
            ListKind::Identity => ListError::UnknownHash(head.hash),
            ListKind::Status | ListKind::Revocation => {
                ListError::Damaged("a hash of ID numbers on a list that has none")
            }
        });
    }
    if head.salt != head.kind.salt(head.salt) {
        return Err(ListError::Damaged(
            "a salt on a list that has no use for it",
        ));
    }
    // Each page holds a key.
    let pages = u64::from(head.pages);
    if head.count > MAX_RECORDS || pages > head.count || (pages == 0 && head.count > 0) {
        return Err(ListError::Damaged("its counts can't be true"));
    }
    Ok(verified)
}
