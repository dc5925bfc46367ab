//! Supervisors: whose badge and PIN may allow what the rules do not.

use gatepost_pass::{Badge, BadgeRole, Text, Timestamp, Verified};
use gatepost_protocol::{Allowed, OverrideWhy};

use super::{
    badge_fault::{BadgeFault, fault},
    document_lookup::CheckedBadge,
    pin_pad::CheckedPin,
    verdict::{Overriding, Verdict},
};

/// A supervisor's badge that is valid here and now, and has its PIN still to be asked where it has
/// one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupervisorCandidate(Box<Verified<Badge>>);

/// A supervisor whose badge is valid and whose PIN was right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervisor(Box<Verified<Badge>>);

impl SupervisorCandidate {
    /// Takes a badge for an override. Unlike duty this gives a right: without a list's word that
    /// the badge was not withdrawn it is refused.
    pub fn new(checked: CheckedBadge, place: &str, now: Timestamp) -> Result<Self, BadgeFault> {
        if let Some(fault) = fault(&checked, place, now) {
            return Err(fault);
        }
        match checked.badge.claims().role {
            BadgeRole::Supervisor => Ok(Self(Box::new(checked.badge))),
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
