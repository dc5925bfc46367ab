//! The passage log's database: a connection with the right settings and the newest schema.

use std::{path::Path, time::Duration};

use gatepost_system::{
    chain,
    files::{self, FileError},
};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::error::LogError;

/// Schema versions, oldest first. Never edited once shipped; a change is a new entry.
pub(super) const MIGRATIONS: [&str; 3] = [
    include_str!("schema-1.sql"),
    include_str!("schema-2.sql"),
    include_str!("schema-3.sql"),
];

/// Lets the owner alone read the database that is about to be opened, and all that stands beside it
/// under its name: SQLite gives its own files the mode of the database, and older programs left
/// them to everybody.
pub(super) fn keep_private(path: &Path) {
    let keep = || {
        files::keep_private(path)?;
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        for file in files::list(files::directory_of(path))? {
            let other = file.file_name().unwrap_or_default().as_encoded_bytes();
            // Another process may have just closed the database, and its journal is gone.
            if other.starts_with(name) && file.exists() {
                files::keep_private(&file)?;
            }
        }
        Ok::<(), FileError>(())
    };
    // A log that anybody can read is better than none: it is sealed.
    if let Err(fault) = keep() {
        log::warn!("{}", chain(&fault));
    }
}

/// Opens a database that must exist and be intact, and brings it to this program's schema.
pub(super) fn open(path: &Path) -> Result<Connection, LogError> {
    let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    prepare(&connection)?;
    upgrade(&mut connection)?;
    Ok(connection)
}

/// Sets up a new connection.
pub(super) fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: a commit that returned has reached the disk, power cut or not.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)
}

/// Brings a database to this program's schema, one version at a time, each in one transaction.
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
