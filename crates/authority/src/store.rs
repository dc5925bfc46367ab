//! What was issued and decided, in SQLite. The only module that names rusqlite.
//!
//! Persons stand here as tag, masked name and last four characters: no ID number is ever stored.
//! [`status`] sets colours, one or millions at once; [`identity`] keeps keys of ID numbers;
//! [`enrol_codes`] keeps one-time codes; [`snapshot`] reads out what a bundle is made of.

mod enrol_codes;
mod identity;
mod snapshot;
mod status;

pub(crate) use enrol_codes::{Code, OpenCode, UsedUp};
pub(crate) use snapshot::Snapshot;
pub(crate) use status::{EndsFirst, Status};

use std::{ops::Range, path::Path};

use gatepost_pass::{
    Badge, Colour, Digest, Kind, Medium, Pass, PassNumber, SubjectTag, Timestamp, bundle::Versions,
    time::Minute,
};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, TransactionBehavior, params};

const SCHEMA_VERSION: i64 = 4;
/// What leads from each schema to the next, the first being 1.
const MIGRATIONS: [&str; 3] = [
    "ALTER TABLE statuses ADD COLUMN until INTEGER;",
    identity::TABLES,
    enrol_codes::TABLES,
];
const SCHEMA: &str = "
CREATE TABLE persons (
    tag BLOB PRIMARY KEY CHECK (length(tag) = 16),
    name TEXT NOT NULL,
    last4 TEXT NOT NULL,
    enrolled_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE passes (
    number BLOB PRIMARY KEY CHECK (length(number) = 5),
    kind TEXT NOT NULL,
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    medium TEXT NOT NULL,
    issued_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE subjects (
    number BLOB NOT NULL REFERENCES passes,
    tag BLOB NOT NULL REFERENCES persons,
    colour INTEGER NOT NULL CHECK (colour IN (0, 1, 2)),
    PRIMARY KEY (number, tag)
) STRICT, WITHOUT ROWID;
CREATE TABLE statuses (
    tag BLOB PRIMARY KEY CHECK (length(tag) = 16),
    colour INTEGER NOT NULL CHECK (colour IN (1, 2)),
    since INTEGER NOT NULL,
    until INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE revocations (
    number BLOB PRIMARY KEY REFERENCES passes,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The signed trust list and policy: signed again, one version up, when their content changes.
CREATE TABLE signed (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    content BLOB NOT NULL,
    bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;
-- A version is taken before a bundle is written, so that no two bundles ever share one.
CREATE TABLE bundles (
    version INTEGER PRIMARY KEY,
    issued_at INTEGER NOT NULL,
    versions BLOB
) STRICT;
";

/// The store can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// SQLite refused.
    #[error("authority.sqlite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// Made by another version of this program.
    #[error("authority.sqlite has schema {0}: use the version of this program that made it")]
    Schema(i64),
    /// A value that this program never writes.
    #[error("authority.sqlite is damaged: {0}. Restore it from a copy")]
    Damaged(&'static str),
}

/// Whether a pass number was still free.
pub(crate) enum Recorded {
    New,
    NumberTaken,
}

/// Whether a revocation says anything new.
pub(crate) enum Revoked {
    Now,
    Before { reason: String, at: Timestamp },
    NoSuchPass,
}

/// A file that was signed before.
pub(crate) struct Signed {
    pub(crate) version: u64,
    /// Digest of what was signed, without version and time.
    pub(crate) content: Digest,
    pub(crate) bytes: Vec<u8>,
}

/// The open store.
pub(crate) struct Store {
    db: Connection,
}

impl Store {
    /// Makes an empty store.
    pub(crate) fn create(path: &Path) -> Result<(), StoreError> {
        let db = Connection::open(path)?;
        db.execute_batch(&format!(
            "BEGIN;{SCHEMA}{}{}PRAGMA user_version = {SCHEMA_VERSION};COMMIT;",
            identity::TABLES,
            enrol_codes::TABLES
        ))?;
        db.close().map_err(|(_, why)| why.into())
    }

    /// Opens a store, brought to the newest schema. Every commit is on disk before it returns; who reads
    /// holds up nobody who writes, for both may take a while.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut db =
            Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        db.busy_timeout(std::time::Duration::from_secs(10))?;
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
        )?;
        migrate(&mut db)?;
        Ok(Self { db })
    }

    /// Takes in a pass and the persons on it.
    pub(crate) fn record_pass(
        &mut self,
        kind: Kind,
        pass: &Pass,
        at: Timestamp,
    ) -> Result<Recorded, StoreError> {
        let transaction = self.db.transaction()?;
        let medium = match pass.medium {
            Medium::Phone => "phone",
            Medium::Paper => "paper",
        };
        let (from, until) = (pass.not_before.0, pass.not_after.0);
        let number = (pass.number, kind);
        if let Recorded::NumberTaken = take_number(&transaction, number, from..until, medium, at)? {
            return Ok(Recorded::NumberTaken);
        }
        for subject in pass.subjects.as_slice() {
            transaction.execute(
                "INSERT INTO persons VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (tag) DO UPDATE SET name = excluded.name",
                params![
                    subject.tag.0,
                    subject.name.as_str(),
                    subject.last4.as_str(),
                    integer(at.0)
                ],
            )?;
            transaction.execute(
                "INSERT INTO subjects VALUES (?1, ?2, ?3)",
                params![pass.number.0, subject.tag.0, subject.colour as i64],
            )?;
        }
        transaction.commit()?;
        Ok(Recorded::New)
    }

    /// Takes in a badge, whose number comes from the same stock as those of passes.
    pub(crate) fn record_badge(
        &mut self,
        badge: &Badge,
        at: Timestamp,
    ) -> Result<Recorded, StoreError> {
        let valid = Minute::of(at).0..badge.not_after.0;
        take_number(&self.db, (badge.number, Kind::Badge), valid, "paper", at)
    }

    /// Whether a person was ever issued a pass.
    pub(crate) fn knows(&self, tag: &SubjectTag) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM persons WHERE tag = ?1)";
        let mut statement = self.db.prepare_cached(sql)?;
        Ok(statement.query_row([tag.0], |row| row.get(0))?)
    }

    /// Makes a pass no longer count.
    pub(crate) fn revoke(
        &mut self,
        number: PassNumber,
        reason: &str,
        at: Timestamp,
    ) -> Result<Revoked, StoreError> {
        let transaction = self.db.transaction()?;
        let sql = "SELECT EXISTS (SELECT 1 FROM passes WHERE number = ?1)";
        if !transaction.query_row(sql, [number.0], |row| row.get(0))? {
            return Ok(Revoked::NoSuchPass);
        }
        let before = transaction
            .query_row(
                "SELECT reason, at FROM revocations WHERE number = ?1",
                [number.0],
                |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)),
            )
            .optional()?;
        if let Some((reason, at)) = before {
            let at = Timestamp(u64::try_from(at).unwrap_or_default());
            return Ok(Revoked::Before { reason, at });
        }
        transaction.execute(
            "INSERT INTO revocations VALUES (?1, ?2, ?3)",
            params![number.0, reason, integer(at.0)],
        )?;
        transaction.commit()?;
        Ok(Revoked::Now)
    }

    /// The file of that name that was signed last.
    pub(crate) fn signed(&self, name: &str) -> Result<Option<Signed>, StoreError> {
        let row = self
            .db
            .query_row(
                "SELECT version, content, bytes FROM signed WHERE name = ?1",
                [name],
                |row| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()?;
        row.map(|(version, content, bytes)| {
            let version = u64::try_from(version).map_err(|_| StoreError::Damaged("a version"))?;
            let content = Digest(content);
            Ok(Signed {
                version,
                content,
                bytes,
            })
        })
        .transpose()
    }

    /// Keeps a file that was signed.
    pub(crate) fn keep_signed(&self, name: &str, signed: &Signed) -> Result<(), StoreError> {
        self.db.execute(
            "INSERT INTO signed VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO UPDATE SET
             version = excluded.version, content = excluded.content, bytes = excluded.bytes",
            params![
                name,
                integer(signed.version),
                signed.content.0,
                signed.bytes
            ],
        )?;
        Ok(())
    }

    /// Takes the next version of the bundle, for good.
    pub(crate) fn next_bundle(&self, at: Timestamp) -> Result<u64, StoreError> {
        let version: i64 = self.db.query_row(
            "INSERT INTO bundles (version, issued_at)
             SELECT coalesce(max(version), 0) + 1, ?1 FROM bundles RETURNING version",
            [integer(at.0)],
            |row| row.get(0),
        )?;
        u64::try_from(version).map_err(|_| StoreError::Damaged("a version"))
    }

    /// Notes what a published bundle held.
    pub(crate) fn bundle_published(
        &self,
        version: u64,
        versions: &Versions,
    ) -> Result<(), StoreError> {
        self.db.execute(
            "UPDATE bundles SET versions = ?2 WHERE version = ?1",
            params![integer(version), versions.to_bytes()],
        )?;
        Ok(())
    }

    /// What the newest published bundle held.
    pub(crate) fn published(&self) -> Result<Versions, StoreError> {
        let bytes: Option<Vec<u8>> = self
            .db
            .query_row(
                "SELECT versions FROM bundles WHERE versions IS NOT NULL
                 ORDER BY version DESC LIMIT 1",
                [],
                |row| row.get(0),
            )
            .optional()?;
        bytes.map_or(Ok(Versions::default()), |bytes| {
            Versions::from_bytes(&bytes).map_err(|_| StoreError::Damaged("versions"))
        })
    }
}

