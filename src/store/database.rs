//! The passage log's database: its whole life in four words: prepare, init, upgrade, finish.

use std::{io, path::Path, time::Duration};

use gatepost_pass::{DeviceId, Timestamp};
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::{
    mend::{self, SetAside},
    rescue,
    wal::{self, Wal},
};

/// Why the passage log can't do what was asked. Nothing that was logged is lost by any of these.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// No room left.
    #[error("the disk is full: free some space; passages already logged are safe")]
    Full,
    /// The log has reached its largest size, and no hub holds any of it.
    #[error(
        "the passage log is full of passages that no hub has: connect the device, or carry them to the hub by USB stick"
    )]
    AllUnsent,
    /// The file is damaged. The next opening sets it aside.
    #[error("the passage log is damaged: {0}")]
    Damaged(String),
    /// The storage or the database failed.
    #[error("the passage log can't be written or read: {0}")]
    Storage(String),
    /// Written by a newer program.
    #[error("the passage log has schema {found}, this program knows {known}: update the program")]
    Newer {
        /// What the file says.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// A damaged file could not be set aside.
    #[error("the damaged passage log {path} could not be set aside: {why}")]
    SetAside {
        /// The file.
        path: String,
        /// What the system said.
        why: io::Error,
    },
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] gatepost_protocol::SealError),
    /// A receipt that doesn't fit what was sent.
    #[error("the hub's receipt does not fit this device's chain: nothing was deleted")]
    Receipt,
}

impl LogError {
    /// Whether there is no room for one passage more: the policy says what a device does then
    /// ([`gatepost_pass::policy::WhenLogFull`]).
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full | Self::AllUnsent)
    }
}

impl From<rusqlite::Error> for LogError {
    fn from(error: rusqlite::Error) -> Self {
        // Without room for the index of the write-ahead log, SQLite says no more than that it could not grow.
        let extended = error.sqlite_error().map(|error| error.extended_code);
        match error.sqlite_error_code() {
            _ if extended == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => Self::Full,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(error.to_string())
            }
            _ => Self::Storage(error.to_string()),
        }
    }
}

/// Schema versions, oldest first. Never edited once shipped; a change is a new entry.
pub(super) const MIGRATIONS: [&str; 2] =
    [include_str!("schema-1.sql"), include_str!("schema-2.sql")];

/// Opens a database that must be there and whole, of this program's schema or an older one.
pub(super) fn open(path: &Path) -> Result<Connection, LogError> {
    let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    prepare(&connection)?;
    upgrade(&mut connection)?;
    Ok(connection)
}

/// Opens or makes the database. A damaged file is set aside, never deleted ([`mend`]).
pub(super) fn open_or_make(
    path: &Path,
    device: DeviceId,
    now: Timestamp,
) -> Result<(Connection, Option<SetAside>), LogError> {
    let before = mend::go_on(path, now)?;
    let rotten = wal::check(path).map_err(|why| LogError::Storage(why.to_string()))?;
    let opened = match rotten {
        Wal::Whole => open_whole(path, device),
        Wal::Rotten => Err(LogError::Damaged("synced frames have changed".to_owned())),
    };
    match opened {
        Err(LogError::Damaged(why)) => {
            let aside = mend::replace(path, device, now, why)?;
            Ok((open_whole(path, device)?, Some(aside)))
        }
        opened => Ok((opened?, before)),
    }
}

fn open_whole(path: &Path, device: DeviceId) -> Result<Connection, LogError> {
    let mut connection = Connection::open(path)?;
    prepare(&connection)?;
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(LogError::Damaged(verdict));
    }
    upgrade(&mut connection)?;
    rescue::check(&connection, device)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: a commit that returned has reached the disk, power cut or not.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)
}

/// Brings a database to this program's schema, a version at a time, each in one transaction.
pub(super) fn upgrade(connection: &mut Connection) -> Result<(), LogError> {
    let known = MIGRATIONS.len() as i64;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known || found < 0 {
        return Err(LogError::Newer { found, known });
    }
    for (version, sql) in (1_i64..).zip(MIGRATIONS).skip(found as usize) {
        let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have been quicker.
        let now: i64 = change.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if now >= version {
            continue;
        }
        change.execute_batch(sql)?;
        change.pragma_update(None, "user_version", version)?;
        change.commit()?;
    }
    Ok(())
}
