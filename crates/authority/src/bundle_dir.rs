//! A bundle as a directory: files named by their digest, and `manifest`, which comes last.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
};

use gatepost_pass::{
    BundleError, BundleFiles, Digest, DigestHasher, FileRole,
    bundle::{FileEntry, files_named},
    envelope::MAX_FILE,
};

use gatepost_system::files::{self, Access, Action, FileError};

/// A bundle's directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BundleDirError {
    /// A file of it cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Its manifest cannot be read.
    #[error("{} is not a manifest", path.display())]
    Manifest {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with it.
        source: BundleError,
    },
    /// A file changed while it was copied.
    #[error("file {0} changed while it was copied: try again")]
    Changed(Digest),
}

/// A directory that holds a bundle, or will.
pub(crate) struct BundleDir {
    dir: PathBuf,
}

impl BundleFiles for BundleDir {
    type Reader = File;

    fn open(&self, digest: &Digest) -> io::Result<File> {
        File::open(self.path(digest))
    }
}

impl BundleDir {
    /// A directory that may hold a bundle.
    pub(crate) fn at(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
        }
    }

    /// Creates the directory if it is missing.
    pub(crate) fn create(dir: &Path) -> Result<Self, FileError> {
        fs::create_dir_all(dir).map_err(FileError::at(Action::Create, dir))?;
        Ok(Self::at(dir))
    }

    fn manifest_path(&self) -> PathBuf {
        self.dir.join("manifest")
    }

    /// Whether there is a manifest.
    pub(crate) fn has_manifest(&self) -> bool {
        !matches!(self.manifest_path().try_exists(), Ok(false))
    }

    /// The current manifest's bytes.
    pub(crate) fn manifest(&self) -> Result<Vec<u8>, FileError> {
        files::read(&self.manifest_path(), MAX_FILE)
    }

    /// The files that the current manifest names, unchecked; none when there is no manifest yet.
    pub(crate) fn files(&self) -> Result<Vec<FileEntry>, BundleDirError> {
        let path = self.manifest_path();
        match self.has_manifest() {
            false => Ok(Vec::new()),
            true => files_named(&self.manifest()?)
                .map_err(|source| BundleDirError::Manifest { path, source }),
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
                .map_err(FileError::at(Action::Write, &self.part_path()))?;
            Ok(0)
        })
    }

    /// Adds a copy of a file under its digest.
    pub(crate) fn add_file(&self, role: FileRole, from: &Path) -> Result<FileEntry, FileError> {
        let mut source = File::open(from).map_err(FileError::at(Action::Read, from))?;
        self.write(role, |file| {
            io::copy(&mut source, file).map_err(FileError::at(Action::Write, &self.part_path()))?;
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
        let part = self.part_path();
        let entry = Self::write_part(&part, role, write).inspect_err(|_| {
            // The error says what happened; half a list would only take up space.
            let _ = fs::remove_file(&part);
        })?;
        files::publish(&part, &self.path(&entry.digest))?;
        Ok(entry)
    }

    /// The file that is being written, until its digest is known.
    fn part_path(&self) -> PathBuf {
        self.dir.join("new.part")
    }

    fn write_part<E: From<FileError>>(
        part: &Path,
        role: FileRole,
        write: impl FnOnce(&mut File) -> Result<u64, E>,
    ) -> Result<FileEntry, E> {
        let mut options = OpenOptions::new();
        // Read back for its digest: a list's first page is written last.
        let options = options.read(true).write(true).create(true).truncate(true);
        let open = options.open(part);
        let mut file = open.map_err(FileError::at(Action::Write, part))?;
        let records = write(&mut file)?;
        file.sync_all()
            .map_err(FileError::at(Action::Write, part))?;
        let (digest, length) = digest_of(&mut file).map_err(FileError::at(Action::Read, part))?;
        Ok(FileEntry {
            role,
            digest,
            length,
            records,
        })
    }

    /// Adds a known file from elsewhere. One that is there already is read through, because it may
    /// have been damaged since.
    pub(crate) fn copy(&self, entry: &FileEntry, from: &Path) -> Result<(), BundleDirError> {
        if self.holds(entry) {
            return Ok(());
        }
        let copied = self.add_file(entry.role, from)?;
        if copied.digest == entry.digest {
            Ok(())
        } else {
            Err(BundleDirError::Changed(entry.digest))
        }
    }

    /// Whether a file is there with exactly these bytes.
    pub(crate) fn holds(&self, entry: &FileEntry) -> bool {
        let found = File::open(self.path(&entry.digest)).and_then(|mut file| digest_of(&mut file));
        found.is_ok_and(|found| found == (entry.digest, entry.length))
    }

    /// The path of the file with that digest.
    pub(crate) fn path(&self, digest: &Digest) -> PathBuf {
        self.dir.join(digest.to_string())
    }

    /// Makes a manifest the current one, once all that it names is on disk. Files that neither it
    /// nor the previous manifest names are removed.
    pub(crate) fn swap(&self, manifest: &[u8]) -> Result<(), FileError> {
        let mut kept: BTreeSet<String> = named(manifest);
        if let Ok(before) = self.manifest() {
            kept.extend(named(&before));
        }
        files::replace(&self.manifest_path(), Access::Shared, manifest)?;
        for path in files::list(&self.dir)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.parse::<Digest>().is_ok() && !kept.contains(name.as_ref()) {
                fs::remove_file(&path).map_err(FileError::at(Action::Remove, &path))?;
            }
        }
        Ok(())
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
