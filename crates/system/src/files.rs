//! Files that survive a power cut: written whole or not at all, and read with a limit.
//!
//! A file is written under another name beside its own, flushed to the disk, renamed, and the
//! directory is flushed too. Whoever reads it finds the old bytes or the new ones.

use std::{
    ffi::OsString,
    fmt,
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

/// Something could not be done to a file.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", path.display())]
pub struct FileError {
    /// What was tried.
    pub action: Action,
    /// On which file or directory.
    pub path: PathBuf,
    /// Why it failed.
    pub source: io::Error,
}

impl FileError {
    /// Adds to an error what was tried, for `map_err`.
    pub fn at(action: Action, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self {
            action,
            path,
            source,
        }
    }

    /// Whether the file is not there at all.
    pub fn is_not_found(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }
}

/// What can be tried on a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Open or read it.
    Read,
    /// Write it, or replace it with a new one.
    Write,
    /// Make a file or directory that is not there yet.
    Create,
    /// Remove it.
    Remove,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Create => "create",
            Self::Remove => "remove",
        })
    }
}

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Whoever the umask lets.
    Shared,
    /// Its owner alone (mode 0600), whatever mode a file of that name had before.
    Private,
}

/// Reads a whole file of at most `limit` bytes.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, FileError> {
    let read = || {
        let mut bytes = Vec::new();
        let mut limited = File::open(path)?.take(limit as u64 + 1);
        if limited.read_to_end(&mut bytes)? > limit {
            let why = format!("it is larger than {limit} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
        }
        Ok(bytes)
    };
    read().map_err(FileError::at(Action::Read, path))
}

/// Reads a whole text file of at most `limit` bytes.
pub fn read_text(path: &Path, limit: usize) -> Result<String, FileError> {
    text_of(path, read(path, limit)?)
}

pub(crate) fn text_of(path: &Path, bytes: Vec<u8>) -> Result<String, FileError> {
    String::from_utf8(bytes).map_err(|_| {
        let why = io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text");
        FileError::at(Action::Read, path)(why)
    })
}

/// The paths of what is in a directory, sorted.
pub fn list(path: &Path) -> Result<Vec<PathBuf>, FileError> {
    let entries = fs::read_dir(path).and_then(|entries| {
        entries
            .map(|entry| Ok(entry?.path()))
            .collect::<io::Result<Vec<_>>>()
    });
    let mut paths = entries.map_err(FileError::at(Action::Read, path))?;
    paths.sort();
    Ok(paths)
}

/// Writes a file, in place of the one that may be there.
pub fn replace(path: &Path, access: Access, bytes: &[u8]) -> Result<(), FileError> {
    replace_with(path, access, |file| {
        file.write_all(bytes)
            .map_err(FileError::at(Action::Write, path))
    })
}

/// The same for what is written piece by piece. The file can also be read in `write`; when `write`
/// fails, nothing of it stays behind.
pub fn replace_with<T, E: From<FileError>>(
    path: &Path,
    access: Access,
    write: impl FnOnce(&mut File) -> Result<T, E>,
) -> Result<T, E> {
    let part = part_of(path);
    let made = || {
        let mut file = open_new(&part, access).map_err(FileError::at(Action::Write, &part))?;
        let made = write(&mut file)?;
        file.sync_all()
            .map_err(FileError::at(Action::Write, &part))?;
        drop(file);
        publish(&part, path)?;
        Ok(made)
    };
    made().inspect_err(|_| {
        // The error says what happened; half a file would only take up space.
        let _ = fs::remove_file(&part);
    })
}

/// Makes a file that only its owner can read. Never replaces one.
pub fn create_private(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let part = part_of(path);
    let create = || {
        let mut file = open_new(&part, Access::Private)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        // A link, unlike a rename, never replaces what is there.
        match fs::hard_link(&part, path) {
            // Sticks and shares may have no links: there it is written under its own name.
            Err(why) if is_unsupported(&why) => {
                let mut file = new_options(Access::Private).open(path)?;
                file.write_all(bytes)?;
                file.sync_all()
            }
            linked => linked,
        }
    };
    let created = create().map_err(FileError::at(Action::Create, path));
    // Also when it failed: its bytes are a secret.
    let _ = fs::remove_file(&part);
    created?;
    sync_directory(directory_of(path))
}

/// Lets the owner alone read a file and write it (mode 0600), whoever could before. One that is
/// missing is made, empty.
pub fn keep_private(path: &Path) -> Result<(), FileError> {
    let keep = || {
        let mut options = OpenOptions::new();
        let file = options.append(true).create(true).mode(0o600).open(path)?;
        match file.metadata()?.permissions().mode() & 0o777 {
            0o600 => Ok(()),
            _ => file.set_permissions(Permissions::from_mode(0o600)),
        }
    };
    keep().map_err(FileError::at(Action::Write, path))
}

