//! Findings: records that contradict others.

use gatepost_pass::Timestamp;
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
    /// A second process run that follows the same earlier one: a cloned or restored disk.
    Clone,
    /// An hour after the record's arrival, or before that of the record before it: a wrong clock,
    /// or one that was set back.
    Clock,
    /// More process runs than a device needs: the hub puts new ones off. It stands at the newest
    /// run that the hub has.
    Runs,
}

impl FindingKind {
    /// All of them, each at the index that stands for it in the database. New ones go to the end.
    pub(super) const ALL: [Self; 5] = [
        Self::Fork,
        Self::Break,
        Self::Clone,
        Self::Clock,
        Self::Runs,
    ];

    /// The word in a listing.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fork => "fork",
            Self::Break => "break",
            Self::Clone => "clone",
            Self::Clock => "clock",
            Self::Runs => "runs",
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
