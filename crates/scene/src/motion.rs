//! How the hand moves the code before the camera: brought, held with a tremor, taken away.
//!
//! Every motion is a function of time, so that rows and parts of an exposure can be looked at.

use std::f32::consts::TAU;

use crate::random::Random;
use crate::view::View;

/// How the code comes before the camera.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Entrance {
    /// It is there from the first frame.
    Held,
    /// From farther away: so many times the distance at which it is held.
    Far(f32),
    /// From beside the picture.
    Side,
}

/// How long the code is brought and held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Path {
    /// How it comes.
    pub entry: Entrance,
    /// How long the hand takes to bring it, and to take it away, in milliseconds.
    pub travel_ms: f32,
    /// How long it is held before it leaves, in milliseconds; infinite where it stays.
    pub hold_ms: f32,
}

/// How unsteady the hand is (or the two, where the scanner is held as well): deviations.
///
/// A relaxed hand trembles at 4 to 12 Hz by tenths of a millimetre (physiological tremor), and
/// drifts by millimetres below that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shake {
    /// Tremor in each direction, in millimetres.
    pub tremor_mm: f32,
    /// Tremor about each axis, in degrees.
    pub tremor_deg: f32,
    /// Drift in each direction, in millimetres.
    pub drift_mm: f32,
    /// Drift about each axis, in degrees.
    pub drift_deg: f32,
}

impl Shake {
    /// The same hand, so many times as unsteady.
    #[must_use]
    pub fn times(self, factor: f32) -> Self {
        Self {
            tremor_mm: self.tremor_mm * factor,
            tremor_deg: self.tremor_deg * factor,
            drift_mm: self.drift_mm * factor,
            drift_deg: self.drift_deg * factor,
        }
    }
}

/// Frequencies of the tremor, in Hz.
const TREMOR_HZ: [f32; 2] = [4.0, 12.0];

/// Frequencies of the drift, in Hz.
const DRIFT_HZ: [f32; 2] = [0.15, 1.5];

/// Right, down and away in millimetres; yaw, pitch and roll in degrees.
type Stance = [f32; 6];

/// The code's way before one camera.
pub(crate) struct Motion {
    /// Everything about the view but the stance.
    view: View,
    module_mm: f32,
    held: Stance,
    /// How it comes and how it goes: the stance at the far end, against `held`.
    brought: Stance,
    taken: Stance,
    /// When it starts to come, and when to leave, in milliseconds.
    comes_ms: f32,
    leaves_ms: f32,
    path: Path,
    hand: [[Wander; 2]; 6],
}

impl Motion {
    /// `view` is how the code is held; `module_mm` tells how large it really is.
    pub(crate) fn new(
        view: View,
        module_mm: f32,
        side: f32,
        path: Path,
        shake: Shake,
        random: &mut Random,
    ) -> Self {
        let distance = view.focal_px() * module_mm / view.px_per_module;
        let size = [view.width as f32, view.height as f32];
        let shift = |axis: usize| view.offset[axis] * size[axis] * module_mm / view.px_per_module;
        let held = [
            shift(0),
            shift(1),
            distance,
            view.yaw_deg,
            view.pitch_deg,
            view.roll_deg,
        ];
        // Far enough for the corners to be out of the picture however it is turned.
        let beside = (size[0] / view.px_per_module + 2.2 * side) / 2.0 * module_mm;
        let hand = random.pick(&[-1.0, 1.0]);
        let mut end = |toward: f32| match path.entry {
            Entrance::Held => [0.0; 6],
            Entrance::Far(times) => [
                toward * random.between(0.05, 0.25) * distance,
                random.between(0.1, 0.3) * distance,
                distance * (times - 1.0),
                toward * random.between(8.0, 20.0),
                random.between(-5.0, 18.0),
                -toward * random.between(4.0, 14.0),
            ],
            Entrance::Side => [
                toward * beside,
                random.between(0.0, 0.3) * beside,
                random.between(0.0, 0.3) * distance,
                toward * random.between(8.0, 20.0),
                random.between(-8.0, 12.0),
                -toward * random.between(10.0, 30.0),
            ],
        };
        let brought = end(hand);
        let taken = end(hand);
        let comes_ms = match path.entry {
            Entrance::Held => f32::NEG_INFINITY,
            Entrance::Far(_) | Entrance::Side => random.between(60.0, 260.0),
        };
        let sizes = [
            [shake.tremor_mm, shake.drift_mm],
            [shake.tremor_deg, shake.drift_deg],
        ];
        Self {
            view,
            module_mm,
            held,
            brought,
            taken,
            comes_ms,
            leaves_ms: comes_ms.max(0.0) + path.travel_ms + path.hold_ms,
            path,
            hand: std::array::from_fn(|axis| {
                let [tremor, drift] = sizes[axis / 3];
                // Forth and back the arm drifts more than it trembles.
                let (tremor, drift) = if axis == 2 {
                    (tremor, 2.0 * drift)
                } else {
                    (tremor, drift)
                };
                [
                    Wander::new(TREMOR_HZ, tremor, random),
                    Wander::new(DRIFT_HZ, drift, random),
                ]
            }),
        }
    }

