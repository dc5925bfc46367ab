//! Whose badge opens the menu where it is locked: the guard's on duty, or a supervisor's.

use gatepost_pass::{Badge, Timestamp, Verified};
use gatepost_protocol::PinTable;

use super::{
    badge_fault::{BadgeFault, fault},
    document_lookup::CheckedBadge,
    pin_pad::{CheckedPin, PinOf},
    supervisor::SupervisorCandidate,
};

/// That somebody may open the menu. Only their badge, with its PIN where it has one, makes it.
#[derive(Debug)]
pub struct MenuOpener(());

/// A badge that may open the menu, and has its PIN still to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuCandidate(Box<Verified<Badge>>, PinOf);

/// What a badge does to a locked menu.
#[derive(Debug)]
pub enum MenuBadge {
    /// It opens it: it is the guard's on duty, and has no PIN.
    Opens(MenuOpener),
    /// Its PIN is to be asked.
    AsksPin(MenuCandidate),
}

impl MenuBadge {
    /// Takes the badge of the guard on duty as it is taken for duty: also where no list can answer
    /// for it, and without a PIN where it has none. Any other must be a supervisor's, as for
    /// whatever supervisors alone may do: with a PIN, and a list's word.
    ///
    /// # Errors
    /// Why it opens nothing.
    pub fn new(
        checked: CheckedBadge,
        on_duty: Option<&Badge>,
        pins: Option<&PinTable>,
        place: &str,
        now: Timestamp,
    ) -> Result<Self, BadgeFault> {
        let badge = checked.badge.claims();
        if on_duty.is_none_or(|on_duty| on_duty.number != badge.number) {
            let candidate = SupervisorCandidate::new(checked.clone(), pins, place, now)?;
            let badge = Box::new(checked.badge);
            return Ok(Self::AsksPin(MenuCandidate(badge, candidate.pin())));
        }
        match (fault(&checked, place, now), PinOf::new(badge, pins)) {
            (Some(fault), _) if fault != BadgeFault::Unchecked => Err(fault),
            (_, Some(pin)) => Ok(Self::AsksPin(MenuCandidate(Box::new(checked.badge), pin))),
            (_, None) if badge.pin.is_some() => Err(BadgeFault::PinNotHere),
            (_, None) => Ok(Self::Opens(MenuOpener(()))),
        }
    }
}

impl MenuCandidate {
    /// What stands on the badge.
    pub fn badge(&self) -> &Badge {
        self.0.claims()
    }

    /// Whose PIN is to be asked.
    pub fn pin(&self) -> PinOf {
        self.1
    }

    /// With its own PIN, and no other.
    pub fn with_pin(&self, pin: &CheckedPin) -> Option<MenuOpener> {
        pin.opens(&self.1).then_some(MenuOpener(()))
    }
}
