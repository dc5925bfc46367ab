//! The pad on which staff enter their PINs: tries, waits, and the slow check beside the loop.
//!
//! Each badge has its own tries, which a right PIN of another badge gives back no more than
//! switching the device off: each is on the disk before its PIN is looked at. Waits are counted in
//! running time, so that no clock shortens one. Pure: time and the disk come in as arguments.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use gatepost_pass::{Badge, PassNumber, Pin, PinCheck, PinVerifier};
use gatepost_protocol::PinTable;

use super::pin_tries::{LONGEST_WAIT, PinTries, TRIES};

/// The pad on which PINs are entered.
#[derive(Clone, Debug, Default)]
pub struct PinPad {
    tries: PinTries,
    locked_until: BTreeMap<PassNumber, Instant>,
    /// Since when a PIN is being checked.
    checking: Option<Instant>,
}

/// Whose PIN: a badge's number, and what its PIN is checked against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinOf {
    number: PassNumber,
    verifier: PinVerifier,
}

/// A PIN that was entered for a badge, to be checked: its hash is slow on purpose.
#[derive(Debug)]
pub struct EnteredPin {
    pin: Pin,
    of: PinOf,
}

/// What became of a PIN. Only [`EnteredPin::check`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedPin {
    of: PinOf,
    check: PinCheck,
}

/// Whether the pad takes a PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PadState {
    /// It does. With the tries that are left before it locks, once some are gone.
    Open(Option<u8>),
    /// Not before the last one is checked.
    Checking,
    /// Not for so many seconds.
    Locked(u32),
}

/// A check that has not ended after this long never ends: the next PIN may be entered.
const GIVEN_UP: Duration = Duration::from_secs(10);

impl PinOf {
    /// That of a badge which has one, where the table says what it is checked against.
    pub fn new(badge: &Badge, table: Option<&PinTable>) -> Option<Self> {
        let verifier = *table?.verifier(badge)?;
        let number = badge.number;
        Some(Self { number, verifier })
    }
}

impl EnteredPin {
    /// Compares it with the badge's. Takes up to half a second on a small board and 19 MiB of
    /// memory meanwhile: not for the thread of a window or of a loop.
    pub fn check(self) -> CheckedPin {
        CheckedPin {
            of: self.of,
            check: self.of.verifier.check(&self.pin),
        }
    }
}

impl CheckedPin {
    /// Whether it is the right one, and of this badge.
    pub(super) fn opens(&self, of: &PinOf) -> bool {
        self.check == PinCheck::Right && self.of == *of
    }
}

impl PinPad {
    /// The pad of a device that starts now, with these tries behind it.
    pub fn new(tries: PinTries, at: Instant) -> Self {
        let until = |(number, wait)| Some((number, at.checked_add(wait)?));
        Self {
            locked_until: tries.waiting().filter_map(until).collect(),
            tries,
            checking: None,
        }
    }

    /// Whether it takes a PIN of this badge now.
    pub fn state(&self, of: &PinOf, at: Instant) -> PadState {
        let goes_on = |since: Instant| at.saturating_duration_since(since) < GIVEN_UP;
        if self.checking.is_some_and(goes_on) {
            return PadState::Checking;
        }
        let until = self.locked_until.get(&of.number);
        let left = until.map(|until| until.saturating_duration_since(at));
        let wrong = self.tries.of(of.number).wrong;
        match left.filter(|left| !left.is_zero()) {
            // Rounded up: at zero it is open.
            Some(left) => {
                let seconds = left.as_millis().div_ceil(1000);
                PadState::Locked(seconds.try_into().unwrap_or(LONGEST_WAIT))
            }
            None if wrong == 0 => PadState::Open(None),
            None => PadState::Open(Some(TRIES.saturating_sub(wrong).max(1) as u8)),
        }
    }

    /// Takes the PIN of a badge, to be checked. It counts as a wrong one from now on, and `keep`
    /// brings that to the disk. While another one is checked, or the badge waits, no PIN is looked
    /// at.
    ///
    /// # Errors
    /// The tries can't be kept: then no PIN is looked at either.
    pub fn enter<E>(
        &mut self,
        of: PinOf,
        pin: Pin,
        at: Instant,
        keep: impl FnOnce(&PinTries) -> Result<(), E>,
    ) -> Result<Option<EnteredPin>, E> {
        let PadState::Open(_) = self.state(&of, at) else {
            return Ok(None);
        };
        let tries = self.tries.count(of.number);
        let wait = Duration::from_secs(tries.wait.into());
        let until = at.checked_add(wait).filter(|until| *until > at);
        match until {
            Some(until) => self.locked_until.insert(of.number, until),
            None => self.locked_until.remove(&of.number),
        };
        keep(&self.tries)?;
        self.checking = Some(at);
        Ok(Some(EnteredPin { pin, of }))
    }

    /// A PIN was checked. A right one gives its own badge all tries back; a wrong one was counted.
    pub fn checked<E>(
        &mut self,
        pin: &CheckedPin,
        keep: impl FnOnce(&PinTries) -> Result<(), E>,
    ) -> Result<(), E> {
        self.checking = None;
        match pin.check {
            PinCheck::Right => {
                self.tries.clear(pin.of.number);
                self.locked_until.remove(&pin.of.number);
                keep(&self.tries)
            }
            PinCheck::Wrong => Ok(()),
        }
    }

    /// Time passes: what has been waited need not be waited again after a restart. Badges that are
    /// not in the table, where there is one, are forgotten.
    pub fn tick<E>(
        &mut self,
        table: Option<&PinTable>,
        at: Instant,
        keep: impl FnOnce(&PinTries) -> Result<(), E>,
    ) -> Result<(), E> {
        let before = self.tries.clone();
        let over: Vec<_> = self
            .locked_until
            .extract_if(.., |_, until| *until <= at)
            .collect();
        for (number, _) in over {
            self.tries.waited(number);
        }
        if let Some(table) = table {
            self.tries.keep_only(table);
        }
        if self.tries == before {
            Ok(())
        } else {
            keep(&self.tries)
        }
    }
}
