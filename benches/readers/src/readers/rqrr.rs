//! rqrr with its own search, as anyone would call it.

use ::rqrr::PreparedImage;
use image::GrayImage;

use super::reader::{Claim, CodeReader};

pub(super) struct Plain;

impl CodeReader for Plain {
    fn read(&mut self, picture: &GrayImage) -> Vec<Claim> {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let grey = |x, y| picture.as_raw()[y * width + x];
        let mut prepared = PreparedImage::prepare_from_greyscale(width, height, grey);
        let mut reads = Vec::new();
        for grid in prepared.detect_grids() {
            let mut bytes = Vec::new();
            if grid.decode_to(&mut bytes).is_ok() {
                reads.push(Claim::bytes(bytes));
            }
        }
        reads
    }
}
