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
    /// Signs releases of the devices' program; offline, and only where there are such releases.
    Program,
}

impl SigningKey {
    pub(crate) const ALL: [Self; 8] = [
        Self::Documents,
        Self::Lists,
        Self::Policy,
        Self::Freshness,
        Self::Hub,
        Self::Devices,
        Self::Wipe,
        Self::Program,
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
            Self::Program => "program",
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
            Self::Program => 8,
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
            Self::Program => &[Kind::ProgramRelease],
        }
    }

    /// Whether every authority has it from the beginning: only some release programs.
    pub(crate) const fn is_first(self) -> bool {
        !matches!(self, Self::Program)
    }

    /// Whether it is kept on a stick of its own, made there, and never in the home of an authority
    /// that is not a trial's.
    pub(crate) const fn is_offline(self) -> bool {
        matches!(self, Self::Wipe | Self::Program)
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
            Self::Wipe | Self::Program => 5 * 365 * DAY,
        }
    }

    /// For how long what a key signed is to be valid once another one has taken over, in seconds.
    pub(crate) const fn outlived(self) -> u64 {
        match self {
            // Place codes and badges hang and are worn for a year, certificates last for one.
            Self::Documents | Self::Devices => 365 * DAY,
            // Signed anew with every bundle, or judged at the time when it was signed.
            Self::Lists | Self::Policy | Self::Freshness | Self::Hub | Self::Wipe => 0,
            // Releases are signed again by the next key.
            Self::Program => 0,
        }
    }

    /// How long a new key is valid, in seconds.
    pub(crate) const fn life(self) -> u64 {
        self.in_use() + self.outlived()
    }
}
