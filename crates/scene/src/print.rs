//! A printed code before a fixed camera, at a given size: for the smallest size that can be read.

use image::GrayImage;

use crate::code::Code;
use crate::random::Random;
use crate::view::{Carrier, View};

/// Tilt of the sheet in degrees.
const TILT_DEG: f32 = 7.0;

/// Blur of the lens: deviation in pixels.
const BLUR_PX: f32 = 0.6;

/// Noise of the sensor: deviation in grey levels.
const NOISE: f32 = 2.0;

/// Angle of view assumed for a scanner's camera, across a picture 640 pixels wide, in degrees: that
/// of common fixed-focus modules.
pub const SCANNER_FOV_DEG: f32 = 60.0;

/// Largest part of the picture that the code may fill.
const FILL: f32 = 0.88;

/// Pixels per module of a code straight before the camera.
///
/// A pinhole camera `width_px` wide with this horizontal angle of view has the focal length
/// `width_px / 2 / tan(fov / 2)` in pixels (554 for 640 and 60 degrees), and shows a length as the
/// focal length times the length over its distance: a module of 0.5 mm at 250 mm is 1.11 pixels.
#[must_use]
pub fn px_per_module(module_mm: f32, distance_mm: f32, width_px: u32, fov_deg: f32) -> f32 {
    focal_px(width_px, fov_deg) * module_mm / distance_mm
}

/// Printed side of a module in millimetres that gives so many pixels per module: the inverse of
/// [`px_per_module`].
#[must_use]
pub fn module_mm(px_per_module: f32, distance_mm: f32, width_px: u32, fov_deg: f32) -> f32 {
    px_per_module * distance_mm / focal_px(width_px, fov_deg)
}

/// A printed sheet, flat, tilted by 7 degrees, before a fixed camera of 640x480 pixels and 60
/// degrees.
///
/// `px_per_module` (0.5 to 64) is that at the code's centre. The seed chooses which way the sheet
/// is tilted, a turn of up to 3 degrees, where between the pixels the modules fall, and the noise.
/// Where the code does not fit in 640x480 the picture is larger, never the code smaller.
#[must_use]
pub fn print_view(code: &Code, px_per_module: f32, seed: u64) -> View {
    let mut random = Random::new(seed, 20);
    let (sin, cos) = random.between(0.0, std::f32::consts::TAU).sin_cos();
    let need = (code.side() as f32 * px_per_module.clamp(0.5, 64.0) / FILL).ceil() as u32;
    let (width, height) = (need.max(640), need.max(480));
    let mut phase = |size: u32| random.between(-8.0, 8.0) / size as f32;
    View {
        width,
        height,
        px_per_module,
        offset: [phase(width), phase(height)],
        yaw_deg: TILT_DEG * cos,
        pitch_deg: TILT_DEG * sin,
        roll_deg: random.between(-3.0, 3.0),
        // A larger picture of the same camera, not a wider one: the focal length stays.
        fov_deg: 2.0
            * (width as f32 / 2.0 / focal_px(640, SCANNER_FOV_DEG))
                .atan()
                .to_degrees(),
        blur_sigma_px: BLUR_PX,
        noise_sigma: NOISE,
        carrier: Carrier::Paper,
        seed,
        ..View::clean()
    }
}

/// The picture of [`print_view`].
#[must_use]
pub fn print(code: &Code, px_per_module: f32, seed: u64) -> GrayImage {
    crate::render(code, &print_view(code, px_per_module, seed))
}

fn focal_px(width_px: u32, fov_deg: f32) -> f32 {
    width_px as f32 / 2.0 / (fov_deg.to_radians() / 2.0).tan()
}
