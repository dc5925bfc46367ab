//! Short texts and numbers of the kernel, which stand in files under `/sys`.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    str::FromStr,
};

use gatepost_system::files;

/// Most entries of a directory that are looked at.
const MAX_ENTRIES: usize = 64;
/// Longest text, in bytes.
const MAX_TEXT: usize = 64;

/// What is in a directory, by name; nothing where there is none.
pub(super) fn entries(directory: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(directory).into_iter().flatten();
    let found = found.take(MAX_ENTRIES).flatten();
    let mut paths: Vec<PathBuf> = found.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// The text in a file, without the end of its line; nothing for what can't be read or is long.
pub(super) fn text(file: &Path) -> Option<String> {
    let text = files::read_text(file, MAX_TEXT).ok()?;
    Some(text.trim().to_owned())
}

/// The number in a file.
pub(super) fn number<N: FromStr>(file: &Path) -> Option<N> {
    text(file)?.parse().ok()
}

/// Whether a file is there and may be written.
pub(super) fn check(file: &Path) -> io::Result<()> {
    File::options().write(true).open(file).map(drop)
}

/// Writes a text into a file that is there; none is ever made: without it there is no device.
pub(super) fn put(file: &Path, text: &str) -> io::Result<()> {
    // The kernel's own files have no length; those of tests do.
    let mut file = File::options().write(true).truncate(true).open(file)?;
    file.write_all(text.as_bytes())
}
