//! Supervisors: whose badge and PIN may allow what the rules do not.

use gatepost_pass::{Badge, BadgeRole, Text, Timestamp, Verified};
use gatepost_protocol::{Allowed, OverrideWhy, PinTable};

use super::{
    badge_fault::{BadgeFault, fault},
    document_lookup::CheckedBadge,
    pin_pad::{CheckedPin, PinOf},
    verdict::{Overriding, Verdict},
};

/// A supervisor's badge that is valid here and now, and has its PIN still to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupervisorCandidate(Box<Verified<Badge>>, PinOf);

/// A supervisor whose badge is valid and whose PIN was right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervisor(Box<Verified<Badge>>);

impl SupervisorCandidate {
    /// Takes a badge for what only supervisors may. Unlike duty this gives a right: without a
    /// list's word that the badge was not withdrawn it is refused, and without a PIN that can be
    /// checked here: a badge alone is a picture that anybody can copy.
    pub fn new(
        checked: CheckedBadge,
        pins: Option<&PinTable>,
        place: &str,
        now: Timestamp,
    ) -> Result<Self, BadgeFault> {
        if let Some(fault) = fault(&checked, place, now) {
            return Err(fault);
        }
        let badge = checked.badge.claims();
        match (badge.role, PinOf::new(badge, pins)) {
            (BadgeRole::Guard, _) => Err(BadgeFault::NotASupervisor),
            (BadgeRole::Supervisor, Some(pin)) => Ok(Self(Box::new(checked.badge), pin)),
            (BadgeRole::Supervisor, None) if badge.pin.is_some() => Err(BadgeFault::PinNotHere),
            (BadgeRole::Supervisor, None) => Err(BadgeFault::NoPin),
        }
    }

    /// What stands on the badge.
    pub fn badge(&self) -> &Badge {
        self.0.claims()
    }

    /// Whose PIN is to be asked.
    pub fn pin(&self) -> PinOf {
        self.1
    }

    /// With its own PIN, and no other.
    pub fn with_pin(self, pin: &CheckedPin) -> Result<Supervisor, Box<Self>> {
        if pin.opens(&self.1) {
            Ok(Supervisor(self.0))
        } else {
            Err(Box::new(self))
        }
    }
}

impl Supervisor {
    /// Pseudonym on the badge, as passages name them.
    pub fn id(&self) -> Text<24> {
        self.0.claims().id.clone()
    }

    /// The word against a verdict, where the policy leaves all that stands in the way to a
    /// supervisor.
    pub fn allow(&self, verdict: &Verdict, why: OverrideWhy) -> Option<Allowed> {
        let allowed = Allowed {
            by: self.id(),
            why,
            rules: verdict.outcome,
        };
        (verdict.overriding == Overriding::Possible).then_some(allowed)
    }
}
