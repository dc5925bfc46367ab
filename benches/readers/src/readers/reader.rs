//! What every reader does: from a picture to what it claims to see there.

use image::GrayImage;

pub(crate) use gatepost_truth::Claim;

/// A reader with one choice of options.
pub(crate) trait CodeReader {
    /// Reads what it can from the next picture.
    fn read(&mut self, picture: &GrayImage) -> Vec<Claim>;
}
