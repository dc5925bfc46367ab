//! Where frames come from: a V4L2 camera or a folder of pictures, behind one trait, and a watch
//! that keeps a camera running while it is unplugged, busy or stalled.

mod cameras;
mod error;
mod folder;
mod frame;
mod huffman_tables;
mod latest;
mod source;
mod v4l;
mod watch;

pub use cameras::{PluggedCamera, VIDEO_DEVICES, cameras, find};
pub use error::CameraError;
pub use folder::{MAX_PICTURE_BYTES, PictureFolder, load_picture, pictures_in};
pub use frame::{Frame, FrameError, MAX_PIXELS};
pub use latest::{LatestFrame, Taken};
pub use source::FrameSource;
pub use v4l::V4lCamera;
pub use watch::{CameraEvent, CameraState, CameraWatch, WatchTiming, watch};
