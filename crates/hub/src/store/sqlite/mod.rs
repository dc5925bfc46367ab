//! The store in one SQLite file. Only this module names rusqlite: `open.rs` opens a database,
//! `transaction.rs` keeps batches, `fleet.rs` answers the operators' pages.

mod fleet;
mod open;
mod rows;
#[cfg(test)]
mod tests;
mod transaction;

use std::{
    fmt,
    ops::ControlFlow,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use gatepost_pass::{DeviceId, ManifestId, Timestamp};
use gatepost_protocol::Epoch;
use rusqlite::{Connection, Row, params};

use super::{
    ArrivalFilter, ArrivedItem, DeviceRow, FindingRow, HourRow, HubStore, HubStoreError, Incoming,
    KeptBatch, ManifestMatch, OtherBundle, Paging, ReceivedStatus, RevocationRequest, Totals,
    columns::{arrived_batch, arrived_finding, stored_filter, stored_hour},
    epoch_update,
};
use transaction::SqliteTransaction;

/// Received batches in an SQLite file.
pub struct SqliteStore {
    /// One connection writes, one reads, so that operators' pages and checks for a known device
    /// wait for no commit. The reader closes first: the last to close folds the write-ahead log
    /// into the file.
    reader: Mutex<Connection>,
    writer: Mutex<Connection>,
}

impl SqliteStore {
    /// Opens the database of a hub that serves; creates it if it does not exist. A damaged or
    /// foreign file is refused and left as it is.
    pub fn open(path: &Path) -> Result<Self, HubStoreError> {
        Ok(Self {
            writer: Mutex::new(open::to_write(path)?),
            reader: Mutex::new(open::to_read(path)?),
        })
    }

    /// Opens a database read-only, also while a hub serves from it.
    pub fn open_to_read(path: &Path) -> Result<Self, HubStoreError> {
        Ok(Self {
            writer: Mutex::new(open::to_read(path)?),
            reader: Mutex::new(open::to_read(path)?),
        })
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        // A transaction that a panic cut off was rolled back when it was dropped.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

impl HubStore for SqliteStore {
    fn keep(&self, group: &[Incoming]) -> Result<Vec<KeptBatch>, HubStoreError> {
        let mut connection = self.writer();
        let transaction = open::begin(&mut connection)?;
        let kept = epoch_update::keep(&mut SqliteTransaction(&transaction), group)?;
        transaction.commit()?;
        Ok(kept)
    }

    fn knows(&self, device: DeviceId) -> Result<bool, HubStoreError> {
        fleet::knows(&self.reader(), device)
    }

    fn knows_run(&self, device: DeviceId, run: Epoch) -> Result<bool, HubStoreError> {
        fleet::knows_run(&self.reader(), device, run)
    }

    fn note_runs(&self, device: DeviceId, at: Timestamp) -> Result<(), HubStoreError> {
        fleet::note_runs(&self.writer(), device, at)
    }

    fn serve(&self, manifest: ManifestId) -> Result<(), HubStoreError> {
        fleet::serve(&self.writer(), manifest)
    }

    fn compare(&self, manifest: ManifestId) -> Result<ManifestMatch, HubStoreError> {
        fleet::compare(&self.reader(), manifest)
    }

    fn note_bundle(&self, other: &OtherBundle) -> Result<(), HubStoreError> {
        fleet::note_bundle(&self.writer(), other)
    }

    fn record_status(&self, received: &ReceivedStatus) -> Result<(), HubStoreError> {
        fleet::record_status(&self.writer(), received)
    }

    fn visit(
        &self,
        filter: &ArrivalFilter,
        each: &mut dyn FnMut(ArrivedItem) -> ControlFlow<()>,
    ) -> Result<Totals, HubStoreError> {
        let mut connection = self.reader();
        let view = connection.transaction()?;
        let totals = fleet::totals(&view)?;
        let (from, until, device) = stored_filter(filter);
        let queries: [(_, fn(&Row<'_>) -> _); 2] = [
            (BATCHES, |row| arrived_batch(row)),
            (FINDINGS, |row| arrived_finding(row)),
        ];
        for (query, read) in queries {
            let mut statement = view.prepare(query)?;
            let mut rows = statement.query(params![from, until, device])?;
            while let Some(row) = rows.next()? {
                if each(read(row)?).is_break() {
                    return Ok(totals);
                }
            }
        }
        Ok(totals)
    }

    fn totals(&self) -> Result<Totals, HubStoreError> {
        fleet::totals(&self.reader())
    }

    fn devices(&self, paging: Paging) -> Result<Vec<DeviceRow>, HubStoreError> {
        fleet::devices(&self.reader(), paging)
    }

    fn hours(&self, from: u32) -> Result<Vec<HourRow>, HubStoreError> {
        fleet::hours(&self.reader(), from)
    }

    fn findings(&self, paging: Paging) -> Result<Vec<FindingRow>, HubStoreError> {
        fleet::findings(&self.reader(), paging)
    }

    fn request_revocation(
        &self,
        device: DeviceId,
        at: Timestamp,
    ) -> Result<RevocationRequest, HubStoreError> {
        fleet::request_revocation(&self.writer(), device, at)
    }

    fn forget(&self, before: Timestamp) -> Result<u64, HubStoreError> {
        // In steps, so that devices don't wait for long.
        let statement = "DELETE FROM batches WHERE id IN
            (SELECT id FROM batches WHERE received < ?1 LIMIT 1000)";
        let mut all = 0;
        loop {
            let deleted = self.writer().execute(statement, [stored_hour(before)])?;
            all += deleted as u64;
            if deleted == 0 {
                return Ok(all);
            }
        }
    }
}

const BATCHES: &str = "SELECT d.device, e.epoch, b.first, b.id, b.signed, b.receipt
    FROM devices d JOIN epochs e ON e.device = d.id JOIN batches b ON b.epoch = e.id
    WHERE b.received >= ?1 AND b.received < ?2 AND (?3 IS NULL OR d.device = ?3)
    ORDER BY d.id, e.id, b.first, b.id";
const FINDINGS: &str = "SELECT d.device, e.epoch, f.seq, f.kind, f.at
    FROM devices d JOIN epochs e ON e.device = d.id JOIN findings f ON f.epoch = e.id
    WHERE f.at >= ?1 AND f.at < ?2 AND (?3 IS NULL OR d.device = ?3)
    ORDER BY d.id, e.id, f.seq, f.kind, f.head";
