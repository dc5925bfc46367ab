//! Copies one file of a bundle into the cache, resuming an earlier copy, and checks its digest.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use gatepost_pass::{
    BundleError, Digest, DigestHasher,
    bundle::{FileEntry, MAX_LENGTH},
};

use super::{cache::BundleCache, error::CacheError, origin::BundleOrigin};
use crate::store::disk::Disk;

/// Number of bytes that are read or written at once.
pub(super) const PIECE: usize = 64 * 1024;

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
        let part = self.file(&entry.digest).with_extension("part");
        let mut at = match fs::metadata(&part) {
            Ok(file) if file.len() <= entry.length => file.len(),
            _ => {
                self.disk().create(&part)?;
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
                self.disk().append(&part, &buffer[..read])?;
                at += read as u64;
                progress(at);
            }
        }
        self.adopt(&part, entry)
    }

    /// Gives a file its name, once its bytes are on the disk and have the right digest. A file with
    /// other bytes is removed, so that no copy resumes from it.
    pub(super) fn adopt(&self, part: &Path, entry: &FileEntry) -> Result<(), CacheError> {
        self.disk().sync(part)?;
        if !has_digest(part, &entry.digest) {
            let _ = self.disk().remove(part);
            return Err(BundleError::WrongFile(entry.digest).into());
        }
        self.disk().rename(part, &self.file(&entry.digest))?;
        Ok(())
    }

    /// Whether a file is here with the right bytes.
    pub(super) fn holds(&self, entry: &FileEntry) -> bool {
        let path = self.file(&entry.digest);
        fs::metadata(&path).is_ok_and(|file| file.len() == entry.length)
            && has_digest(&path, &entry.digest)
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

/// Whether a file can be read to its end and has that digest.
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
