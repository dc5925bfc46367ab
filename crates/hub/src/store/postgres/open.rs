//! Connecting, schema, partitions.

use std::{error::Error as _, fmt::Write as _, time::Duration};

use gatepost_pass::Timestamp;
use postgres::{Client, NoTls, Transaction};

use super::{Server, StoreError, stored_time};

/// All that is ours stands in this schema; the rest of the database is left alone.
const SCHEMA: &str = "gatepost_hub";
/// The version of the schema that this program writes.
const VERSION: i64 = 2;
/// The steps to it, from version to version; the first makes it all.
const STEPS: [&str; VERSION as usize] =
    [include_str!("schema-1.sql"), include_str!("schema-2.sql")];
/// "GPHB": the advisory lock under which schema and partitions change.
const LOCK: i64 = 0x4750_4842;
const DAY: i64 = 86_400;
/// How long each address of the server may take to answer.
const CONNECT_TIME: Duration = Duration::from_secs(10);

impl Server {
    /// Connects. Commits are on the server's disk when they return, whatever its configuration says; and neither the
    /// connection nor a statement is waited for without end.
    pub fn connect(&self) -> Result<Client, StoreError> {
        let mut config = self.config.clone();
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIME);
        }
        let mut client = match &self.encryption {
            Some(encryption) => config.connect(encryption.clone()),
            None => config.connect(NoTls),
        }
        .map_err(|why| StoreError::Unreachable(said(&why)))?;
        client.batch_execute(&format!(
            "SET search_path = {SCHEMA}; SET synchronous_commit = on; SET lock_timeout = '10s';
             SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '60s'"
        ))?;
        Ok(client)
    }
}

/// Makes the schema, or brings an older one up.
pub(super) fn upgrade(client: &mut Client) -> Result<(), StoreError> {
    let mut transaction = client.transaction()?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
    let steps = match version(&mut transaction)? {
        Some(version @ 1..=VERSION) => &STEPS[version as usize..],
        Some(newer) if newer > VERSION => return Err(StoreError::Newer(newer)),
        Some(_) => return Err(StoreError::Foreign),
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

/// Checks that the schema is there and the one that this program knows.
pub(super) fn check(client: &mut Client) -> Result<(), StoreError> {
    let mut transaction = client.transaction()?;
    match version(&mut transaction)? {
        Some(VERSION) => Ok(()),
        Some(newer) if newer > VERSION => Err(StoreError::Newer(newer)),
        Some(older @ 1..) => Err(StoreError::Failed(format!(
            "schema {older} is older than this program's: start `gatepost-hub serve` on it once"
        ))),
        Some(_) => Err(StoreError::Foreign),
        None => Err(StoreError::Failed("nothing was ever stored in it".into())),
    }
}

/// The schema's version; nothing where there is none.
fn version(transaction: &mut Transaction<'_>) -> Result<Option<i64>, StoreError> {
    let exists = "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)";
    if !transaction.query_one(exists, &[&SCHEMA])?.try_get(0)? {
        return Ok(None);
    }
    let ours = transaction.query_one("SELECT to_regclass('version') IS NOT NULL", &[])?;
    if !ours.try_get(0)? {
        return Err(StoreError::Foreign);
    }
    let row = transaction.query_opt("SELECT version FROM version", &[])?;
    let row = row.ok_or(StoreError::Foreign)?;
    Ok(Some(row.try_get(0)?))
}

/// The day of a time: the name of its partition.
pub(super) fn day(at: Timestamp) -> i64 {
    stored_time(at) / DAY
}

/// Makes the partition of a day, where it is missing.
pub(super) fn make_partition(client: &mut Client, day: i64) -> Result<(), StoreError> {
    let mut transaction = client.transaction()?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
    let (from, until) = (day * DAY, (day + 1) * DAY);
    transaction.batch_execute(&format!(
        "CREATE TABLE IF NOT EXISTS batches_{day} PARTITION OF batches FOR VALUES FROM ({from}) TO ({until})"
    ))?;
    Ok(transaction.commit()?)
}

/// Drops the partitions that end before a time, and gives how many batches went.
pub(super) fn drop_partitions(client: &mut Client, before: Timestamp) -> Result<u64, StoreError> {
    let mut transaction = client.transaction()?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
    let mut gone = 0;
    let partitions = "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
         WHERE inhparent = 'batches'::regclass";
    for row in transaction.query(partitions, &[])? {
        let name: String = row.try_get(0)?;
        let day = name
            .strip_prefix("batches_")
            .and_then(|day| day.parse().ok());
        let Some(day) = day.filter(|day: &i64| (day + 1) * DAY <= stored_time(before)) else {
            continue;
        };
        let name = format!("batches_{day}");
        let count =
            transaction.query_one(&format!("SELECT count(*) FROM {name} WHERE piece = 0"), &[])?;
        gone += count.try_get::<_, i64>(0)?.unsigned_abs();
        transaction.batch_execute(&format!("DROP TABLE {name}"))?;
    }
    transaction.commit()?;
    Ok(gone)
}

impl From<postgres::Error> for StoreError {
    fn from(why: postgres::Error) -> Self {
        Self::Failed(said(&why))
    }
}

/// What went wrong. The error's own words leave out what the server said; no parameters stand in that.
fn said(why: &postgres::Error) -> String {
    let mut text = why.to_string();
    if let Some(server) = why.as_db_error() {
        text = format!("{}: {}", server.code().code(), server.message());
    } else if let Some(source) = why.source() {
        let _ = write!(text, ": {source}");
    }
    text
}
