//! Why a camera or a folder gives no frame.

use std::path::PathBuf;

use thiserror::Error;

use crate::cause::Cause;

/// Why there is no frame.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CameraError {
    /// There is no such device.
    #[error("there is no camera at {device}: plug one in, or name another one")]
    NotFound {
        /// The camera as the settings name it.
        device: String,
    },
    /// Another program has it open.
    #[error("another program is using the camera {device}: close that program")]
    Busy {
        /// The camera as the settings name it.
        device: String,
    },
    /// It worked, and is gone.
    #[error("the camera {device} was unplugged: plug it back in")]
    Unplugged {
        /// The camera as the settings name it.
        device: String,
    },
    /// It is open, and sends no frames.
    #[error("the camera {device} sends no pictures: unplug it and plug it back in")]
    Stalled {
        /// The camera as the settings name it.
        device: String,
    },
    /// This program cannot use it, or this user may not.
    #[error("cannot use the camera {device}")]
    Unsupported {
        /// The camera as the settings name it.
        device: String,
        /// What is missing.
        #[source]
        cause: Cause,
    },
    /// A picture is broken, too large or of an unknown format.
    #[error("cannot read the picture {name} as PNG, JPEG or WebP")]
    BadPicture {
        /// The file, or the camera that sent it.
        name: String,
        /// What is wrong with it.
        #[source]
        cause: Cause,
    },
    /// All pictures of the folder were given.
    #[error("that was the last picture of the folder")]
    Finished,
    /// The folder cannot be read or holds no pictures.
    #[error("cannot use {} as a folder of PNG, JPEG or WebP pictures", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        cause: Cause,
    },
}
