//! Where frames come from: a V4L2 camera or a folder of pictures, behind one trait, and a watch that
//! keeps a camera running while it is unplugged, busy or stalled.

mod folder;
mod frame;
mod latest;
mod v4l;
mod watch;

use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

pub use folder::{MAX_PICTURE_BYTES, PictureFolder, load_picture, pictures_in};
pub use frame::{Frame, FrameError, MAX_PIXELS};
pub use latest::{LatestFrame, Taken};
pub use v4l::V4lCamera;
pub use watch::{CameraEvent, CameraState, CameraWatch, Timing, watch};

/// Something that gives one frame after another.
pub trait FrameSource: Send {
    /// The next frame. May block as long as it likes: whoever calls gives it a thread of its own.
    /// After [`CameraError::BadPicture`] the next call goes on; after any other error the source is
    /// done with.
    fn next_frame(&mut self) -> Result<Frame, CameraError>;

    /// The name of the source, for messages.
    fn device(&self) -> String;

    /// How long the source waits between two frames on purpose; a stall only begins after that.
    fn pace(&self) -> Duration {
        Duration::ZERO
    }
}

/// Why there is no frame.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CameraError {
    /// There is no such device.
    #[error("no camera at {device}: plug one in, or name another one")]
    NotFound {
        /// The device that was asked for.
        device: String,
    },
    /// Another program has it.
    #[error("another program uses the camera {device}: close that program")]
    Busy {
        /// The device.
        device: String,
    },
    /// It was there, and is gone.
    #[error("the camera {device} was unplugged: plug it in again")]
    Unplugged {
        /// The device.
        device: String,
    },
    /// It is there and gives no frames.
    #[error("the camera {device} gives no pictures: unplug it and plug it in again")]
    Stalled {
        /// The device.
        device: String,
    },
    /// It can't be used with this program, or not by this user.
    #[error("the camera {device} can't be used ({what}): try another camera")]
    Unsupported {
        /// The device.
        device: String,
        /// What is missing.
        what: String,
    },
    /// A picture is broken, too large or of an unknown format.
    #[error("can't read the picture {name} ({why}): use a PNG, JPEG or WebP file")]
    BadPicture {
        /// The file, or the device that sent it.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// All pictures of the folder were given.
    #[error("that was the last picture of the folder")]
    Finished,
    /// The folder can't be read or holds no pictures.
    #[error("can't use the folder {path} ({why}): name a folder with PNG, JPEG or WebP files", path = path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}
