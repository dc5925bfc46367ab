//! The records: the same for every structure, and made again rather than kept.

use std::path::PathBuf;

use gatepost_pass::{
    Colour, PassNumber, SubjectTag,
    list::{ListEntry, TagKey, number_key},
};

/// Salt of the status list.
pub const SALT: [u8; 16] = [7; 16];
/// Cache of each database, in bytes: as much as a small board would give.
pub const CACHE: usize = 8 << 20;
/// Look-ups that are timed one by one.
const LOOKUPS: u64 = 200_000;

/// How many records, and where files go.
pub struct Plan {
    pub count: u64,
    dir: PathBuf,
    hash: TagKey,
}

/// What a day changes.
#[derive(Clone, Copy)]
pub struct DayOfChanges {
    pub adds: u64,
    pub removals: u64,
    pub recolours: u64,
}

impl Plan {
    pub fn new(count: u64, dir: PathBuf) -> Self {
        Self {
            count,
            dir,
            hash: TagKey::new(&SALT),
        }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// A million changes, or a tenth of a small list.
    pub fn mixed_day(&self) -> DayOfChanges {
        let all = (self.count / 10).min(1_000_000);
        DayOfChanges {
            adds: all * 2 / 5,
            removals: all * 2 / 5,
            recolours: all / 5,
        }
    }

    /// A million who come and a million who go.
    pub fn busy_day(&self) -> DayOfChanges {
        let each = (self.count / 10).min(1_000_000);
        DayOfChanges {
            adds: each,
            removals: each,
            recolours: 0,
        }
    }

    /// The record of a number, before or after a day; nothing when it is not listed then.
    pub fn status(&self, number: u64, day: Option<DayOfChanges>) -> Option<ListEntry> {
        self.day(number, day)
            .and_then(|colour| self.hash.entry(&tag(number), colour))
    }

    pub fn revocation(&self, number: u64, day: Option<DayOfChanges>) -> Option<ListEntry> {
        let key = number_key(&pass(number));
        self.day(number, day).map(|_| ListEntry { key, red: false })
    }

    fn day(&self, number: u64, day: Option<DayOfChanges>) -> Option<Colour> {
        let red = mix(number, 3).is_multiple_of(2);
        let Some(day) = day else {
            return (number < self.count).then_some(colour(red));
        };
        // Who goes and who changes is spread over the list.
        let step = (self.count / (day.removals + day.recolours).max(1)).max(1);
        let (turn, place) = (number / step, number % step);
        if number >= self.count {
            (number < self.count + day.adds).then_some(colour(red))
        } else if place == 0 && turn < day.removals {
            None
        } else {
            let changes = place == 0 && turn < day.removals + day.recolours;
            Some(colour(red != changes))
        }
    }

    /// Whether a number is listed red before and after a day; nothing when it is not listed.
    pub fn colours(&self, number: u64, day: DayOfChanges) -> (Option<bool>, Option<bool>) {
        let red = |colour| colour == Colour::Red;
        (
            self.day(number, None).map(red),
            self.day(number, Some(day)).map(red),
        )
    }

    /// What a day changes, key by key: with the new colour, or without any for those who go.
    pub fn changes(&self, day: DayOfChanges) -> Vec<(u64, Option<bool>)> {
        let changed = (0..self.count + day.adds).filter_map(|number| {
            // Hashing all would take longer than the merge: only who changed is hashed.
            let (before, after) = self.colours(number, day);
            (before != after).then(|| (self.hash.key(&tag(number)), after))
        });
        let mut changed: Vec<_> = changed.collect();
        changed.sort_unstable();
        changed
    }

    /// All records before or after a day.
    pub fn entries(
        &self,
        of: fn(&Self, u64, Option<DayOfChanges>) -> Option<ListEntry>,
        day: Option<DayOfChanges>,
    ) -> Vec<ListEntry> {
        let adds = day.map_or(0, |day| day.adds);
        let mut entries = Vec::with_capacity((self.count + adds) as usize);
        entries.extend((0..self.count + adds).filter_map(|number| of(self, number, day)));
        entries
    }

    /// Numbers of listed records to look up, in no order.
    pub fn hits(&self) -> impl Iterator<Item = u64> + '_ {
        (0..LOOKUPS).map(|n| mix(n, 4) % self.count)
    }

    /// Numbers of records that are never listed.
    pub fn misses(&self) -> impl Iterator<Item = u64> + '_ {
        (0..LOOKUPS).map(|n| 2 * self.count + n)
    }
}

pub fn tag(number: u64) -> SubjectTag {
    let mut tag = [0; 16];
    tag[..8].copy_from_slice(&mix(number, 1).to_le_bytes());
    tag[8..].copy_from_slice(&mix(number, 2).to_le_bytes());
    SubjectTag(tag)
}

/// All different: an odd factor and two shifts turn 40 bits over without losing any.
pub fn pass(number: u64) -> PassNumber {
    const MASK: u64 = (1 << 40) - 1;
    let mut z = number.wrapping_mul(0x9e_3779_b97f) & MASK;
    z = (z ^ z >> 21).wrapping_mul(0x94_d049_bb13) & MASK;
    z ^= z >> 19;
    let [_, _, _, bytes @ ..] = z.to_be_bytes();
    PassNumber(bytes)
}

fn colour(red: bool) -> Colour {
    if red { Colour::Red } else { Colour::Yellow }
}

/// SplitMix64.
fn mix(number: u64, stream: u64) -> u64 {
    let mut z = (number ^ stream << 56).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
