//! The store in one SQLite file. Only this module names rusqlite: what it does with an open database
//! stands here, how one is opened in `sqlite/open.rs`, what the fleet page asks for in `sqlite/fleet.rs`.

mod fleet;
mod open;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    ops::ControlFlow,
    sync::{Mutex, MutexGuard, PoisonError},
};

use gatepost_pass::{DeviceId, Digest, Timestamp};
use gatepost_protocol::{Epoch, Head, batch::MAX_RECORDS};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension as _, Row, Transaction, TransactionBehavior, params,
};

use super::{
    Arrived, Asked, DeviceRow, Finding, FindingKind, FindingRow, Front, Heard, HourRow, Incoming,
    Kept, Page, Place, Store, StoreError, Totals, Which,
    intake::{self, Change, EpochRow, Held, Rows},
    loaded, numbered, stored, stored_time,
};

/// Received batches in an SQLite file.
pub struct SqliteStore {
    /// One writes, one reads, so that the fleet page and a look whether a device is known wait for no commit.
    /// The reader closes first: the last to close folds the write-ahead log into the file.
    reader: Mutex<Connection>,
    writer: Mutex<Connection>,
}

impl SqliteStore {
    fn new(writer: Connection, reader: Connection) -> Self {
        Self {
            writer: Mutex::new(writer),
            reader: Mutex::new(reader),
        }
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

impl Store for SqliteStore {
    fn keep(&self, group: &[Incoming]) -> Result<Vec<Kept>, StoreError> {
        let mut connection = self.writer();
        let transaction = begin(&mut connection)?;
        let kept = intake::keep(&mut Open(&transaction), group)?;
        transaction.commit()?;
        Ok(kept)
    }

    fn knows(&self, device: DeviceId) -> Result<bool, StoreError> {
        fleet::knows(&self.reader(), device)
    }

    fn hear(&self, heard: &Heard) -> Result<(), StoreError> {
        fleet::hear(&self.writer(), heard)
    }

    fn visit(
        &self,
        which: &Which,
        each: &mut dyn FnMut(Arrived) -> ControlFlow<()>,
    ) -> Result<Totals, StoreError> {
        let mut connection = self.reader();
        let view = connection.transaction()?;
        let totals = fleet::totals(&view)?;
        let (from, until, device) = which.stored();
        for (query, read) in [(BATCHES, arrived as fn(&Row<'_>) -> _), (FINDINGS, found)] {
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

    fn totals(&self) -> Result<Totals, StoreError> {
        fleet::totals(&self.reader())
    }

    fn devices(&self, page: Page) -> Result<Vec<DeviceRow>, StoreError> {
        fleet::devices(&self.reader(), page)
    }

    fn hours(&self, from: u32) -> Result<Vec<HourRow>, StoreError> {
        fleet::hours(&self.reader(), from)
    }

    fn findings(&self, page: Page) -> Result<Vec<FindingRow>, StoreError> {
        fleet::findings(&self.reader(), page)
    }

    fn ask_revocation(&self, device: DeviceId, at: Timestamp) -> Result<Asked, StoreError> {
        fleet::ask_revocation(&self.writer(), device, at)
    }

    fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        // In steps, so that devices don't wait for long.
        let statement = "DELETE FROM batches WHERE id IN
            (SELECT id FROM batches WHERE received < ?1 LIMIT 1000)";
        let mut all = 0;
        loop {
            let gone = self.writer().execute(statement, [stored_time(before)])?;
            all += gone as u64;
            if gone == 0 {
                return Ok(all);
            }
        }
    }
}

fn begin(connection: &mut Connection) -> Result<Transaction<'_>, StoreError> {
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    Ok(begun?)
}

struct Open<'a>(&'a Transaction<'a>);

impl Rows for Open<'_> {
    fn find(&mut self, group: &[Incoming]) -> Result<Vec<EpochRow>, StoreError> {
        group
            .iter()
            .map(|incoming| self.find_one(incoming))
            .collect()
    }

    fn held(&mut self, epoch: i64, from: u64, to: u64) -> Result<Held, StoreError> {
        // A batch is no longer than the limit, so the index gives a short range.
        let lowest = from.saturating_sub(MAX_RECORDS as u64);
        let range = (stored(lowest)?, stored(from)?, stored(to)?);
        let mut statement = self.0.prepare_cached(
            "SELECT signed FROM batches
             WHERE epoch = ?1 AND first BETWEEN ?2 AND ?4 AND last >= ?3 ORDER BY id",
        )?;
        let batches =
            statement.query_map(params![epoch, range.0, range.1, range.2], |row| row.get(0))?;
        let batches = batches.collect::<Result<_, _>>()?;
        let mut statement = self.0.prepare_cached(
            "SELECT seq, kind, head FROM findings WHERE epoch = ?1 AND seq BETWEEN ?2 AND ?3",
        )?;
        let mut rows = statement.query(params![epoch, range.1, range.2])?;
        let mut findings = Vec::new();
        while let Some(row) = rows.next()? {
            findings.push(Finding {
                seq: loaded(row.get(0)?),
                kind: numbered(&FindingKind::ALL, "kind of finding", row.get(1)?)?,
                head: head(row, 2)?,
            });
        }
        Ok(Held { batches, findings })
    }

    fn write(&mut self, group: &[Incoming], changes: &[Change]) -> Result<(), StoreError> {
        for (incoming, change) in group.iter().zip(changes) {
            if change.is_news() {
                self.write_one(incoming, change)?;
            }
        }
        Ok(())
    }
}

impl Open<'_> {
    fn find_one(&self, incoming: &Incoming) -> Result<EpochRow, StoreError> {
        let batch = &incoming.batch;
        let device: i64 = self
            .0
            .prepare_cached(
                "INSERT INTO devices (device, name, seen) VALUES (?1, ?2, ?3)
                 ON CONFLICT (device) DO UPDATE SET name = excluded.name, seen = excluded.seen
                 RETURNING id",
            )?
            .query_row(
                params![
                    batch.device().0,
                    batch.device_name(),
                    stored_time(incoming.at)
                ],
                |row| row.get(0),
            )?;
        let mut find = self.0.prepare_cached(
            "SELECT id, next_seq, head, beyond, EXISTS (SELECT 1 FROM epochs o
                 WHERE o.device = e.device AND o.previous = ?3 AND o.id <> e.id)
             FROM epochs e WHERE device = ?1 AND epoch = ?2",
        )?;
        let epoch = batch.epoch().0;
        let previous = intake::previous(incoming).map(|previous| previous.0);
        let found = find.query_row(params![device, epoch, previous], epoch_row);
        if let Some(found) = found.optional()? {
            return Ok(found);
        }
        self.0
            .prepare_cached(
                "INSERT INTO epochs (device, epoch, next_seq, head, beyond) VALUES (?1, ?2, 0, ?3, 0)",
            )?
            .execute(params![device, epoch, Head::START.0.0])?;
        Ok(find.query_row(params![device, epoch, previous], epoch_row)?)
    }

    fn write_one(&self, incoming: &Incoming, change: &Change) -> Result<(), StoreError> {
        let at = stored_time(incoming.at);
        let (first, last) = change.range;
        self.0
            .prepare_cached(
                "INSERT INTO batches (received, epoch, first, last, signed) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                at,
                change.epoch,
                stored(first)?,
                stored(last)?,
                incoming.signed
            ])?;
        for finding in &change.findings {
            self.0
                .prepare_cached("INSERT OR IGNORE INTO findings VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![
                    change.epoch,
                    stored(finding.seq)?,
                    finding.kind as i64,
                    finding.head.0.0,
                    at
                ])?;
        }
        let Front { next_seq, head } = change.kept.front;
        self.0
            .prepare_cached(
                "UPDATE epochs SET next_seq = ?2, head = ?3, beyond = ?4, previous = coalesce(?5, previous)
                 WHERE id = ?1",
            )?
            .execute(params![
                change.epoch,
                stored(next_seq)?,
                head.0.0,
                stored(change.beyond)?,
                change.previous.map(|previous| previous.0)
            ])?;
        for ((hour, class), passages) in &change.hours {
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

const BATCHES: &str = "SELECT d.device, e.epoch, b.first, b.id, b.signed
    FROM devices d JOIN epochs e ON e.device = d.id JOIN batches b ON b.epoch = e.id
    WHERE b.received >= ?1 AND b.received < ?2 AND (?3 IS NULL OR d.device = ?3)
    ORDER BY d.id, e.id, b.first, b.id";
const FINDINGS: &str = "SELECT d.device, e.epoch, f.seq, f.kind, f.at
    FROM devices d JOIN epochs e ON e.device = d.id JOIN findings f ON f.epoch = e.id
    WHERE f.at >= ?1 AND f.at < ?2 AND (?3 IS NULL OR d.device = ?3)
    ORDER BY d.id, e.id, f.seq, f.kind, f.head";

fn epoch_row(row: &Row<'_>) -> rusqlite::Result<EpochRow> {
    Ok(EpochRow {
        id: row.get(0)?,
        front: Front {
            next_seq: loaded(row.get(1)?),
            head: head(row, 2)?,
        },
        beyond: loaded(row.get(3)?),
        twin: row.get(4)?,
    })
}

fn arrived(row: &Row<'_>) -> Result<Arrived, StoreError> {
    Ok(Arrived::Batch {
        place: place(row)?,
        number: row.get(3)?,
        signed: row.get(4)?,
    })
}

fn found(row: &Row<'_>) -> Result<Arrived, StoreError> {
    Ok(Arrived::Finding(FindingRow {
        place: place(row)?,
        kind: numbered(&FindingKind::ALL, "kind of finding", row.get(3)?)?,
        at: Timestamp(loaded(row.get(4)?)),
    }))
}

fn place(row: &Row<'_>) -> Result<Place, StoreError> {
    Ok(Place {
        device: DeviceId(row.get(0)?),
        epoch: Epoch(row.get(1)?),
        seq: loaded(row.get(2)?),
    })
}

fn head(row: &Row<'_>, column: usize) -> rusqlite::Result<Head> {
    row.get(column).map(|bytes| Head(Digest(bytes)))
}

impl From<rusqlite::Error> for StoreError {
    fn from(why: rusqlite::Error) -> Self {
        let damaged = matches!(
            why.sqlite_error_code(),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        ) || matches!(
            why,
            rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
        );
        if damaged {
            Self::Damaged(why.to_string())
        } else {
            Self::Failed(why.to_string())
        }
    }
}
