//! All parameters of a sequence, and the two that all scenarios start from: a sheet and a phone.

use crate::auto_control::{AutoExposure, Focus, Settling};
use crate::backdrop::Backdrop;
use crate::light::{Flicker, Glare};
use crate::motion::{Entrance, Path, Shake};
use crate::random::Random;
use crate::view::{Carrier, View};

/// Everything about how a code is shown, but what the seed decides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// Frames of the sequence.
    pub frames: u32,
    /// Angle of view across the picture's longer side in degrees.
    pub fov_deg: f32,
    /// What shows the code.
    pub carrier: Carrier,
    /// What is behind it.
    pub behind: Backdrop,
    /// Side of a module in millimetres.
    pub module_mm: f32,
    /// Pixels per module at the code's centre while it is held: least and most. The distance
    /// follows, and is larger where the code would not fit in the picture.
    pub px_per_module: [f32; 2],
    /// Largest tilt while it is held, about either axis, in degrees.
    pub tilt_deg: f32,
    /// Largest turn in the picture plane while it is held, in degrees.
    pub roll_deg: f32,
    /// Bend, whichever way: least and most, in code sides over the radius.
    pub curl: [f32; 2],
    /// How it is brought.
    pub path: Path,
    /// How steadily it is held.
    pub shake: Shake,
    /// How the lens is focused.
    pub focus: Focus,
    /// Diameter of the lens's opening in millimetres: about 1 in a webcam or a scanner's module.
    pub aperture_mm: f32,
    /// Blur of the lens in focus: deviation in pixels.
    pub blur_px: f32,
    /// Part of all light that is scattered over the whole picture.
    pub stray: f32,
    /// Light lost in the corners, 0 to 1.
    pub vignette: f32,
    /// When the rows are exposed.
    pub shutter: Shutter,
    /// How the exposure settles.
    pub metering: AutoExposure,
    /// The lamps around.
    pub mains: Flicker,
    /// The phone's screen.
    pub screen: Screen,
    /// A lamp mirrored on the carrier.
    pub glare: Option<Glare>,
    /// Light of the surroundings mirrored all over the carrier, 1 for white paper.
    pub sky: f32,
    /// Part of the sensor's range that white paper takes at the settled exposure.
    pub white: f32,
    /// Electrons that a pixel counts at the top of the range: thousands by day, hundreds at high
    /// gain.
    pub electrons: f32,
    /// Noise of reading the sensor: deviation in 256ths of the range.
    pub read_noise: f32,
    /// Grey level is light to one over this.
    pub gamma: f32,
}

/// When the rows of a frame are exposed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shutter {
    /// How long each row gathers light, in milliseconds.
    pub exposure_ms: f32,
    /// How much later the last row does so than the first, in milliseconds; 0 for a global shutter.
    pub readout_ms: f32,
}

/// A phone's screen. Its pixels are several times finer than the camera's at these distances, and
/// blurred away before the sensor could make moiré of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Screen {
    /// Its white, 1 for white paper beside it.
    pub brightness: f32,
    /// Its dimmer.
    pub flicker: Flicker,
}

impl Setting {
    /// A sheet held before a fixed camera in a lit hall.
    #[must_use]
    pub fn paper() -> Self {
        Self {
            size: [640, 480],
            frames: 90,
            fov_deg: 60.0,
            carrier: Carrier::Paper,
            behind: Backdrop::Room,
            module_mm: 0.55,
            px_per_module: [3.4, 4.8],
            tilt_deg: 14.0,
            roll_deg: 12.0,
            curl: [0.0, 0.15],
            path: Path {
                entry: Entrance::Side,
                travel_ms: 600.0,
                hold_ms: f32::INFINITY,
            },
            shake: Shake {
                tremor_mm: 0.12,
                tremor_deg: 0.25,
                drift_mm: 1.5,
                drift_deg: 1.5,
            },
            focus: Focus::Fixed(160.0),
            aperture_mm: 1.0,
            blur_px: 0.6,
            stray: 0.02,
            vignette: 0.2,
            shutter: Shutter {
                exposure_ms: 12.0,
                readout_ms: 25.0,
            },
            metering: AutoExposure {
                error_ev: 0.5,
                settling: Settling {
                    delay_ms: 80.0,
                    settle_ms: 200.0,
                    hz: 0.0,
                },
            },
            mains: Flicker {
                hz: 100.0,
                depth: 0.15,
            },
            screen: Screen {
                brightness: 0.0,
                flicker: Flicker::NONE,
            },
            glare: None,
            sky: 0.0,
            white: 0.7,
            electrons: 4000.0,
            read_noise: 0.8,
            gamma: 2.2,
        }
    }

    /// A phone held before a fixed camera in a lit hall.
    #[must_use]
    pub fn phone() -> Self {
        Self {
            carrier: Carrier::Phone,
            module_mm: 0.8,
            px_per_module: [3.8, 5.2],
            curl: [0.0, 0.0],
            sky: 0.04,
            screen: Screen {
                brightness: 1.3,
                flicker: Flicker {
                    hz: 240.0,
                    depth: 0.1,
                },
            },
            white: 0.6,
            ..Self::paper()
        }
    }

    /// How one seed holds the code.
    pub(crate) fn held(&self, random: &mut Random, seed: u64) -> View {
        let [width, height] = self.size;
        let mut either = |most: f32| random.between(-most, most);
        let (yaw_deg, pitch_deg) = (either(self.tilt_deg), either(self.tilt_deg));
        let roll_deg = either(self.roll_deg);
        let offset = [either(0.06), either(0.04)];
        let gradient = [either(0.12), either(0.12)];
        let curl = random.between(self.curl[0], self.curl[1]) * random.pick(&[-1.0, 1.0]);
        View {
            width,
            height,
            px_per_module: random.between(self.px_per_module[0], self.px_per_module[1]),
            yaw_deg,
            pitch_deg,
            roll_deg,
            offset,
            fov_deg: self.fov_deg,
            curl,
            curl_axis_deg: random.pick(&[0.0, 90.0]) + random.between(-12.0, 12.0),
            blur_sigma_px: self.blur_px,
            noise_sigma: self.read_noise,
            electrons: self.electrons,
            gamma: self.gamma,
            gain: self.white,
            gradient,
            vignette: self.vignette,
            carrier: self.carrier,
            seed,
            ..View::clean()
        }
    }
}
