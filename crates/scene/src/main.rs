//! `gatepost-scene`: camera pictures of code texts, for the demo.

#![forbid(unsafe_code)]

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use gatepost_scene::{
    Carrier, Code, ErrorCorrection, MAX_FRAMES, MAX_TEXT, SceneError, View, render_rgb,
};

/// Draws camera pictures of the codes whose texts lie in a directory.
#[derive(Parser)]
#[command(name = "gatepost-scene", version)]
struct Arguments {
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

/// Why no pictures, or not all, were written.
#[derive(Debug, thiserror::Error)]
enum RunError {
    #[error("--frames {0} is outside 1 to {MAX_FRAMES}")]
    Frames(usize),
    #[error("can't list the codes in {path}: {source}; give --codes a directory you may read")]
    List { path: PathBuf, source: io::Error },
    #[error("no NAME.txt in {0}; put the text of each code in a file of its own")]
    NoCodes(PathBuf),
    #[error("can't read {path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path} is far longer than a code's {MAX_TEXT} characters; is it the right file?")]
    TooBig { path: PathBuf },
    #[error("{path} is not UTF-8 text; give the text of a code, not its picture or bytes")]
    NotText { path: PathBuf },
    #[error("can't draw {path}: {source}")]
    Draw { path: PathBuf, source: SceneError },
    #[error("can't make the directory {path}: {source}; give --out a place you may write to")]
    Out { path: PathBuf, source: io::Error },
    #[error("can't write {path}: {source}; is there room and the right to write?")]
    Write {
        path: PathBuf,
        source: image::ImageError,
    },
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(written) => {
            println!("{written} pictures written");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("gatepost-scene: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Gives the number of pictures written.
fn run(arguments: &Arguments) -> Result<usize, RunError> {
    if !(1..=MAX_FRAMES).contains(&arguments.frames) {
        return Err(RunError::Frames(arguments.frames));
    }
    // Every text is read and checked before the first picture is written.
    let codes = code_files(&arguments.codes)?
        .into_iter()
        .map(|path| read_code(&path).map(|code| (path, code)))
        .collect::<Result<Vec<_>, _>>()?;
    let out = &arguments.out;
    fs::create_dir_all(out).map_err(|source| RunError::Out {
        path: out.clone(),
        source,
    })?;

    let mut written = 0;
    for (index, (path, code)) in codes.iter().enumerate() {
        let name = path.file_stem().unwrap_or_default();
        let carrier = carrier(&name.to_string_lossy(), index);
        let surroundings = seed_for(arguments.seed, name.as_encoded_bytes(), 0);
        for frame in 1..=arguments.frames as u32 {
            let pose = seed_for(arguments.seed, name.as_encoded_bytes(), frame);
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

/// Reads one text and makes its code; line ends and spaces around the text don't count.
fn read_code(path: &Path) -> Result<Code, RunError> {
    // A character has at most 4 bytes; a longer file is refused without reading on.
    let limit = 4 * MAX_TEXT as u64 + 16;
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(|source| RunError::Read {
            path: path.into(),
            source,
        })?;
    if bytes.len() as u64 == limit {
        return Err(RunError::TooBig { path: path.into() });
    }
    let text = String::from_utf8(bytes).map_err(|_| RunError::NotText { path: path.into() })?;
    Code::new(text.trim(), ErrorCorrection::Medium).map_err(|source| RunError::Draw {
        path: path.into(),
        source,
    })
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

/// A seed of its own for each code and frame, so that a new file changes no other's pictures (FNV-1a).
fn seed_for(seed: u64, name: &[u8], frame: u32) -> u64 {
    let bytes = seed.to_le_bytes().into_iter().chain(frame.to_le_bytes());
    bytes
        .chain(name.iter().copied())
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        })
}
