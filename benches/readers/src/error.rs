//! Why there is no table.

use std::path::PathBuf;

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    #[error(
        "no photographs, which lie outside the repository; name their folder in GATEPOST_VECTORS"
    )]
    Vectors(#[from] gatepost_truth::Unreadable),
    #[error("cannot load {path}; is the picture whole?")]
    Picture {
        path: PathBuf,
        source: image::ImageError,
    },
    #[error("nothing to measure: no set or no reader has that name")]
    Nothing,
    #[error("the unit of this table is zxing-cpp, which was left out of the build")]
    WithoutZxing,
    #[error("{0} is in memory, where nothing becomes durable: name a directory on a disk")]
    InMemory(PathBuf),
    #[error("no log in {path}")]
    Directory {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("no passage log")]
    Log(#[from] crate::scanner::store::LogError),
    #[error("no table of bare rows")]
    Rows(#[from] rusqlite::Error),
    #[error("no random numbers for the log")]
    Random(#[from] gatepost_system::random::RandomError),
    #[error("{reader} reads {read} of {of} pictures, too few to compare times")]
    Unread {
        reader: &'static str,
        read: usize,
        of: usize,
    },
    #[error("no synthetic stream")]
    Scene(#[from] gatepost_scene::SceneError),
    #[error("no QR code of that level holds {0} bytes")]
    TooLong(usize),
    #[error("cannot write {path}")]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
}
