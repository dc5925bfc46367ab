//! Why the store cannot do what it was asked.

use std::{error::Error, path::PathBuf};

/// An error of the database, or a sentence where the database has none.
type BoxedError = Box<dyn Error + Send + Sync>;

/// Why the store cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum HubStoreError {
    /// No connection to the database's server.
    #[error("cannot reach the database (check its address, its server, and sslmode)")]
    Unreachable(#[source] BoxedError),
    /// There is no database to read.
    #[error(
        "{} does not exist: name the file that `gatepost-hub serve --data` writes",
        .0.display()
    )]
    Absent(PathBuf),
    /// Not a database, or a damaged one. It was left as it is.
    #[error(
        "the database is damaged, or is not a database; it was left untouched: move it aside with \
         its -wal and -shm files, keep them for rescue, and restore a copy or start with a new file"
    )]
    Damaged(#[source] BoxedError),
    /// A database of another program. It was left as it is.
    #[error("this database belongs to another program; it was left untouched: name another one")]
    Foreign,
    /// A database of a newer version of this program. It was left as it is.
    #[error("the database has schema {0}, which a newer gatepost-hub wrote: use that one")]
    Newer(i64),
    /// A database of an older version, opened to read only.
    #[error("the database has schema {0}, which is too old: start `gatepost-hub serve` on it once")]
    Older(i64),
    /// A database without a schema, opened to read only.
    #[error("nothing has been stored in this database yet")]
    Empty,
    /// A record's number is beyond what can be stored.
    #[error("a record's number is beyond what can be stored")]
    Sequence,
    /// The storage failed; what was asked did not happen.
    #[error("the database failed (check the disk's space and health)")]
    Failed(#[source] BoxedError),
}

impl HubStoreError {
    /// The storage failed.
    pub fn failed(why: impl Into<BoxedError>) -> Self {
        Self::Failed(why.into())
    }

    /// What the database holds is not what this program writes.
    pub(super) fn damaged(why: impl Into<BoxedError>) -> Self {
        Self::Damaged(why.into())
    }
}
