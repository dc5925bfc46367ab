//! A bundle as a directory: files named by their digest, and `manifest`, which comes last.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use gatepost_pass::{
    BundleFiles, Digest, FileRole,
    bundle::{FileEntry, files_named},
    envelope::MAX_FILE,
    list::ReadAt as _,
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
        File::open(self.dir.join(digest.to_string()))
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

    /// Adds a file under its digest.
    pub(crate) fn add(
        &self,
        role: FileRole,
        bytes: &[u8],
        records: u64,
    ) -> Result<FileEntry, Error> {
        let entry = FileEntry {
            role,
            digest: Digest::of(bytes),
            length: bytes.len() as u64,
            records,
        };
        if !self.holds(&entry.digest, bytes) {
            files::write(&self.dir.join(entry.digest.to_string()), bytes)?;
        }
        Ok(entry)
    }

    /// Whether these very bytes are there: a file may have rotten since it was written.
    fn holds(&self, digest: &Digest, bytes: &[u8]) -> bool {
        self.open(digest).is_ok_and(|file| {
            let mut found = vec![0; bytes.len()];
            file.length()
                .is_ok_and(|length| length == bytes.len() as u64)
                && file.read_at(&mut found, 0).is_ok()
                && found == bytes
        })
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
            let digest = name.strip_suffix(".part").unwrap_or(&name);
            if digest.parse::<Digest>().is_ok() && !kept.contains(name.as_ref()) {
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
