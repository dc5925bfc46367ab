//! Opening the register, and bringing an older one to the newest schema.

use std::{path::Path, time::Duration};

use gatepost_pass::Colour;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::schema;

/// The register cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegisterError {
    /// SQLite failed.
    #[error("authority.sqlite cannot be used")]
    Sqlite(#[from] rusqlite::Error),
    /// Made by another version of this program.
    #[error("authority.sqlite has schema {0}: use the version of this program that made it")]
    Schema(i64),
    /// A value that this program never writes.
    #[error("authority.sqlite is damaged ({0}): restore it from a copy")]
    Damaged(&'static str),
}

/// The open register.
pub(crate) struct Register {
    pub(super) db: Connection,
}

impl Register {
    /// Creates an empty register.
    pub(crate) fn create(path: &Path) -> Result<(), RegisterError> {
        let db = Connection::open(path)?;
        db.execute_batch(&format!(
            "BEGIN;{}PRAGMA user_version = {};COMMIT;",
            schema::ALL.concat(),
            schema::VERSION
        ))?;
        db.close().map_err(|(_, why)| why.into())
    }

    /// Opens a register and brings it to the newest schema. A commit is on disk when it returns;
    /// readers do not block writers, for both may take a while.
    pub(crate) fn open(path: &Path) -> Result<Self, RegisterError> {
        let mut db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        db.busy_timeout(Duration::from_secs(10))?;
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
        )?;
        migrate(&mut db)?;
        Ok(Self { db })
    }
}

/// Brings an older register to the newest schema, all the way or not at all.
fn migrate(db: &mut Connection) -> Result<(), RegisterError> {
    if schema_of(db)? == schema::VERSION {
        return Ok(());
    }
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = schema_of(&transaction)?;
    let done = usize::try_from(found.saturating_sub(1)).ok();
    let steps = done.and_then(|done| schema::MIGRATIONS.get(done..));
    for step in steps.ok_or(RegisterError::Schema(found))? {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", schema::VERSION)?;
    transaction.commit()?;
    Ok(())
}

fn schema_of(db: &Connection) -> Result<i64, RegisterError> {
    Ok(db.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// A number as SQLite stores it: signed. Ours stay far below the limit.
pub(super) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A colour as it is stored.
pub(super) fn colour(number: i64) -> Result<Colour, RegisterError> {
    match number {
        0 => Ok(Colour::Green),
        1 => Ok(Colour::Yellow),
        2 => Ok(Colour::Red),
        _ => Err(RegisterError::Damaged("a colour")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use gatepost_pass::{SubjectTag, Timestamp};

    use super::*;

    /// The table as schema 1 had it.
    const FIRST: &str = "CREATE TABLE statuses (
        tag BLOB PRIMARY KEY CHECK (length(tag) = 16),
        colour INTEGER NOT NULL CHECK (colour IN (1, 2)),
        since INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;";

    #[test]
    fn a_store_of_the_first_schema_is_brought_up_with_what_it_holds_and_a_later_one_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("authority.sqlite");
        Register::create(&path).unwrap();
        let tag = SubjectTag([7; 16]);
        let db = Connection::open(&path).unwrap();
        db.execute_batch(&format!(
            "DROP TABLE statuses; DROP TABLE identity; DROP TABLE identity_keys;
             DROP TABLE enrol_codes; DROP TABLE names; DROP TABLE manifests;
             DROP TABLE badge_pins; DROP TABLE devices; {FIRST} PRAGMA user_version = 1;"
        ))
        .unwrap();
        db.execute("INSERT INTO statuses VALUES (?1, 2, 50)", [tag.0])
            .unwrap();
        drop(db);

        for _ in 0..2 {
            let register = Register::open(&path).unwrap();
            assert_eq!(register.status(&tag, Timestamp(50)).unwrap(), Colour::Red);
            assert_eq!(register.status(&tag, Timestamp(49)).unwrap(), Colour::Green);
        }
        let db = Connection::open(&path).unwrap();
        for other in [0, -1, schema::VERSION + 1] {
            db.pragma_update(None, "user_version", other).unwrap();
            let opened = Register::open(&path).map(|_| ());
            assert!(matches!(opened, Err(RegisterError::Schema(found)) if found == other));
        }
    }
}
