//! Files that survive a power cut: written whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

/// Replaces a file: new bytes to a neighbour, fsync, rename, fsync of the directory.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut file = File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    publish(&part, path)
}

/// Gives a finished, synced file its name.
pub fn publish(part: &Path, path: &Path) -> io::Result<()> {
    fs::rename(part, path)?;
    sync_directory(folder_of(path))
}

/// The directory that a file is in.
pub fn folder_of(path: &Path) -> &Path {
    // A bare name has the empty path as its parent.
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Makes the names in a directory durable.
pub fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Creates a file that only its owner can read; fails when it is there already.
pub fn create_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension("part");
    match fs::remove_file(&part) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    // A link, unlike a rename, never replaces what is there.
    let linked = fs::hard_link(&part, path);
    fs::remove_file(&part)?;
    linked?;
    sync_directory(folder_of(path))
}

/// Reads a file of at most `limit` bytes.
pub fn read_limited(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = File::open(path)?
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)?;
    if read > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("larger than {limit} bytes"),
        ));
    }
    Ok(bytes)
}

/// Bytes that are free for this user on the file system of a path.
pub fn room(path: &Path) -> io::Result<u64> {
    let system = rustix::fs::statvfs(path)?;
    Ok(system.f_bavail.saturating_mul(system.f_frsize))
}
