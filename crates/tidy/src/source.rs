//! The files of the project, as git would list them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Directories that hold nothing that we wrote, or what crates of others take in (`packaging/icu`).
const SKIPPED: [&str; 4] = ["target", ".git", "node_modules", "icu"];

/// The project's root directory.
pub fn root() -> PathBuf {
    // The test runs where it was built.
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All files below a directory with one of these endings, sorted.
pub fn files(directory: &Path, endings: &[&str]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if kind.is_dir() && !SKIPPED.contains(&&*name) {
                waiting.push(path);
            } else if kind.is_file() && endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The source directories of all crates: those beside a `Cargo.toml`.
pub fn crates(root: &Path) -> io::Result<Vec<PathBuf>> {
    let manifests = files(root, &["Cargo.toml"])?;
    let sources = manifests
        .iter()
        .filter_map(|manifest| Some(manifest.parent()?.join("src")));
    Ok(sources.filter(|source| source.is_dir()).collect())
}
