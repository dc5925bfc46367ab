//! Sizes and places: what follows from a list's kind, count and number of pages, and nothing else.

use std::ops::Range;

use super::ListKind;

/// Bytes of a page: what storage reads at once. The head takes one too.
pub(super) const PAGE: usize = 4096;
/// Bytes of a chunk of the body, the last one excepted: 16 pages.
pub(super) const CHUNK: usize = 64 * 1024;
/// Bytes before the bits of a page: checksum and count.
pub(super) const PAGE_HEAD: usize = 6;
/// Bytes of a page's first key in the index.
pub(super) const INDEX_ENTRY: usize = 8;
/// Bytes of a chunk's digest in the table at the end.
const DIGEST: usize = 32;
/// Widest low part of a key: with a colour it makes the widest field that is read at once.
const MAX_LOW: u32 = super::bits::WIDEST - 1;

/// How keys are cut in two: `high ‖ low`, where the high parts rise slowly enough to be counted in
/// unary (Elias, JACM 21(2), 1974; Fano, MIT 1971) and the low parts stand as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Bits of a key.
    pub(super) key: u32,
    /// Bits of its low part.
    pub(super) low: u32,
    /// Bits of colour beside it.
    pub(super) colour: u32,
}

impl Shape {
    /// The low part is ⌊log2(2^key / count)⌋ bits wide, which costs least for keys that are spread
    /// evenly, as hashes and random numbers are (Vigna, WSDM 2013, section 3).
    pub(super) fn of(kind: ListKind, count: u64) -> Self {
        // ⌈log2 count⌉, and 0 for an empty list.
        let spread = u64::BITS - count.saturating_sub(1).leading_zeros();
        Self {
            key: kind.key_bits(),
            low: kind.key_bits().saturating_sub(spread).min(MAX_LOW),
            colour: kind.colour_bits(),
        }
    }

    /// Bits of a low part with its colour.
    pub(super) const fn field(self) -> u32 {
        self.low + self.colour
    }

    /// The greatest key.
    pub(super) const fn greatest(self) -> u64 {
        u64::MAX >> (u64::BITS - self.key)
    }

    /// Bytes that the fields of so many keys take.
    pub(super) const fn fields(self, keys: usize) -> usize {
        (keys * self.field() as usize).div_ceil(8)
    }

    /// Whether so many keys, the last of which has a high part `rise` above the first one's, fit a
    /// page.
    pub(super) const fn fit(self, keys: usize, rise: u64) -> bool {
        let room = PAGE - PAGE_HEAD;
        rise <= 8 * room as u64 && (rise as usize + keys).div_ceil(8) + self.fields(keys) <= room
    }
}

/// Where the parts of a file of so many pages lie.
///
/// ```text
/// head page ‖ pages ‖ index (8 bytes a page) ‖ digests (32 bytes a chunk)
///             └──────── body, in chunks ───┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) pages: u32,
}

impl Layout {
    /// Bytes of pages and index.
    const fn body(self) -> u64 {
        self.pages as u64 * (PAGE + INDEX_ENTRY) as u64
    }

    pub(super) const fn chunks(self) -> u32 {
        // Not more than there are pages.
        self.body().div_ceil(CHUNK as u64) as u32
    }

    /// Bytes of the file.
    pub(super) const fn length(self) -> u64 {
        self.digests().end
    }

    /// Where a page lies in the file.
    pub(super) const fn page(self, page: u32) -> u64 {
        PAGE as u64 * (page as u64 + 1)
    }

    /// Where a chunk lies in the file.
    pub(super) const fn chunk(self, chunk: u32) -> Range<u64> {
        let end = PAGE as u64 + self.body();
        let from = PAGE as u64 + chunk as u64 * CHUNK as u64;
        let to = from + CHUNK as u64;
        from..(if to < end { to } else { end })
    }

    /// Where the index lies in the file.
    pub(super) const fn index(self) -> Range<u64> {
        self.page(self.pages)..PAGE as u64 + self.body()
    }

    /// Where the digests of the chunks lie in the file.
    pub(super) const fn digests(self) -> Range<u64> {
        let from = PAGE as u64 + self.body();
        from..from + self.chunks() as u64 * DIGEST as u64
    }
}

/// The chunk that a page is in.
pub(super) const fn chunk_of(page: u32) -> u32 {
    page / (CHUNK / PAGE) as u32
}
