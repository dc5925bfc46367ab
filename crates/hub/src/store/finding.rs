//! Findings: records that contradict others.

use gatepost_pass::{DeviceId, ManifestId, Timestamp};
use gatepost_protocol::Head;

use super::position::RecordPosition;

/// A contradiction that a batch brought. The record that came first stays stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Number of the record in its epoch.
    pub seq: u64,
    /// The kind of contradiction.
    pub kind: FindingKind,
    /// The chain hash that distinguishes this finding from others of the same record.
    pub head: Head,
}

/// The kinds of contradiction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// Two different records of the same number, both signed by the device; or the end of a batch
    /// that goes on from such a record.
    Fork,
    /// A record that does not continue the one stored before it.
    Break,
    /// A second process run that follows the same earlier one, or a run that went on after another
    /// had followed it: a cloned or restored disk.
    Clone,
    /// An hour after the record's arrival, or before that of the record before it: a wrong clock,
    /// or one that was set back.
    Clock,
    /// More process runs than a device needs: the hub puts new ones off. It stands at the newest
    /// run that the hub has.
    Runs,
    /// A process run that does not begin where the device's run before it ended, or that follows
    /// none although the device had others: a lost log, or a stolen key.
    Unanchored,
    /// A bundle other than the hub's of the same version: somebody shows devices different things.
    /// It stands at the newest run that the hub has.
    SplitView,
    /// A bundle of a version that the hub has never served: a newer one by stick, or a false one.
    /// It stands at the newest run that the hub has.
    UnknownBundle,
}

/// A device that has a bundle other than the hub's.
#[derive(Clone, Copy, Debug)]
pub struct OtherBundle {
    /// The device, by its signature.
    pub device: DeviceId,
    /// How it differs: [`FindingKind::SplitView`] or [`FindingKind::UnknownBundle`].
    pub kind: FindingKind,
    /// The manifest of its bundle.
    pub manifest: ManifestId,
    /// When the hub heard of it; the hour of this is stored.
    pub at: Timestamp,
}

/// What a manifest is, beside those that the hub has served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManifestMatch {
    /// The hub has served it.
    Served,
    /// The hub has served another one of that version.
    Other,
    /// The hub has served none of that version.
    Unknown,
}

impl ManifestMatch {
    /// Compares a manifest with the digest of the one of its version that the hub has served.
    pub(super) fn of(manifest: ManifestId, served: Option<[u8; 32]>) -> Self {
        match served {
            None => Self::Unknown,
            Some(digest) if digest == manifest.digest.0 => Self::Served,
            Some(_) => Self::Other,
        }
    }
}

impl FindingKind {
    /// All of them, each at the index that stands for it in the database. New ones go to the end.
    pub(super) const ALL: [Self; 8] = [
        Self::Fork,
        Self::Break,
        Self::Clone,
        Self::Clock,
        Self::Runs,
        Self::Unanchored,
        Self::SplitView,
        Self::UnknownBundle,
    ];

    /// The word in a listing.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fork => "fork",
            Self::Break => "break",
            Self::Clone => "clone",
            Self::Clock => "clock",
            Self::Runs => "runs",
            Self::Unanchored => "unanchored",
            Self::SplitView => "split-view",
            Self::UnknownBundle => "unknown-bundle",
        }
    }
}

/// A finding as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// Where the contradiction is.
    pub position: RecordPosition,
    /// Its kind.
    pub kind: FindingKind,
    /// The hour in which the hub found it.
    pub at: Timestamp,
}