/// Makes a directory that only its owner can enter (mode 0700), where there is none.
pub fn make_private_directory(path: &Path) -> Result<(), FileError> {
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(why) if why.kind() != io::ErrorKind::AlreadyExists => {
            Err(FileError::at(Action::Create, path)(why))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Removes a file that may be missing.
pub fn remove_if_there(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => {
            Err(FileError::at(Action::Remove, path)(why))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Gives a finished file that was flushed to the disk its name, in place of the one that may have
/// it.
pub fn publish(part: &Path, path: &Path) -> Result<(), FileError> {
    fs::rename(part, path).map_err(FileError::at(Action::Write, path))?;
    sync_directory(directory_of(path))
}

/// Flushes the names in a directory to the disk.
pub fn sync_directory(path: &Path) -> Result<(), FileError> {
    File::open(path)
        .and_then(|directory| directory.sync_all())
        .map_err(FileError::at(Action::Write, path))
}

/// The directory that a file is in; the working directory for a bare name.
pub fn directory_of(path: &Path) -> &Path {
    path.parent()
        .filter(|directory| !directory.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Bytes that are free for this user on the file system of a path.
pub fn free_space(path: &Path) -> Result<u64, FileError> {
    let system =
        rustix::fs::statvfs(path).map_err(|why| FileError::at(Action::Read, path)(why.into()))?;
    Ok(system.f_bavail.saturating_mul(system.f_frsize))
}

/// The name under which a file is written before it gets its own: `key.json.part`.
fn part_of(path: &Path) -> PathBuf {
    let mut part = OsString::from(path);
    part.push(".part");
    part.into()
}

/// An empty file to write, in place of what a crash left behind: that may be a link, or have
/// another mode.
fn open_new(path: &Path, access: Access) -> io::Result<File> {
    remove_if_there(path).map_err(|error| error.source)?;
    new_options(access).open(path)
}

/// Nothing is opened that is there already, so its mode is the one asked for, less the umask.
fn new_options(access: Access) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    if access == Access::Private {
        options.mode(0o600);
    }
    options
}

/// What file systems without links say.
fn is_unsupported(why: &io::Error) -> bool {
    matches!(
        why.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::symlink;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn names(directory: &Path) -> Vec<OsString> {
        let paths = list(directory).unwrap();
        let names = paths
            .iter()
            .map(|path| path.file_name().unwrap().to_owned());
        names.collect()
    }

    #[test]
    fn a_replaced_file_has_the_new_bytes_and_leaves_nothing_beside_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a.json");
        remove_if_there(&path).unwrap();
        replace(&path, Access::Shared, b"one").unwrap();
        replace(&path, Access::Private, b"two").unwrap();
        assert_eq!(read(&path, 3).unwrap(), b"two");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(names(home.path()), ["a.json"]);
    }

    #[test]
    fn a_file_that_is_kept_private_keeps_its_bytes_and_is_made_where_it_is_missing() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("log");
        keep_private(&path).unwrap();
        assert_eq!((mode(&path), read(&path, 3).unwrap()), (0o600, Vec::new()));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        keep_private(&path).unwrap();
        assert_eq!(
            (mode(&path), read(&path, 3).unwrap()),
            (0o600, b"old".to_vec())
        );
    }

    #[test]
    fn a_write_that_fails_keeps_the_old_file_and_removes_the_half_one() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("list");
        replace(&path, Access::Shared, b"old").unwrap();
        let failed: Result<(), FileError> = replace_with(&path, Access::Shared, |file| {
            file.write_all(b"half").unwrap();
            Err(FileError::at(Action::Write, &path)(io::Error::other(
                "full",
            )))
        });
        assert!(failed.is_err());
        assert_eq!(read(&path, 10).unwrap(), b"old");
        assert_eq!(names(home.path()), ["list"]);
    }

    #[test]
    fn a_link_that_lies_where_a_part_is_written_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let (path, victim) = (home.path().join("key"), home.path().join("victim"));
        fs::write(&victim, "kept").unwrap();
        symlink(&victim, home.path().join("key.part")).unwrap();
        replace(&path, Access::Private, b"new").unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"kept");
    }

    #[test]
    fn a_private_file_is_never_replaced() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        create_private(&path, b"first").unwrap();
        let error = create_private(&path, b"second").unwrap_err();
        assert_eq!(error.action, Action::Create);
        assert_eq!(error.source.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(read(&path, 10).unwrap(), b"first");
        assert_eq!((mode(&path), names(home.path()).len()), (0o600, 1));
    }

    #[test]
    fn a_file_over_the_limit_is_refused_and_not_cut() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("big");
        fs::write(&path, [0; 11]).unwrap();
        let error = read(&path, 10).unwrap_err();
        let text = format!("cannot read {}: it is larger than 10 bytes", path.display());
        assert_eq!(crate::chain(&error), text);
        assert_eq!(read(&path, 11).unwrap().len(), 11);
    }
}
