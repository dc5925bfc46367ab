//! The installed bundle: files by digest, one manifest that names them, replaced as a whole.
//!
//! `take_in` replaces it, `fetch` gets its files, `merge` makes a list out of the one before and deltas,
//! `mend` fetches again what has rotted, and `scrub` finds that out.

mod directory;
mod fetch;
mod mend;
mod merge;
mod take_in;

pub mod scrub;

pub use directory::BundleDirectory;

use std::{
    fmt, fs,
    fs::File,
    io::{self, Read},
    path::PathBuf,
    time::SystemTime,
};

use gatepost_pass::{
    BundleError, BundleFiles, Digest, IssuerId, List, ListError, ReadAt, Root, Rules, Timestamp,
    VerifiedBundle,
    bundle::{FileEntry, Intake, Versions},
    envelope::MAX_FILE,
    list::{DeltaError, ListKind},
};

use serde::{Deserialize, Serialize};

use super::disk::FileSystem;
use crate::files;

/// A verified bundle whose lists are read from files.
pub type InstalledBundle = VerifiedBundle<File>;

/// Why a bundle was not taken in or can't be loaded. The one before stays in use.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The bundle does not count.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// A list that is here can't be gone on from.
    #[error(transparent)]
    List(#[from] ListError),
    /// A delta can't be used.
    #[error(transparent)]
    Delta(DeltaError),
    /// Where the bundle comes from can't be read.
    #[error("{what} can't be read: {why}")]
    Origin {
        /// Which file.
        what: String,
        /// What the system or the network said.
        why: io::Error,
    },
    /// Roots, trust list and policy are larger than any real ones.
    #[error("the bundle's roots, trust list and policy are larger than 4 MiB: not taken in")]
    TooLarge,
    /// The device's own storage failed.
    #[error("the bundle can't be stored: {0}; the one before stays in use")]
    Store(io::Error),
}

impl From<DeltaError> for CacheError {
    fn from(why: DeltaError) -> Self {
        match why {
            DeltaError::Write(why) => Self::Store(why),
            why => Self::Delta(why),
        }
    }
}

/// Where a bundle comes from: a directory (USB stick), or the hub.
pub trait BundleOrigin {
    /// The manifest's bytes, at most `limit`.
    fn manifest(&mut self, limit: usize) -> io::Result<Vec<u8>>;
    /// The file's bytes from `offset` on.
    fn file(&mut self, entry: &FileEntry, offset: u64) -> io::Result<Box<dyn Read + '_>>;
}

/// What came of taking a bundle in.
#[derive(Debug)]
pub enum Intaken {
    /// It is the one that is installed already, and nothing is known to be the matter with it.
    Same,
    /// It is installed now.
    New(Box<InstalledBundle>),
}

/// What is told while a bundle is taken in.
#[derive(Debug)]
pub enum Step {
    /// So many bytes of all that the bundle has are here.
    Here {
        /// Here.
        done: u64,
        /// Of the whole bundle.
        whole: u64,
    },
    /// A list was made from the one before.
    Merged {
        /// Which.
        list: ListName,
        /// How many deltas that took.
        deltas: usize,
    },
    /// A list that had rotted is as it was signed again.
    Mended {
        /// Which.
        list: ListName,
        /// How many parts of it were fetched again.
        parts: usize,
    },
    /// Neither could be done: the whole list is fetched.
    Whole {
        /// Which.
        list: ListName,
        /// Why.
        why: CacheError,
    },
}

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListName {
    /// Whose.
    pub issuer: IssuerId,
    /// Of which kind.
    pub kind: ListKind,
}

impl ListName {
    /// The name of a list.
    pub fn of<R: ReadAt>(list: &List<R>) -> Self {
        Self {
            issuer: list.issuer(),
            kind: list.head().kind,
        }
    }
}

impl fmt::Display for ListName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} list of {}", self.kind, self.issuer)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here { done, whole } => write!(f, "{done} of {whole} bytes"),
            Self::Merged { list, deltas } => {
                write!(f, "{list}: made from the one before, deltas: {deltas}")
            }
            Self::Mended { list, parts } => {
                write!(f, "{list}: damaged parts that were fetched again: {parts}")
            }
            Self::Whole { list, why } => write!(f, "{list}: the whole list is fetched: {why}"),
        }
    }
}

/// How far the bundles of this device have gone, kept beside them so that nothing goes back even when
/// the installed one no longer loads.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Reached {
    versions: Versions,
    /// The newest root file.
    root: Vec<u8>,
}

impl Reached {
    fn by(bundle: &InstalledBundle) -> Self {
        Self {
            versions: bundle.versions(),
            root: bundle.root().to_bytes().to_vec(),
        }
    }

    /// Of lists that no longer open only what was written down is known.
    fn or_where_unopened(mut self, bundle: &InstalledBundle, before: &Self) -> Self {
        for list in bundle.unopened().keys() {
            if let Some(version) = before.versions.lists.get(list) {
                self.versions.lists.insert(*list, *version);
            }
        }
        self
    }

    fn root(&self) -> Option<Root> {
        Root::pin(&self.root).ok()
    }

    /// What a new bundle must not go back from. The installed manifest itself may come again to mend
    /// its own damaged files.
    fn versions_for(&self, repair: bool) -> Versions {
        let mut versions = self.versions.clone();
        if repair {
            versions.manifest = versions.manifest.saturating_sub(1);
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

    /// The installed bundle, nothing when there is none. Its lists were read through when they came, and
    /// are only opened again, however long they are: see [`Intake::Reopened`] and [`scrub`].
    pub fn load(&self, root: &Root, now: Timestamp) -> Result<Option<InstalledBundle>, CacheError> {
        let Some(manifest) = self.installed_manifest()? else {
            return Ok(None);
        };
        let bundle = VerifiedBundle::verify(root, &manifest, self, Intake::Reopened, now)?;
        Ok(Some(bundle))
    }

    /// The installed bundle without its lists: enough to check a receipt, and quick.
    pub fn load_rules(&self, root: &Root, now: Timestamp) -> Result<Option<Rules>, CacheError> {
        let Some(manifest) = self.installed_manifest()? else {
            return Ok(None);
        };
        Ok(Some(Rules::verify(
            root,
            &manifest,
            self,
            Intake::Reopened,
            now,
        )?))
    }

    /// The installed manifest's bytes.
    pub fn installed_manifest(&self) -> Result<Option<Vec<u8>>, CacheError> {
        match files::read_limited(&self.manifest(), MAX_FILE) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(CacheError::Store(why)),
        }
    }

    /// When the installed bundle was put there, to notice that another process has done it.
    pub fn written(&self) -> Option<SystemTime> {
        let manifest = fs::metadata(self.manifest());
        manifest.and_then(|file| file.modified()).ok()
    }

    /// How far bundles have gone, as far as that is still known.
    fn reached(&self) -> Reached {
        let bytes = files::read_limited(&self.path.join("reached"), MAX_FILE);
        let reached = bytes
            .ok()
            .and_then(|bytes| gatepost_pass::decode("reached", &bytes).ok());
        reached.unwrap_or_default()
    }

    fn manifest(&self) -> PathBuf {
        self.path.join("manifest")
    }

    fn file(&self, digest: &Digest) -> PathBuf {
        self.path.join("files").join(digest.to_string())
    }
}
