//! How the camera looks at a code: its place, its lens, the light, and the shaking hand.

use crate::code::Code;
use crate::random::Random;

/// Longest sequence that [`approach`] gives, in frames: ten seconds at 30 a second.
pub const MAX_FRAMES: usize = 300;

/// Largest part of the picture's smaller side that a code may fill before the hand steps back.
const FILL: f32 = 0.88;

/// Angle of view of a common webcam across its picture.
const WEBCAM_FOV_DEG: f32 = 48.9;

/// What shows the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// A phone in a hand, before a room out of focus.
    Phone,
    /// A printed sheet, over a table.
    Paper,
}

/// One look of the camera. Values beyond their bounds are brought to the nearest bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Picture width in pixels, 16 to 4096.
    pub width: u32,
    /// Picture height in pixels, 16 to 4096.
    pub height: u32,
    /// Pixels per module at the code's centre, 0.5 to 64; fewer where the code would not fit.
    pub px_per_module: f32,
    /// Turn about the upright axis in degrees, -60 to 60.
    pub yaw_deg: f32,
    /// Turn about the level axis in degrees, -60 to 60.
    pub pitch_deg: f32,
    /// Turn in the picture plane in degrees, -180 to 180.
    pub roll_deg: f32,
    /// The code's centre away from the picture's, in fractions of its width and height, -1 to 1.
    pub offset: [f32; 2],
    /// Angle of view across the picture's longer side in degrees, 10 to 120.
    pub fov_deg: f32,
    /// Bend of a sheet into a part of a cylinder: code sides over its radius, -1.2 to 1.2; positive
    /// bends the edges away from the camera.
    pub curl: f32,
    /// Direction across the bend on the sheet, in degrees from its right to its lower edge.
    pub curl_axis_deg: f32,
    /// Blur of the lens: deviation in pixels, 0 to 8.
    pub blur_sigma_px: f32,
    /// Radius in pixels of the disc that a point out of focus becomes, 0 to 24.
    pub defocus_px: f32,
    /// Noise of reading the sensor: deviation in 256ths of white, 0 to 64.
    pub noise_sigma: f32,
    /// Electrons that one pixel has counted at white, 0 to 100,000; the fewer, the more the light
    /// itself is noisy. 0 leaves that noise out.
    pub electrons: f32,
    /// Light is worked with as grey level to this power, 1 to 3: 2.2 is what screens and cameras
    /// have, 1 takes grey levels themselves for light.
    pub gamma: f32,
    /// Exposure, 0 to 8; 1 leaves the light as it is.
    pub gain: f32,
    /// Spread of the grey levels about the middle, 0 to 4; 1 leaves them as they are.
    pub contrast: f32,
    /// Light gained from the centre to the right and lower edge (lost to the others), -1 to 1.
    pub gradient: [f32; 2],
    /// Light lost in the corners, 0 to 1.
    pub vignette: f32,
    /// What shows the code.
    pub carrier: Carrier,
    /// Chooses the surroundings.
    pub seed: u64,
    /// Number of the picture in a sequence: the same surroundings, other noise.
    pub frame: u32,
}

impl View {
    /// A perfect camera straight before a phone: no blur, no noise, even light.
    #[must_use]
    pub fn clean() -> Self {
        Self {
            width: 640,
            height: 480,
            px_per_module: 6.0,
            yaw_deg: 0.0,
            pitch_deg: 0.0,
            roll_deg: 0.0,
            offset: [0.0, 0.0],
            fov_deg: WEBCAM_FOV_DEG,
            curl: 0.0,
            curl_axis_deg: 0.0,
            blur_sigma_px: 0.0,
            defocus_px: 0.0,
            noise_sigma: 0.0,
            electrons: 0.0,
            gamma: 1.0,
            gain: 1.0,
            contrast: 1.0,
            gradient: [0.0, 0.0],
            vignette: 0.0,
            carrier: Carrier::Phone,
            seed: 0,
            frame: 0,
        }
    }

    /// A plausible still of a code held before a 640x480 webcam by someone who tries.
    #[must_use]
    pub fn hand_held(seed: u64, carrier: Carrier) -> Self {
        let mut random = Random::new(seed, 1);
        let mut between = |low, high| random.between(low, high);
        Self {
            px_per_module: between(5.4, 6.4),
            yaw_deg: between(-9.0, 9.0),
            pitch_deg: between(-9.0, 9.0),
            roll_deg: between(-7.0, 7.0),
            offset: [between(-0.05, 0.05), between(-0.02, 0.02)],
            blur_sigma_px: between(0.6, 1.0),
            noise_sigma: between(3.0, 5.5),
            gain: between(0.85, 1.15),
            contrast: between(0.85, 0.98),
            gradient: [between(-0.14, 0.14), between(-0.12, 0.12)],
            vignette: between(0.1, 0.25),
            carrier,
            seed,
            ..Self::clean()
        }
    }

