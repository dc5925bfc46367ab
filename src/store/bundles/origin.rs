//! Where a bundle comes from, and the first such place: a directory, as `gatepost-authority
//! publish` writes it.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
};

use gatepost_pass::bundle::FileEntry;
use gatepost_system::stick::StickDir;

/// Name of a bundle's manifest in a directory.
pub(crate) const MANIFEST: &str = "manifest";

/// Where a bundle comes from: a directory (USB stick), or the hub.
pub trait BundleOrigin {
    /// The manifest's bytes, at most `limit`.
    fn manifest(&mut self, limit: usize) -> io::Result<Vec<u8>>;
    /// The file's bytes from `offset` on.
    fn file(&mut self, entry: &FileEntry, offset: u64) -> io::Result<Box<dyn Read + '_>>;
}

/// A bundle in a directory, such as a USB stick's: whoever prepared it is not believed, and a stick
/// that hangs is given up, so that no lock is held for it.
#[derive(Debug)]
pub struct BundleDirectory {
    path: PathBuf,
    /// Held open from the manifest on, so that all comes from one directory.
    open: Option<StickDir>,
}

impl BundleDirectory {
    /// The bundle in `path`.
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            open: None,
        }
    }

    fn directory(&mut self) -> io::Result<&StickDir> {
        match &mut self.open {
            Some(open) => Ok(open),
            closed @ None => {
                let open = StickDir::open(&self.path).map_err(io::Error::other)?;
                Ok(closed.insert(open))
            }
        }
    }
}

impl From<StickDir> for BundleDirectory {
    /// The bundle in a directory that is open already.
    fn from(directory: StickDir) -> Self {
        Self {
            path: directory.path().to_owned(),
            open: Some(directory),
        }
    }
}

impl BundleOrigin for BundleDirectory {
    fn manifest(&mut self, limit: usize) -> io::Result<Vec<u8>> {
        let manifest = self.directory()?.read(MANIFEST, limit);
        manifest.map_err(io::Error::other)
    }

    fn file(&mut self, entry: &FileEntry, offset: u64) -> io::Result<Box<dyn Read + '_>> {
        let file = self.directory()?.reader(entry.digest.to_string(), offset);
        Ok(Box::new(file.map_err(io::Error::other)?))
    }
}
