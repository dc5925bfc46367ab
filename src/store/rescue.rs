//! What can be read of a damaged log goes into the new one: of each epoch the records that follow what is
//! acknowledged, for as long as their chain is whole. The rest stays in the file that was set aside.

use std::path::Path;

use gatepost_pass::{DeviceId, Digest};
use gatepost_protocol::{Epoch, Head, Record};
use rusqlite::{Connection, OpenFlags, Transaction, params};

use super::database::LogError;

/// Copies into a new, empty log. Returns how many records; a file that says nothing gives none.
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

struct DamagedEpoch {
    ordinal: i64,
    epoch: Epoch,
    acknowledged: i64,
    acknowledged_head: Head,
}

/// As many epochs as can be read, in order. Each page may be the one that is damaged.
fn epochs(from: &Connection) -> Vec<DamagedEpoch> {
    let Ok(mut statement) = from.prepare(
        "SELECT ordinal, epoch, acknowledged, acknowledged_head FROM epochs ORDER BY ordinal",
    ) else {
        return Vec::new();
    };
    let rows = statement.query_map([], |row| {
        Ok(DamagedEpoch {
            ordinal: row.get(0)?,
            epoch: Epoch(row.get(1)?),
            acknowledged: row.get(2)?,
            acknowledged_head: Head(Digest(row.get(3)?)),
        })
    });
    match rows {
        Ok(rows) => rows.map_while(Result::ok).collect(),
        Err(_) => Vec::new(),
    }
}

impl DamagedEpoch {
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
        let Ok(mut statement) =
            from.prepare("SELECT bytes, head FROM records WHERE ordinal = ?1 AND seq = ?2")
        else {
            return Ok(0);
        };
        let (mut seq, mut head) = (self.acknowledged, self.acknowledged_head);
        // One look-up a record: a scan would end at the first bad page it only passes through.
        while let Ok((bytes, stored)) = statement.query_row(params![self.ordinal, seq], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, Head(Digest(row.get(1)?))))
        }) {
            let Ok(record) = Record::from_bytes(&bytes) else {
                break;
            };
            let next = head.after(device, self.epoch, &bytes);
            if next != stored || i64::try_from(record.seq) != Ok(seq) {
                break;
            }
            let passage = matches!(record.body, gatepost_protocol::Body::Passage(_));
            into.execute(
                "INSERT INTO records (ordinal, seq, hour, passage, bytes, head)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![self.ordinal, seq, record.hour, passage, bytes, next.0.0],
            )?;
            (seq, head) = (seq + 1, next);
        }
        Ok(seq.abs_diff(self.acknowledged))
    }
}
