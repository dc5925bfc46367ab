//! One page: a run of keys in Elias-Fano code, readable by itself with its first key from the
//! index.
//!
//! ```text
//! page   = CRC-32:u32le ‖ keys:u16le ‖ highs ‖ zeros ‖ fields              (4096 bytes)
//! highs  = for each key: as many 0 bits as its high part rises above the key before, then a 1 bit
//! fields = for each key: colour ‖ low part; the last field ends in the page's last byte
//! CRC-32 = over the first key as u64le and the page without its first four bytes
//! ```
//!
//! Quotienting is what makes pages small: a page keeps high parts relative to its first key.

use super::{
    bits::{SLACK, field, mask, put_field, word},
    shape::{PAGE, PAGE_HEAD, Shape},
};
use crate::colour::Colour;

/// A listed key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListEntry {
    /// Hash of a subject tag or an ID number, or a pass number.
    pub key: u64,
    /// Red, and not yellow. Always false on lists without colours.
    pub red: bool,
}

impl ListEntry {
    /// The record of that key, which has none when green.
    pub const fn of(key: u64, colour: Colour) -> Option<Self> {
        let red = match colour {
            Colour::Green => return None,
            Colour::Yellow => false,
            Colour::Red => true,
        };
        Some(Self { key, red })
    }

    /// The colour that it stands for.
    pub const fn colour(self) -> Colour {
        if self.red {
            Colour::Red
        } else {
            Colour::Yellow
        }
    }
}

/// What is wrong with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageFault {
    /// Its bytes are not those that were written.
    Checksum,
    /// Written wrongly.
    Format(&'static str),
}

/// The bytes of a page, and some zeros after them.
pub(super) struct ListPage(pub(super) [u8; PAGE + SLACK]);

impl ListPage {
    pub(super) const fn empty() -> Self {
        Self([0; PAGE + SLACK])
    }

    /// Where the bytes from storage go.
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.0[..PAGE]
    }

    /// Checks the checksum.
    pub(super) fn check(&self, first: u64) -> Result<(), PageFault> {
        if word(&self.0, 0) as u32 == checksum(first, &self.0[..PAGE]) {
            Ok(())
        } else {
            Err(PageFault::Checksum)
        }
    }

    fn keys(&self) -> usize {
        usize::from(u16::from_le_bytes([self.0[4], self.0[5]]))
    }

    /// Where the fields begin, in bits.
    fn fields(&self, shape: Shape) -> Result<usize, PageFault> {
        let bytes = shape.fields(self.keys());
        match PAGE.checked_sub(bytes) {
            Some(from) if from >= PAGE_HEAD => Ok(8 * from),
            _ => Err(PageFault::Format("a page counts more keys than it holds")),
        }
    }

    /// Looks for a key that is not less than the page's first.
    pub(super) fn find(
        &self,
        shape: Shape,
        first: u64,
        key: u64,
    ) -> Result<Option<ListEntry>, PageFault> {
        let (keys, fields) = (self.keys(), self.fields(shape)?);
        let rise = (key >> shape.low).saturating_sub(first >> shape.low);
        let Some(mut at) = self.after_zeros(rise) else {
            return Ok(None);
        };
        // All bits before this one that are not zeros are keys.
        let mut number = at - rise as usize;
        let low = key & mask(shape.low);
        while number < keys && field(&self.0, 8 * PAGE_HEAD + at, 1) == 1 {
            let found = field(
                &self.0,
                fields + number * shape.field() as usize,
                shape.field(),
            );
            if found >> shape.colour >= low {
                let red = found & mask(shape.colour) == 1;
                return Ok((found >> shape.colour == low).then_some(ListEntry { key, red }));
            }
            at += 1;
            number += 1;
        }
        Ok(None)
    }

    /// The bit of the highs that follows on so many zeros.
    fn after_zeros(&self, zeros: u64) -> Option<usize> {
        let mut left = usize::try_from(zeros).ok()?;
        let mut at = 0;
        while left > 0 {
            if PAGE_HEAD + at / 8 >= PAGE {
                return None;
            }
            let mut holes = !word(&self.0, PAGE_HEAD + at / 8);
            let here = holes.count_ones() as usize;
            if here >= left {
                for _ in 1..left {
                    holes &= holes - 1;
                }
                return Some(at + holes.trailing_zeros() as usize + 1);
            }
            left -= here;
            at += 64;
        }
        Some(at)
    }

    /// All keys of the page into `into`, which is empty. Keys that do not rise, bits that mean
    /// nothing and a first key other than `first` are faults.
    pub(super) fn decode(
        &self,
        shape: Shape,
        first: u64,
        into: &mut Vec<ListEntry>,
    ) -> Result<(), PageFault> {
        let damaged = |what| Err(PageFault::Format(what));
        let (keys, fields) = (self.keys(), self.fields(shape)?);
        let (base, width) = (first >> shape.low, shape.field());
        into.reserve(keys);
        let room = fields - 8 * PAGE_HEAD;
        let (mut done, mut last, mut rise) = (0, None, 0);
        let mut at = 0;
        while at < room {
            let mut ones = word(&self.0, PAGE_HEAD + at / 8);
            if room - at < 64 {
                ones &= mask((room - at) as u32);
            }
            while ones != 0 {
                let place = at + ones.trailing_zeros() as usize;
                ones &= ones - 1;
                rise = (place - done) as u64;
                let found = field(&self.0, fields + done * width as usize, width);
                // A high part beyond the keys' range is found below, in the last key.
                let key = base.wrapping_add(rise) << shape.low | found >> shape.colour;
                if last.is_some_and(|last| last >= key) {
                    return damaged("keys are out of order");
                }
                last = Some(key);
                done += 1;
                let red = found & mask(shape.colour) == 1;
                into.push(ListEntry { key, red });
            }
            at += 64;
        }
        let beyond = base
            .checked_add(rise)
            .is_none_or(|high| high > shape.greatest() >> shape.low);
        if done == 0 || done != keys || beyond {
            return damaged("a page holds other keys than it counts");
        }
        let end = fields + keys * width as usize;
        if field(&self.0, end, (8 * PAGE - end) as u32) != 0 {
            return damaged("bits that mean nothing are set");
        }
        if into.first().map(|entry| entry.key) != Some(first) {
            return damaged("the index and a page disagree");
        }
        Ok(())
    }
}

