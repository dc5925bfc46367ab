//! Reading with a limit, writing that a crash can't tear, and files that hold secrets.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use crate::error::{Error, at};

/// Reads a whole file of at most `limit` bytes.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(at("read", path))?;
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(at("read", path))?;
    if bytes.len() as u64 > limit {
        let why = io::Error::other(format!("it is larger than {limit} bytes"));
        return Err(at("read", path)(why));
    }
    Ok(bytes)
}

/// Reads a text file of at most 1 MiB.
pub(crate) fn read_text(path: &Path) -> Result<String, Error> {
    String::from_utf8(read(path, 1 << 20)?)
        .map_err(|_| at("read", path)(io::Error::other("it is not UTF-8 text")))
}

/// Writes a file whole or not at all: a temporary one beside it, then a rename, both made durable.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    replace(path, bytes, |part| File::create(part))
}

/// The same for what only its owner may read, whatever mode a file had that was there.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    replace(path, bytes, |part| {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(part)?;
        // One that a crash left behind keeps its mode otherwise.
        file.set_permissions(Permissions::from_mode(0o600))?;
        Ok(file)
    })
}

fn replace(
    path: &Path,
    bytes: &[u8],
    make: impl FnOnce(&Path) -> io::Result<File>,
) -> Result<(), Error> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let written = make(part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(at("write", part))?;
    fs::rename(part, path).map_err(at("write", path))?;
    sync_dir(parent(path))
}

/// Makes a file that only its owner may read. Never replaces one.
pub(crate) fn write_secret(path: &Path, text: &str) -> Result<(), Error> {
    let options = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .clone();
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(at("create", path))?;
    sync_dir(parent(path))
}

/// Makes the names in a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), Error> {
    File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(at("write", dir))
}

/// `N` bytes from the system's cryptographic source.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The directory that holds a path; the working directory for a bare name.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    }
}
