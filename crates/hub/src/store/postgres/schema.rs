//! The schema and its partitions.

use gatepost_pass::Timestamp;
use postgres::{Client, Transaction};

use crate::store::{HubStoreError, columns::stored_hour};

/// All tables of the hub are in this schema; the rest of the database is left alone.
pub(super) const SCHEMA: &str = "gatepost_hub";
/// The version of the schema that this program writes.
const VERSION: i64 = 2;
/// The steps to it, from version to version; the first makes it all.
const STEPS: [&str; VERSION as usize] =
    [include_str!("schema-1.sql"), include_str!("schema-2.sql")];
/// "GPHB": the advisory lock under which schema and partitions change.
const LOCK: i64 = 0x4750_4842;
/// Hours of a day.
const DAY: i64 = 24;

/// Makes the schema, or upgrades an older one.
pub(super) fn upgrade(client: &mut Client) -> Result<(), HubStoreError> {
    let mut transaction = client.transaction()?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
    let steps = match version(&mut transaction)? {
        Some(version @ 1..=VERSION) => &STEPS[version as usize..],
        Some(newer) if newer > VERSION => return Err(HubStoreError::Newer(newer)),
        Some(_) => return Err(HubStoreError::Foreign),
        None => {
            transaction.batch_execute(&format!(
                "CREATE SCHEMA {SCHEMA}; CREATE TABLE version (version bigint NOT NULL);
                 INSERT INTO version VALUES (0)"
            ))?;
            &STEPS[..]
        }
    };
    for step in steps {
        transaction.batch_execute(step)?;
    }
    if !steps.is_empty() {
        transaction.execute("UPDATE version SET version = $1", &[&VERSION])?;
    }
    Ok(transaction.commit()?)
}

/// Checks that the schema exists and has this program's version.
pub(super) fn check(client: &mut Client) -> Result<(), HubStoreError> {
    let mut transaction = client.transaction()?;
    match version(&mut transaction)? {
        Some(VERSION) => Ok(()),
        Some(newer) if newer > VERSION => Err(HubStoreError::Newer(newer)),
        Some(older @ 1..) => Err(HubStoreError::Older(older)),
        Some(_) => Err(HubStoreError::Foreign),
        None => Err(HubStoreError::Empty),
    }
}

/// The schema's version; nothing where there is none.
fn version(transaction: &mut Transaction<'_>) -> Result<Option<i64>, HubStoreError> {
    let exists = "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)";
    if !transaction.query_one(exists, &[&SCHEMA])?.try_get(0)? {
        return Ok(None);
    }
    let ours = transaction.query_one("SELECT to_regclass('version') IS NOT NULL", &[])?;
    if !ours.try_get(0)? {
        return Err(HubStoreError::Foreign);
    }
    let row = transaction.query_opt("SELECT version FROM version", &[])?;
    let row = row.ok_or(HubStoreError::Foreign)?;
    Ok(Some(row.try_get(0)?))
}

/// The day of a time: the name of its partition.
pub(super) fn day(at: Timestamp) -> i64 {
    stored_hour(at) / DAY
}

/// Makes the partition of a day if it is missing.
pub(super) fn make_partition(client: &mut Client, day: i64) -> Result<(), HubStoreError> {
    let mut transaction = client.transaction()?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
    let (from, until) = (day * DAY, (day + 1) * DAY);
    transaction.batch_execute(&format!(
        "CREATE TABLE IF NOT EXISTS batches_{day} PARTITION OF batches
         FOR VALUES FROM ({from}) TO ({until})"
    ))?;
    Ok(transaction.commit()?)
}

/// Drops the partitions that end before a time, and returns how many batches they held.
pub(super) fn drop_partitions(
    client: &mut Client,
    before: Timestamp,
) -> Result<u64, HubStoreError> {
    let mut transaction = client.transaction()?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
    let mut dropped = 0;
    let partitions = "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
         WHERE inhparent = 'batches'::regclass";
    for row in transaction.query(partitions, &[])? {
        let name: String = row.try_get(0)?;
        let day = name
            .strip_prefix("batches_")
            .and_then(|day| day.parse().ok());
        let Some(day) = day.filter(|day: &i64| (day + 1) * DAY <= stored_hour(before)) else {
            continue;
        };
        let name = format!("batches_{day}");
        let count =
            transaction.query_one(&format!("SELECT count(*) FROM {name} WHERE piece = 0"), &[])?;
        dropped += count.try_get::<_, i64>(0)?.unsigned_abs();
        transaction.batch_execute(&format!("DROP TABLE {name}"))?;
    }
    transaction.commit()?;
    Ok(dropped)
}
