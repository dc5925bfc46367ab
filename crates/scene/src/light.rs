//! What falls on the carrier besides even light: flickering mains, mirrored lamps, its own shade.

use std::f32::consts::TAU;

use crate::backdrop;
use crate::random::Random;

/// Light that comes and goes, by the mains or by a screen's dimmer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flicker {
    /// Times a second: 100 or 120 for lamps on the mains, 240 and more for screens.
    pub hz: f32,
    /// Part of the light that comes and goes, 0 to 1.
    pub depth: f32,
}

impl Flicker {
    /// Steady light.
    pub const NONE: Self = Self {
        hz: 100.0,
        depth: 0.0,
    };

    /// Mean light over an exposure about a time, both in milliseconds: 1 for steady light.
    #[must_use]
    pub fn light(&self, ms: f32, exposure_ms: f32) -> f32 {
        let turns = self.hz / 1000.0;
        let half = TAU / 2.0 * turns * exposure_ms;
        let kept = if half > 1e-3 { half.sin() / half } else { 1.0 };
        1.0 + self.depth * kept * (TAU * turns * ms).cos()
    }
}

/// A lamp mirrored in glass or lamination; it moves as the hand turns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glare {
    /// A long tube instead of a round lamp.
    pub tube: bool,
    /// Its light at the middle, 1 for white paper.
    pub peak: f32,
    /// Its deviation, in code sides.
    pub size: f32,
    /// Time that it takes to cross the code, in milliseconds.
    pub sweep_ms: f32,
}

/// The light on one carrier over a sequence.
pub(crate) struct Lamps {
    glare: Option<Glare>,
    /// Direction of the sweep on the carrier, and how far beside its way the code's centre is.
    along: [f32; 2],
    aside: f32,
    phase: f32,
    /// Light of the sky mirrored everywhere, 1 for white paper.
    sky: f32,
    /// Bend in radians for each code side, and its direction.
    bend: [f32; 2],
    /// Light gained for a slope towards it, right or down.
    lamp: f32,
    seed: u64,
}

impl Lamps {
    /// `curl` and its axis in degrees are those of the view.
    pub(crate) fn new(
        glare: Option<Glare>,
        sky: f32,
        [curl, axis_deg]: [f32; 2],
        random: &mut Random,
    ) -> Self {
        let (sin, cos) = random.between(0.0, TAU).sin_cos();
        let (across, down) = axis_deg.to_radians().sin_cos();
        Self {
            glare,
            along: [cos, sin],
            aside: random.between(-0.25, 0.25),
            phase: random.between(0.0, TAU),
            sky,
            bend: [down * curl, across * curl],
            lamp: random.pick(&[-0.45, 0.45]),
            seed: random.next(),
        }
    }

    /// How much of the even light falls on a place of the carrier, in code sides from the centre.
    pub(crate) fn shade(&self, [x, y]: [f32; 2]) -> f32 {
        let slope = (x * self.bend[0] + y * self.bend[1]).clamp(-1.2, 1.2);
        (slope.cos() + self.lamp * slope.sin()).max(0.1)
    }

    /// The light that is mirrored at a place of the carrier, at a time in milliseconds.
    pub(crate) fn mirrored(&self, [x, y]: [f32; 2], ms: f32) -> f32 {
        let mut light = 0.0;
        if self.sky > 0.0 {
            light += self.sky * (0.6 + 0.8 * backdrop::texture(1.3 * x, 1.3 * y, self.seed));
        }
        if let Some(glare) = self.glare {
            // Forth and back, fastest over the code's centre.
            let at = 0.75 * (TAU * ms / (3.0 * glare.sweep_ms) + self.phase).sin();
            let [cos, sin] = self.along;
            // No lamination is flat: the lamp's picture is torn a little.
            let wave = |seed| 0.16 * (backdrop::texture(5.0 * x, 5.0 * y, seed) - 0.5);
            let along = x * cos + y * sin - at + wave(self.seed ^ 1);
            let aside = y * cos - x * sin - self.aside + wave(self.seed ^ 2);
            let aside = if glare.tube { 0.0 } else { aside };
            let distance = (along * along + aside * aside) / (glare.size * glare.size);
            light += glare.peak * (-distance / 2.0).exp();
        }
        light
    }
}
