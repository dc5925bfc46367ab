//! The installed bundle on the disk: where its files are, and how it is loaded.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use gatepost_pass::{
    BundleFiles, Digest, Root, Rules, VerifiedBundle,
    bundle::{Intake, Versions},
    envelope::MAX_FILE,
};
use gatepost_system::files::{self, Action, FileError};
use serde::{Deserialize, Serialize};

use super::error::CacheError;
use crate::{clock::Clock, store::disk::FileSystem};

/// A verified bundle whose lists are read from files.
pub type InstalledBundle = VerifiedBundle<File>;

/// The highest versions that this device has installed, kept beside the bundle so that nothing goes
/// back even when the installed one no longer loads.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reached {
    versions: Versions,
    /// The newest root file.
    root: Vec<u8>,
}

impl Reached {
    /// What a device that had reached this has reached with that bundle.
    pub(super) fn with(&self, bundle: &InstalledBundle) -> Self {
        Self {
            versions: bundle.versions_after(&self.versions),
            root: bundle.root().to_bytes().to_vec(),
        }
    }

    pub(super) fn root(&self) -> Option<Root> {
        Root::pin(&self.root).ok()
    }

    /// The versions that a new bundle must not go back from. The installed manifest itself may come
    /// again to repair its own damaged files.
    pub(super) fn versions_for(&self, repair: bool) -> Versions {
        let mut versions = self.versions.clone();
        if repair && let Some(manifest) = &mut versions.manifest {
            manifest.number = manifest.number.saturating_sub(1);
        }
        versions
    }
}

/// The bundle directory of a device. Read as files; changed through `D`.
#[derive(Clone, Debug)]
pub struct BundleCache<D = FileSystem> {
    path: PathBuf,
    disk: D,
}

impl<D> BundleFiles for BundleCache<D> {
    type Reader = File;

    fn open(&self, digest: &Digest) -> io::Result<File> {
        File::open(self.file(digest))
    }
}

impl BundleCache {
    /// The cache in a directory that has a `files` directory in it.
    pub fn new(path: PathBuf) -> Self {
        Self::on(FileSystem, path)
    }
}

impl<D> BundleCache<D> {
    /// The cache in a directory, changed through `disk`.
    pub fn on(disk: D, path: PathBuf) -> Self {
        Self { path, disk }
    }

    /// The installed bundle, nothing when there is none, and tells the clock its time.
    ///
    /// Its lists were read to their end when they came, and are only opened again, however long
    /// they are: see [`Intake::Reopened`] and `scrub.rs`.
    pub fn load(&self, root: &Root, clock: &Clock) -> Result<Option<InstalledBundle>, CacheError> {
        let Some(manifest) = self.installed_manifest()? else {
            return Ok(None);
        };
        let now = clock.now().time;
        let bundle = VerifiedBundle::verify(root, &manifest, self, Intake::Reopened, now)?;
        clock.signed(bundle.manifest().issued_at);
        Ok(Some(bundle))
    }

    /// The installed bundle without its lists: enough to check a receipt, and fast. Tells the
    /// clock its time as [`Self::load`] does.
    pub fn load_rules(&self, root: &Root, clock: &Clock) -> Result<Option<Rules>, CacheError> {
        let Some(manifest) = self.installed_manifest()? else {
            return Ok(None);
        };
        let rules = Rules::verify(root, &manifest, self, Intake::Reopened, clock.now().time)?;
        clock.signed(rules.manifest().issued_at);
        Ok(Some(rules))
    }

    /// The installed manifest's bytes.
    pub fn installed_manifest(&self) -> Result<Option<Vec<u8>>, CacheError> {
        match files::read(&self.manifest(), MAX_FILE) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// When the installed manifest was written, to notice that another process has replaced it.
    pub fn written(&self) -> Option<SystemTime> {
        let manifest = fs::metadata(self.manifest());
        manifest.and_then(|file| file.modified()).ok()
    }

    /// The highest versions that were written down; none when the file cannot be read.
    pub(super) fn reached(&self) -> Reached {
        let bytes = files::read(&self.reached_path(), MAX_FILE);
        let reached = bytes
            .ok()
            .and_then(|bytes| gatepost_pass::decode("reached", &bytes).ok());
        reached.unwrap_or_default()
    }

    pub(super) const fn disk(&self) -> &D {
        &self.disk
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn manifest(&self) -> PathBuf {
        self.path.join("manifest")
    }

    pub(super) fn reached_path(&self) -> PathBuf {
        self.path.join("reached")
    }

    /// The directory of the files that the manifest names.
    pub(super) fn files(&self) -> PathBuf {
        self.path.join("files")
    }

    pub(super) fn file(&self, digest: &Digest) -> PathBuf {
        self.files().join(digest.to_string())
    }

    /// Opens one of the files, which must be there.
    pub(super) fn open_file(&self, digest: &Digest) -> Result<File, FileError> {
        let path = self.file(digest);
        File::open(&path).map_err(FileError::at(Action::Read, &path))
    }
}
