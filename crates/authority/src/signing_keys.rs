//! The authority's own signing keys: the name of each one's file, its number, and what it may sign.

use gatepost_pass::Kind;

use crate::durations::DAY;

/// How long a new key is valid, in seconds.
pub(crate) const KEY_LIFE: u64 = 730 * DAY;

/// A key that signs for one purpose.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum SigningKey {
    /// Signs passes, places, badges.
    Documents,
    /// Signs lists.
    Lists,
    /// Signs policies and manifests.
    Bundle,
    /// Signs receipts, at the hub.
    Hub,
    /// Signs device certificates.
    Devices,
}

impl SigningKey {
    pub(crate) const ALL: [Self; 5] = [
        Self::Documents,
        Self::Lists,
        Self::Bundle,
        Self::Hub,
        Self::Devices,
    ];

    /// Name of its file, without `.key`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Lists => "lists",
            Self::Bundle => "bundle",
            Self::Hub => "hub",
            Self::Devices => "devices",
        }
    }

    /// Its number on the first trust list; `key rotate` gives its successors higher ones.
    pub(crate) const fn first_id(self) -> u16 {
        match self {
            Self::Documents => 1,
            Self::Lists => 2,
            Self::Bundle => 3,
            Self::Hub => 4,
            Self::Devices => 5,
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
            Self::Bundle => &[Kind::Manifest, Kind::Policy],
            Self::Hub => &[Kind::Receipt, Kind::TimeAnswer],
            Self::Devices => &[Kind::DeviceCertificate],
        }
    }
}