    /// When the camera has the code before it instead of what was there, in milliseconds.
    pub(crate) fn arrives_ms(&self) -> f32 {
        (self.comes_ms + 0.6 * self.path.travel_ms).max(0.0)
    }

    /// The view at a time in milliseconds.
    pub(crate) fn view(&self, ms: f32) -> View {
        let [x, y, z, yaw, pitch, roll] = self.stance(ms);
        let px_per_mm = self.view.focal_px() / z;
        View {
            px_per_module: px_per_mm * self.module_mm,
            offset: [
                x * px_per_mm / self.view.width as f32,
                y * px_per_mm / self.view.height as f32,
            ],
            yaw_deg: yaw,
            pitch_deg: pitch,
            roll_deg: roll,
            ..self.view
        }
    }

    /// Distance from the lens to the code's centre in millimetres, at a time in milliseconds.
    pub(crate) fn distance_mm(&self, ms: f32) -> f32 {
        self.stance(ms)[2]
    }

    fn stance(&self, ms: f32) -> Stance {
        let travel = self.path.travel_ms;
        let away = 1.0 - reach((ms - self.comes_ms) / travel);
        let gone = reach((ms - self.leaves_ms) / travel);
        let mut stance: Stance = std::array::from_fn(|axis| {
            let [tremor, drift] = &self.hand[axis];
            self.held[axis]
                + self.brought[axis] * away
                + self.taken[axis] * gone
                + tremor.at(ms)
                + drift.at(ms)
        });
        stance[2] = stance[2].max(0.2 * self.held[2]);
        stance
    }
}

/// How far a reaching hand has come at a part of its time: least jerk (Flash and Hogan 1985).
fn reach(time: f32) -> f32 {
    let t = time.clamp(0.0, 1.0);
    t * t * t * (10.0 - 15.0 * t + 6.0 * t * t)
}

/// Smooth random motion within a band of frequencies: sines of random phase, one from each part of
/// the band (spectral representation, Shinozuka and Deodatis 1991).
struct Wander([Wave; 5]);

struct Wave {
    size: f32,
    per_ms: f32,
    phase: f32,
}

impl Wander {
    /// The band is in Hz; the motion has this deviation.
    fn new([low, high]: [f32; 2], deviation: f32, random: &mut Random) -> Self {
        let parts = 5.0;
        Self(std::array::from_fn(|part| {
            let at = (part as f32 + random.between(0.0, 1.0)) / parts;
            Wave {
                size: deviation * (2.0 / parts).sqrt(),
                per_ms: low * (high / low).powf(at) * TAU / 1000.0,
                phase: random.between(0.0, TAU),
            }
        }))
    }

    fn at(&self, ms: f32) -> f32 {
        let wave = |wave: &Wave| wave.size * (wave.per_ms * ms + wave.phase).sin();
        self.0.iter().map(wave).sum()
    }
}
