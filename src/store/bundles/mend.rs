//! A list that has rotted: what is bad of it is fetched again and written back in its place.

use std::{fs::File, io::Read, ops::Range, path::PathBuf};

use gatepost_pass::{BundleError, BundleFiles, Digest, FileRole, List, Rules, bundle::FileEntry};

use super::{
    BundleCache, BundleOrigin, CacheError, InstalledBundle, ListName,
    fetch::{PIECE, has_digest, unreadable},
};
use crate::store::disk::Disk;

/// Extension of a mark.
const MARK: &str = "bad";

impl<D: Disk> BundleCache<D> {
    /// Mends a list of the right length and says how many parts were bad; nothing where so much is that
    /// the whole is better fetched.
    ///
    /// Only bytes that are bad are written over, so that a power cut leaves nothing worse than it was,
    /// and a scanner that has the list open reads the mended bytes from now on.
    pub(super) fn mend(
        &self,
        origin: &mut dyn BundleOrigin,
        entry: &FileEntry,
        rules: &Rules,
    ) -> Result<Option<usize>, CacheError> {
        let path = self.file(&entry.digest);
        let mut mended = 0;
        // The digests, when they are bad, are named alone: the chunks can only be judged by them.
        for _ in 0..2 {
            let bad = self.damage(entry, rules)?;
            if bad.iter().map(length).sum::<u64>() > entry.length / 2 {
                return Ok(None);
            }
            for span in &bad {
                self.write_again(origin, entry, span)?;
            }
            mended += bad.len();
        }
        self.disk.sync(&path).map_err(CacheError::Store)?;
        if has_digest(&path, &entry.digest) {
            Ok(Some(mended))
        } else {
            Err(BundleError::WrongFile(entry.digest).into())
        }
    }

    fn damage(&self, entry: &FileEntry, rules: &Rules) -> Result<Vec<Range<u64>>, CacheError> {
        let file: File = self.open(&entry.digest).map_err(CacheError::Store)?;
        Ok(List::damage(
            file,
            rules.trust(),
            rules.manifest().issued_at,
        )?)
    }

    fn write_again(
        &self,
        origin: &mut dyn BundleOrigin,
        entry: &FileEntry,
        span: &Range<u64>,
    ) -> Result<(), CacheError> {
        let mut from = origin.file(entry, span.start).map_err(unreadable(entry))?;
        let mut buffer = vec![0; PIECE];
        let mut at = span.start;
        while at < span.end {
            let piece = buffer.len().min((span.end - at) as usize);
            let piece = &mut buffer[..piece];
            from.read_exact(piece).map_err(unreadable(entry))?;
            let path = self.file(&entry.digest);
            self.disk
                .overwrite(&path, piece, at)
                .map_err(CacheError::Store)?;
            at += piece.len() as u64;
        }
        Ok(())
    }
}

/// Marks: a file beside a list, with nothing in it, says that the list is to be mended. Lost marks are
/// made again by the next round.
impl<D: Disk> BundleCache<D> {
    /// Marks a list of the installed bundle.
    pub(super) fn mark(&self, bundle: &InstalledBundle, list: ListName) {
        let mut files = bundle.manifest().files.as_slice().iter();
        let role = FileRole::List(list.kind, list.issuer);
        if let Some(entry) = files.find(|entry| entry.role == role) {
            let _ = self.disk.create(&self.mark_of(&entry.digest));
        }
    }

    pub(super) fn is_marked(&self, digest: &Digest) -> bool {
        self.mark_of(digest).exists()
    }

    /// The list is as it was signed.
    pub(super) fn unmark(&self, digest: &Digest) {
        if self.is_marked(digest) {
            let _ = self.disk.remove(&self.mark_of(digest));
        }
    }

    fn mark_of(&self, digest: &Digest) -> PathBuf {
        self.file(digest).with_extension(MARK)
    }
}

/// The name of the file that a name, perhaps of a mark, belongs to.
pub(super) fn file_of(name: &str) -> &str {
    let marked = name
        .strip_suffix(MARK)
        .and_then(|name| name.strip_suffix('.'));
    marked.unwrap_or(name)
}

fn length(span: &Range<u64>) -> u64 {
    span.end - span.start
}
