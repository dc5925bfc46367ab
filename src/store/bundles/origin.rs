//! Where a bundle comes from, and the first such place: a directory, as `gatepost-authority
//! publish` writes it.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use gatepost_pass::bundle::FileEntry;
use gatepost_system::files;

/// Where a bundle comes from: a directory (USB stick), or the hub.
pub trait BundleOrigin {
    /// The manifest's bytes, at most `limit`.
    fn manifest(&mut self, limit: usize) -> io::Result<Vec<u8>>;
    /// The file's bytes from `offset` on.
    fn file(&mut self, entry: &FileEntry, offset: u64) -> io::Result<Box<dyn Read + '_>>;
}

/// A bundle in a directory, such as a USB stick's.
#[derive(Debug)]
pub struct BundleDirectory {
    path: PathBuf,
}

impl BundleDirectory {
    /// The bundle in `path`.
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }
}

impl BundleOrigin for BundleDirectory {
    fn manifest(&mut self, limit: usize) -> io::Result<Vec<u8>> {
        files::read(&self.path.join("manifest"), limit).map_err(io::Error::other)
    }

    fn file(&mut self, entry: &FileEntry, offset: u64) -> io::Result<Box<dyn Read + '_>> {
        let mut file = File::open(self.path.join(entry.digest.to_string()))?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(Box::new(file))
    }
}
