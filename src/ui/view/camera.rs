//! What the camera shows: its state, its picture, and the codes found in it.

/// A picture with three bytes a pixel (red, green, blue), rows from the top without padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RgbPicture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width * height * 3` bytes; a preview of another length is not shown.
    pub rgb: Vec<u8>,
}

/// State of the camera. `device` is its path or name, shown small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CameraView {
    /// It is being opened.
    Starting,
    /// It sends pictures, which the preview shows.
    Live,
    /// There is no such camera.
    NotFound {
        /// The camera as the settings name it.
        device: String,
    },
    /// Another program has it open.
    Busy {
        /// The camera as the settings name it.
        device: String,
    },
    /// It worked, and is gone.
    Unplugged {
        /// The camera as the settings name it.
        device: String,
    },
    /// It is open, but has sent no picture for too long.
    Stalled,
    /// This program cannot use it.
    Unsupported,
    /// The recorded pictures have ended.
    Finished,
    /// There is none by intention: a scanner reads the codes.
    Off,
}

/// What to do so that a code in view can be read, or why it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AimHint {
    /// It needs more light.
    TooDark,
    /// It is too far away.
    ComeCloser,
    /// It, or the scanner, moves.
    HoldStill,
    /// It was read a moment ago, and had its verdict.
    AlreadyRead,
}

/// Corners of a code in pixels of the decoded picture: its own top left corner, then clockwise.
pub type Outline = [(f32, f32); 4];

/// A camera to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameraChoiceView {
    /// Its device, for the answer.
    pub device: String,
    /// What it calls itself.
    pub name: String,
    /// Whether the pictures come from it.
    pub chosen: bool,
}
