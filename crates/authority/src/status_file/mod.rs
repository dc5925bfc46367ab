//! A file of statuses, one person per line: CSV (RFC 4180) with column names in the first line, or
//! JSON lines.
//!
//! ```text
//! id,tag,colour,since,until
//! 11010519491231002X,,red,,
//!
//! {"id":"11010519491231002X","colour":"red","until":"2026-11-15T08:00:00Z"}
//! ```
//!
//! Columns may be in any order; only `colour` and one of `id` and `tag` are required. Unlike in
//! RFC 4180, a field cannot contain a line end, so that a quote that is never closed costs one row
//! instead of the rest of the file.

mod csv;
mod reader;
mod row;

use std::{
    fs::File,
    io::{self, BufReader},
    path::{Path, PathBuf},
};

use gatepost_pass::Timestamp;

use self::reader::{FirstLineError, RowReader};
pub(crate) use self::row::{RowError, StatusRow};
use crate::progress::ProgressBar;

/// Most rows of a file: 16 million, which take 1 GiB of memory.
const MAX_ROWS: u64 = 1 << 24;

/// A file as a whole cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StatusFileError {
    /// The storage failed.
    #[error("cannot read {}", path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// What the system reported.
        source: io::Error,
    },
    /// It is not a file of statuses.
    #[error("{} is not a file of statuses", path.display())]
    FirstLine {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with its first line.
        source: FirstLineError,
    },
    /// It has more than [`MAX_ROWS`].
    #[error("{} has more than {MAX_ROWS} rows: split it", .0.display())]
    TooLong(PathBuf),
}

/// Gives each row of a file to `take`, with the number of its line. Returns the number of rows.
pub(crate) fn each_row<E: From<StatusFileError>>(
    path: &Path,
    now: Timestamp,
    mut take: impl FnMut(u64, Result<StatusRow, RowError>) -> Result<(), E>,
) -> Result<u64, E> {
    let unreadable = |source| StatusFileError::Read {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let mut progress = ProgressBar::new("reading", length);
    let reader = BufReader::with_capacity(1 << 16, file);
    let mut rows = RowReader::new(reader, now).map_err(|source| match source {
        FirstLineError::Read(source) => unreadable(source),
        source => StatusFileError::FirstLine {
            path: path.to_owned(),
            source,
        },
    })?;
    let mut count = 0;
    while let Some(row) = rows.next().map_err(unreadable)? {
        count += 1;
        if count > MAX_ROWS {
            return Err(StatusFileError::TooLong(path.to_owned()).into());
        }
        take(rows.line(), row)?;
        progress.at(rows.bytes());
    }
    Ok(count)
}

#[cfg(test)]
mod tests;
