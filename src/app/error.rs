//! Why the scanner can't run.

use gatepost_system::random::RandomError;

use crate::{camera::CameraError, data::DataError, store::LogError, sync::SyncError, ui::UiError};

/// Why the scanner can't run.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The window.
    #[error(transparent)]
    Ui(#[from] UiError),
    /// The data directory.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The passage log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Wiping this device.
    #[error(transparent)]
    Wipe(#[from] SyncError),
    /// The folder of pictures.
    #[error(transparent)]
    Frames(#[from] CameraError),
    /// The system's random numbers.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The folder for pictures of verdicts can't be used.
    #[error("the folder for recordings can't be used")]
    Record(#[source] std::io::Error),
}
