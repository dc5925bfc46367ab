//! The authority's own signing keys: the name of each one's file, its number, what it may sign, and
//! how long it lasts.

use gatepost_pass::{Kind, Timestamp};

use crate::durations::DAY;

/// A key that signs for one purpose.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum SigningKey {
    /// Signs passes, places, badges.
    Documents,
    /// Signs lists.
    Lists,
    /// Signs policies.
    Policy,
    /// Signs manifests: what is in a bundle, and how fresh it is.
    Freshness,
    /// Signs receipts and the time, at the hub.
    Hub,
    /// Signs device certificates.
    Devices,
    /// Signs orders to wipe a device; offline.
    Wipe,
}

impl SigningKey {
    pub(crate) const ALL: [Self; 7] = [
        Self::Documents,
        Self::Lists,
        Self::Policy,
        Self::Freshness,
        Self::Hub,
        Self::Devices,
        Self::Wipe,
    ];

    /// Name of its file, without `.key`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Lists => "lists",
            Self::Policy => "policy",
            Self::Freshness => "freshness",
            Self::Hub => "hub",
            Self::Devices => "devices",
            Self::Wipe => "wipe",
        }
    }

    /// Its number on the first trust list; `key rotate` gives its successors higher ones.
    pub(crate) const fn first_id(self) -> u16 {
        match self {
            Self::Documents => 1,
            Self::Lists => 2,
            Self::Policy => 3,
            Self::Freshness => 4,
            Self::Hub => 5,
            Self::Devices => 6,
            Self::Wipe => 7,
        }
    }

    /// What it may sign.
    pub(crate) const fn roles(self) -> &'static [Kind] {
        match self {
            Self::Documents => &[
                Kind::Pass,
                Kind::FamilyPass,
                Kind::PlaceCode,
                Kind::Badge,
                Kind::Enrolment,
            ],
            Self::Lists => &[Kind::List],
            Self::Policy => &[Kind::Policy],
            Self::Freshness => &[Kind::Manifest],
            Self::Hub => &[Kind::Receipt, Kind::TimeAnswer],
            Self::Devices => &[Kind::DeviceCertificate],
            Self::Wipe => &[Kind::WipeOrder],
        }
    }

    /// How long a new key signs, in seconds: those that are online for ninety days, so that one
    /// that was stolen unnoticed is soon of no use.
    pub(crate) const fn life(self) -> u64 {
        match self {
            Self::Documents
            | Self::Lists
            | Self::Policy
            | Self::Freshness
            | Self::Hub
            | Self::Devices => 90 * DAY,
            Self::Wipe => 5 * 365 * DAY,
        }
    }

    /// How long what a key signed last is still to be valid when the key signs no more, in seconds:
    /// codes that hang on walls, and certificates in devices. What the others sign is signed anew
    /// with every bundle, or is judged at its own time.
    pub(crate) const fn tail(self) -> u64 {
        match self {
            Self::Documents | Self::Devices => 366 * DAY,
            Self::Lists | Self::Policy | Self::Freshness | Self::Hub | Self::Wipe => 0,
        }
    }

    /// How long an old key stays valid beside its successor unless somebody says otherwise, in
    /// seconds: until every device has the new one, and as long as what it signed may last. What
    /// an old wipe key signed is judged at its own time, by clocks that differ.
    pub(crate) const fn overlap(self) -> u64 {
        match self {
            Self::Documents | Self::Devices => self.tail(),
            Self::Lists | Self::Policy | Self::Freshness | Self::Hub => 30 * DAY,
            Self::Wipe => DAY,
        }
    }

    /// Until when the trust list names a new key.
    pub(crate) const fn until(self, made: Timestamp) -> Timestamp {
        made.plus(self.life() + self.tail())
    }

    /// When a key that the trust list names until then stops signing: it is to be replaced before.
    pub(crate) const fn signs_until(self, until: Timestamp) -> Timestamp {
        until.minus(self.tail())
    }
}
