//! The command line: stills by default, sequences by a subcommand.

mod sequence;
mod stills;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use gatepost_scene::{Code, ErrorCorrection, MAX_FRAMES, MAX_TEXT, SceneError};

/// Draws camera pictures of the codes whose texts lie in a directory.
#[derive(Parser)]
#[command(
    name = "gatepost-scene",
    version,
    subcommand_negates_reqs = true,
    args_conflicts_with_subcommands = true
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    stills: Option<stills::Arguments>,
}

#[derive(Subcommand)]
enum Command {
    /// Draws what a camera sees over time of one code, at 30 frames a second
    Sequence(sequence::Arguments),
}

/// Why no pictures, or not all, were written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    #[error("give --codes and --out, or a subcommand; --help lists them")]
    Nothing,
    #[error("--frames {0} is outside 1 to {MAX_FRAMES}")]
    Frames(usize),
    #[error("no scenario is called {name}; there are: all {known}")]
    Scenario { name: String, known: String },
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

/// Gives the number of pictures written.
pub(crate) fn run(arguments: &Arguments) -> Result<usize, RunError> {
    match (&arguments.command, &arguments.stills) {
        (Some(Command::Sequence(arguments)), _) => sequence::run(arguments),
        (None, Some(arguments)) => stills::run(arguments),
        (None, None) => Err(RunError::Nothing),
    }
}

/// The number of frames asked for, in bounds.
fn frames(asked: usize) -> Result<u32, RunError> {
    if !(1..=MAX_FRAMES).contains(&asked) {
        return Err(RunError::Frames(asked));
    }
    Ok(asked as u32)
}

fn make_directory(path: &Path) -> Result<(), RunError> {
    fs::create_dir_all(path).map_err(|source| RunError::Out {
        path: path.into(),
        source,
    })
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_one_that_clap_accepts() {
        super::Arguments::command().debug_assert();
    }
}
