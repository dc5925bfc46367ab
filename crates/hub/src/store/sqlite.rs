//! The store in one SQLite file. Only this module names rusqlite: what it does with an open database
//! stands here, how one is opened in `sqlite/open.rs`.

mod open;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fmt,
    ops::ControlFlow,
    sync::{Mutex, MutexGuard, PoisonError},
};

use gatepost_pass::{DeviceId, Digest, Timestamp};
use gatepost_protocol::{Body, Epoch, Head, Outcome, VerifiedBatch};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension as _, Row, Transaction, TransactionBehavior, params,
};

use super::{
    Arrived, Finding, FindingKind, Front, Kept, Place, Store, StoreError, Totals,
    compare::{Link, compare},
};

/// Received passages in an SQLite file.
pub struct SqliteStore {
    connection: Mutex<Connection>,
}

impl SqliteStore {
    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A transaction that a panic cut off was rolled back when it was dropped.
        let guard = self.connection.lock();
        guard.unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Connection> for SqliteStore {
    fn from(connection: Connection) -> Self {
        Self {
            connection: Mutex::new(connection),
        }
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

impl Store for SqliteStore {
    fn keep(
        &self,
        batch: &VerifiedBatch,
        signed: &[u8],
        at: Timestamp,
    ) -> Result<Kept, StoreError> {
        let mut connection = self.connection();
        let transaction = begin(&mut connection)?;
        let kept = keep(&transaction, batch, signed, at)?;
        transaction.commit()?;
        Ok(kept)
    }

    fn visit(
        &self,
        each: &mut dyn FnMut(Arrived) -> ControlFlow<()>,
    ) -> Result<Totals, StoreError> {
        let mut connection = self.connection();
        // One view of everything, whatever arrives meanwhile.
        let view = connection.transaction()?;
        let (passages, devices, findings): (i64, i64, i64) = view.query_row(
            "SELECT (SELECT count(class) FROM records), (SELECT count(*) FROM devices),
                    (SELECT count(*) FROM findings)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        let totals = Totals {
            passages: passages.unsigned_abs(),
            devices: devices.unsigned_abs(),
            findings: findings.unsigned_abs(),
        };
        for (query, read) in [(RECORDS, record as fn(&Row<'_>) -> _), (FINDINGS, finding)] {
            let mut statement = view.prepare(query)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                if each(read(row)?).is_break() {
                    return Ok(totals);
                }
            }
        }
        Ok(totals)
    }
}

fn begin(connection: &mut Connection) -> Result<Transaction<'_>, StoreError> {
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    Ok(begun?)
}

fn keep(
    transaction: &Transaction<'_>,
    batch: &VerifiedBatch,
    signed: &[u8],
    at: Timestamp,
) -> Result<Kept, StoreError> {
    // A verified batch has at least one record.
    let (Some((first, ..)), Some((last, ..))) = (batch.records().first(), batch.records().last())
    else {
        return Err(StoreError::Sequence);
    };
    let (epoch, front) = find_epoch(transaction, batch)?;
    let held = held_links(transaction, epoch, first.seq, last.seq)?;
    let mut added = compare(batch, &held);
    if let Some((0, link)) = added.new.first()
        && let Body::EpochStart(Some(previous)) = &first.body
        && follows_the_same(transaction, epoch, previous.epoch)?
    {
        added.findings.push(Finding {
            seq: 0,
            kind: FindingKind::Clone,
            head: link.head,
        });
    }
    if added.new.is_empty() && added.findings.is_empty() {
        return Ok(Kept {
            front,
            new: 0,
            findings: 0,
        });
    }
    transaction
        .prepare_cached("INSERT INTO batches (received, signed) VALUES (?1, ?2)")?
        .execute(params![i64::try_from(at.0).unwrap_or(i64::MAX), signed])?;
    let carrier = transaction.last_insert_rowid();
    insert_records(transaction, epoch, carrier, batch, signed, &added.new)?;
    let mut findings = 0;
    for finding in &added.findings {
        findings += transaction
            .prepare_cached("INSERT OR IGNORE INTO findings VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                epoch,
                stored(finding.seq)?,
                finding.kind as i64,
                finding.head.0.0,
                carrier
            ])?;
    }
    if added.new.is_empty() && findings == 0 {
        // All of it was known: the batch is no new word.
        transaction.execute("DELETE FROM batches WHERE id = ?1", [carrier])?;
    }
    let front = advance(transaction, epoch, front)?;
    Ok(Kept {
        front,
        new: added.new.len(),
        findings,
    })
}

/// The rows of a batch's device and epoch, made where they are missing.
fn find_epoch(
    transaction: &Transaction<'_>,
    batch: &VerifiedBatch,
) -> Result<(i64, Front), StoreError> {
    let device: i64 = transaction
        .prepare_cached(
            "INSERT INTO devices (device, name) VALUES (?1, ?2)
             ON CONFLICT (device) DO UPDATE SET name = excluded.name RETURNING id",
        )?
        .query_row(params![batch.device().0, batch.device_name()], |row| {
            row.get(0)
        })?;
    transaction
        .prepare_cached(
            "INSERT OR IGNORE INTO epochs (device, epoch, next_seq, head) VALUES (?1, ?2, 0, ?3)",
        )?
        .execute(params![device, batch.epoch().0, Head::START.0.0])?;
    let row = transaction
        .prepare_cached("SELECT id, next_seq, head FROM epochs WHERE device = ?1 AND epoch = ?2")?
        .query_row(params![device, batch.epoch().0], |row| {
            let front = Front {
                next_seq: row.get::<_, i64>(1)?.unsigned_abs(),
                head: head(row, 2)?,
            };
            Ok((row.get(0)?, front))
        })?;
    Ok(row)
}

/// The held records of an epoch from the one before `first` to the one after `last`.
fn held_links(
    transaction: &Transaction<'_>,
    epoch: i64,
    first: u64,
    last: u64,
) -> Result<BTreeMap<u64, Link>, StoreError> {
    let from = stored(first.saturating_sub(1))?;
    let to = stored(last.saturating_add(1))?;
    let mut statement = transaction.prepare_cached(
        "SELECT seq, before, head FROM records WHERE epoch = ?1 AND seq BETWEEN ?2 AND ?3",
    )?;
    let rows = statement.query_map(params![epoch, from, to], |row| {
        Ok((seq(row, 0)?, link(row)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes which run an epoch follows, and says whether another one follows the same.
fn follows_the_same(
    transaction: &Transaction<'_>,
    epoch: i64,
    previous: Epoch,
) -> Result<bool, StoreError> {
    transaction.execute(
        "UPDATE epochs SET previous = ?2 WHERE id = ?1",
        params![epoch, previous.0],
    )?;
    let other: Option<i64> = transaction
        .query_row(
            "SELECT other.id FROM epochs AS this JOIN epochs AS other USING (device, previous)
             WHERE this.id = ?1 AND other.id <> ?1 LIMIT 1",
            [epoch],
            |row| row.get(0),
        )
        .optional()?;
    Ok(other.is_some())
}

fn insert_records(
    transaction: &Transaction<'_>,
    epoch: i64,
    carrier: i64,
    batch: &VerifiedBatch,
    signed: &[u8],
    new: &[(usize, Link)],
) -> Result<(), StoreError> {
    let starts = starts(batch, signed)?;
    let mut insert = transaction
        .prepare_cached("INSERT INTO records VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
    for (index, link) in new {
        let (Some((record, bytes, _)), Some(start)) =
            (batch.records().get(*index), starts.get(*index))
        else {
            continue; // Not so: the index comes from these records.
        };
        let class = match &record.body {
            Body::EpochStart(_) => None,
            Body::Passage(sealed) => Some(sealed.class as i64),
        };
        insert.execute(params![
            epoch,
            stored(record.seq)?,
            record.hour,
            class,
            link.before.0.0,
            link.head.0.0,
            carrier,
            *start as i64,
            bytes.len() as i64
        ])?;
    }
    Ok(())
}

/// Where each record's bytes begin in a signed batch: they are its end, one after the other, each
/// behind its length, and only the signature follows.
fn starts(batch: &VerifiedBatch, signed: &[u8]) -> Result<Vec<usize>, StoreError> {
    let mismatch = || StoreError::Failed("a batch and its bytes don't fit together".into());
    let mut end = signed.len().checked_sub(64);
    let mut starts = Vec::with_capacity(batch.records().len());
    for (_, bytes, _) in batch.records().iter().rev() {
        let until = end.ok_or_else(mismatch)?;
        let start = until.checked_sub(bytes.len()).ok_or_else(mismatch)?;
        if signed.get(start..until) != Some(bytes) {
            return Err(mismatch());
        }
        starts.push(start);
        end = until.checked_sub(gatepost_pass::encode(bytes).len());
    }
    starts.reverse();
    Ok(starts)
}

/// Moves an epoch's front over every record that follows it without a gap, and stores it.
fn advance(
    transaction: &Transaction<'_>,
    epoch: i64,
    mut front: Front,
) -> Result<Front, StoreError> {
    let from = stored(front.next_seq)?;
    let mut statement = transaction.prepare_cached(
        "SELECT seq, before, head FROM records WHERE epoch = ?1 AND seq >= ?2 ORDER BY seq",
    )?;
    let mut rows = statement.query(params![epoch, from])?;
    while let Some(row) = rows.next()? {
        let link = link(row)?;
        if (seq(row, 0)?, link.before) != (front.next_seq, front.head) {
            break;
        }
        front = Front {
            next_seq: front.next_seq.saturating_add(1),
            head: link.head,
        };
    }
    transaction
        .prepare_cached("UPDATE epochs SET next_seq = ?2, head = ?3 WHERE id = ?1")?
        .execute(params![epoch, stored(front.next_seq)?, front.head.0.0])?;
    Ok(front)
}

const RECORDS: &str = "SELECT d.device, e.epoch, r.seq, r.hour, r.class
    FROM devices d JOIN epochs e ON e.device = d.id JOIN records r ON r.epoch = e.id
    ORDER BY d.id, e.id, r.seq";
const FINDINGS: &str = "SELECT d.device, e.epoch, f.seq, f.kind
    FROM devices d JOIN epochs e ON e.device = d.id JOIN findings f ON f.epoch = e.id
    ORDER BY d.id, e.id, f.seq, f.kind, f.head";

fn record(row: &Row<'_>) -> Result<Arrived, StoreError> {
    let (place, hour) = (place(row)?, row.get(3)?);
    Ok(match row.get::<_, Option<i64>>(4)? {
        None => Arrived::EpochStart { place, hour },
        Some(number) => {
            let all = [Outcome::Admit, Outcome::Check, Outcome::Refuse];
            let class = all.into_iter().find(|class| *class as i64 == number);
            let class = class.ok_or_else(|| unknown("class", number))?;
            Arrived::Passage { place, hour, class }
        }
    })
}

fn finding(row: &Row<'_>) -> Result<Arrived, StoreError> {
    let number = row.get(3)?;
    let mut all = FindingKind::ALL.into_iter();
    let kind = all.find(|kind| *kind as i64 == number);
    Ok(Arrived::Finding {
        place: place(row)?,
        kind: kind.ok_or_else(|| unknown("kind of finding", number))?,
    })
}

fn place(row: &Row<'_>) -> Result<Place, StoreError> {
    Ok(Place {
        device: DeviceId(row.get(0)?),
        epoch: Epoch(row.get(1)?),
        seq: seq(row, 2)?,
    })
}

fn link(row: &Row<'_>) -> rusqlite::Result<Link> {
    Ok(Link {
        before: head(row, 1)?,
        head: head(row, 2)?,
    })
}

fn head(row: &Row<'_>, column: usize) -> rusqlite::Result<Head> {
    row.get(column).map(|bytes| Head(Digest(bytes)))
}

fn seq(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    // Only `stored` writes them, so none is negative.
    row.get::<_, i64>(column).map(i64::unsigned_abs)
}

/// A record's number as SQLite stores it.
fn stored(seq: u64) -> Result<i64, StoreError> {
    i64::try_from(seq).map_err(|_| StoreError::Sequence)
}

fn unknown(what: &str, number: i64) -> StoreError {
    StoreError::Damaged(format!("unknown {what} {number}"))
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
