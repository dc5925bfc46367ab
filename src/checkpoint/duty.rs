//! Who is on duty, and whose word counts against the rules: badges, their PINs, and how long they count.
//!
//! Pure: time and what the lists say come in as arguments.

use std::time::{Duration, Instant};

use gatepost_pass::{
    Badge, BadgeRole, PassNumber, Pin, PinCheck, PinHash, ReadAt, Revocation, Timestamp, Verified,
    VerifiedBundle,
};
use gatepost_protocol::{Allowed, OverrideWhy};

use super::{LookedBadge, Lookup, Overriding, Verdict, look_up_badge};

/// Why a badge does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadgeFault {
    /// Out of date.
    Expired,
    /// Withdrawn.
    Revoked,
    /// For other places.
    OtherPlace,
    /// Not a supervisor's.
    NotASupervisor,
    /// No list can say whether it was withdrawn.
    Unchecked,
}

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
    /// Compares it with the badge's. Takes up to half a second on a small board and 19 MiB of memory
    /// meanwhile: not for the thread of a window or of a loop.
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
    fn opens(&self, badge: &Badge) -> bool {
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

    /// Takes the PIN of a badge that has one, to be checked. While another one is checked, or the pad is
    /// locked, no PIN is looked at.
    pub fn enter(&mut self, badge: &Badge, pin: Pin, at: Instant) -> Option<EnteredPin> {
        let PadState::Open(_) = self.state(at) else {
            return None;
        };
        let of = PinOf::of(badge)?;
        self.checking = Some(at);
        Some(EnteredPin { pin, of })
    }

    /// A PIN was checked: it counts, whichever badge it was for.
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

/// The guard on duty.
#[derive(Debug, Default)]
pub struct Duty {
    on: Option<Verified<Badge>>,
    next: Next,
}

/// Who wants to be the next on duty.
#[derive(Debug, Default)]
enum Next {
    #[default]
    Nobody,
    /// A badge did not count, or no longer does.
    Fault(BadgeFault),
    /// A badge that waits for its PIN.
    Asking(Verified<Badge>),
}

/// How duty stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Nobody is on duty.
    Nobody,
    /// The last badge did not count, or no longer does.
    Fault(BadgeFault),
    /// This badge waits for its PIN.
    Asking(&'a Badge),
    /// On duty.
    On(&'a Badge),
}

impl Duty {
    /// How duty stands.
    pub fn standing(&self) -> Standing<'_> {
        match (&self.next, &self.on) {
            (Next::Asking(badge), _) => Standing::Asking(badge.claims()),
            (Next::Fault(fault), _) => Standing::Fault(*fault),
            (Next::Nobody, Some(badge)) => Standing::On(badge.claims()),
            (Next::Nobody, None) => Standing::Nobody,
        }
    }

    /// The badge of the guard on duty. It stays while the next guard's PIN is asked.
    pub fn guard(&self) -> Option<&Badge> {
        self.on.as_ref().map(Verified::claims)
    }

    /// A badge was shown. Duty gives no right but to be named in passages, so a badge that no list can
    /// answer for counts; one that is known to be withdrawn does not.
    pub fn show(&mut self, looked: LookedBadge, place: &str, now: Timestamp) {
        self.next = match fault(&looked, place, now) {
            Some(fault) if fault != BadgeFault::Unchecked => Next::Fault(fault),
            _ if looked.badge.claims().pin.is_some() => Next::Asking(looked.badge),
            _ => {
                self.on = Some(looked.badge);
                Next::Nobody
            }
        };
    }

    /// A PIN was checked; only that of the badge that waits for one counts.
    pub fn checked(&mut self, pin: &CheckedPin) {
        if let Next::Asking(badge) = &self.next
            && pin.opens(badge.claims())
        {
            self.on = Some(badge.clone());
            self.next = Next::Nobody;
        }
    }

    /// The guard goes, or the badge that waits for its PIN is put away.
    pub fn sign_off(&mut self) {
        *self = Self::default();
    }

    /// Looks again whether the badge still counts: its time, this place, and the newest list.
    pub fn tick<R: ReadAt>(
        &mut self,
        bundle: Option<&VerifiedBundle<R>>,
        place: &str,
        now: Timestamp,
    ) {
        let counts_no_more = |badge: &Verified<Badge>| {
            let looked = match bundle {
                Some(bundle) => look_up_badge(badge.clone(), bundle),
                None => LookedBadge {
                    badge: badge.clone(),
                    revocation: Lookup::NoList,
                },
            };
            fault(&looked, place, now).filter(|fault| *fault != BadgeFault::Unchecked)
        };
        if let Next::Asking(badge) = &self.next
            && let Some(fault) = counts_no_more(badge)
        {
            self.next = Next::Fault(fault);
        }
        if let Some(fault) = self.on.as_ref().and_then(counts_no_more) {
            self.on = None;
            self.next = Next::Fault(fault);
        }
    }
}

/// A supervisor's badge that counts here and now, and has its PIN still to be asked where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate(Box<Verified<Badge>>);

/// A supervisor whose badge counts and whose PIN was right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervisor(Box<Verified<Badge>>);

impl Candidate {
    /// Takes a badge for an override. Unlike duty this gives a right: without a list's word that the badge was
    /// not withdrawn it does not count.
    pub fn new(looked: LookedBadge, place: &str, now: Timestamp) -> Result<Self, BadgeFault> {
        if let Some(fault) = fault(&looked, place, now) {
            return Err(fault);
        }
        match looked.badge.claims().role {
            BadgeRole::Supervisor => Ok(Self(Box::new(looked.badge))),
            BadgeRole::Guard => Err(BadgeFault::NotASupervisor),
        }
    }

    /// What stands on the badge.
    pub fn badge(&self) -> &Badge {
        self.0.claims()
    }

    /// Without a PIN on it, the badge is enough.
    pub fn without_pin(self) -> Result<Supervisor, Box<Self>> {
        match self.badge().pin {
            None => Ok(Supervisor(self.0)),
            Some(_) => Err(Box::new(self)),
        }
    }

    /// With its own PIN, and no other.
    pub fn with_pin(self, pin: &CheckedPin) -> Result<Supervisor, Box<Self>> {
        if pin.opens(self.badge()) {
            Ok(Supervisor(self.0))
        } else {
            Err(Box::new(self))
        }
    }
}

impl Supervisor {
    /// The word against a verdict, where the policy leaves all that stands in the way to a supervisor.
    pub fn allow(&self, verdict: &Verdict, why: OverrideWhy) -> Option<Allowed> {
        let allowed = Allowed {
            by: self.0.claims().id.clone(),
            why,
            rules: verdict.outcome,
        };
        (verdict.overriding == Overriding::Possible).then_some(allowed)
    }
}

fn fault(looked: &LookedBadge, place: &str, now: Timestamp) -> Option<BadgeFault> {
    let badge = looked.badge.claims();
    if looked.revocation == Lookup::Found(Revocation::Revoked) {
        Some(BadgeFault::Revoked)
    } else if now >= badge.not_after.start() {
        Some(BadgeFault::Expired)
    } else if !badge.counts_at(place) {
        Some(BadgeFault::OtherPlace)
    } else if looked.revocation != Lookup::Found(Revocation::Valid) {
        Some(BadgeFault::Unchecked)
    } else {
        None
    }
}
