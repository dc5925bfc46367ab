//! What the pictures are worth: each file tests a part of the camera.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod faults;
mod optics;
mod sequences;
mod stills;

use crate::random::Random;
use crate::{
    AutoExposure, Carrier, Code, Entrance, ErrorCorrection, Flicker, Path, SceneFrame, Sequence,
    Setting, Shake, Shutter,
};
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

/// A camera without a fault and a hand that does not move.
fn perfect() -> Setting {
    Setting {
        path: Path {
            entry: Entrance::Held,
            travel_ms: 1.0,
            hold_ms: f32::INFINITY,
        },
        shake: Shake {
            tremor_mm: 0.0,
            tremor_deg: 0.0,
            drift_mm: 0.0,
            drift_deg: 0.0,
        },
        curl: [0.0, 0.0],
        aperture_mm: 0.0,
        blur_px: 0.0,
        stray: 0.0,
        vignette: 0.0,
        shutter: Shutter {
            exposure_ms: 0.1,
            readout_ms: 0.0,
        },
        metering: AutoExposure {
            error_ev: 0.0,
            ..Setting::paper().metering
        },
        mains: Flicker::NONE,
        electrons: 0.0,
        read_noise: 0.0,
        ..Setting::paper()
    }
}

fn sample() -> Code {
    code(&base45(240, 5))
}

fn frame(setting: Setting, seed: u64, number: u32) -> SceneFrame {
    Sequence::with(&sample(), setting, seed).frame(number)
}

fn level(picture: &GrayImage, [x, y]: [f32; 2]) -> f32 {
    let (width, height) = picture.dimensions();
    let x = (x as u32).min(width - 1);
    let y = (y as u32).min(height - 1);
    f32::from(picture.get_pixel(x, y)[0])
}
