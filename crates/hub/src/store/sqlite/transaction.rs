//! A group of batches in one transaction.

use gatepost_protocol::{Head, batch::MAX_RECORDS};
use rusqlite::{Transaction, params};

use crate::store::{
    ChainFront, HubStoreError, Incoming,
    columns::{EpochRow, epoch_row, finding, stored, stored_time},
    epoch_update::{self, EpochRows, EpochUpdate, StoredOverlap},
};

/// An open transaction.
pub(super) struct SqliteTransaction<'a>(pub(super) &'a Transaction<'a>);

impl EpochRows for SqliteTransaction<'_> {
    fn find(&mut self, group: &[Incoming]) -> Result<Vec<EpochRow>, HubStoreError> {
        group
            .iter()
            .map(|incoming| self.find_one(incoming))
            .collect()
    }

    fn overlap(&mut self, epoch: i64, from: u64, to: u64) -> Result<StoredOverlap, HubStoreError> {
        // A batch is no longer than the limit, so the index gives a short range.
        let lowest = stored(from.saturating_sub(MAX_RECORDS as u64))?;
        let (from, to) = (stored(from)?, stored(to)?);
        let mut statement = self.0.prepare_cached(
            "SELECT signed FROM batches
             WHERE epoch = ?1 AND first BETWEEN ?2 AND ?4 AND last >= ?3 ORDER BY id",
        )?;
        let batches = statement.query_map([epoch, lowest, from, to], |row| row.get(0))?;
        let batches = batches.collect::<Result<_, _>>()?;
        let mut statement = self.0.prepare_cached(
            "SELECT seq, kind, head FROM findings WHERE epoch = ?1 AND seq BETWEEN ?2 AND ?3",
        )?;
        let findings = statement.query_and_then([epoch, from, to], |row| finding(row))?;
        Ok(StoredOverlap {
            batches,
            findings: findings.collect::<Result<_, HubStoreError>>()?,
        })
    }

    fn write(&mut self, group: &[Incoming], updates: &[EpochUpdate]) -> Result<(), HubStoreError> {
        for (incoming, update) in group.iter().zip(updates) {
            if update.is_news() {
                self.write_one(incoming, update)?;
            }
        }
        Ok(())
    }
}

impl SqliteTransaction<'_> {
    fn find_one(&self, incoming: &Incoming) -> Result<EpochRow, HubStoreError> {
        let batch = &incoming.batch;
        let (name, seen) = (batch.device_name(), stored_time(incoming.at));
        let device: i64 = self
            .0
            .prepare_cached(
                "INSERT INTO devices (device, name, seen) VALUES (?1, ?2, ?3)
                 ON CONFLICT (device) DO UPDATE SET name = excluded.name, seen = excluded.seen
                 RETURNING id",
            )?
            .query_row(params![batch.device().0, name, seen], |row| row.get(0))?;
        let epoch = batch.epoch().0;
        let previous = epoch_update::previous(incoming).map(|previous| previous.0);
        let find = || -> Result<Option<EpochRow>, HubStoreError> {
            let mut find = self.0.prepare_cached(
                "SELECT id, next_seq, head, beyond, EXISTS (SELECT 1 FROM epochs o
                     WHERE o.device = e.device AND o.previous = ?3 AND o.id <> e.id)
                 FROM epochs e WHERE device = ?1 AND epoch = ?2",
            )?;
            let mut rows = find.query(params![device, epoch, previous])?;
            rows.next()?.map(epoch_row).transpose()
        };
        if let Some(found) = find()? {
            return Ok(found);
        }
        self.0
            .prepare_cached(
                "INSERT INTO epochs (device, epoch, next_seq, head, beyond)
                 VALUES (?1, ?2, 0, ?3, 0)",
            )?
            .execute(params![device, epoch, Head::START.0.0])?;
        find()?.ok_or_else(|| HubStoreError::failed("an epoch's row is missing"))
    }

    fn write_one(&self, incoming: &Incoming, update: &EpochUpdate) -> Result<(), HubStoreError> {
        let at = stored_time(incoming.at);
        let (first, last) = (stored(update.range.0)?, stored(update.range.1)?);
        self.0
            .prepare_cached(
                "INSERT INTO batches (received, epoch, first, last, signed)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![at, update.epoch, first, last, incoming.signed])?;
        for finding in &update.findings {
            let (seq, kind) = (stored(finding.seq)?, finding.kind as i64);
            self.0
                .prepare_cached("INSERT OR IGNORE INTO findings VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![update.epoch, seq, kind, finding.head.0.0, at])?;
        }
        let ChainFront { next_seq, head } = update.kept.front;
        self.0
            .prepare_cached(
                "UPDATE epochs SET next_seq = ?2, head = ?3, beyond = ?4,
                     previous = coalesce(?5, previous)
                 WHERE id = ?1",
            )?
            .execute(params![
                update.epoch,
                stored(next_seq)?,
                head.0.0,
                stored(update.beyond)?,
                update.previous.map(|previous| previous.0)
            ])?;
        for ((hour, class), passages) in &update.hours {
            self.0
                .prepare_cached(
                    "INSERT INTO hours VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET passages = passages + excluded.passages",
                )?
                .execute(params![hour, *class as i64, stored(*passages)?])?;
        }
        Ok(())
    }
}
