//! The sounds as samples, made of tones and pauses.

use std::f32::consts::TAU;

/// Samples a second.
pub(super) const RATE: u32 = 48_000;

/// A sound that the device makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// A click: a code was read.
    Scanned,
    /// Two tones upwards without a pause.
    Admit,
    /// The same tone twice.
    Check,
    /// One long low tone.
    Refuse,
    /// Three short low tones: something is wrong with the device, not with the person.
    Error,
    /// One middling tone: so loud are the others.
    Sample,
}

impl Sound {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Scanned,
        Self::Admit,
        Self::Check,
        Self::Refuse,
        Self::Error,
        Self::Sample,
    ];

    /// Mono samples, 48,000 a second.
    pub fn samples(self, volume: Volume) -> Vec<i16> {
        let gain = volume.gain();
        self.notes()
            .iter()
            .flat_map(|note| note.samples(gain))
            .collect()
    }

    fn notes(self) -> &'static [Note] {
        match self {
            Self::Scanned => &[Note(2000, 25)],
            // A fifth up.
            Self::Admit => &[Note(880, 120), Note(1320, 220)],
            Self::Check => &[Note(660, 160), PAUSE, Note(660, 160)],
            Self::Refuse => &[Note(330, 900)],
            Self::Error => &[Note(440, 70), PAUSE, Note(440, 70), PAUSE, Note(440, 70)],
            Self::Sample => &[Note(660, 300)],
        }
    }
}

/// A tone in hertz for some milliseconds; at 0 Hz a pause.
#[derive(Clone, Copy, Debug)]
struct Note(u32, u32);

const PAUSE: Note = Note(0, 80);

/// How long a tone swells and fades, in samples; without that it would click.
const RAMP: u32 = RATE / 200;

impl Note {
    fn samples(self, gain: f32) -> impl Iterator<Item = i16> {
        let length = RATE * self.1 / 1000;
        (0..length).map(move |at| {
            // Within one period, so that f32 keeps its precision.
            let turns = (at * self.0) % RATE;
            let phase = TAU * turns as f32 / RATE as f32;
            let edge = RAMP.min(at).min(length - at) as f32 / RAMP as f32;
            // The third harmonic lets small speakers be heard at low tones; the sum peaks at 0.891.
            let wave = (phase.sin() + 0.25 * (3.0 * phase).sin()) / 0.9;
            (wave * edge * gain * f32::from(i16::MAX)) as i16
        })
    }
}

/// Volume of the sounds, 0 (silent) to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Volume(u8);

impl Volume {
    /// The loudest.
    pub const FULL: Self = Self(100);

    /// From percent; above 100 is 100.
    pub const fn from_percent(percent: u8) -> Self {
        Self(if percent > 100 { 100 } else { percent })
    }

    /// In percent.
    pub const fn percent(self) -> u8 {
        self.0
    }

    /// Cubic, as PulseAudio's volumes are: ears hear ratios. 50 is 18 dB below 100.
    fn gain(self) -> f32 {
        (f32::from(self.0) / 100.0).powi(3)
    }
}
