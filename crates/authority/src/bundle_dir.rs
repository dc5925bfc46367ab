//! A bundle as a directory: files named by their digest, and `manifest`, which comes last.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
};

use gatepost_pass::{
    BundleError, BundleFiles, Digest, DigestHasher, FileRole, ProgramRelease,
    bundle::{FileEntry, files_named},
    envelope::MAX_FILE,
};

use gatepost_system::{
    files::{Access, Action, FileError},
    stick::StickDir,
};

/// Name of the manifest.
const MANIFEST: &str = "manifest";

/// A bundle's directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BundleDirError {
    /// A file of it cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file changed while it was copied.
    #[error("file {0} changed while it was copied: try again")]
    Changed(Digest),
    /// Its manifest cannot be read.
    #[error("{} is not a manifest", path.display())]
    Manifest {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with it.
        source: BundleError,
    },
}

/// A directory that holds a bundle, or will.
pub(crate) struct BundleDir {
    dir: StickDir,
}

impl BundleFiles for BundleDir {
    type Reader = File;

    fn open(&self, digest: &Digest) -> io::Result<File> {
        let file = self.dir.file(digest.to_string());
        file.map_err(|why| why.source)
    }
}

impl BundleDir {
    /// A directory that may hold a bundle.
    pub(crate) fn at(dir: &Path) -> Result<Self, FileError> {
        let dir = StickDir::open(dir)?;
        Ok(Self { dir })
    }

    /// Creates the directory if it is missing.
    pub(crate) fn create(dir: &Path) -> Result<Self, FileError> {
        let dir = StickDir::create(dir, Access::Shared)?;
        Ok(Self { dir })
    }

    /// Whether there is a manifest.
    pub(crate) fn has_manifest(&self) -> bool {
        !matches!(self.manifest(), Err(why) if why.is_not_found())
    }

    /// The current manifest's bytes.
    pub(crate) fn manifest(&self) -> Result<Vec<u8>, FileError> {
        self.dir.read(MANIFEST, MAX_FILE)
    }

    /// The files that the current manifest names, unchecked; none when there is no manifest yet.
    pub(crate) fn files(&self) -> Result<Vec<FileEntry>, BundleDirError> {
        let path = || self.dir.path().join(MANIFEST);
        match self.manifest() {
            Err(why) if why.is_not_found() => Ok(Vec::new()),
            manifest => files_named(&manifest?).map_err(|source| {
                let path = path();
                BundleDirError::Manifest { path, source }
            }),
        }
    }

    /// Adds bytes under their digest.
    pub(crate) fn add(&self, role: FileRole, bytes: &[u8]) -> Result<FileEntry, FileError> {
        let entry = FileEntry {
            role,
            digest: Digest::of(bytes),
            length: bytes.len() as u64,
            records: 0,
        };
        if self.holds(&entry) {
            return Ok(entry);
        }
        self.write(role, |file| {
            file.write_all(bytes)
                .map_err(FileError::at(Action::Write, self.dir.path()))?;
            Ok(0)
        })
    }

    /// Adds a copy of a file under its digest.
    pub(crate) fn add_file(&self, role: FileRole, from: &Path) -> Result<FileEntry, FileError> {
        let source = File::open(from).map_err(FileError::at(Action::Read, from))?;
        self.add_open(role, source)
    }

    fn add_open(&self, role: FileRole, mut source: File) -> Result<FileEntry, FileError> {
        self.write(role, |file| {
            let copied = io::copy(&mut source, file);
            copied.map_err(FileError::at(Action::Write, self.dir.path()))?;
            Ok(0)
        })
    }

    /// Adds a file under the digest of what `write` puts into it; `write` returns its number of
    /// records. When it fails, nothing is left under that name.
    pub(crate) fn write<E: From<FileError>>(
        &self,
        role: FileRole,
        write: impl FnOnce(&mut File) -> Result<u64, E>,
    ) -> Result<FileEntry, E> {
        self.dir.write_new(Access::Shared, |file| {
            let records = write(file)?;
            // Read back for its digest: a list's first page is written last.
            let read = digest_of(file);
            let (digest, length) = read.map_err(FileError::at(Action::Read, self.dir.path()))?;
            let entry = FileEntry {
                role,
                digest,
                length,
                records,
            };
            Ok((entry, digest.to_string()))
        })
    }

    /// Adds a known file of another bundle. One that is there already is read through, because it
    /// may have been damaged since.
    pub(crate) fn copy(&self, entry: &FileEntry, from: &Self) -> Result<(), BundleDirError> {
        if self.holds(entry) {
            return Ok(());
        }
        let source = from.dir.file(entry.digest.to_string())?;
        let copied = self.add_open(entry.role, source)?;
        if copied.digest == entry.digest {
            Ok(())
        } else {
            Err(BundleDirError::Changed(entry.digest))
        }
    }

    /// Whether a file is there with exactly these bytes.
    pub(crate) fn holds(&self, entry: &FileEntry) -> bool {
        let found = self
            .open(&entry.digest)
            .and_then(|mut file| digest_of(&mut file));
        found.is_ok_and(|found| found == (entry.digest, entry.length))
    }

    /// The path of the file with that digest.
    pub(crate) fn path(&self, digest: &Digest) -> PathBuf {
        self.dir.path().join(digest.to_string())
    }

    /// Makes a manifest the current one, once all that it names is on disk. Files that neither it
    /// nor the previous manifest nor a release of the program here names are removed.
    pub(crate) fn swap(&self, manifest: &[u8]) -> Result<(), FileError> {
        let mut kept: BTreeSet<String> = named(manifest);
        if let Ok(before) = self.manifest() {
            kept.extend(named(&before));
        }
        kept.extend(self.images()?);
        self.dir.replace(MANIFEST, Access::Shared, manifest)?;
        let is_file = |name: &str| name.parse::<Digest>().is_ok();
        for (name, _) in self.dir.entries(is_file)? {
            if !kept.contains(&name) {
                self.dir.remove(&name)?;
            }
        }
        self.dir.remove_drafts()?;
        Ok(())
    }

    /// The files that releases of the program beside the manifest name.
    fn images(&self) -> Result<Vec<String>, FileError> {
        let releases = self
            .dir
            .entries(|name| name.starts_with(ProgramRelease::FILE))?;
        let images = releases.iter().filter_map(|(name, _)| {
            let release = self.dir.read(name, ProgramRelease::MAX).ok()?;
            Some(ProgramRelease::peek(&release).ok()?.digest.to_string())
        });
        Ok(images.collect())
    }
}

/// The file names in a manifest; none when it cannot be read.
fn named(manifest: &[u8]) -> BTreeSet<String> {
    let entries = files_named(manifest).unwrap_or_default();
    entries
        .iter()
        .map(|entry| entry.digest.to_string())
        .collect()
}

/// Digest and length of a whole file.
pub(crate) fn digest_of(file: &mut File) -> io::Result<(Digest, u64)> {
    file.rewind()?;
    let (mut hasher, mut length) = (DigestHasher::default(), 0);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((hasher.finish(), length)),
            read => {
                hasher.update(&buffer[..read]);
                length += read as u64;
            }
        }
    }
}
