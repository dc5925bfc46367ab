//! Repairs a list that has rotted: its bad parts are fetched again and written over in place.

use std::{fs::File, io::Read, ops::Range};

use gatepost_pass::{BundleError, List, Rules, bundle::FileEntry};

use super::{cache::BundleCache, copy_file::unreadable, error::CacheError, origin::BundleOrigin};
use crate::store::{
    disk::Disk,
    signed_file::{PIECE, has_digest},
};

impl<D: Disk> BundleCache<D> {
    /// Repairs a list of the right length and returns how many parts were bad; nothing when so much
    /// is bad that the whole list had better be copied.
    ///
    /// Only bad bytes are written over, so that a power cut leaves nothing worse than it was, and a
    /// scanner that has the list open reads the repaired bytes from now on.
    pub(super) fn repair(
        &self,
        origin: &mut dyn BundleOrigin,
        entry: &FileEntry,
        rules: &Rules,
    ) -> Result<Option<usize>, CacheError> {
        let path = self.file(&entry.digest);
        let mut repaired = 0;
        // Bad chunk digests are found first and alone: the chunks can only be checked against them.
        for _ in 0..2 {
            let bad = self.damage(entry, rules)?;
            if bad.iter().map(length).sum::<u64>() > entry.length / 2 {
                return Ok(None);
            }
            for span in &bad {
                self.write_again(origin, entry, span)?;
            }
            repaired += bad.len();
        }
        self.disk().sync(&path)?;
        if has_digest(&path, &entry.digest) {
            Ok(Some(repaired))
        } else {
            Err(BundleError::WrongFile(entry.digest).into())
        }
    }

    fn damage(&self, entry: &FileEntry, rules: &Rules) -> Result<Vec<Range<u64>>, CacheError> {
        let file: File = self.open_file(&entry.digest)?;
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
            self.disk().overwrite(&path, piece, at)?;
            at += piece.len() as u64;
        }
        Ok(())
    }
}

fn length(span: &Range<u64>) -> u64 {
    span.end - span.start
}
