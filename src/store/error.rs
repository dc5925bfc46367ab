//! Why the passage log failed.

use gatepost_protocol::Epoch;
use gatepost_system::{files::FileError, random::RandomError};
use rusqlite::ErrorCode;

/// Why the passage log cannot do what was asked. No passage that was logged is lost by any of
/// these.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// No space left on the disk.
    #[error("the disk is full: free some space; passages already logged are safe")]
    Full,
    /// The log has reached its largest size, and the hub has acknowledged none of it.
    #[error(
        "the passage log is full of passages that the hub does not have yet: connect the device, \
         or carry them to the hub on a USB stick"
    )]
    AllUnsent,
    /// The file is damaged. The next opening sets it aside.
    #[error("the passage log is damaged")]
    Damaged(#[source] LogDamage),
    /// The database failed.
    #[error("the passage log cannot be read or written")]
    Storage(#[source] rusqlite::Error),
    /// A file beside the database failed.
    #[error("the passage log cannot be read or written")]
    File(#[from] FileError),
    /// Written by a newer program.
    #[error(
        "the passage log has schema {found}, this program knows up to {known}: update the program"
    )]
    Newer {
        /// Schema version of the file.
        found: i64,
        /// Newest schema version of this program.
        known: i64,
    },
    /// A damaged log could not be set aside.
    #[error("the damaged passage log could not be set aside")]
    SetAside(#[source] FileError),
    /// There was no random number for a new epoch.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// Sealing a passage failed.
    #[error(transparent)]
    Seal(#[from] gatepost_protocol::SealError),
    /// A receipt that does not fit what was sent.
    #[error("the hub's receipt does not fit this device's chain: nothing was deleted")]
    Receipt,
}

/// What is wrong with a damaged log.
#[derive(Debug, thiserror::Error)]
pub enum LogDamage {
    /// SQLite cannot read the file.
    #[error(transparent)]
    Database(rusqlite::Error),
    /// SQLite's own check found something.
    #[error("its check found: {0}")]
    Check(String),
    /// Bytes of the write-ahead log that had reached the disk are no longer the same.
    #[error("synced frames have changed")]
    WriteAheadLog,
    /// A record no longer follows from the one before it.
    #[error("record {seq} of epoch {epoch} has changed")]
    Record {
        /// Its epoch.
        epoch: Epoch,
        /// Its position in the epoch.
        seq: i64,
    },
    /// It was being set aside when the program ended; what was wrong with it is no longer known.
    #[error("it was being set aside when the power or the program went")]
    Interrupted,
}

impl LogError {
    /// Whether there is no space for one more passage; the policy says what a device does then
    /// ([`gatepost_pass::policy::WhenLogFull`]).
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full | Self::AllUnsent)
    }
}

impl From<rusqlite::Error> for LogError {
    fn from(error: rusqlite::Error) -> Self {
        // Without space for the index of the write-ahead log, SQLite only says that it could not
        // grow it.
        let extended = error.sqlite_error().map(|error| error.extended_code);
        match error.sqlite_error_code() {
            _ if extended == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => Self::Full,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(LogDamage::Database(error))
            }
            _ => Self::Storage(error),
        }
    }
}
