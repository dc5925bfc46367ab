//! How far the installation of a bundle is, and how each list came.

use std::fmt;

use gatepost_pass::bundle::FileEntry;
use gatepost_system::chain;

use super::{error::CacheError, list_name::ListName};

/// Reported while a bundle is installed.
#[derive(Debug)]
pub enum InstallProgress {
    /// More bytes have arrived.
    Bytes {
        /// Bytes that are here.
        done: u64,
        /// Bytes of the whole bundle.
        total: u64,
    },
    /// A list was made from the installed one.
    Merged {
        /// Its name.
        list: ListName,
        /// Number of deltas that were applied.
        deltas: usize,
    },
    /// A rotten list was repaired in place.
    Repaired {
        /// Its name.
        list: ListName,
        /// Number of its parts that were fetched again.
        parts: usize,
    },
    /// Neither was possible: the whole list is fetched.
    WholeList {
        /// Its name.
        list: ListName,
        /// Why the shorter way failed.
        why: CacheError,
    },
}

impl fmt::Display for InstallProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes { done, total } => write!(f, "{done} of {total} bytes"),
            Self::Merged { list, deltas } => {
                write!(
                    f,
                    "{list}: made from the installed one, deltas applied: {deltas}"
                )
            }
            Self::Repaired { list, parts } => {
                write!(f, "{list}: repaired, damaged parts fetched again: {parts}")
            }
            Self::WholeList { list, why } => {
                write!(f, "{list}: the whole list is fetched: {}", chain(why))
            }
        }
    }
}

/// Adds up the bytes of all files and reports them.
pub(super) struct ProgressReporter<'a> {
    report: &'a mut dyn FnMut(InstallProgress),
    done: u64,
    total: u64,
}

impl<'a> ProgressReporter<'a> {
    /// Reports on a bundle of so many bytes.
    pub(super) fn new(report: &'a mut dyn FnMut(InstallProgress), total: u64) -> Self {
        Self {
            report,
            done: 0,
            total,
        }
    }

    pub(super) fn report(&mut self, progress: InstallProgress) {
        (self.report)(progress);
    }

    /// So many bytes of the file that is being fetched are here.
    pub(super) fn part(&mut self, bytes: u64) {
        let (done, total) = (self.done + bytes, self.total);
        self.report(InstallProgress::Bytes { done, total });
    }

    /// The whole file is here.
    pub(super) fn file_done(&mut self, entry: &FileEntry) {
        self.done += entry.length;
        self.part(0);
    }
}
