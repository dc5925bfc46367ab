//! The authority's own signing keys: the name of each one's file, its number, what it may sign, and
//! how long it lasts.

use gatepost_pass::Kind;

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

    /// How long a new key signs, in seconds, until another one takes over.
    pub(crate) const fn in_use(self) -> u64 {
        match self {
            Self::Documents
            | Self::Lists
            | Self::Policy
            | Self::Freshness
            | Self::Hub
            | Self::Devices => 90 * DAY,
            // Offline.
            Self::Wipe => 5 * 365 * DAY,
        }
    }

    /// For how long what a key signed is to be valid once another one has taken over, in seconds.
    pub(crate) const fn outlived(self) -> u64 {
        match self {
            // Place codes and badges hang and are worn for a year, certificates last for one.
            Self::Documents | Self::Devices => 365 * DAY,
            // Signed anew with every bundle, or judged at the time when it was signed.
            Self::Lists | Self::Policy | Self::Freshness | Self::Hub | Self::Wipe => 0,
        }
    }

    /// How long a new key is valid, in seconds.
    pub(crate) const fn life(self) -> u64 {
        self.in_use() + self.outlived()
    }
}