/// A page that is being filled.
pub(super) struct PageWriter {
    shape: Shape,
    first: u64,
    keys: usize,
    highs: ListPage,
    fields: ListPage,
}

impl PageWriter {
    pub(super) fn new(shape: Shape) -> Self {
        Self {
            shape,
            first: 0,
            keys: 0,
            highs: ListPage::empty(),
            fields: ListPage::empty(),
        }
    }

    /// Adds a key greater than all before, or returns false when the page has no space for it.
    pub(super) fn push(&mut self, entry: ListEntry) -> bool {
        let shape = self.shape;
        if self.keys == 0 {
            self.first = entry.key;
        }
        let rise = (entry.key >> shape.low) - (self.first >> shape.low);
        if !shape.fit(self.keys + 1, rise) {
            return false;
        }
        put_field(
            &mut self.highs.0,
            8 * PAGE_HEAD + rise as usize + self.keys,
            1,
        );
        let value = (entry.key & mask(shape.low)) << shape.colour | u64::from(entry.red);
        put_field(
            &mut self.fields.0,
            self.keys * shape.field() as usize,
            value,
        );
        self.keys += 1;
        true
    }

    /// The first key and the bytes of the page, which is empty again; nothing when it was empty.
    pub(super) fn take(&mut self) -> Option<(u64, [u8; PAGE])> {
        if self.keys == 0 {
            return None;
        }
        let mut page = [0; PAGE];
        page.copy_from_slice(&self.highs.0[..PAGE]);
        // A page holds fewer than 2^16 keys: each takes a bit, and the page has 2^15.
        page[4..PAGE_HEAD].copy_from_slice(&(self.keys as u16).to_le_bytes());
        let fields = self.shape.fields(self.keys);
        page[PAGE - fields..].copy_from_slice(&self.fields.0[..fields]);
        let sum = checksum(self.first, &page);
        page[..4].copy_from_slice(&sum.to_le_bytes());
        self.keys = 0;
        self.highs = ListPage::empty();
        self.fields = ListPage::empty();
        Some((self.first, page))
    }
}

/// CRC-32 (IEEE 802.3) over the first key and what follows the checksum in a page: finds bits that
/// rot, and a page of another place or another list.
fn checksum(first: u64, page: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&first.to_le_bytes());
    sum.update(page.get(4..).unwrap_or_default());
    sum.finalize()
}
