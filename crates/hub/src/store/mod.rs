//! What the hub keeps, behind one trait. Only the module `sqlite` names a database.

use std::{ops::ControlFlow, path::PathBuf};

use gatepost_pass::{DeviceId, Timestamp};
use gatepost_protocol::{Epoch, Head, Outcome, VerifiedBatch};

mod compare;
mod sqlite;

pub use compare::{Finding, FindingKind};
pub use sqlite::SqliteStore;

/// Keeps everything that devices sent, for good. Its methods block.
pub trait Store: Send + Sync {
    /// Keeps a batch, in one transaction that is on disk when this returns. `signed` are the bytes
    /// that `batch` was verified from: they are kept as the device's own word for its records.
    ///
    /// Records that are held already count once; a record that contradicts a held one becomes a
    /// finding beside it.
    fn keep(&self, batch: &VerifiedBatch, signed: &[u8], at: Timestamp)
    -> Result<Kept, StoreError>;

    /// Shows everything that arrived, device by device, then the findings, until `each` breaks off.
    fn visit(&self, each: &mut dyn FnMut(Arrived) -> ControlFlow<()>)
    -> Result<Totals, StoreError>;
}

/// What a batch added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What is held of its epoch now, without a gap.
    pub front: Front,
    /// Records that were not held before.
    pub new: usize,
    /// Findings that were not known before.
    pub findings: usize,
}

/// The records of an epoch that are held from 0 on without a gap, each linked to the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Front {
    /// How many.
    pub next_seq: u64,
    /// Chain hash after the last of them; [`Head::START`] for none.
    pub head: Head,
}

/// Where a record or a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The device.
    pub device: DeviceId,
    /// Its process run.
    pub epoch: Epoch,
    /// Position in the epoch.
    pub seq: u64,
}

/// One line of what arrived, as far as it is in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrived {
    /// The first record of an epoch.
    EpochStart {
        /// Where.
        place: Place,
        /// Hours since 1970.
        hour: u32,
    },
    /// A sealed passage.
    Passage {
        /// Where.
        place: Place,
        /// Hours since 1970.
        hour: u32,
        /// What was decided.
        class: Outcome,
    },
    /// Something that does not fit together.
    Finding {
        /// Where.
        place: Place,
        /// What.
        kind: FindingKind,
    },
}

/// How much arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sealed passages; epoch starts don't count.
    pub passages: u64,
    /// Devices that sent anything.
    pub devices: u64,
    /// Findings.
    pub findings: u64,
}

/// Why the store can't do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no database to read.
    #[error("{0} is not there: name the file that `gatepost-hub serve --data` writes")]
    Absent(PathBuf),
    /// Not a database, or a damaged one. It was left as it is.
    #[error(
        "the database is damaged, or not one; it was left untouched: move it aside with its -wal and \
         -shm files, keep them for rescue, and restore a copy or start with a new file ({0})"
    )]
    Damaged(String),
    /// A database of another program. It was left as it is.
    #[error("this database belongs to another program; it was left untouched: name another file")]
    Foreign,
    /// A database of a newer version of this program. It was left as it is.
    #[error("the database has schema {0}, which a newer gatepost-hub wrote: use that one")]
    Newer(i64),
    /// A record's number is beyond what can be stored.
    #[error("a record's number is beyond what can be stored")]
    Sequence,
    /// The storage failed; what was asked did not happen.
    #[error("the database failed: {0}; look at the disk's space and health")]
    Failed(String),
}
