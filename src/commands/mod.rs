//! What the command line offers, one file a command.

pub mod check;
pub mod decode;
pub mod doctor;
pub mod enrol;
pub mod import;
pub mod run;
pub mod sync;

use std::io;

use crate::{
    app::AppError,
    camera::CameraError,
    data::DataError,
    store::{CacheError, LogError},
    sync::SyncError,
};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// All of it was done.
    Well,
    /// The rest was done; what was not has been said on standard error.
    WithFaults,
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The scanner.
    #[error(transparent)]
    App(#[from] AppError),
    /// The data directory.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The bundle.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The passage log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The exchange with the hub.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// A picture or a folder of pictures.
    #[error(transparent)]
    Camera(#[from] CameraError),
    /// A file.
    #[error("{path}: {why}")]
    File {
        /// Which.
        path: String,
        /// What the system said.
        why: io::Error,
    },
    /// Standard output.
    #[error("can't write the result: {0}")]
    Output(#[from] io::Error),
    /// The system's random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// A name that is too long for its field.
    #[error("the name is too long: at most 60 bytes without control characters")]
    Name,
    /// No bundle to judge with.
    #[error("there is no bundle on this device yet: `gatepost import DIR` or `gatepost sync`")]
    NoBundle,
}

/// Says one bad file on standard error and goes on.
fn complain(error: &CameraError) {
    eprintln!("gatepost: {error}");
}
