//! Copies one file of a bundle into the cache.

use std::{io, path::Path};

use gatepost_pass::{
    BundleError,
    bundle::{FileEntry, MAX_LENGTH},
};

use super::{cache::BundleCache, error::CacheError, origin::BundleOrigin};
use crate::store::{
    disk::Disk,
    signed_file::{CopyFault, ExpectedFile},
};

impl<D: Disk> BundleCache<D> {
    /// Gets a file, unless it is here already, resuming where an earlier attempt stopped.
    pub(super) fn fetch(
        &self,
        origin: &mut dyn BundleOrigin,
        entry: &FileEntry,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), CacheError> {
        if self.holds(entry) {
            return Ok(());
        }
        if entry.length > MAX_LENGTH {
            return Err(BundleError::WrongFile(entry.digest).into());
        }
        let to = self.file(&entry.digest);
        let copied =
            signed(entry).copy(self.disk(), &to, move |at| origin.file(entry, at), progress);
        copied.map_err(|why| of_copy(entry, why))
    }

    /// Gives a file its name, if it is the one that the manifest names.
    pub(super) fn adopt(&self, part: &Path, entry: &FileEntry) -> Result<(), CacheError> {
        let to = self.file(&entry.digest);
        signed(entry)
            .adopt(self.disk(), part, &to)
            .map_err(|why| of_copy(entry, why))
    }

    /// Whether a file is here with the right bytes.
    pub(super) fn holds(&self, entry: &FileEntry) -> bool {
        signed(entry).is_at(&self.file(&entry.digest))
    }
}

fn signed(entry: &FileEntry) -> ExpectedFile {
    ExpectedFile {
        digest: entry.digest,
        length: entry.length,
    }
}

fn of_copy(entry: &FileEntry, why: CopyFault) -> CacheError {
    match why {
        CopyFault::Origin(why) => unreadable(entry)(why),
        CopyFault::Store(why) => why.into(),
        CopyFault::OtherBytes => BundleError::WrongFile(entry.digest).into(),
    }
}

/// A file could not be read where the bundle comes from.
pub(super) fn unreadable(entry: &FileEntry) -> impl Fn(io::Error) -> CacheError + Copy {
    let digest = entry.digest;
    move |source| CacheError::Origin {
        what: format!("file {digest} of the bundle"),
        source,
    }
}
