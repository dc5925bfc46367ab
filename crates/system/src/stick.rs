//! A directory that somebody else has prepared, such as one on a USB stick: the one door through
//! which programs read and write there.
//!
//! Whoever prepared it may have put links, FIFOs, device nodes, a million names or a disk that
//! never answers in the way, and may change it meanwhile. So every name is one name beneath an open
//! directory, never a path; no link is followed, neither to read nor to write; only regular files
//! are opened, and never waited for; what is written gets a name that nobody can foresee until it
//! is whole; and every step is given up after [`PATIENCE`], however long the stick itself takes. A
//! caller that holds a lock therefore holds it no longer than that for a stick that is slow.

mod draft;
mod paced;

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Read as _, Write as _},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};

use crate::files::{self, Access, Action, FileError};
use draft::{DRAFT, Draft};
use paced::within;

pub use paced::PacedReader;

/// How long one step may take: to open, to list, to read a piece.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// The same for a small file that is written and flushed, which cheap sticks take their time for.
const WRITE_PATIENCE: Duration = Duration::from_secs(30);
/// Most names of a directory that are kept. All of them are looked at.
const MOST_NAMES: usize = 20_000;
/// No step waits for what a FIFO or a device node does, and no link is followed.
const READ: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

/// Reads a whole file that its user has named, of at most `limit` bytes.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, FileError> {
    let (directory, name) = split(path, Action::Read)?;
    StickDir::open(directory)?.read(name, limit)
}

/// Reads a whole text file that its user has named, of at most `limit` bytes.
pub fn read_text(path: &Path, limit: usize) -> Result<String, FileError> {
    files::text_of(path, read(path, limit)?)
}

/// Writes a file that its user has named, in place of whatever has that name.
pub fn replace(path: &Path, access: Access, bytes: &[u8]) -> Result<(), FileError> {
    let (directory, name) = split(path, Action::Write)?;
    StickDir::open(directory)?.replace(name, access, bytes)
}

fn split(path: &Path, action: Action) -> Result<(&Path, &OsStr), FileError> {
    let name = path.file_name().ok_or_else(no_name);
    let name = name.map_err(FileError::at(action, path))?;
    Ok((files::directory_of(path), name))
}

fn no_name() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidFilename, "it is no name of a file")
}

/// An open directory on a stick.
#[derive(Clone, Debug)]
pub struct StickDir {
    directory: Arc<OwnedFd>,
    /// For messages; nothing is opened by it.
    path: PathBuf,
    patience: Duration,
}

/// What a directory's entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A regular file.
    File,
    /// A directory.
    Directory,
}

