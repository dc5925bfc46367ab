//! What the pictures are worth: each file tests a part of the camera.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod optics;
mod sequences;
mod stills;

use crate::random::Random;
use crate::{Carrier, Code, ErrorCorrection};
use image::GrayImage;
use image::imageops::{self, FilterType};

const CARRIERS: [Carrier; 2] = [Carrier::Phone, Carrier::Paper];

/// A text of a pass's kind: `GP1:` and base45 letters.
fn base45(length: usize, seed: u64) -> String {
    let letters: Vec<char> = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
        .chars()
        .collect();
    let mut random = Random::new(seed, 99);
    let rest = (4..length).map(|_| random.pick(&letters));
    "GP1:".chars().chain(rest).collect()
}

fn code(text: &str) -> Code {
    Code::new(text, ErrorCorrection::Medium).unwrap()
}

fn double(picture: &GrayImage) -> GrayImage {
    let (width, height) = picture.dimensions();
    imageops::resize(picture, 2 * width, 2 * height, FilterType::Triangle)
}

/// All texts that rqrr reads in the picture.
fn read(picture: &GrayImage) -> Vec<String> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        picture.get_pixel(x as u32, y as u32)[0]
    });
    let grids = prepared.detect_grids();
    grids
        .iter()
        .filter_map(|grid| Some(grid.decode().ok()?.1))
        .collect()
}
