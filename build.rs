//! Compiles the roots in `keys/roots` into the scanner, which then pins them.

use std::{env, error::Error, fmt::Write, fs, path::Path};

/// Writes the list of `keys/roots/*.root` that `src/sync/enrol.rs` includes.
fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("keys/roots");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut roots = Vec::new();
    for file in fs::read_dir(&folder)? {
        roots.push(file?.path());
    }
    roots.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "root")
    });
    roots.sort();
    let mut list = "&[".to_owned();
    for root in roots {
        write!(list, "include_bytes!({root:?}), ")?;
    }
    list.push(']');
    fs::write(Path::new(&env::var("OUT_DIR")?).join("pinned.rs"), list)?;
    Ok(())
}
