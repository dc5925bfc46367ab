//! The records of a log whose hash chain is intact: the check that all are, and the copy of those
//! that still are from a damaged log into a new one.
//!
//! Of each epoch these are the records after what is acknowledged, up to the first that does not
//! follow from the one before it. The rest stays in the file that was set aside.

use std::path::Path;

use gatepost_pass::{DeviceId, Digest};
use gatepost_protocol::{Body, Head, Record};
use rusqlite::{Connection, OpenFlags, Transaction, params};

use super::{
    error::{LogDamage, LogError},
    stored_epoch::StoredEpoch,
};

/// Checks the chain of every record without a receipt: a failing card can change a byte within a
/// record, which SQLite does not notice.
///
/// # Errors
/// [`LogError::Damaged`] names the first epoch whose chain is broken.
pub(super) fn check(connection: &Connection, device: DeviceId) -> Result<(), LogError> {
    for epoch in epochs(connection) {
        let held: i64 = connection.query_row(
            "SELECT count(*) FROM records WHERE ordinal = ?1 AND seq >= ?2",
            params![epoch.ordinal, epoch.acknowledged],
            |row| row.get(0),
        )?;
        let whole = epoch.walk(connection, device, |_, _, _| Ok(()))?;
        if whole != held {
            let (epoch, seq) = (epoch.epoch, epoch.acknowledged + whole);
            return Err(LogError::Damaged(LogDamage::Record { epoch, seq }));
        }
    }
    Ok(())
}

/// Copies the intact records into a new, empty log and returns their number: none from a file that
/// cannot be read at all.
///
/// # Errors
/// Only those of the new log.
pub(super) fn copy(
    damaged: &Path,
    into: &mut Connection,
    device: DeviceId,
) -> Result<u64, LogError> {
    // Read-only: what was set aside stays as it is.
    let Ok(from) = Connection::open_with_flags(damaged, OpenFlags::SQLITE_OPEN_READ_ONLY) else {
        return Ok(0);
    };
    let change = into.transaction()?;
    let mut copied = 0;
    for epoch in epochs(&from) {
        copied += epoch.copy(&from, &change, device)?;
    }
    change.commit()?;
    Ok(copied)
}

/// Number of records in a log.
pub(super) fn count(path: &Path) -> Result<u64, LogError> {
    let log = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let count: i64 = log.query_row("SELECT count(*) FROM records", [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// The epochs that can be read, in order. Any page may be the damaged one.
fn epochs(from: &Connection) -> Vec<StoredEpoch> {
    let Ok(mut statement) = from.prepare(
        "SELECT ordinal, epoch, acknowledged, acknowledged_head FROM epochs ORDER BY ordinal",
    ) else {
        return Vec::new();
    };
    match statement.query_map([], StoredEpoch::of_row) {
        Ok(rows) => rows.map_while(Result::ok).collect(),
        Err(_) => Vec::new(),
    }
}

impl StoredEpoch {
    /// Hands out the records that no receipt covers, in order, while their chain is intact. Returns
    /// their number.
    fn walk(
        &self,
        from: &Connection,
        device: DeviceId,
        mut each: impl FnMut(&Record, &[u8], Head) -> Result<(), LogError>,
    ) -> Result<i64, LogError> {
        let Ok(mut statement) = from.prepare(
            "SELECT bytes, head FROM records WHERE ordinal = ?1 AND seq >= ?2 ORDER BY seq",
        ) else {
            return Ok(0);
        };
        let Ok(mut rows) = statement.query(params![self.ordinal, self.acknowledged]) else {
            return Ok(0);
        };
        let (mut seq, mut head) = (self.acknowledged, self.acknowledged_head);
        while let Ok(Some(row)) = rows.next() {
            let (Ok(bytes), Ok(stored)) = (row.get::<_, Vec<u8>>(0), row.get(1)) else {
                break;
            };
            let Ok(record) = Record::from_bytes(&bytes) else {
                break;
            };
            let next = head.after(device, self.epoch, &bytes);
            if next != Head(Digest(stored)) || i64::try_from(record.seq) != Ok(seq) {
                break;
            }
            each(&record, &bytes, next)?;
            (seq, head) = (seq + 1, next);
        }
        Ok(seq - self.acknowledged)
    }

    fn copy(
        &self,
        from: &Connection,
        into: &Transaction<'_>,
        device: DeviceId,
    ) -> Result<u64, LogError> {
        into.execute(
            "INSERT OR IGNORE INTO epochs (ordinal, epoch, acknowledged, acknowledged_head)
             VALUES (?1, ?2, ?3, ?4)",
            params![
                self.ordinal,
                self.epoch.0,
                self.acknowledged,
                self.acknowledged_head.0.0
            ],
        )?;
        let copied = self.walk(from, device, |record, bytes, head| {
            let passage = matches!(record.body, Body::Passage(_));
            into.execute(
                "INSERT INTO records (ordinal, seq, hour, passage, bytes, head)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    self.ordinal,
                    record.seq as i64,
                    record.hour,
                    passage,
                    bytes,
                    head.0.0
                ],
            )?;
            Ok(())
        })?;
        Ok(copied.unsigned_abs())
    }
}
