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

use crate::{
    error::{Error, at},
    files,
};

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

    /// Makes the directory where it is missing.
    pub(crate) fn create(dir: &Path) -> Result<Self, Error> {
        fs::create_dir_all(dir).map_err(at("create", dir))?;
        Ok(Self::at(dir))
    }

    fn manifest_path(&self) -> PathBuf {
        self.dir.join("manifest")
    }

    /// The manifest that is there.
    pub(crate) fn manifest(&self) -> Result<Vec<u8>, Error> {
        files::read(&self.manifest_path(), MAX_FILE as u64)
    }

    /// The files of the manifest that is there, unchecked; none when there is no manifest yet.
    pub(crate) fn files(&self) -> Result<Vec<FileEntry>, Error> {
        match self.manifest_path().try_exists() {
            Ok(false) => Ok(Vec::new()),
            _ => Ok(files_named(&self.manifest()?)?),
        }
    }

    /// Adds bytes under their digest.
    pub(crate) fn add(&self, role: FileRole, bytes: &[u8]) -> Result<FileEntry, Error> {
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
            file.write_all(bytes).map_err(at("write", &self.dir))?;
            Ok(0)
        })
    }

    /// Adds a copy of a file under its digest.
    pub(crate) fn add_file(&self, role: FileRole, from: &Path) -> Result<FileEntry, Error> {
        let mut source = File::open(from).map_err(at("read", from))?;
        self.write(role, |file| {
            io::copy(&mut source, file).map_err(at("copy", from))?;
            Ok(0)
        })
    }

    /// Adds a file under the digest of what `write` puts into it, which says how many records it holds.
    /// One that fails leaves nothing under that name.
    pub(crate) fn write(
        &self,
        role: FileRole,
        write: impl FnOnce(&mut File) -> Result<u64, Error>,
    ) -> Result<FileEntry, Error> {
        let part = self.dir.join("new.part");
        let entry = Self::write_part(&part, role, write).inspect_err(|_| {
            // The error says what happened; half a list would only take up room.
            let _ = fs::remove_file(&part);
        })?;
        let path = self.path(&entry.digest);
        fs::rename(&part, &path).map_err(at("write", &path))?;
        files::sync_dir(&self.dir)?;
        Ok(entry)
    }

    fn write_part(
        part: &Path,
        role: FileRole,
        write: impl FnOnce(&mut File) -> Result<u64, Error>,
    ) -> Result<FileEntry, Error> {
        let mut options = OpenOptions::new();
        // Is read again, for its digest: a list's first page is written last.
        let options = options.read(true).write(true).create(true).truncate(true);
        let mut file = options.open(part).map_err(at("write", part))?;
        let records = write(&mut file)?;
        file.sync_all().map_err(at("write", part))?;
        let (digest, length) = digest_of(&mut file).map_err(at("read", part))?;
        Ok(FileEntry {
            role,
            digest,
            length,
            records,
        })
    }

    /// Adds a file that is known and lies elsewhere. One that is there already is read: it may have rotten since.
    pub(crate) fn copy(&self, entry: &FileEntry, from: &Path) -> Result<(), Error> {
        if self.holds(entry) {
            return Ok(());
        }
        let copied = self.add_file(entry.role, from)?;
        if copied.digest == entry.digest {
            Ok(())
        } else {
            Err(BundleError::WrongFile(entry.digest).into())
        }
    }

    /// Whether the very bytes of a file are there.
    pub(crate) fn holds(&self, entry: &FileEntry) -> bool {
        let found = File::open(self.path(&entry.digest)).and_then(|mut file| digest_of(&mut file));
        found.is_ok_and(|found| found == (entry.digest, entry.length))
    }

    /// Where the file of that digest lies.
    pub(crate) fn path(&self, digest: &Digest) -> PathBuf {
        self.dir.join(digest.to_string())
    }

    /// Makes a manifest the current one, when all it names is on disk. Files that neither it nor the
    /// one before names are removed.
    pub(crate) fn swap(&self, manifest: &[u8]) -> Result<(), Error> {
        let mut kept: BTreeSet<String> = named(manifest);
        if let Ok(before) = self.manifest() {
            kept.extend(named(&before));
        }
        files::write(&self.manifest_path(), manifest)?;
        let entries = self.dir.read_dir().map_err(at("read", &self.dir))?;
        for entry in entries {
            let path = entry.map_err(at("read", &self.dir))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.parse::<Digest>().is_ok() && !kept.contains(name.as_ref()) {
                fs::remove_file(&path).map_err(at("remove", &path))?;
            }
        }
        Ok(())
    }
}

/// File names in a manifest; none when it can't be read.
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