    /// The same view with every value inside its bounds.
    pub(crate) fn bounded(&self) -> Self {
        let offset = self.offset.map(|part| bound(part, -1.0, 1.0));
        let gradient = self.gradient.map(|part| bound(part, -1.0, 1.0));
        Self {
            width: self.width.clamp(16, 4096),
            height: self.height.clamp(16, 4096),
            px_per_module: bound(self.px_per_module, 0.5, 64.0),
            yaw_deg: bound(self.yaw_deg, -60.0, 60.0),
            pitch_deg: bound(self.pitch_deg, -60.0, 60.0),
            roll_deg: bound(self.roll_deg, -180.0, 180.0),
            offset,
            fov_deg: bound(self.fov_deg, 10.0, 120.0),
            curl: bound(self.curl, -1.2, 1.2),
            curl_axis_deg: bound(self.curl_axis_deg, -360.0, 360.0),
            blur_sigma_px: bound(self.blur_sigma_px, 0.0, 8.0),
            defocus_px: bound(self.defocus_px, 0.0, 24.0),
            noise_sigma: bound(self.noise_sigma, 0.0, 64.0),
            electrons: bound(self.electrons, 0.0, 1e5),
            gamma: bound(self.gamma, 1.0, 3.0),
            gain: bound(self.gain, 0.0, 8.0),
            contrast: bound(self.contrast, 0.0, 4.0),
            gradient,
            vignette: bound(self.vignette, 0.0, 1.0),
            ..*self
        }
    }

    /// Focal length in pixels.
    pub(crate) fn focal_px(&self) -> f32 {
        let half = self.width.max(self.height) as f32 / 2.0;
        half / (self.fov_deg.to_radians() / 2.0).tan()
    }

    /// Grey levels, 0 to 1, as light.
    pub(crate) fn linear(&self, levels: [f32; 3]) -> [f32; 3] {
        if self.gamma == 1.0 {
            levels
        } else {
            levels.map(|level| level.max(0.0).powf(self.gamma))
        }
    }

    /// The same view from far enough away for the whole code to be in the picture.
    pub(crate) fn fitted(self, code: &Code) -> Self {
        let room = self.width.min(self.height) as f32 * FILL / code.side() as f32;
        Self {
            px_per_module: self.px_per_module.min(room),
            ..self
        }
    }
}

/// A hand brings a code before the camera: far, tilted and out of focus first, readable at the end.
///
/// The last view is `View::hand_held(seed, carrier)` itself, but for its frame number. Gives
/// `frames` views, at most [`MAX_FRAMES`].
#[must_use]
pub fn approach(code: &Code, carrier: Carrier, seed: u64, frames: usize) -> Vec<View> {
    let end = View::hand_held(seed, carrier).fitted(code);
    let mut random = Random::new(seed, 2);
    let side = random.pick(&[-1.0, 1.0]);
    let start = View {
        px_per_module: end.px_per_module * random.between(0.4, 0.5),
        yaw_deg: end.yaw_deg + side * random.between(14.0, 22.0),
        pitch_deg: end.pitch_deg + random.between(8.0, 18.0),
        roll_deg: end.roll_deg - side * random.between(6.0, 16.0),
        offset: [side * random.between(0.16, 0.22), random.between(0.1, 0.16)],
        blur_sigma_px: random.between(2.2, 3.0),
        ..end
    };
    let frames = frames.min(MAX_FRAMES);
    (1..=frames)
        .map(|number| {
            let time = number as f32 / frames as f32;
            let eased = time * time * (3.0 - 2.0 * time);
            // The hand shakes less as it comes to rest; the lens finds its focus a little late.
            let mut shake = |size: f32| random.normal() * size * (1.0 - eased);
            let blend = |from: f32, to: f32| from + (to - from) * eased;
            let size = (end.px_per_module / start.px_per_module).powf(eased);
            View {
                px_per_module: start.px_per_module * size,
                yaw_deg: blend(start.yaw_deg, end.yaw_deg) + shake(1.2),
                pitch_deg: blend(start.pitch_deg, end.pitch_deg) + shake(1.2),
                roll_deg: blend(start.roll_deg, end.roll_deg) + shake(0.8),
                offset: [
                    blend(start.offset[0], end.offset[0]) + shake(0.008),
                    blend(start.offset[1], end.offset[1]) + shake(0.008),
                ],
                blur_sigma_px: start.blur_sigma_px
                    + (end.blur_sigma_px - start.blur_sigma_px) * time.powi(3),
                frame: number as u32,
                ..end
            }
        })
        .collect()
}

fn bound(value: f32, low: f32, high: f32) -> f32 {
    if value.is_nan() {
        low.max(0.0)
    } else {
        value.clamp(low, high)
    }
}
