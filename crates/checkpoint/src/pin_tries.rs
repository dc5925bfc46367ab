//! The wrong PINs of each badge, as they stand on the disk.

use std::{collections::BTreeMap, time::Duration};

use gatepost_pass::{Bounded, FormatError, PassNumber};
use gatepost_protocol::{PinTable, pins::MAX_BADGES};
use serde::{Deserialize, Serialize};

/// Wrong PINs of a badge before its PIN is not looked at for a while.
pub(super) const TRIES: u16 = 5;
/// The first wait; each further wrong PIN doubles it.
const FIRST_WAIT: u32 = 30;
/// The longest. Whoever tries all four-digit PINs needs half a year for one half of them.
pub(super) const LONGEST_WAIT: u32 = 3600;

/// The wrong PINs of all badges. Only of badges whose PIN this device can check, so a stranger's
/// codes fill nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PinTries {
    badges: BTreeMap<PassNumber, BadgeTries>,
    /// Of a badge that is not among them: all of its free tries where the file was damaged.
    others: BadgeTries,
}

/// The wrong PINs of one badge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BadgeTries {
    /// Since the last right one.
    pub(super) wrong: u16,
    /// How long it then waits, in seconds of running time; 0 once that is over. A device that was
    /// switched off meanwhile waits all of it again: no clock says how long that was.
    pub(super) wait: u32,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    badges: Bounded<(PassNumber, BadgeTries), 0, MAX_BADGES>,
    others: BadgeTries,
}

impl PinTries {
    /// Largest file, in bytes.
    pub const MAX: usize = 16 + MAX_BADGES * 16;

    /// What holds where the file was damaged: no badge has a free try left.
    pub fn damaged() -> Self {
        Self {
            others: BadgeTries {
                wrong: TRIES,
                wait: FIRST_WAIT,
            },
            ..Self::default()
        }
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let badges: Vec<_> = self.badges.iter().map(|(n, tries)| (*n, *tries)).collect();
        gatepost_pass::encode(&(badges, self.others))
    }

    /// Reads [`Self::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        let stored: Stored = gatepost_pass::decode_within("tries of PINs", bytes, Self::MAX)?;
        Ok(Self {
            badges: stored.badges.as_slice().iter().copied().collect(),
            others: stored.others,
        })
    }

    /// Those of one badge.
    pub(super) fn of(&self, number: PassNumber) -> BadgeTries {
        self.badges.get(&number).copied().unwrap_or(self.others)
    }

    /// One more.
    pub(super) fn count(&mut self, number: PassNumber) -> BadgeTries {
        let wrong = self.of(number).wrong.saturating_add(1);
        let wait = match wrong.checked_sub(TRIES) {
            Some(over) => FIRST_WAIT
                .saturating_mul(1 << over.min(10))
                .min(LONGEST_WAIT),
            None => 0,
        };
        let tries = BadgeTries { wrong, wait };
        self.badges.insert(number, tries);
        tries
    }

    /// The badge's own PIN was right.
    pub(super) fn clear(&mut self, number: PassNumber) {
        self.badges.insert(number, BadgeTries::default());
        if self.others == BadgeTries::default() {
            self.badges.remove(&number);
        }
    }

    /// The badge has waited.
    pub(super) fn waited(&mut self, number: PassNumber) {
        let wrong = self.of(number).wrong;
        self.badges.insert(number, BadgeTries { wrong, wait: 0 });
    }

    /// Forgets badges that are no longer among those whose PIN can be checked. Numbers are never
    /// given twice.
    pub(super) fn keep_only(&mut self, table: &PinTable) {
        self.badges.retain(|number, _| table.has(*number));
    }

    /// The badges that wait.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (PassNumber, Duration)> {
        let waits = |(number, tries): (&PassNumber, &BadgeTries)| {
            (tries.wait > 0).then_some((*number, Duration::from_secs(tries.wait.into())))
        };
        self.badges.iter().filter_map(waits)
    }
}
