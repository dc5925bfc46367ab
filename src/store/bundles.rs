//! The installed bundle: files by digest, one manifest that names them, replaced as a whole.
//!
//! Taking a bundle in has five steps, and a power cut after any of them leaves the old bundle working:
//! small files are copied beside those that are there (named by digest, so nothing is overwritten) and
//! must show that the manifest is genuine; then the lists come; the whole is verified where it lies; the
//! manifest is swapped by rename; files that no manifest names go.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use gatepost_pass::{
    BundleError, BundleFiles, Digest, Root, Rules, Timestamp, VerifiedBundle,
    bundle::{FileEntry, FileRole, Intake, MAX_LENGTH, Versions, files_named},
    envelope::MAX_FILE,
};

use serde::{Deserialize, Serialize};

use super::disk::{Disk, FileSystem};
use crate::files;

/// A verified bundle whose lists are read from files.
pub type InstalledBundle = VerifiedBundle<File>;

/// Why a bundle was not taken in or can't be loaded. The one before stays in use.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The bundle does not count.
    #[error(transparent)]
    Bundle(#[from] BundleError),
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
    /// It is the one that is installed already.
    Same,
    /// It is installed now.
    New(Box<InstalledBundle>),
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

/// Most bytes of roots, trust list and policy together.
const MAX_SMALL_FILES: u64 = 4 << 20;

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

    /// The installed bundle, checked again from the first byte; nothing when there is none.
    pub fn load(&self, root: &Root, now: Timestamp) -> Result<Option<InstalledBundle>, CacheError> {
        let Some(manifest) = self.installed_manifest()? else {
            return Ok(None);
        };
        let bundle = VerifiedBundle::verify(root, &manifest, self, Intake::Installed, now)?;
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
            Intake::Installed,
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

impl<D: Disk> BundleCache<D> {
    /// Takes a bundle in. `progress` is told bytes done and bytes in all.
    pub fn take_in(
        &self,
        origin: &mut dyn BundleOrigin,
        root: &Root,
        now: Timestamp,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Intaken, CacheError> {
        let manifest = origin
            .manifest(MAX_FILE)
            .map_err(|why| CacheError::Origin {
                what: "the manifest".to_owned(),
                why,
            })?;
        let before = self.installed_manifest()?;
        let installed = self.load(root, now);
        if before.as_ref() == Some(&manifest)
            && let Ok(Some(bundle)) = &installed
        {
            self.remember(bundle);
            return Ok(Intaken::Same);
        }
        // A bundle that no longer loads must not stand in the way of a whole one.
        let reached = match installed {
            Ok(Some(bundle)) => Reached::by(&bundle),
            Ok(None) | Err(_) => self.reached(),
        };
        let repair = before.as_ref() == Some(&manifest);
        let versions = reached.versions_for(repair);
        let from = reached.root().unwrap_or_else(|| root.clone());
        let intake = Intake::New(&versions);

        // Small files first: until they say that the manifest is genuine, nothing large is fetched.
        let entries = files_named(&manifest)?;
        let (lists, small): (Vec<_>, Vec<_>) = entries
            .iter()
            .partition(|entry| matches!(entry.role, FileRole::List(..)));
        let total = |entries: &[&FileEntry]| -> u64 {
            entries
                .iter()
                .map(|entry| entry.length.min(MAX_LENGTH))
                .sum()
        };
        if total(&small) > MAX_SMALL_FILES {
            return Err(CacheError::TooLarge);
        }
        let whole = total(&small) + total(&lists);
        let mut done = 0;
        let mut fetch = |entries: &[&FileEntry]| -> Result<(), CacheError> {
            for entry in entries {
                self.fetch(origin, entry, &mut |part| progress(done + part, whole))?;
                done += entry.length;
            }
            Ok(())
        };
        let genuine = fetch(&small).and_then(|()| {
            Rules::verify(&from, &manifest, self, intake, now).map_err(CacheError::from)
        });
        if let Err(error) = genuine {
            self.sweep(&[], before.as_deref());
            return Err(error);
        }
        let fetched = fetch(&lists);
        if let Err(CacheError::Store(_)) = fetched {
            // A full disk: the passage log needs the room more than half a bundle does.
            self.sweep(&[], before.as_deref());
        }
        fetched?;
        self.disk
            .sync_directory(&self.path.join("files"))
            .map_err(CacheError::Store)?;
        let bundle = VerifiedBundle::verify(&from, &manifest, self, intake, now)?;
        self.disk
            .replace(&self.manifest(), &manifest)
            .map_err(CacheError::Store)?;
        self.remember(&bundle);
        self.sweep(&entries, before.as_deref());
        Ok(Intaken::New(Box::new(bundle)))
    }

    /// Forgets the bundle and how far it went: a device that was enrolled anew trusts another root.
    pub fn clear(&self) -> io::Result<()> {
        for name in ["manifest", "reached"] {
            match self.disk.remove(&self.path.join(name)) {
                Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
                Ok(()) | Err(_) => {}
            }
        }
        self.disk.sync_directory(&self.path)
    }

    /// Writes down how far bundles have gone. The bundle is in use by now, so a fault here must not say
    /// otherwise; the next exchange tries again, and until then the bundle itself says how far it went.
    fn remember(&self, bundle: &InstalledBundle) {
        let path = self.path.join("reached");
        let reached = gatepost_pass::encode(&Reached::by(bundle));
        if !files::read_limited(&path, MAX_FILE).is_ok_and(|bytes| bytes == reached) {
            let _ = self.disk.replace(&path, &reached);
        }
    }

    /// Copies a file that is not here yet, going on where an earlier try stopped.
    fn fetch(
        &self,
        origin: &mut dyn BundleOrigin,
        entry: &FileEntry,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), CacheError> {
        let path = self.file(&entry.digest);
        if fs::metadata(&path).is_ok_and(|file| file.len() == entry.length)
            && digest_of(&path).is_ok_and(|digest| digest == entry.digest)
        {
            return Ok(());
        }
        if entry.length > MAX_LENGTH {
            return Err(BundleError::WrongFile(entry.digest).into());
        }
        let part = path.with_extension("part");
        let mut at = match fs::metadata(&part) {
            Ok(file) if file.len() <= entry.length => file.len(),
            _ => {
                self.disk.create(&part).map_err(CacheError::Store)?;
                0
            }
        };
        let unreadable = |why| CacheError::Origin {
            what: format!("file {}", entry.digest),
            why,
        };
        if at < entry.length {
            let mut from = origin.file(entry, at).map_err(unreadable)?;
            let mut buffer = vec![0; 64 * 1024];
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
        self.disk.sync(&part).map_err(CacheError::Store)?;
        if !digest_of(&part).is_ok_and(|digest| digest == entry.digest) {
            // A bad part is never gone on with.
            let _ = self.disk.remove(&part);
            return Err(BundleError::WrongFile(entry.digest).into());
        }
        self.disk.rename(&part, &path).map_err(CacheError::Store)
    }

    /// Removes files that neither the new manifest nor the one before names. A fault here costs room,
    /// nothing else.
    fn sweep(&self, entries: &[FileEntry], before: Option<&[u8]>) {
        let before = before
            .and_then(|manifest| files_named(manifest).ok())
            .unwrap_or_default();
        let keep: BTreeSet<String> = entries
            .iter()
            .chain(&before)
            .map(|entry| entry.digest.to_string())
            .collect();
        let Ok(folder) = fs::read_dir(self.path.join("files")) else {
            return;
        };
        for file in folder.flatten() {
            if !file
                .file_name()
                .to_str()
                .is_some_and(|name| keep.contains(name))
            {
                let _ = self.disk.remove(&file.path());
            }
        }
    }
}

fn digest_of(path: &Path) -> io::Result<Digest> {
    let mut file = File::open(path)?;
    let mut hasher = gatepost_pass::words::DigestHasher::default();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finish()),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// A bundle in a directory, as `gatepost-authority publish` writes it.
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
