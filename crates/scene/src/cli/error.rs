//! Why no pictures, or not all, were written.

use std::io;
use std::path::PathBuf;
use std::string::FromUtf8Error;

use gatepost_scene::{MAX_FRAMES, MAX_TEXT, SceneError};

/// Why no pictures, or not all, were written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    #[error("give --codes and --out, or a subcommand; --help lists them")]
    Nothing,
    #[error("--frames {0} is outside 1 to {MAX_FRAMES}")]
    Frames(usize),
    #[error("no scenario is called {name}; there are: all {known}")]
    Scenario { name: String, known: String },
    #[error("cannot list the codes in {path}; give --codes a directory you may read")]
    List { path: PathBuf, source: io::Error },
    #[error("no NAME.txt in {0}; put the text of each code in a file of its own")]
    NoCodes(PathBuf),
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path} is far longer than a code's {MAX_TEXT} characters; is it the right file?")]
    TooBig { path: PathBuf },
    #[error("{path} is not UTF-8 text; give the text of a code, not its picture or bytes")]
    NotText {
        path: PathBuf,
        source: FromUtf8Error,
    },
    #[error("cannot draw {path}")]
    Draw { path: PathBuf, source: SceneError },
    #[error("cannot make the directory {path}; give --out a place you may write to")]
    Out { path: PathBuf, source: io::Error },
    #[error("cannot write {path}; is there space, and the right to write?")]
    Write {
        path: PathBuf,
        source: image::ImageError,
    },
}
