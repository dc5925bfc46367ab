//! What the camera controls automatically, late and with overshoot: focus and exposure.

use std::f32::consts::TAU;

use crate::random::Random;

/// What the lens was focused on before the code came, in millimetres.
const FAR_MM: f32 = 1500.0;

/// Shortest mean time between two hunts, in milliseconds.
const SHORTEST_PAUSE_MS: f32 = 100.0;

/// How a lens is focused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Focus {
    /// Set once, in millimetres from the lens.
    Fixed(f32),
    /// Driven to the code once it has come, and now and then off it again to hunt for a better
    /// focus.
    Auto {
        /// How it settles.
        settling: Settling,
        /// How often a second it hunts while the code is held.
        hunts_per_s: f32,
    },
}

/// How a controlled value settles after a change: a damped oscillation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settling {
    /// Time until it reacts, in milliseconds.
    pub delay_ms: f32,
    /// Time until about a third of the error is left, in milliseconds.
    pub settle_ms: f32,
    /// Oscillations a second; 0 for none.
    pub hz: f32,
}

impl Settling {
    /// The part of the error that is left, this long after the change: from 1 to 0; below 0 while
    /// it overshoots.
    #[must_use]
    pub fn left(&self, ms: f32) -> f32 {
        let ms = (ms - self.delay_ms).max(0.0);
        (-ms / self.settle_ms).exp() * (TAU * self.hz * ms / 1000.0).cos()
    }
}

/// Exposure that was right for what the camera saw before the code came, and then adapts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AutoExposure {
    /// Too much light when the code comes, in stops; negative for too little.
    pub error_ev: f32,
    /// How it settles.
    pub settling: Settling,
}

impl AutoExposure {
    /// Exposure against the right one, this long after the code has come in milliseconds.
    #[must_use]
    pub fn gain(&self, ms: f32) -> f32 {
        (self.error_ev * self.settling.left(ms)).exp2()
    }
}

/// One lens and its focus over a sequence.
pub(crate) struct FocusedLens {
    focus: Focus,
    /// Half the aperture times the focal length in pixels: the radius of the disc for an error of
    /// one dioptre, in thousandths.
    radius: f32,
    arrives_ms: f32,
    hunts: Vec<Hunt>,
}

/// One hunt for a better focus: off and back in one smooth bump.
struct Hunt {
    start_ms: f32,
    length_ms: f32,
    /// Error at its peak, in inverse millimetres.
    size: f32,
}

impl FocusedLens {
    /// Hunts are laid out up to a time in milliseconds.
    pub(crate) fn new(
        focus: Focus,
        aperture_mm: f32,
        focal_px: f32,
        [arrives_ms, until_ms]: [f32; 2],
        random: &mut Random,
    ) -> Self {
        let mut hunts = Vec::new();
        if let Focus::Auto { hunts_per_s, .. } = focus
            && hunts_per_s > 0.0
        {
            let mean_ms = (1000.0 / hunts_per_s).max(SHORTEST_PAUSE_MS);
            let mut start_ms = arrives_ms + mean_ms * random.between(0.4, 1.6);
            while start_ms < until_ms {
                hunts.push(Hunt {
                    start_ms,
                    length_ms: random.between(300.0, 650.0),
                    size: random.between(0.002, 0.006),
                });
                start_ms += mean_ms * random.between(0.4, 1.6);
            }
        }
        Self {
            focus,
            radius: 0.5 * aperture_mm * focal_px,
            arrives_ms,
            hunts,
        }
    }

    /// Radius in pixels of the disc that a point becomes at a time in milliseconds; `distance`
    /// tells how far the code is from the lens in millimetres, at any time.
    ///
    /// Thin lens: half the aperture times the focal length times the error in inverse distance.
    pub(crate) fn defocus_px(&self, ms: f32, distance: impl Fn(f32) -> f32) -> f32 {
        let now = 1.0 / distance(ms);
        let error = match self.focus {
            Focus::Fixed(at_mm) => 1.0 / at_mm - now,
            Focus::Auto { settling, .. } => {
                let turns_ms = self.arrives_ms + settling.delay_ms;
                let first = 1.0 / FAR_MM - 1.0 / distance(ms.min(turns_ms));
                let hunt: f32 = self.hunts.iter().map(|hunt| hunt.error(ms)).sum();
                first * settling.left(ms - self.arrives_ms) + hunt
            }
        };
        self.radius * error.abs()
    }
}

impl Hunt {
    fn error(&self, ms: f32) -> f32 {
        let time = ((ms - self.start_ms) / self.length_ms).clamp(0.0, 1.0);
        self.size * (TAU / 2.0 * time).sin().powi(2)
    }
}
