//! Life of a database: prepare (is it ours) and check (is it sound), then upgrade_from (an older
//! one, or nothing). A file that is refused is left as it is.

use std::{fs::OpenOptions, io, os::unix::fs::OpenOptionsExt as _, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::store::HubStoreError;

/// "GPHB": says that a file is a hub's database.
const APPLICATION: i64 = 0x4750_4842;
/// The schema that this program writes.
const VERSION: i64 = 2;
/// The steps to it, from version to version; the first makes it all.
const STEPS: [&str; VERSION as usize] =
    [include_str!("schema-1.sql"), include_str!("schema-2.sql")];
/// How long to wait for another process that writes.
const BUSY: Duration = Duration::from_secs(5);

/// Opens a database that the hub writes; makes a new one where there is none.
pub(super) fn to_write(path: &Path) -> Result<Connection, HubStoreError> {
    // SQLite would make it readable for everyone. Its other files take over the mode.
    let create = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match create {
        Err(why) if why.kind() != io::ErrorKind::AlreadyExists => {
            return Err(HubStoreError::failed(why));
        }
        _ => {}
    }
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Once before anything is written, and once more when no other process can.
    prepare(&connection)?;
    check(&connection)?;
    // Safe against the loss of power once a commit has returned.
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        let why = format!("the journal mode stays {mode}");
        return Err(HubStoreError::failed(why));
    }
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    let transaction = begin(&mut connection)?;
    let version = prepare(&transaction)?;
    upgrade_from(&transaction, version.unwrap_or(0))?;
    transaction.commit()?;
    Ok(connection)
}

/// Opens a database read-only, also while a hub writes it.
pub(super) fn to_read(path: &Path) -> Result<Connection, HubStoreError> {
    if !path.is_file() {
        return Err(HubStoreError::Absent(path.to_owned()));
    }
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    match prepare(&connection)? {
        Some(VERSION) => Ok(connection),
        Some(older) => Err(HubStoreError::Older(older)),
        None => Err(HubStoreError::Empty),
    }
}

/// Begins a transaction that may write.
pub(super) fn begin(connection: &mut Connection) -> Result<Transaction<'_>, HubStoreError> {
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    Ok(begun?)
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, HubStoreError> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

/// Checks, without writing anything, that the file is a database of this program. Returns its
/// schema's version; nothing for an empty file.
fn prepare(connection: &Connection) -> Result<Option<i64>, HubStoreError> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get(0));
    let application: i64 = number("application_id")?;
    let version: i64 = number("user_version")?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application, version, tables) {
        (0, 0, 0) => Ok(None),
        (APPLICATION, version @ 1.., _) if version > VERSION => Err(HubStoreError::Newer(version)),
        (APPLICATION, version @ 1.., _) => Ok(Some(version)),
        _ => Err(HubStoreError::Foreign),
    }
}

/// Reads the whole file once, about a second for a million passages: damage is found at the start,
/// not when a device needs the page.
fn check(connection: &Connection) -> Result<(), HubStoreError> {
    let found: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    match found.as_str() {
        "ok" => Ok(()),
        _ => Err(HubStoreError::damaged(found)),
    }
}

/// Brings a schema up to the newest, one version at a time; an empty database from version 0 on.
fn upgrade_from(transaction: &Transaction<'_>, version: i64) -> Result<(), HubStoreError> {
    for step in STEPS.iter().skip(version.unsigned_abs() as usize) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    Ok(())
}
