//! What the hub keeps, behind one trait. Only the modules `sqlite` and `postgres` name a database; what a batch
//! adds is the same for both and stands in `intake` and `compare`.

use std::{ops::ControlFlow, path::PathBuf};

use gatepost_pass::{ClockTrust, DeviceId, Freshness, Timestamp};
use gatepost_protocol::{DeviceStatus, Epoch, Head, Outcome, VerifiedBatch};

mod compare;
mod intake;
mod location;
mod postgres;
mod sqlite;
#[cfg(test)]
pub(crate) mod test;

pub use compare::{Finding, FindingKind};
pub use location::{Location, LocationError};
pub use postgres::{Encryption, PostgresStore, RootError, Server};
pub use sqlite::SqliteStore;

/// Keeps what devices sent until the operator's retention ends. Its methods block.
pub trait Store: Send + Sync {
    /// Keeps batches, all or none of them, in one transaction that is on disk when this returns. At most one
    /// batch of each device is in a group.
    ///
    /// Records that are held already count once; a record that contradicts a held one becomes a finding
    /// beside it.
    fn keep(&self, group: &[Incoming]) -> Result<Vec<Kept>, StoreError>;

    /// How many groups of different devices may be kept at the same time.
    fn writers(&self) -> usize {
        1
    }

    /// Whether anything ever came from a device.
    fn knows(&self, device: DeviceId) -> Result<bool, StoreError>;

    /// Notes how a device is doing.
    fn hear(&self, heard: &Heard) -> Result<(), StoreError>;

    /// Shows the batches that are asked for, device by device and epoch by epoch in the order of their first records,
    /// then the findings, until `each` breaks off. One view, whatever arrives meanwhile. Gives how much arrived in all.
    fn visit(
        &self,
        which: &Which,
        each: &mut dyn FnMut(Arrived) -> ControlFlow<()>,
    ) -> Result<Totals, StoreError>;

    /// How much arrived, from counters.
    fn totals(&self) -> Result<Totals, StoreError>;

    /// Devices, those heard last first.
    fn devices(&self, page: Page) -> Result<Vec<DeviceRow>, StoreError>;

    /// Passages an hour and outcome class, from an hour (since 1970) on, in order.
    fn hours(&self, from: u32) -> Result<Vec<HourRow>, StoreError>;

    /// The newest findings.
    fn findings(&self, page: Page) -> Result<Vec<FindingRow>, StoreError>;

    /// Notes that the operator asks the authority to revoke a device.
    fn ask_revocation(&self, device: DeviceId, at: Timestamp) -> Result<Asked, StoreError>;

    /// Forgets batches that were received before a time, and gives how many at least went. Where the store is
    /// partitioned, whole partitions go.
    fn forget(&self, before: Timestamp) -> Result<u64, StoreError>;
}

/// A checked batch, with the bytes that it was verified from: they are kept as the device's own word.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// What it holds.
    pub batch: VerifiedBatch,
    /// Its bytes.
    pub signed: Vec<u8>,
    /// When it came.
    pub at: Timestamp,
}

/// A checked status of a device.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Whose.
    pub device: DeviceId,
    /// Its name for people.
    pub name: String,
    /// What it says.
    pub status: DeviceStatus,
    /// When it came.
    pub at: Timestamp,
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

/// Which of the things that arrived are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Which {
    /// Those of one device, or of all.
    pub device: Option<DeviceId>,
    /// What arrived, by the hub's clock, at this time or after it.
    pub from: Timestamp,
    /// What arrived before this time.
    pub until: Timestamp,
}

impl Which {
    /// Everything.
    pub const ALL: Self = Self {
        device: None,
        from: Timestamp(0),
        until: Timestamp(u64::MAX),
    };

    /// The times as a database stores them, and the device's bytes.
    fn stored(&self) -> (i64, i64, Option<[u8; 16]>) {
        let device = self.device.map(|device| device.0);
        (stored_time(self.from), stored_time(self.until), device)
    }
}

/// One thing that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrived {
    /// A batch, as its device signed it. Batches of an epoch may overlap; for a record that is in several, the
    /// batch with the lowest number counts.
    Batch {
        /// Whose, which process run, and its first record.
        place: Place,
        /// Grows with the order of arrival.
        number: i64,
        /// Its bytes.
        signed: Vec<u8>,
    },
    /// Something that does not fit together.
    Finding(FindingRow),
}

/// Something that does not fit together, where, and when it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// Where.
    pub place: Place,
    /// What.
    pub kind: FindingKind,
    /// When.
    pub at: Timestamp,
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
    /// Epochs with records that wait for missing ones before them.
    pub gaps: u64,
}

/// A part of a long list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many to leave out.
    pub skip: u32,
    /// How many to give.
    pub take: u32,
}

/// A device as the operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRow {
    /// Which.
    pub device: DeviceId,
    /// Name for people, from its newest certificate.
    pub name: String,
    /// When anything came from it last.
    pub seen: Timestamp,
    /// What it last said of itself.
    pub told: Option<Told>,
    /// Numbers from the first missing record to the last held one, in all its epochs.
    pub waiting: u64,
    /// When the operator asked the authority to revoke it.
    pub revocation: Option<Timestamp>,
}

/// The newest status of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// When it came, by the hub's clock.
    pub at: Timestamp,
    /// Seconds that the device's clock stood ahead of the hub's.
    pub offset: i64,
    /// How far the device trusts its clock.
    pub clock: ClockTrust,
    /// Its bundle's version.
    pub bundle: u64,
    /// How old that is.
    pub freshness: Freshness,
    /// Records without a receipt.
    pub backlog: u64,
    /// Refused batches that wait for a person.
    pub parked: u32,
}

/// A count of passages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourRow {
    /// Hours since 1970, by the device's clock; the hour of arrival where that can't be.
    pub hour: u32,
    /// What was decided.
    pub class: Outcome,
    /// How many.
    pub passages: u64,
}

/// What became of a wish to revoke a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It was noted.
    Noted,
    /// It had been noted before.
    Already,
    /// No such device ever sent anything.
    Unknown,
}

/// Why the store can't do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database's server can't be spoken to.
    #[error("the database can't be reached: {0}; look at its address, its server, and sslmode")]
    Unreachable(String),
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
    #[error("this database belongs to another program; it was left untouched: name another one")]
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

/// A number as a database stores it.
fn stored(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Sequence)
}

/// A time as a database stores it; times that nobody will see are cut.
fn stored_time(at: Timestamp) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}

/// Reads [`stored`] back: only that writes numbers, so none is negative.
fn loaded(number: i64) -> u64 {
    number.unsigned_abs()
}

/// The value of an enum that a database holds as its number.
fn numbered<T: Copy>(all: &[T], what: &'static str, number: i64) -> Result<T, StoreError> {
    let at = usize::try_from(number).ok();
    let found = at.and_then(|at| all.get(at)).copied();
    found.ok_or_else(|| StoreError::Damaged(format!("unknown {what} {number}")))
}

const OUTCOMES: [Outcome; 3] = [Outcome::Admit, Outcome::Check, Outcome::Refuse];
const FRESHNESS: [Freshness; 3] = [Freshness::Fresh, Freshness::Stale, Freshness::Expired];
const CLOCKS: [ClockTrust; 3] = [
    ClockTrust::Trusted,
    ClockTrust::BehindFloor,
    ClockTrust::FarAhead,
];
