//! The files of a bundle, found and checked by their digests.

use std::io;

use super::{
    error::BundleError,
    manifest::{FileEntry, FileRole},
};
use crate::{
    digest::{Digest, DigestHasher},
    envelope::MAX_FILE,
    list::ReadAt,
};

/// Largest list in a bundle: 2 GiB.
pub const MAX_LENGTH: u64 = 1 << 31;

/// Reads the files of a bundle by digest. Implemented over a directory, a cache, memory.
pub trait BundleFiles {
    /// What a file is read through.
    type Reader: ReadAt;
    /// Opens the file of that digest.
    fn open(&self, digest: &Digest) -> io::Result<Self::Reader>;
}

/// The entry of a file that every bundle has.
pub(super) fn find(entries: &[FileEntry], role: FileRole) -> Result<&FileEntry, BundleError> {
    let name = match role {
        FileRole::TrustList => "trust list",
        FileRole::Policy => "policy",
        FileRole::Pins => "PINs",
        FileRole::Root(_) => "root",
        FileRole::List(..) => "list",
        FileRole::Delta { .. } => "delta",
    };
    entries
        .iter()
        .find(|entry| entry.role == role)
        .ok_or(BundleError::Missing(name))
}

/// A file that is read whole: its digest is checked.
pub(super) fn small<F: BundleFiles>(files: &F, entry: &FileEntry) -> Result<Vec<u8>, BundleError> {
    let unreadable = |why| BundleError::File {
        digest: entry.digest,
        why,
    };
    if entry.length > MAX_FILE as u64 {
        return Err(BundleError::WrongFile(entry.digest));
    }
    let reader = files.open(&entry.digest).map_err(unreadable)?;
    if reader.length().map_err(unreadable)? != entry.length {
        return Err(BundleError::WrongFile(entry.digest));
    }
    let mut bytes = vec![0; entry.length as usize];
    reader.read_at(&mut bytes, 0).map_err(unreadable)?;
    if Digest::of(&bytes) == entry.digest {
        Ok(bytes)
    } else {
        Err(BundleError::WrongFile(entry.digest))
    }
}

/// Checks that a file is as long as the manifest says.
pub(super) fn check_length<R: ReadAt>(reader: &R, entry: &FileEntry) -> Result<(), BundleError> {
    let length = reader.length().map_err(|why| BundleError::File {
        digest: entry.digest,
        why,
    })?;
    if length == entry.length && length <= MAX_LENGTH {
        Ok(())
    } else {
        Err(BundleError::WrongFile(entry.digest))
    }
}

/// The bytes of a file of the right length against its name.
pub(super) fn check_digest<R: ReadAt>(reader: &R, entry: &FileEntry) -> Result<(), BundleError> {
    let mut hasher = DigestHasher::default();
    let mut buffer = vec![0; 64 * 1024];
    let mut at = 0;
    while at < entry.length {
        let part = buffer.len().min((entry.length - at) as usize);
        reader
            .read_at(&mut buffer[..part], at)
            .map_err(|why| BundleError::File {
                digest: entry.digest,
                why,
            })?;
        hasher.update(&buffer[..part]);
        at += part as u64;
    }
    if hasher.finish() == entry.digest {
        Ok(())
    } else {
        Err(BundleError::WrongFile(entry.digest))
    }
}
