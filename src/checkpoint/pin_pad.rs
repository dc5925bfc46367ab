//! The pad on which staff enter their PINs: tries, waits, and the slow check beside the loop.
//!
//! Pure: time comes in as an argument.

use std::time::{Duration, Instant};

use gatepost_pass::{Badge, PassNumber, Pin, PinCheck, PinHash};

/// The pad on which PINs are entered, for all badges alike: a second scan gives no new tries.
#[derive(Clone, Copy, Debug, Default)]
pub struct PinPad {
    wrong: u32,
    locked_until: Option<Instant>,
    /// Since when a PIN is being checked.
    checking: Option<Instant>,
}

/// A PIN that was entered for a badge, to be checked: its hash is slow on purpose.
#[derive(Debug)]
pub struct EnteredPin {
    pin: Pin,
    of: PinOf,
}

/// Whose PIN: a badge's number and the hash that stands on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PinOf(PassNumber, PinHash);

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

/// Wrong PINs before the pad locks.
const TRIES: u32 = 5;
/// The first wait; each further wrong PIN doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(30);
/// The longest.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// A check that has not ended after this long never ends: the next PIN may be entered.
const GIVEN_UP: Duration = Duration::from_secs(10);

impl EnteredPin {
    /// Compares it with the badge's. Takes up to half a second on a small board and 19 MiB of
    /// memory meanwhile: not for the thread of a window or of a loop.
    pub fn check(self) -> CheckedPin {
        let PinOf(number, hash) = self.of;
        CheckedPin {
            of: self.of,
            check: hash.check(&self.pin, number),
        }
    }
}

impl CheckedPin {
    /// Whether it is the PIN of this badge, as the badge stands.
    pub(super) fn opens(&self, badge: &Badge) -> bool {
        self.check == PinCheck::Right && PinOf::of(badge) == Some(self.of)
    }
}

impl PinOf {
    fn of(badge: &Badge) -> Option<Self> {
        Some(Self(badge.number, badge.pin?))
    }
}

impl PinPad {
    /// Whether it takes a PIN now.
    pub fn state(&self, at: Instant) -> PadState {
        let goes_on = |since: Instant| at.saturating_duration_since(since) < GIVEN_UP;
        if self.checking.is_some_and(goes_on) {
            return PadState::Checking;
        }
        let left = self
            .locked_until
            .map(|until| until.saturating_duration_since(at));
        match left.filter(|left| !left.is_zero()) {
            // Rounded up: at zero it is open.
            Some(left) => PadState::Locked(
                left.as_millis()
                    .div_ceil(1000)
                    .try_into()
                    .unwrap_or(u32::MAX),
            ),
            None if self.wrong == 0 => PadState::Open(None),
            None => PadState::Open(Some(TRIES.saturating_sub(self.wrong).max(1) as u8)),
        }
    }

    /// Takes the PIN of a badge that has one, to be checked. While another one is checked, or the
    /// pad is locked, no PIN is looked at.
    pub fn enter(&mut self, badge: &Badge, pin: Pin, at: Instant) -> Option<EnteredPin> {
        let PadState::Open(_) = self.state(at) else {
            return None;
        };
        let of = PinOf::of(badge)?;
        self.checking = Some(at);
        Some(EnteredPin { pin, of })
    }

    /// A PIN was checked: a wrong one costs a try, whichever badge it was for.
    pub fn checked(&mut self, pin: &CheckedPin, at: Instant) {
        self.checking = None;
        match pin.check {
            PinCheck::Right => *self = Self::default(),
            PinCheck::Wrong => {
                self.wrong = self.wrong.saturating_add(1);
                if let Some(over) = self.wrong.checked_sub(TRIES) {
                    let wait = FIRST_WAIT
                        .saturating_mul(1 << over.min(10))
                        .min(LONGEST_WAIT);
                    self.locked_until = at.checked_add(wait);
                }
            }
        }
    }
}
