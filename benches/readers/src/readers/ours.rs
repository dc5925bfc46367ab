//! The scanner's decoder: the only place here that knows its interface.

use gatepost_decode::decode::{Effort, Luma, decode};
use image::GrayImage;

use super::{Read, Reader};

/// What one frame of a stream gets.
pub(super) struct Stream;

impl Reader for Stream {
    fn read(&mut self, picture: &GrayImage) -> Vec<Read> {
        with_effort(picture, Effort::Stream)
    }
}

/// All passes.
pub(super) struct Still;

impl Reader for Still {
    fn read(&mut self, picture: &GrayImage) -> Vec<Read> {
        with_effort(picture, Effort::Still)
    }
}

fn with_effort(picture: &GrayImage, effort: Effort) -> Vec<Read> {
    let Some(view) = Luma::new(picture.width(), picture.height(), picture) else {
        return Vec::new();
    };
    decode(view, effort)
        .iter()
        .map(|code| Read::bytes(code.content.as_bytes()))
        .collect()
}
