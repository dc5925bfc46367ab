//! The scanner's decoder: the only place here that knows its interface.

use gatepost_decode::{DecodedCode, Luma, StreamReader, decode, first_look};
use image::GrayImage;

use super::reader::{Claim, CodeReader};

/// The quick look that every frame of a stream gets first.
pub(super) struct FirstLook;

impl CodeReader for FirstLook {
    fn read(&mut self, picture: &GrayImage) -> Vec<Claim> {
        with(picture, first_look)
    }
}

/// Frames of one stream.
#[derive(Default)]
pub(super) struct FramesInTurn(StreamReader);

impl CodeReader for FramesInTurn {
    fn read(&mut self, picture: &GrayImage) -> Vec<Claim> {
        with(picture, |frame| self.0.read(frame))
    }
}

/// All looks.
pub(super) struct Still;

impl CodeReader for Still {
    fn read(&mut self, picture: &GrayImage) -> Vec<Claim> {
        with(picture, decode)
    }
}

fn with(picture: &GrayImage, read: impl FnOnce(Luma<'_>) -> Vec<DecodedCode>) -> Vec<Claim> {
    let Some(view) = Luma::new(picture.width(), picture.height(), picture) else {
        return Vec::new();
    };
    let codes = read(view);
    let bytes = codes.iter().map(|code| code.content.as_bytes());
    bytes.map(Claim::bytes).collect()
}
