//! What the hub keeps, behind one trait. Only the modules `sqlite` and `postgres` name a database;
//! what a batch adds is the same for both and is computed in `epoch_update` and `chain_check`.

use std::ops::ControlFlow;

use gatepost_pass::{DeviceId, ManifestId, Timestamp};
use gatepost_protocol::Epoch;

mod arrivals;
mod batches;
mod chain_check;
mod columns;
mod epoch_update;
mod error;
mod finding;
#[cfg(test)]
pub(crate) mod fixture;
mod fleet;
mod location;
mod position;
mod postgres;
mod sqlite;

pub use arrivals::{ArrivalFilter, ArrivedItem};
pub(crate) use batches::whole_hour;
pub use batches::{ChainFront, Incoming, KeptBatch};
pub use error::HubStoreError;
pub use finding::{Finding, FindingKind, FindingRow, ManifestMatch, OtherBundle};
pub use fleet::{
    DeviceRow, HourRow, Paging, ReceivedStatus, ReportedStatus, RevocationRequest, Totals,
};
pub use location::{Location, LocationError};
pub use position::RecordPosition;
pub use postgres::{CertificateFileError, Encryption, PostgresServer, PostgresStore};
pub use sqlite::SqliteStore;

/// Keeps what devices sent until the operator's retention ends. Its methods block.
pub trait HubStore: Send + Sync {
    /// Keeps batches, all or none of them, in one transaction that is on disk when this returns. A
    /// group has at most one batch of each device.
    ///
    /// A record that is stored already counts once; one that contradicts a stored record becomes a
    /// finding beside it.
    fn keep(&self, group: &[Incoming]) -> Result<Vec<KeptBatch>, HubStoreError>;

    /// How many groups of different devices may be kept at the same time.
    fn writers(&self) -> usize {
        1
    }

    /// Whether anything ever came from a device.
    fn knows(&self, device: DeviceId) -> Result<bool, HubStoreError>;

    /// Whether anything ever came from this run of a device.
    fn knows_run(&self, device: DeviceId, run: Epoch) -> Result<bool, HubStoreError>;

    /// Notes that a device began more runs than it may, beside the newest that is known of it.
    fn note_runs(&self, device: DeviceId, at: Timestamp) -> Result<(), HubStoreError>;

    /// Notes that the hub serves a manifest. The first of each version stays.
    fn serve(&self, manifest: ManifestId) -> Result<(), HubStoreError>;

    /// What the manifest of a device's bundle is, beside those that the hub has served.
    fn compare(&self, manifest: ManifestId) -> Result<ManifestMatch, HubStoreError>;

    /// Notes, once, that a device has a bundle other than the hub's, at the newest run that the hub
    /// has of it. A device of which the hub has no run yet is passed over.
    fn note_bundle(&self, other: &OtherBundle) -> Result<(), HubStoreError>;

    /// Stores a device's newest status in place of the one before.
    fn record_status(&self, received: &ReceivedStatus) -> Result<(), HubStoreError>;

    /// Visits the batches that pass the filter, device by device and epoch by epoch in the order of
    /// their first records, then the findings, until `each` breaks off. The view is consistent,
    /// whatever arrives meanwhile. Returns the totals of the whole store.
    fn visit(
        &self,
        filter: &ArrivalFilter,
        each: &mut dyn FnMut(ArrivedItem) -> ControlFlow<()>,
    ) -> Result<Totals, HubStoreError>;

    /// The totals of the whole store, from counters.
    fn totals(&self) -> Result<Totals, HubStoreError>;

    /// Devices, the one with the latest contact first.
    fn devices(&self, paging: Paging) -> Result<Vec<DeviceRow>, HubStoreError>;

    /// Passages by hour and outcome class, from an hour (since 1970) on, in order.
    fn hours(&self, from: u32) -> Result<Vec<HourRow>, HubStoreError>;

    /// Findings, newest first.
    fn findings(&self, paging: Paging) -> Result<Vec<FindingRow>, HubStoreError>;

    /// Notes that an operator asks the authority to revoke a device.
    fn request_revocation(
        &self,
        device: DeviceId,
        at: Timestamp,
    ) -> Result<RevocationRequest, HubStoreError>;

    /// Deletes batches that were received before the hour of a time and returns at least how many.
    /// A partitioned store deletes whole partitions.
    fn forget(&self, before: Timestamp) -> Result<u64, HubStoreError>;
}
