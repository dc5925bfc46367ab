//! Marks on lists that are to be repaired: an empty file beside a list. A lost mark is made again
//! by the next round of the background check.

use std::path::PathBuf;

use gatepost_pass::{Digest, FileRole};

use super::{
    cache::{BundleCache, InstalledBundle},
    list_name::ListName,
};
use crate::store::disk::Disk;

/// Extension of a mark.
const MARK: &str = "bad";

impl<D: Disk> BundleCache<D> {
    /// Marks a list of the installed bundle as damaged.
    pub(super) fn mark(&self, bundle: &InstalledBundle, list: ListName) {
        let mut files = bundle.manifest().files.as_slice().iter();
        let role = FileRole::List(list.kind, list.issuer);
        if let Some(entry) = files.find(|entry| entry.role == role) {
            let _ = self.disk().create(&self.mark_of(&entry.digest));
        }
    }

    pub(super) fn is_marked(&self, digest: &Digest) -> bool {
        self.mark_of(digest).exists()
    }

    /// Removes the mark of a list that is as it was signed.
    pub(super) fn unmark(&self, digest: &Digest) {
        if self.is_marked(digest) {
            let _ = self.disk().remove(&self.mark_of(digest));
        }
    }

    fn mark_of(&self, digest: &Digest) -> PathBuf {
        self.file(digest).with_extension(MARK)
    }
}

/// The file that a directory entry, perhaps a mark, belongs to.
pub(super) fn marked_file(name: &str) -> &str {
    let marked = name
        .strip_suffix(MARK)
        .and_then(|name| name.strip_suffix('.'));
    marked.unwrap_or(name)
}
