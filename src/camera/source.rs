//! What gives frames.

use std::time::Duration;

use super::{error::CameraError, frame::Frame};

/// Something that gives one frame after another.
pub trait FrameSource: Send {
    /// The next frame. May block for ever: the caller runs it in a thread of its own. After
    /// [`CameraError::BadPicture`] it can be called again; after any other error the source is
    /// dropped.
    fn next_frame(&mut self) -> Result<Frame, CameraError>;

    /// The name of the source, for messages.
    fn device(&self) -> String;

    /// How long the source waits between two frames on purpose; a stall only begins after that.
    fn pace(&self) -> Duration {
        Duration::ZERO
    }
}
