//! A group of batches in one transaction.

use gatepost_protocol::{Head, batch::MAX_RECORDS};
use rusqlite::{Transaction, params};

use crate::store::{
    ChainFront, Finding, FindingKind, HubStoreError, Incoming,
    columns::{EpochRow, HeldBatch, epoch_row, held_batch, stored, stored_hour},
    epoch_update::{self, EpochBegin, EpochRows, EpochUpdate},
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

    fn holding(&mut self, epoch: i64, seq: u64) -> Result<Option<HeldBatch>, HubStoreError> {
        // A batch is no longer than the limit, so the index gives a short range.
        let lowest = stored(seq.saturating_sub(MAX_RECORDS as u64))?;
        let mut find = self.0.prepare_cached(
            "SELECT held, signed FROM batches
             WHERE epoch = ?1 AND first BETWEEN ?2 AND ?3 AND held > ?3 AND held > first
             ORDER BY held DESC LIMIT 1",
        )?;
        let mut rows = find.query([epoch, lowest, stored(seq)?])?;
        rows.next()?.map(held_batch).transpose()
    }

    fn next_first(&mut self, epoch: i64, after: u64) -> Result<Option<u64>, HubStoreError> {
        let mut find = self.0.prepare_cached(
            "SELECT min(first) FROM batches WHERE epoch = ?1 AND first > ?2 AND held > first",
        )?;
        let first: Option<i64> = find.query_row([epoch, stored(after)?], |row| row.get(0))?;
        Ok(first.map(i64::unsigned_abs))
    }

    fn is_known(&mut self, epoch: i64, finding: &Finding) -> Result<bool, HubStoreError> {
        let mut find = self.0.prepare_cached(
            "SELECT 1 FROM findings WHERE epoch = ?1 AND seq = ?2 AND kind = ?3 AND head = ?4",
        )?;
        let (seq, kind) = (stored(finding.seq)?, finding.kind as i64);
        Ok(find.exists(params![epoch, seq, kind, finding.head.0.0])?)
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
        let (name, seen) = (batch.device_name(), stored_hour(incoming.at));
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
                "SELECT e.id, e.next_seq, e.head, e.beyond,
                     EXISTS (SELECT 1 FROM epochs o
                         WHERE o.device = e.device AND o.previous = ?3 AND o.id <> e.id),
                     EXISTS (SELECT 1 FROM epochs o WHERE o.device = e.device AND o.id <> e.id),
                     EXISTS (SELECT 1 FROM epochs o WHERE o.device = e.device
                         AND o.previous IS NULL AND o.previous_seq = 0 AND o.id <> e.id),
                     b.next_seq, b.head, f.previous_seq, f.previous_head
                 FROM epochs e
                 LEFT JOIN epochs b ON b.device = e.device AND b.epoch = ?3 AND b.id <> e.id
                 LEFT JOIN epochs f ON f.device = e.device AND f.previous = e.epoch
                     AND f.id <> e.id
                 WHERE e.device = ?1 AND e.epoch = ?2
                 ORDER BY f.previous_seq LIMIT 1",
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
        // Runs that follow it are anchored now; where it ends, its own batches tell.
        self.0
            .prepare_cached(
                "DELETE FROM findings WHERE kind = ?3 AND epoch IN
                     (SELECT id FROM epochs WHERE device = ?1 AND previous = ?2)",
            )?
            .execute(params![device, epoch, FindingKind::Unanchored as i64])?;
        find()?.ok_or_else(|| HubStoreError::failed("an epoch's row is missing"))
    }

    fn write_one(&self, incoming: &Incoming, update: &EpochUpdate) -> Result<(), HubStoreError> {
        let at = stored_hour(incoming.at);
        let (first, held) = (stored(update.first)?, stored(update.held)?);
        self.0
            .prepare_cached(
                "INSERT INTO batches (received, epoch, first, held, signed, receipt)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                at,
                update.epoch,
                first,
                held,
                incoming.signed,
                update.kept.receipt
            ])?;
        for finding in &update.findings {
            let (seq, kind) = (stored(finding.seq)?, finding.kind as i64);
            self.0
                .prepare_cached("INSERT OR IGNORE INTO findings VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![update.epoch, seq, kind, finding.head.0.0, at])?;
        }
        let ChainFront { next_seq, head } = update.kept.front;
        let previous = update.start.and_then(|EpochBegin(previous)| previous);
        let ended = update.ended_before();
        self.0
            .prepare_cached(
                "UPDATE epochs SET next_seq = ?2, head = ?3, beyond = ?4,
                     previous = coalesce(?5, previous),
                     previous_seq = coalesce(?6, previous_seq),
                     previous_head = coalesce(?7, previous_head)
                 WHERE id = ?1",
            )?
            .execute(params![
                update.epoch,
                stored(next_seq)?,
                head.0.0,
                stored(update.beyond)?,
                previous.map(|previous| previous.epoch.0),
                ended.map(stored).transpose()?,
                previous.map(|previous| previous.head.0.0)
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
