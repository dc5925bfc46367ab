//! A bundle in a directory, as `gatepost-authority publish` writes it.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use gatepost_pass::bundle::FileEntry;

use super::BundleOrigin;
use crate::files;

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
        files::read_limited(&self.path.join("manifest"), limit)
    }

    fn file(&mut self, entry: &FileEntry, offset: u64) -> io::Result<Box<dyn Read + '_>> {
        let mut file = File::open(self.path.join(entry.digest.to_string()))?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(Box::new(file))
    }
}