/// Brings an older store to this schema, whole or not at all.
fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    if schema(db)? == SCHEMA_VERSION {
        return Ok(());
    }
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = schema(&transaction)?;
    let made = usize::try_from(found.saturating_sub(1)).ok();
    let steps = made.and_then(|made| MIGRATIONS.get(made..));
    for step in steps.ok_or(StoreError::Schema(found))? {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()?;
    Ok(())
}

fn take_number(
    db: &Connection,
    (number, kind): (PassNumber, Kind),
    minutes: Range<u32>,
    medium: &str,
    at: Timestamp,
) -> Result<Recorded, StoreError> {
    let inserted = db.execute(
        "INSERT INTO passes VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            number.0,
            kind.name(),
            minutes.start,
            minutes.end,
            medium,
            integer(at.0)
        ],
    );
    match inserted {
        Err(why) if why.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Ok(Recorded::NumberTaken)
        }
        other => Ok(other.map(|_| Recorded::New)?),
    }
}

fn schema(db: &Connection) -> Result<i64, StoreError> {
    Ok(db.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// SQLite counts in signed numbers; ours stay far below the end.
fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn colour(number: i64) -> Result<Colour, StoreError> {
    match number {
        0 => Ok(Colour::Green),
        1 => Ok(Colour::Yellow),
        2 => Ok(Colour::Red),
        _ => Err(StoreError::Damaged("a colour")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

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
        Store::create(&path).unwrap();
        let tag = SubjectTag([7; 16]);
        let db = Connection::open(&path).unwrap();
        db.execute_batch(&format!(
            "DROP TABLE statuses; DROP TABLE identity; DROP TABLE identity_keys; DROP TABLE enrol_codes; {FIRST} PRAGMA user_version = 1;"
        ))
        .unwrap();
        db.execute("INSERT INTO statuses VALUES (?1, 2, 50)", [tag.0])
            .unwrap();
        drop(db);

        for _ in 0..2 {
            let store = Store::open(&path).unwrap();
            assert_eq!(store.status(&tag, Timestamp(50)).unwrap(), Colour::Red);
            assert_eq!(store.status(&tag, Timestamp(49)).unwrap(), Colour::Green);
        }
        let db = Connection::open(&path).unwrap();
        for other in [0, -1, SCHEMA_VERSION + 1] {
            db.pragma_update(None, "user_version", other).unwrap();
            let opened = Store::open(&path).map(|_| ());
            assert!(matches!(opened, Err(StoreError::Schema(found)) if found == other));
        }
    }
}
