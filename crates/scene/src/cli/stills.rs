//! Still pictures of every code in a directory.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use gatepost_scene::{Carrier, View, render_rgb};

use super::error::RunError;
use super::files::{frames, make_directory, read_code};

#[derive(clap::Args)]
#[group(id = "stills")]
pub(crate) struct Args {
    /// Directory of NAME.txt files, one code text in each; a NAME with `paper` or `phone` in it
    /// chooses what shows the code, others take turns
    #[arg(long, value_name = "DIR")]
    codes: PathBuf,
    /// Directory for NAME-1.png, NAME-2.png and so on; made if missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Pictures of each code, up to 300
    #[arg(long, default_value_t = 1)]
    frames: usize,
    /// The same seed gives the same pictures
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Gives the number of pictures written.
pub(crate) fn run(args: &Args) -> Result<usize, RunError> {
    let frames = frames(args.frames)?;
    // Every text is read and checked before the first picture is written.
    let codes = code_files(&args.codes)?
        .into_iter()
        .map(|path| read_code(&path).map(|code| (path, code)))
        .collect::<Result<Vec<_>, _>>()?;
    let out = &args.out;
    make_directory(out)?;

    let mut written = 0;
    for (index, (path, code)) in codes.iter().enumerate() {
        let name = path.file_stem().unwrap_or_default();
        let carrier = carrier(&name.to_string_lossy(), index);
        let surroundings = seed_for(args.seed, name.as_encoded_bytes(), 0);
        for frame in 1..=frames {
            let pose = seed_for(args.seed, name.as_encoded_bytes(), frame);
            let view = View {
                seed: surroundings,
                frame,
                ..View::hand_held(pose, carrier)
            };
            let mut file = OsString::from(name);
            file.push(format!("-{frame}.png"));
            let path = out.join(file);
            render_rgb(code, &view)
                .save(&path)
                .map_err(|source| RunError::Write { path, source })?;
            written += 1;
        }
    }
    Ok(written)
}

/// The `.txt` files of a directory, sorted by name.
fn code_files(directory: &Path) -> Result<Vec<PathBuf>, RunError> {
    let list = |source| RunError::List {
        path: directory.into(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(list)? {
        let path = entry.map_err(list)?.path();
        if path.extension().is_some_and(|extension| extension == "txt") && path.is_file() {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(RunError::NoCodes(directory.into()));
    }
    files.sort();
    Ok(files)
}

/// What shows the code, by its name, or else by its turn.
fn carrier(name: &str, turn: usize) -> Carrier {
    if name.contains("paper") {
        Carrier::Paper
    } else if name.contains("phone") || turn.is_multiple_of(2) {
        Carrier::Phone
    } else {
        Carrier::Paper
    }
}

/// A seed of its own for each code and frame, so that a new file changes no other's pictures
/// (FNV-1a).
fn seed_for(seed: u64, name: &[u8], frame: u32) -> u64 {
    let bytes = seed.to_le_bytes().into_iter().chain(frame.to_le_bytes());
    bytes
        .chain(name.iter().copied())
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        })
}
