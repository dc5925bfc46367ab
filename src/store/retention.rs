//! How long records are kept after a receipt has covered them: counted in hours that the device has
//! run, which no clock that is set changes.

use rusqlite::{Connection, TransactionBehavior, params};

use super::{error::LogError, size_cap::STEP};

/// Notes what receipts cover by now. What they no longer cover (the hub was restored from a backup)
/// begins anew.
pub(super) fn note(connection: &mut Connection, hours_run: u32) -> Result<(), LogError> {
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    change.execute(
        "DELETE FROM covered WHERE until_seq >
             (SELECT acknowledged FROM epochs e WHERE e.ordinal = covered.ordinal)",
        [],
    )?;
    change.execute(
        "INSERT OR REPLACE INTO covered (ordinal, hours_run, until_seq)
         SELECT ordinal, ?1, acknowledged FROM epochs e
         WHERE acknowledged > coalesce((SELECT max(until_seq) FROM covered c
                                        WHERE c.ordinal = e.ordinal), 0)
           AND EXISTS (SELECT 1 FROM records r
                       WHERE r.ordinal = e.ordinal AND r.seq < e.acknowledged)",
        [hours_run],
    )?;
    Ok(change.commit()?)
}

/// Deletes what was covered before that hour, in small steps so that passages can be logged in
/// between. Returns the number of records.
pub(super) fn forget(connection: &Connection, before: u32) -> Result<usize, LogError> {
    let mut over = connection.prepare(
        "SELECT ordinal, min(max(until_seq), acknowledged) FROM covered JOIN epochs USING (ordinal)
         WHERE hours_run < ?1 GROUP BY ordinal",
    )?;
    let over = over.query_map([before], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let over = over.collect::<rusqlite::Result<Vec<(i64, i64)>>>()?;
    let mut deleted = 0;
    for (ordinal, until) in &over {
        loop {
            let step = connection.execute(
                "DELETE FROM records WHERE (ordinal, seq) IN
                     (SELECT ordinal, seq FROM records WHERE ordinal = ?1 AND seq < ?2
                      ORDER BY seq LIMIT ?3)",
                params![ordinal, until, STEP as i64],
            )?;
            deleted += step;
            if step < STEP {
                break;
            }
        }
    }
    if !over.is_empty() {
        connection.execute("DELETE FROM covered WHERE hours_run < ?1", [before])?;
    }
    Ok(deleted)
}
