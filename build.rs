//! Compiles the window (`ui/app.slint`) with its font and its translations inside the program, and pins the
//! roots that stand in `keys/roots`.

use std::{env, error::Error, fmt::Write, fs, path::Path};

use slint_build::{CompilerConfiguration, DefaultTranslationContext, EmbedResourcesKind};

fn main() -> Result<(), Box<dyn Error>> {
    pin_roots()?;
    println!("cargo:rerun-if-changed=ui");
    // Tests find elements by it; a release carries none.
    let debug_info = std::env::var("PROFILE").is_ok_and(|profile| profile == "debug");
    slint_build::compile_with_config(
        "ui/app.slint",
        CompilerConfiguration::new()
            .with_style("fluent".into())
            .embed_resources(EmbedResourcesKind::EmbedFiles)
            .with_bundled_translations("ui/lang")
            .with_default_translation_context(DefaultTranslationContext::None)
            .with_debug_info(debug_info),
    )?;
    Ok(())
}

/// Writes the list of `keys/roots/*.root` that `src/data.rs` includes.
fn pin_roots() -> Result<(), Box<dyn Error>> {
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
