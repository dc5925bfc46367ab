//! Which guard is on duty, for how long, and who wants to be next.
//!
//! Pure: time and what the lists say come in as arguments.

use gatepost_pass::{Badge, ReadAt, Timestamp, Verified, VerifiedBundle};
use gatepost_protocol::PinTable;

use super::{
    badge_fault::{BadgeFault, fault},
    document_lookup::{CheckedBadge, look_up_badge},
    list_answer::ListAnswer,
    pin_pad::{CheckedPin, PinOf},
};

/// The guard on duty.
#[derive(Debug, Default)]
pub struct GuardDuty {
    on: Option<Verified<Badge>>,
    next: Next,
}

/// Who wants to be the next on duty.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one for the whole device"
)]
#[derive(Debug, Default)]
enum Next {
    #[default]
    Nobody,
    /// A badge was not valid, or no longer is.
    Fault(BadgeFault),
    /// A badge that waits for its PIN.
    Asking(Verified<Badge>, PinOf),
}

/// How duty stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DutyStatus<'a> {
    /// Nobody is on duty.
    Nobody,
    /// The last badge was not valid, or no longer is.
    Fault(BadgeFault),
    /// This badge waits for its PIN.
    Asking(&'a Badge, PinOf),
    /// On duty.
    On(&'a Badge),
}

impl GuardDuty {
    /// How duty stands.
    pub fn status(&self) -> DutyStatus<'_> {
        match (&self.next, &self.on) {
            (Next::Asking(badge, pin), _) => DutyStatus::Asking(badge.claims(), *pin),
            (Next::Fault(fault), _) => DutyStatus::Fault(*fault),
            (Next::Nobody, Some(badge)) => DutyStatus::On(badge.claims()),
            (Next::Nobody, None) => DutyStatus::Nobody,
        }
    }

    /// The badge of the guard on duty. It stays while the next guard's PIN is asked.
    pub fn guard(&self) -> Option<&Badge> {
        self.on.as_ref().map(Verified::claims)
    }

    /// A badge was shown. A badge that no list can answer for is good enough for duty; one that is
    /// known to be withdrawn is not, nor one whose PIN can't be checked here.
    pub fn show(
        &mut self,
        checked: CheckedBadge,
        pins: Option<&PinTable>,
        place: &str,
        now: Timestamp,
    ) {
        let badge = checked.badge.claims();
        self.next = match (fault(&checked, place, now), PinOf::new(badge, pins)) {
            (Some(fault), _) if fault != BadgeFault::Unchecked => Next::Fault(fault),
            (_, Some(pin)) => Next::Asking(checked.badge, pin),
            (_, None) if badge.pin.is_some() => Next::Fault(BadgeFault::PinNotHere),
            (_, None) => {
                self.on = Some(checked.badge);
                Next::Nobody
            }
        };
    }

    /// A PIN was checked; only that of the badge that waits for one signs on.
    pub fn checked(&mut self, pin: &CheckedPin) {
        if let Next::Asking(badge, of) = &self.next
            && pin.opens(of)
        {
            self.on = Some(badge.clone());
            self.next = Next::Nobody;
        }
    }

    /// The badge that waits for its PIN is put away; whoever is on duty stays.
    pub fn put_away(&mut self) {
        if let Next::Asking(..) = self.next {
            self.next = Next::Nobody;
        }
    }

    /// The guard goes, or the badge that waits for its PIN is put away.
    pub fn sign_off(&mut self) {
        *self = Self::default();
    }

    /// Checks again whether the badge is still valid: its time, this place, and the newest list.
    pub fn tick<R: ReadAt>(
        &mut self,
        bundle: Option<&VerifiedBundle<R>>,
        place: &str,
        now: Timestamp,
    ) {
        let no_longer_valid = |badge: &Verified<Badge>| {
            let checked = match bundle {
                Some(bundle) => look_up_badge(badge.clone(), bundle),
                None => CheckedBadge {
                    badge: badge.clone(),
                    revocation: ListAnswer::NoList,
                },
            };
            fault(&checked, place, now).filter(|fault| *fault != BadgeFault::Unchecked)
        };
        if let Next::Asking(badge, _) = &self.next
            && let Some(fault) = no_longer_valid(badge)
        {
            self.next = Next::Fault(fault);
        }
        if let Some(fault) = self.on.as_ref().and_then(no_longer_valid) {
            self.on = None;
            self.next = Next::Fault(fault);
        }
    }
}
