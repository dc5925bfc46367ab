//! Three gates with a camera each, and what these see when somebody shows codes.

use std::cell::OnceCell;

use gatepost_scene::{
    Carrier, Code, ErrorCorrection, FRAME_MS, Scenario, Sequence, Setting, View, approach,
    render_many,
};
use image::GrayImage;

use crate::error::BenchError;

/// A gate, by its camera.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum GateCamera {
    /// Fixed, in a lit hall.
    Hall,
    /// Fixed, outdoors: sheets at dusk, phones under the sun.
    Outdoors,
    /// In a tired hand, in a lit hall.
    Shaky,
}

/// How much more than a relaxed hand a shaky camera and the hand before it move.
const UNSTEADY: f32 = 8.0;
/// Frames in which two sheets are brought.
const BROUGHT_IN: usize = 18;
/// How far apart the middles of two sheets are, in widths of the picture, and how much smaller than
/// one alone they must be.
const APART: f32 = 0.46;
const SMALLER: f32 = 0.72;

impl GateCamera {
    pub(super) const ALL: [Self; 3] = [Self::Hall, Self::Outdoors, Self::Shaky];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Hall => "hall",
            Self::Outdoors => "outdoors",
            Self::Shaky => "shaky camera",
        }
    }

    fn setting(self, carrier: Carrier) -> Setting {
        let scenario = match (self, carrier) {
            (Self::Hall | Self::Shaky, Carrier::Paper) => Scenario::PaperHandheld,
            (Self::Hall | Self::Shaky, Carrier::Phone) => Scenario::PhoneIndoors,
            (Self::Outdoors, Carrier::Paper) => Scenario::PaperDusk,
            (Self::Outdoors, Carrier::Phone) => Scenario::PhoneSunlight,
        };
        let setting = scenario.setting();
        match self {
            Self::Hall | Self::Outdoors => setting,
            Self::Shaky => Setting {
                shake: setting.shake.times(UNSTEADY),
                ..setting
            },
        }
    }

    /// What its camera sees of a person who shows these codes at once.
    pub(super) fn watch(
        self,
        texts: &[String],
        carrier: Carrier,
        seed: u64,
        frames: usize,
    ) -> Result<Showing, BenchError> {
        let code = |text: &String| Code::new(text, ErrorCorrection::Medium);
        let codes = texts.iter().map(code).collect::<Result<Vec<_>, _>>()?;
        let setting = Setting {
            frames: frames as u32,
            ..self.setting(carrier)
        };
        let motive = match <[Code; 1]>::try_from(codes) {
            Ok([code]) => Motive::One(Box::new(Sequence::with(&code, setting, seed))),
            Err(codes) => Motive::Beside(self.beside(&codes, carrier, seed, frames), codes),
        };
        Ok(Showing {
            motive,
            pictures: vec![OnceCell::new(); frames],
        })
    }

    /// The camera's views of several sheets in one hand: stills, so what would blur in a frame is
    /// drawn as an unsharp lens.
    fn beside(self, codes: &[Code], carrier: Carrier, seed: u64, frames: usize) -> Vec<View> {
        let Some(first) = codes.first() else {
            return Vec::new();
        };
        let brought = approach(first, carrier, seed, BROUGHT_IN.min(frames));
        let Some(held) = brought.last().copied() else {
            return Vec::new();
        };
        let shake = match self {
            Self::Hall | Self::Outdoors => 1.0,
            Self::Shaky => UNSTEADY,
        };
        let views = (0..frames).map(|number| {
            let view = brought.get(number).copied().unwrap_or(held);
            // Drift of the hand, at two frequencies that do not meet.
            let time = number as f32 * FRAME_MS / 1000.0 + seed as f32;
            let sway = |hz: f32| (time * hz * std::f32::consts::TAU).sin() * shake;
            View {
                px_per_module: view.px_per_module * SMALLER,
                offset: [
                    view.offset[0] * 0.3 + 0.004 * sway(0.7),
                    view.offset[1] + 0.006 * sway(1.1),
                ],
                roll_deg: view.roll_deg * 0.5 + 0.5 * sway(0.9),
                blur_sigma_px: view.blur_sigma_px + 0.15 * (shake - 1.0) * sway(2.3).abs() / shake,
                noise_sigma: view.noise_sigma * if self == Self::Outdoors { 2.0 } else { 1.0 },
                gain: view.gain * if self == Self::Outdoors { 0.6 } else { 1.0 },
                frame: number as u32,
                ..view
            }
        });
        views.collect()
    }
}

/// One person before one camera: pictures at its rate, each drawn once, when it is looked at.
pub(super) struct Showing {
    motive: Motive,
    pictures: Vec<OnceCell<GrayImage>>,
}

enum Motive {
    One(Box<Sequence>),
    Beside(Vec<View>, Vec<Code>),
}

impl Showing {
    /// The picture of a frame, as long as there are some.
    pub(super) fn frame(&self, number: usize) -> Option<&GrayImage> {
        let picture = self.pictures.get(number)?;
        Some(picture.get_or_init(|| match &self.motive {
            Motive::One(sequence) => sequence.frame(number as u32).image,
            Motive::Beside(views, codes) => {
                let Some(view) = views.get(number) else {
                    return GrayImage::default();
                };
                let left = -APART * (codes.len() as f32 - 1.0) / 2.0;
                let place = |at: usize| [left + APART * at as f32, 0.0];
                let placed: Vec<_> = codes
                    .iter()
                    .enumerate()
                    .map(|(at, c)| (c, place(at)))
                    .collect();
                render_many(&placed, view)
            }
        }))
    }

    /// When all of it is in the picture for the first time, in milliseconds.
    pub(super) fn visible_ms(&self) -> Option<f64> {
        let numbers = 0..self.pictures.len();
        let first = match &self.motive {
            Motive::One(sequence) => numbers
                .map(|number| number as u32)
                .find(|number| sequence.truth(*number).fully_visible),
            // Brought from afar, so from the beginning.
            Motive::Beside(..) => Some(0),
        };
        first.map(|number| f64::from(number) * f64::from(FRAME_MS))
    }
}
