//! Every change that installing a bundle or an image makes to storage, as one small trait: the real
//! file system, and in tests one whose power is cut after any step, or that is full.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::Path,
};

use gatepost_system::files::{self, Action, FileError};

/// Changes to files. Nothing is durable before its `sync`: bytes by [`Self::sync`], names by
/// [`Self::sync_directory`].
pub trait Disk {
    /// Makes a file empty, creating it where it is missing.
    fn create(&self, path: &Path) -> Result<(), FileError>;
    /// Adds bytes at the end of a file that is there.
    fn append(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError>;
    /// Writes over bytes that a file has.
    fn overwrite(&self, path: &Path, bytes: &[u8], offset: u64) -> Result<(), FileError>;
    /// Makes the bytes of a file durable.
    fn sync(&self, path: &Path) -> Result<(), FileError>;
    /// Gives a file another name, in place of what had it.
    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError>;
    /// Makes the names in a directory durable.
    fn sync_directory(&self, path: &Path) -> Result<(), FileError>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> Result<(), FileError>;

    /// Bytes that are free where a path is.
    fn free_space(&self, path: &Path) -> Result<u64, FileError> {
        files::free_space(path)
    }

    /// Replaces a file, whole or not at all: a file beside it, sync, rename, sync of the directory.
    fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        let part = path.with_extension("part");
        self.create(&part)?;
        self.append(&part, bytes)?;
        self.sync(&part)?;
        self.rename(&part, path)?;
        self.sync_directory(files::directory_of(path))
    }
}

/// The device's own file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct FileSystem;

impl Disk for FileSystem {
    fn create(&self, path: &Path) -> Result<(), FileError> {
        File::create(path)
            .map(drop)
            .map_err(FileError::at(Action::Create, path))
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        let append = || OpenOptions::new().append(true).open(path)?.write_all(bytes);
        append().map_err(FileError::at(Action::Write, path))
    }

    fn overwrite(&self, path: &Path, bytes: &[u8], offset: u64) -> Result<(), FileError> {
        let overwrite = || -> io::Result<()> {
            let mut file = OpenOptions::new().write(true).open(path)?;
            file.seek(SeekFrom::Start(offset))?;
            file.write_all(bytes)
        };
        overwrite().map_err(FileError::at(Action::Write, path))
    }

    fn sync(&self, path: &Path) -> Result<(), FileError> {
        // Syncs what any handle has written: the bytes belong to the file, not to the handle.
        File::open(path)
            .and_then(|file| file.sync_all())
            .map_err(FileError::at(Action::Write, path))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        fs::rename(from, to).map_err(FileError::at(Action::Write, to))
    }

    fn sync_directory(&self, path: &Path) -> Result<(), FileError> {
        files::sync_directory(path)
    }

    fn remove(&self, path: &Path) -> Result<(), FileError> {
        fs::remove_file(path).map_err(FileError::at(Action::Remove, path))
    }
}
