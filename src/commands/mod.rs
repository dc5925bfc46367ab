//! What the command line offers, one file a command.

pub mod check;
pub mod decode;
pub mod doctor;
pub mod enrol;
pub mod import;
mod person;
pub mod run;
pub mod sync;

use std::{io, path::PathBuf};

use crate::{
    app::AppError,
    camera::{CameraError, Frame, load_picture, pictures_in},
    data::DataError,
    store::{CacheError, LogError},
    sync::{SyncError, enrol::EnrolError},
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
    /// Enrolling by a code.
    #[error(transparent)]
    Enrol(#[from] EnrolError),
    /// The authority has not answered yet.
    #[error(
        "the request is at the hub, and the authority has not answered yet: run this again later"
    )]
    NotAnswered,
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
    /// Something that is no ID number.
    #[error(transparent)]
    IdNumber(#[from] gatepost_pass::IdNumberError),
    /// No bundle to judge with.
    #[error("there is no bundle on this device yet: `gatepost import DIR` or `gatepost sync`")]
    NoBundle,
}

/// Does something with every picture of these files and folders. A bad one is said on standard error,
/// and the rest is done.
fn each_picture(
    paths: &[PathBuf],
    mut work: impl FnMut(String, &Frame) -> Result<(), CommandError>,
) -> Result<Done, CommandError> {
    let mut done = Done::Well;
    let mut complain = |error: CameraError| {
        eprintln!("gatepost: {error}");
        done = Done::WithFaults;
    };
    for path in paths {
        match pictures_in(path) {
            Err(error) => complain(error),
            Ok(pictures) => {
                for picture in pictures {
                    match load_picture(&picture) {
                        Err(error) => complain(error),
                        Ok(frame) => work(picture.display().to_string(), &frame)?,
                    }
                }
            }
        }
    }
    Ok(done)
}
