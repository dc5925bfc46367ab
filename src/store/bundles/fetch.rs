//! Getting one file: it is here, it can be mended or made from what is here, or it is copied.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use gatepost_pass::{
    BundleError, Digest, DigestHasher, Rules,
    bundle::{FileEntry, MAX_LENGTH},
};

use super::{BundleCache, BundleOrigin, CacheError, ListName, Step, take_in::Tell};
use crate::store::disk::Disk;

/// Bytes that are read or written at once.
pub(super) const PIECE: usize = 64 * 1024;

impl<D: Disk> BundleCache<D> {
    /// Gets a list with as few bytes as can be. Whatever is the matter with what is here or with a
    /// delta, the whole list is the way out.
    pub(super) fn fetch_list(
        &self,
        origin: &mut dyn BundleOrigin,
        (list, entry): (ListName, &FileEntry),
        held: &[FileEntry],
        rules: &Rules,
        tell: &mut Tell<'_>,
    ) -> Result<(), CacheError> {
        if !self.holds(entry) {
            let spared = if has_length(&self.file(&entry.digest), entry.length) {
                let mended = self.mend(origin, entry, rules);
                mended.map(|parts| parts.map(|parts| Step::Mended { list, parts }))
            } else {
                let merged = self.merge(origin, (list, entry), held, rules);
                merged.map(|deltas| deltas.map(|deltas| Step::Merged { list, deltas }))
            };
            let whole = !matches!(spared, Ok(Some(_)));
            match spared {
                Ok(told) => told.into_iter().for_each(|step| tell.say(step)),
                Err(why) => tell.say(Step::Whole { list, why }),
            }
            if whole {
                self.copy(origin, entry, &mut |part| tell.part(part))?;
            }
        }
        self.unmark(&entry.digest);
        Ok(())
    }

    /// Gets a file that may be here already.
    pub(super) fn fetch(
        &self,
        origin: &mut dyn BundleOrigin,
        entry: &FileEntry,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), CacheError> {
        if self.holds(entry) {
            return Ok(());
        }
        self.copy(origin, entry, progress)
    }

    /// Copies a file, going on where an earlier try stopped.
    fn copy(
        &self,
        origin: &mut dyn BundleOrigin,
        entry: &FileEntry,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), CacheError> {
        if entry.length > MAX_LENGTH {
            return Err(BundleError::WrongFile(entry.digest).into());
        }
        let part = self.file(&entry.digest).with_extension("part");
        let mut at = match fs::metadata(&part) {
            Ok(file) if file.len() <= entry.length => file.len(),
            _ => {
                self.disk.create(&part).map_err(CacheError::Store)?;
                0
            }
        };
        if at < entry.length {
            let unreadable = unreadable(entry);
            let mut from = origin.file(entry, at).map_err(unreadable)?;
            let mut buffer = vec![0; PIECE];
            while at < entry.length {
                let want = buffer.len().min((entry.length - at) as usize);
                let read = from.read(&mut buffer[..want]).map_err(unreadable)?;
                if read == 0 {
                    return Err(unreadable(io::ErrorKind::UnexpectedEof.into()));
                }
                self.disk
                    .append(&part, &buffer[..read])
                    .map_err(CacheError::Store)?;
                at += read as u64;
                progress(at);
            }
        }
        self.adopt(&part, entry)
    }

    /// Gives a file its name, once its bytes are on the disk and the right ones. Others are never gone
    /// on with.
    pub(super) fn adopt(&self, part: &Path, entry: &FileEntry) -> Result<(), CacheError> {
        self.disk.sync(part).map_err(CacheError::Store)?;
        if !has_digest(part, &entry.digest) {
            let _ = self.disk.remove(part);
            return Err(BundleError::WrongFile(entry.digest).into());
        }
        let path = self.file(&entry.digest);
        self.disk.rename(part, &path).map_err(CacheError::Store)
    }

    fn holds(&self, entry: &FileEntry) -> bool {
        let path = self.file(&entry.digest);
        has_length(&path, entry.length) && has_digest(&path, &entry.digest)
    }
}

/// Where a bundle comes from could not be read.
pub(super) fn unreadable(entry: &FileEntry) -> impl Fn(io::Error) -> CacheError + Copy {
    let digest = entry.digest;
    move |why| CacheError::Origin {
        what: format!("file {digest}"),
        why,
    }
}

fn has_length(path: &Path, length: u64) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() == length)
}

/// Whether a file can be read through and has that digest.
pub(super) fn has_digest(path: &Path, digest: &Digest) -> bool {
    digest_of(path).is_ok_and(|found| found == *digest)
}

fn digest_of(path: &Path) -> io::Result<Digest> {
    let mut file = File::open(path)?;
    let mut hasher = DigestHasher::default();
    let mut buffer = vec![0; PIECE];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finish()),
            read => hasher.update(&buffer[..read]),
        }
    }
}
