//! A file of which somebody has signed digest and length: copied here, resuming where an earlier
//! copy stopped, and checked before it gets its name.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use gatepost_pass::{Digest, DigestHasher};
use gatepost_system::files::FileError;

use super::disk::Disk;

/// Number of bytes that are read or written at once.
pub(crate) const PIECE: usize = 64 * 1024;

/// A file as it was signed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExpectedFile {
    /// BLAKE3 of its bytes.
    pub(crate) digest: Digest,
    /// Its length in bytes.
    pub(crate) length: u64,
}

/// Why a file was not copied.
#[derive(Debug)]
pub(crate) enum CopyFault {
    /// It cannot be read where it comes from, or ends too early there.
    Origin(io::Error),
    /// It cannot be stored.
    Store(FileError),
    /// Other bytes came than those that were signed. Nothing of them is kept.
    OtherBytes,
}

impl ExpectedFile {
    /// Copies it to a path from what `open` gives from an offset on. What is left of a copy that
    /// broke off lies beside it, and is gone on with.
    pub(crate) fn copy<'a, D: Disk>(
        &self,
        disk: &D,
        to: &Path,
        open: impl FnOnce(u64) -> io::Result<Box<dyn Read + 'a>>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), CopyFault> {
        let part = to.with_extension("part");
        let mut at = match fs::metadata(&part) {
            Ok(file) if file.len() <= self.length => file.len(),
            _ => {
                disk.create(&part).map_err(CopyFault::Store)?;
                0
            }
        };
        if at < self.length {
            let mut from = open(at).map_err(CopyFault::Origin)?;
            let mut buffer = vec![0; PIECE];
            while at < self.length {
                let want = buffer.len().min((self.length - at) as usize);
                let read = from.read(&mut buffer[..want]).map_err(CopyFault::Origin)?;
                if read == 0 {
                    return Err(CopyFault::Origin(io::ErrorKind::UnexpectedEof.into()));
                }
                disk.append(&part, &buffer[..read])
                    .map_err(CopyFault::Store)?;
                at += read as u64;
                progress(at);
            }
        }
        self.adopt(disk, &part, to)
    }

    /// Gives a file its name, once its bytes are on the disk and have the right digest. A file with
    /// other bytes is removed, so that no copy resumes from it.
    pub(crate) fn adopt<D: Disk>(&self, disk: &D, part: &Path, to: &Path) -> Result<(), CopyFault> {
        disk.sync(part).map_err(CopyFault::Store)?;
        if !has_digest(part, &self.digest) {
            let _ = disk.remove(part);
            return Err(CopyFault::OtherBytes);
        }
        disk.rename(part, to).map_err(CopyFault::Store)
    }

    /// Whether the file at a path has the right bytes.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|file| file.len() == self.length)
            && has_digest(path, &self.digest)
    }
}

/// Whether a file can be read to its end and has that digest.
pub(crate) fn has_digest(path: &Path, digest: &Digest) -> bool {
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
