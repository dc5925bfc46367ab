//! Gets one list with as few bytes as possible: it is here already, it can be repaired or made by
//! deltas, or it is copied as a whole.

use std::fs;

use gatepost_pass::{Rules, bundle::FileEntry};

use super::{
    cache::BundleCache,
    error::CacheError,
    list_name::ListName,
    origin::BundleOrigin,
    progress::{InstallProgress, ProgressReporter},
};
use crate::store::disk::Disk;

impl<D: Disk> BundleCache<D> {
    /// Gets a list. Whatever is wrong with the file that is here or with a delta, the whole list is
    /// copied instead.
    pub(super) fn fetch_list(
        &self,
        origin: &mut dyn BundleOrigin,
        (list, entry): (ListName, &FileEntry),
        held: &[FileEntry],
        rules: &Rules,
        reporter: &mut ProgressReporter<'_>,
    ) -> Result<(), CacheError> {
        if !self.holds(entry) {
            let path = self.file(&entry.digest);
            // Of the right length, but not of the right digest: it has rotted.
            let rotten = fs::metadata(path).is_ok_and(|file| file.len() == entry.length);
            let shorter = if rotten {
                let repaired = self.repair(origin, entry, rules);
                repaired.map(|parts| parts.map(|parts| InstallProgress::Repaired { list, parts }))
            } else {
                let merged = self.apply_deltas(origin, (list, entry), held, rules);
                merged.map(|deltas| deltas.map(|deltas| InstallProgress::Merged { list, deltas }))
            };
            let spared = match shorter {
                Ok(spared) => spared,
                Err(why) => {
                    reporter.report(InstallProgress::WholeList { list, why });
                    None
                }
            };
            match spared {
                Some(progress) => reporter.report(progress),
                None => self.fetch(origin, entry, &mut |part| reporter.part(part))?,
            }
        }
        self.unmark(&entry.digest);
        Ok(())
    }
}
