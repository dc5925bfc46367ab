//! Who is on duty, and whose word counts against the rules: badges, their PINs, and how long they count.
//!
//! Pure: time and what the lists say come in as arguments.

use std::time::{Duration, Instant};

use gatepost_pass::{
    Badge, BadgeRole, Pin, PinCheck, ReadAt, Revocation, Timestamp, Verified, VerifiedBundle,
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
}

/// What became of a PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinAnswer {
    /// It is the badge's.
    Right,
    /// It is not, or was not even looked at: [`PinPad::state`] tells how it goes on.
    Wrong,
}

/// Whether the pad takes a PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PadState {
    /// It does. With the tries that are left before it locks, once some are gone.
    Open(Option<u8>),
    /// Not for so many seconds.
    Locked(u32),
}

/// Wrong PINs before the pad locks.
const TRIES: u32 = 5;
/// The first wait; each further wrong PIN doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(30);
/// The longest.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

impl PinPad {
    /// Whether it takes a PIN now.
    pub fn state(&self, at: Instant) -> PadState {
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

    /// Checks a badge's PIN. While the pad is locked no PIN is looked at.
    pub fn enter(&mut self, badge: &Badge, pin: &Pin, at: Instant) -> PinAnswer {
        if let PadState::Locked(_) = self.state(at) {
            return PinAnswer::Wrong;
        }
        match badge.pin.map(|hash| hash.check(pin, badge.number)) {
            None | Some(PinCheck::Right) => {
                *self = Self::default();
                PinAnswer::Right
            }
            Some(PinCheck::Wrong) => {
                self.wrong = self.wrong.saturating_add(1);
                if let Some(over) = self.wrong.checked_sub(TRIES) {
                    let wait = FIRST_WAIT
                        .saturating_mul(1 << over.min(10))
                        .min(LONGEST_WAIT);
                    self.locked_until = at.checked_add(wait);
                }
                PinAnswer::Wrong
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

    /// A PIN was entered for the badge that waits for one.
    pub fn enter(&mut self, pad: &mut PinPad, pin: &Pin, at: Instant) {
        let Next::Asking(badge) = &self.next else {
            return;
        };
        if pad.enter(badge.claims(), pin, at) == PinAnswer::Right {
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

    /// Enters its PIN.
    pub fn enter(self, pad: &mut PinPad, pin: &Pin, at: Instant) -> Result<Supervisor, Box<Self>> {
        match pad.enter(self.badge(), pin, at) {
            PinAnswer::Right => Ok(Supervisor(self.0)),
            PinAnswer::Wrong => Err(Box::new(self)),
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
