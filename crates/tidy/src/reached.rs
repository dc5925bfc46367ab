//! Which files a compiler sees: the targets of each package, and what their `mod` lines name.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use syn::Item;

/// Directories whose files and whose subdirectories with a `main.rs` are targets by themselves.
const OF_TARGETS: [&str; 4] = ["src/bin", "tests", "benches", "examples"];

/// Every Rust file that a target of any package reaches.
pub fn reached(root: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for manifest in crate::source::files(root, &["Cargo.toml"])? {
        for target in targets(&manifest)? {
            let directory = target.parent().unwrap_or(root).to_owned();
            follow(&target, &directory, &mut found)?;
        }
    }
    Ok(found)
}

/// The root files of a package's targets, as Cargo finds them.
fn targets(manifest: &Path) -> io::Result<Vec<PathBuf>> {
    let text = fs::read_to_string(manifest)?;
    let package = manifest.parent().unwrap_or(manifest);
    let mut targets: Vec<_> = ["build.rs", "src/lib.rs", "src/main.rs"]
        .map(|name| package.join(name))
        .into();
    for directory in OF_TARGETS {
        if directory == "tests" && text.contains("autotests = false") {
            continue;
        }
        for entry in fs::read_dir(package.join(directory)).into_iter().flatten() {
            let path = entry?.path();
            let program = path.join("main.rs");
            targets.push(if path.is_dir() { program } else { path });
        }
    }
    let mut section = "";
    for line in text.lines() {
        if line.starts_with('[') {
            section = line;
        } else if let Some((key, value)) = line.split_once(" = ") {
            let value = value.trim_matches('"');
            match (section, key) {
                ("[lib]" | "[[bin]]" | "[[test]]" | "[[bench]]" | "[[example]]", "path") => {
                    targets.push(package.join(value));
                }
                ("[[test]]", "name") => targets.push(package.join(format!("tests/{value}.rs"))),
                _ => {}
            }
        }
    }
    targets.retain(|path| path.extension().is_some_and(|ending| ending == "rs") && path.is_file());
    Ok(targets)
}

/// Adds a file whose submodules lie in `directory`, and all that it names.
fn follow(file: &Path, directory: &Path, found: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    if !found.insert(file.to_owned()) {
        return Ok(());
    }
    let parsed = syn::parse_file(&fs::read_to_string(file)?)
        .map_err(|why| io::Error::other(format!("{}: {why}", file.display())))?;
    named(&parsed.items, directory, found)
}

fn named(items: &[Item], directory: &Path, found: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    for item in items {
        let Item::Mod(module) = item else { continue };
        let inside = directory.join(module.ident.to_string());
        if let Some((_, items)) = &module.content {
            named(items, &inside, found)?;
            continue;
        }
        for file in [inside.with_extension("rs"), inside.join("mod.rs")] {
            if file.is_file() {
                follow(&file, &inside, found)?;
            }
        }
    }
    Ok(())
}
