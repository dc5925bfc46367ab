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
