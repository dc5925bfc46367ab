//! Compiles the roots in `keys/roots` into the scanner, which then pins them; leaves out of a
//! device's program what only unwinding needs.

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
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("pinned.rs"), list)?;
    leave_out_unwinding(Path::new(&out))
}

/// Where a panic ends the program, nobody reads how to unwind its stack: a tenth of a device's
/// program, the standard library's and SQLite's part of it too.
fn leave_out_unwinding(out: &Path) -> Result<(), Box<dyn Error>> {
    // Cargo tells neither the profile's name nor how it panics, but for the path: OUT_DIR is
    // PROFILE/build/PACKAGE/out.
    let profile = out.ancestors().nth(3).and_then(Path::file_name);
    let linux = env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux");
    if profile.is_some_and(|name| name == "device") && linux {
        let script = out.join("no-unwinding.ld");
        // Beside the linker's own script, not instead of it.
        let text = "SECTIONS { /DISCARD/ : { *(.eh_frame) *(.eh_frame.*) } } INSERT AFTER .text;\n";
        fs::write(&script, text)?;
        println!("cargo:rustc-link-arg-bins=-Wl,--no-eh-frame-hdr");
        println!("cargo:rustc-link-arg-bins=-Wl,-T,{}", script.display());
    }
    Ok(())
}