impl StickDir {
    /// Opens a directory whose path its user has named. The last name in it is no link.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        Self::open_within(path, PATIENCE)
    }

    /// The same, making it and what it is in where that is missing.
    pub fn create(path: &Path, access: Access) -> Result<Self, FileError> {
        use std::os::unix::fs::DirBuilderExt as _;
        let owned = path.to_owned();
        let made = within(PATIENCE, move || {
            let mut builder = std::fs::DirBuilder::new();
            builder.recursive(true);
            if access == Access::Private {
                builder.mode(0o700);
            }
            builder.create(owned)
        });
        made.map_err(FileError::at(Action::Create, path))?;
        Self::open(path)
    }

    fn open_within(path: &Path, patience: Duration) -> Result<Self, FileError> {
        // Without a slash at its end, which would have a link followed.
        let plain: PathBuf = path.components().collect();
        let open = move || {
            Ok(rustix::fs::open(
                &plain,
                READ | OFlags::DIRECTORY,
                Mode::empty(),
            )?)
        };
        let directory = within(patience, open).map_err(FileError::at(Action::Read, path))?;
        Ok(Self {
            directory: Arc::new(directory),
            path: path.to_owned(),
            patience,
        })
    }

    /// Opens a directory in this one.
    pub fn directory(&self, name: &OsStr) -> Result<Self, FileError> {
        let directory = self.step(Action::Read, name, |directory, name| {
            Ok(rustix::fs::openat(
                directory,
                name,
                READ | OFlags::DIRECTORY,
                Mode::empty(),
            )?)
        })?;
        Ok(Self {
            directory: Arc::new(directory),
            path: self.path.join(name),
            patience: self.patience,
        })
    }

    /// Where it was when it was opened, for people.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads a whole file of at most `limit` bytes.
    pub fn read(&self, name: impl AsRef<OsStr>, limit: usize) -> Result<Vec<u8>, FileError> {
        self.step(Action::Read, name.as_ref(), move |directory, name| {
            let mut bytes = Vec::new();
            let mut limited = open_file(directory, name)?.take(limit as u64 + 1);
            if limited.read_to_end(&mut bytes)? > limit {
                let why = format!("it is larger than {limit} bytes");
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
            }
            Ok(bytes)
        })
    }

    /// Opens a file, to be read from `offset` on at a pace.
    pub fn reader(&self, name: impl AsRef<OsStr>, offset: u64) -> Result<PacedReader, FileError> {
        let file = self.step(Action::Read, name.as_ref(), move |directory, name| {
            use std::io::Seek as _;
            let mut file = open_file(directory, name)?;
            file.seek(io::SeekFrom::Start(offset))?;
            Ok(file)
        })?;
        PacedReader::new(file, self.patience).map_err(self.fault(Action::Read, name.as_ref()))
    }

    /// Opens a file for whoever reads it at places of their choice, without a pace.
    pub fn file(&self, name: impl AsRef<OsStr>) -> Result<File, FileError> {
        self.step(Action::Read, name.as_ref(), open_file)
    }

    /// What of the entries is wanted, in the order of their names: all are looked at while there
    /// is time, and the first 20,000 of those are kept. Names that are no text, or have control
    /// characters in them, are nobody's who means well, and are passed over; so are links, FIFOs
    /// and devices.
    pub fn entries(
        &self,
        wanted: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<Vec<(String, Entry)>, FileError> {
        let patience = self.patience;
        let here = self.directory.clone();
        // The time to look is half of that for the step, so that what was found by then counts.
        let look = move || entries_of(&here, wanted, Instant::now() + patience / 2);
        within(patience, look).map_err(FileError::at(Action::Read, &self.path))
    }

    /// Writes a file, in place of whatever has that name.
    pub fn replace(
        &self,
        name: impl AsRef<OsStr>,
        access: Access,
        bytes: &[u8],
    ) -> Result<(), FileError> {
        let bytes = bytes.to_vec();
        self.step(Action::Write, name.as_ref(), move |directory, name| {
            let mut draft = Draft::new(directory, access)?;
            draft.file.write_all(&bytes)?;
            draft.publish(name)
        })
    }

    /// Writes a file whose name `write` finds out while it writes the contents. When it fails,
    /// nothing of it stays behind.
    pub fn write_new<T, E: From<FileError>>(
        &self,
        access: Access,
        write: impl FnOnce(&mut File) -> Result<(T, String), E>,
    ) -> Result<T, E> {
        let fault = |why: io::Error| FileError::at(Action::Write, &self.path)(why);
        let directory = self.directory.clone();
        let draft = within(self.patience, move || Draft::new(&directory, access));
        let mut draft = draft.map_err(fault)?;
        let (made, name) = write(&mut draft.file)?;
        draft
            .publish(OsStr::new(&name))
            .map_err(self.fault(Action::Write, OsStr::new(&name)))?;
        Ok(made)
    }

    /// Removes a file or link that may be missing. What a link leads to stays.
    pub fn remove(&self, name: impl AsRef<OsStr>) -> Result<(), FileError> {
        self.step(
            Action::Remove,
            name.as_ref(),
            |directory, name| match rustix::fs::unlinkat(directory, name, AtFlags::empty()) {
                Ok(()) | Err(rustix::io::Errno::NOENT) => Ok(()),
                Err(why) => Err(why.into()),
            },
        )
    }

    /// Removes what writing left behind where it broke off.
    pub fn remove_drafts(&self) -> Result<(), FileError> {
        for (name, entry) in self.entries(|name| name.starts_with(DRAFT))? {
            if entry == Entry::File {
                self.remove(&name)?;
            }
        }
        Ok(())
    }

    fn step<T: Send + 'static>(
        &self,
        action: Action,
        name: &OsStr,
        work: impl FnOnce(&OwnedFd, &OsStr) -> io::Result<T> + Send + 'static,
    ) -> Result<T, FileError> {
        let (directory, plain) = (self.directory.clone(), name.to_owned());
        let patience = match action {
            Action::Read => self.patience,
            Action::Write | Action::Create | Action::Remove => WRITE_PATIENCE,
        };
        let done = match is_one_name(name) {
            true => within(patience, move || work(&directory, &plain)),
            false => Err(no_name()),
        };
        done.map_err(self.fault(action, name))
    }

    fn fault(&self, action: Action, name: &OsStr) -> impl FnOnce(io::Error) -> FileError + use<> {
        let path = self.path.join(name);
        FileError::at(action, &path)
    }
}

/// One name, and not a path out of the directory.
fn is_one_name(name: &OsStr) -> bool {
    let mut parts = Path::new(name).components();
    let one = matches!(parts.next(), Some(std::path::Component::Normal(part)) if part == name);
    one && parts.next().is_none()
}

/// Opens a regular file. It is looked at before it is opened, so that a device node is not touched.
fn open_file(directory: &OwnedFd, name: &OsStr) -> io::Result<File> {
    regular(rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode)?;
    open_what_is_there(directory, name)
}

/// The second half of that: whatever has come in the file's place since it was looked at is neither
/// followed nor waited for, and not taken.
fn open_what_is_there(directory: &OwnedFd, name: &OsStr) -> io::Result<File> {
    let file = rustix::fs::openat(directory, name, READ, Mode::empty())?;
    regular(rustix::fs::fstat(&file)?.st_mode)?;
    Ok(file.into())
}

fn regular(mode: u32) -> io::Result<()> {
    match FileType::from_raw_mode(mode) {
        FileType::RegularFile => Ok(()),
        FileType::Symlink => Err(io::Error::other("it is a link, which is not followed")),
        _ => Err(io::Error::other("it is not a regular file")),
    }
}

fn entries_of(
    directory: &OwnedFd,
    wanted: impl Fn(&str) -> bool,
    until: Instant,
) -> io::Result<Vec<(String, Entry)>> {
    let mut found = std::collections::BTreeMap::new();
    for (n, entry) in Dir::read_from(directory)?.enumerate() {
        if n % 64 == 0 && Instant::now() > until {
            break;
        }
        let entry = entry?;
        let Ok(name) = entry.file_name().to_str() else {
            continue;
        };
        if matches!(name, "." | "..") || name.contains(char::is_control) || !wanted(name) {
            continue;
        }
        // Some file systems name no type in the list.
        let kind = match entry.file_type() {
            FileType::Unknown => {
                let stat = rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW);
                stat.map_or(FileType::Unknown, |stat| {
                    FileType::from_raw_mode(stat.st_mode)
                })
            }
            kind => kind,
        };
        let kind = match kind {
            FileType::RegularFile => Entry::File,
            FileType::Directory => Entry::Directory,
            _ => continue,
        };
        found.insert(name.to_owned(), kind);
        if found.len() > MOST_NAMES {
            found.pop_last();
        }
    }
    Ok(found.into_iter().collect())
}

#[cfg(test)]
mod tests;
