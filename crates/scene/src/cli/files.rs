//! What both subcommands read and make: codes from files, directories for pictures.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use gatepost_scene::{Code, ErrorCorrection, MAX_FRAMES, MAX_TEXT};

use super::error::RunError;

/// The number of frames asked for, in bounds.
pub(super) fn frames(asked: usize) -> Result<u32, RunError> {
    if !(1..=MAX_FRAMES).contains(&asked) {
        return Err(RunError::Frames(asked));
    }
    Ok(asked as u32)
}

pub(super) fn make_directory(path: &Path) -> Result<(), RunError> {
    fs::create_dir_all(path).map_err(|source| RunError::Out {
        path: path.into(),
        source,
    })
}

/// Reads one text and makes its code; line ends and spaces around the text are left out.
pub(super) fn read_code(path: &Path) -> Result<Code, RunError> {
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
    let text = String::from_utf8(bytes).map_err(|source| RunError::NotText {
        path: path.into(),
        source,
    })?;
    Code::new(text.trim(), ErrorCorrection::Medium).map_err(|source| RunError::Draw {
        path: path.into(),
        source,
    })
}
