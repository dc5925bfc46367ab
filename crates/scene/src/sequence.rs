//! A code before a camera over time: frames, and the truth about each.

use image::GrayImage;

use crate::art::{Art, INKS, InkLayer};
use crate::auto_control::FocusedLens;
use crate::backdrop::{self, Backdrop};
use crate::camera::{self, CELL, SAMPLES, Warp, brightness};
use crate::coarse::Coarse;
use crate::code::{Code, QUIET_ZONE};
use crate::lens;
use crate::light::Lamps;
use crate::motion::Motion;
use crate::planes::Planes;
use crate::pose::Pose;
use crate::random::Random;
use crate::scenario::Scenario;
use crate::sensor;
use crate::setting::Setting;
use crate::view::{Carrier, MAX_FRAMES, View};

/// Milliseconds from frame to frame, at 30 a second.
pub const FRAME_MS: f32 = 1000.0 / 30.0;

/// Light that the glass of a dark screen throws back.
const SCREEN_REFLECTS: f32 = 0.03;

/// One frame of a sequence.
#[derive(Debug, Clone)]
pub struct SceneFrame {
    /// Its number, from 0.
    pub number: u32,
    /// The middle of its exposure, in milliseconds from the sequence's start.
    pub time_ms: f32,
    /// The picture.
    pub image: GrayImage,
    /// What really is in it.
    pub truth: Truth,
}

/// Where the code is in a frame. Blur and rolling shutter are taken at the middle of the exposure
/// of the row at which a place is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Truth {
    /// The symbol's corners in pixels, without the quiet zone: top left, top right, bottom right,
    /// bottom left, as they are in an upright code. Outside the picture where the code is.
    pub corners: [[f32; 2]; 4],
    /// Centres of the three finder patterns in pixels: top left, top right, bottom left.
    pub finders: [[f32; 2]; 3],
    /// Pixels per module where and in the direction in which they are fewest.
    pub px_per_module: f32,
    /// Whether the whole symbol is inside the picture.
    pub fully_visible: bool,
}

/// A code that is shown to a camera: an iterator over its frames.
///
/// The same code, setting and seed give the same frames. Nothing is drawn before it is asked for.
pub struct Sequence {
    setting: Setting,
    side: f32,
    art: Art,
    /// What each ink does with light: reflects, emits, mirrors.
    palette: [[f32; 3]; INKS],
    motion: Motion,
    lens: FocusedLens,
    lamps: Lamps,
    /// Phases of the mains and of the screen's dimmer, in milliseconds.
    phases_ms: [f32; 2],
    next: u32,
}

impl Sequence {
    /// The code as shown in a scenario, in frames of 640x480.
    #[must_use]
    pub fn new(code: &Code, scenario: Scenario, seed: u64) -> Self {
        Self::with(code, scenario.setting(), seed)
    }

    /// The code as shown in a setting of one's own.
    #[must_use]
    pub fn with(code: &Code, setting: Setting, seed: u64) -> Self {
        let mut random = Random::new(seed, 10);
        let held = setting.held(&mut random, seed).bounded().fitted(code);
        let setting = Setting {
            size: [held.width, held.height],
            frames: setting.frames.min(MAX_FRAMES as u32),
            ..setting
        };
        let side = code.side() as f32;
        let art = Art::new(code, setting.carrier, seed);
        let palette = surfaces(&art, &setting, &held);
        let motion = Motion::new(
            held,
            setting.module_mm,
            side,
            setting.path,
            setting.shake,
            &mut Random::new(seed, 11),
        );
        let until_ms = setting.frames as f32 * FRAME_MS;
        let lens = FocusedLens::new(
            setting.focus,
            setting.aperture_mm,
            held.focal_px(),
            [motion.arrives_ms(), until_ms],
            &mut Random::new(seed, 12),
        );
        let curl = [held.curl, held.curl_axis_deg];
        let lamps = Lamps::new(setting.glare, setting.sky, curl, &mut Random::new(seed, 13));
        Self {
            phases_ms: [random.between(0.0, 1000.0), random.between(0.0, 1000.0)],
            setting,
            side,
            art,
            palette,
            motion,
            lens,
            lamps,
            next: 0,
        }
    }

    /// Frames in all.
    #[must_use]
    pub fn frames(&self) -> u32 {
        self.setting.frames
    }

    /// Any frame, whatever came before.
    #[must_use]
    pub fn frame(&self, number: u32) -> SceneFrame {
        let time_ms = time_ms(number);
        let truth = self.truth(number);
        let view = self.view(number, time_ms);
        let mut light = self.light(&view, time_ms);
        let width = view.width as usize;
        lens::defocus(&mut light, width, view.defocus_px);
        lens::soften(&mut light, width, view.blur_sigma_px);
        // A little of all light is scattered in the lens and lies over everything.
        let mean = light.iter().sum::<f32>() / light.len() as f32;
        let stray = self.setting.stray * mean;
        light.iter_mut().for_each(|value| *value += stray);
        let [picture] = sensor::develop([light], &view);
        SceneFrame {
            number,
            time_ms,
            image: GrayImage::from_raw(view.width, view.height, picture).unwrap_or_default(),
            truth,
        }
    }

    /// The view in the middle of a frame, with what the camera has regulated by then.
    fn view(&self, number: u32, ms: f32) -> View {
        let view = self.motion.view(ms);
        let since = ms - self.motion.arrives_ms();
        View {
            defocus_px: self.lens.defocus_px(ms, |ms| self.motion.distance_mm(ms)),
            gain: view.gain * self.setting.metering.gain(since),
            frame: number,
            ..view
        }
        .bounded()
    }

    /// The light on the sensor before the lens, 1 for what white paper gives.
    fn light(&self, view: &View, ms: f32) -> Vec<f32> {
        let still = View {
            offset: [0.0; 2],
            ..*view
        };
        // A room stands still while a hand moves before it; a table moves with what lies on it.
        let behind = match self.setting.behind {
            Backdrop::Room => &still,
            Backdrop::Table => view,
        };
        let backdrop = backdrop::light(behind, self.setting.behind, Some(self.side), |light| {
            [brightness(view.linear(light)), 0.0, 0.0]
        });
        let mut planes = camera::fill(&backdrop, view);
        let exposure_ms = self.setting.shutter.exposure_ms;
        let poses: Vec<Pose> = (0..camera::lines(view) * SAMPLES)
            .map(|index| {
                let middle = self.row_ms(ms, (index / SAMPLES * CELL) as f32);
                let part = ((index % SAMPLES) as f32 + 0.5) / SAMPLES as f32 - 0.5;
                self.pose(middle + part * exposure_ms)
            })
            .collect();
        let warp = Warp::new(view, &self.art, SAMPLES, |line, instant| {
            &poses[line * SAMPLES + instant]
        });
        camera::project(&mut planes, &self.art, &self.palette, &warp);
        self.lit(planes, view, ms)
    }

    /// What the surfaces make of the lamps and of their own light.
    fn lit(&self, planes: Planes<3>, view: &View, ms: f32) -> Vec<f32> {
        let width = view.width as usize;
        let soft = self.soft(view, ms);
        let exposure_ms = self.setting.shutter.exposure_ms;
        let [mut reflected, emitted, mirrors] = planes;
        let surfaces = emitted.chunks_exact(width).zip(mirrors.chunks_exact(width));
        let rows = reflected.chunks_exact_mut(width).zip(surfaces);
        for (y, (row, (emitted, mirrors))) in rows.enumerate() {
            let now = self.row_ms(ms, y as f32 + 0.5);
            let [mains, dimmer] = self.phases_ms.map(|phase| now + phase);
            let mains = self.setting.mains.light(mains, exposure_ms);
            let screen = self.setting.screen.flicker.light(dimmer, exposure_ms);
            let screen = screen * self.setting.screen.brightness;
            let pixels = row.iter_mut().zip(emitted.iter().zip(mirrors));
            for ((value, (emits, mirrors)), [shade, glare]) in pixels.zip(soft.row(y)) {
                // Only the carrier bends and mirrors, not what is behind it.
                let shade = 1.0 + (shade - 1.0) * mirrors;
                *value = *value * mains * shade + emits * screen + glare * mirrors;
            }
        }
        reflected
    }

    /// Shade on the carrier, and the light that it mirrors.
    fn soft(&self, view: &View, ms: f32) -> Coarse<2, CELL> {
        let poses: Vec<Pose> = (0..camera::lines(view))
            .map(|line| self.pose(self.row_ms(ms, (line * CELL) as f32)))
            .collect();
        Coarse::new(self.setting.size, |x, y| {
            let place = poses[y / CELL].plane(x as f32, y as f32);
            let place = place.map(|part| part / self.side);
            [self.lamps.shade(place), self.lamps.mirrored(place, ms)]
        })
    }

    /// When the row's exposure has its middle, in a frame whose middle row has it at `ms`.
    fn row_ms(&self, ms: f32, row: f32) -> f32 {
        let height = self.setting.size[1] as f32;
        ms + self.setting.shutter.readout_ms * (row / height - 0.5)
    }

    fn pose(&self, ms: f32) -> Pose {
        Pose::new(&self.motion.view(ms).bounded(), self.side)
    }

    /// Where the code is in a frame, without drawing it.
    #[must_use]
    pub fn truth(&self, number: u32) -> Truth {
        let ms = time_ms(number);
        let [width, height] = self.setting.size.map(|part| part as f32);
        let half = self.side / 2.0 - QUIET_ZONE as f32;
        let finder = half - 3.5;
        let at = |place: [f32; 2]| self.pixel(place, ms);
        let corners = SQUARE.map(|corner| at(corner.map(|part| part * half)));
        let [first, second, _, last] = SQUARE.map(|corner| corner.map(|part| part * finder));
        let inside = |[x, y]: &[f32; 2]| (0.0..=width).contains(x) && (0.0..=height).contains(y);
        let places = SQUARE.into_iter().chain([[0.0, 0.0]]);
        let px_per_module = places
            .map(|place| {
                let [x, y] = place.map(|part| part * (half - 1.0));
                let along = |dx, dy| {
                    let (from, to) = (at([x - dx, y - dy]), at([x + dx, y + dy]));
                    [0, 1].map(|i| (to[i] - from[i]) / 2.0)
                };
                smallest_stretch(along(1.0, 0.0), along(0.0, 1.0))
            })
            .fold(f32::INFINITY, f32::min);
        Truth {
            corners,
            finders: [first, second, last].map(at),
            px_per_module,
            fully_visible: corners.iter().all(inside),
        }
    }

    /// Where a place on the carrier is seen: at the time of the row on which it is seen.
    fn pixel(&self, place: [f32; 2], ms: f32) -> [f32; 2] {
        let mut seen = self.pose(ms).pixel(place);
        for _ in 0..3 {
            let row = seen[1].clamp(0.0, self.setting.size[1] as f32);
            seen = self.pose(self.row_ms(ms, row)).pixel(place);
        }
        seen
    }
}

impl Iterator for Sequence {
    type Item = SceneFrame;

    fn next(&mut self) -> Option<SceneFrame> {
        let number = self.next;
        if number >= self.setting.frames {
            return None;
        }
        self.next += 1;
        Some(self.frame(number))
    }
}

/// The middle of a frame's exposure.
fn time_ms(number: u32) -> f32 {
    number as f32 * FRAME_MS
}

/// Corners in the order of [`Truth::corners`].
const SQUARE: [[f32; 2]; 4] = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];

/// What each ink does with light: reflects of the light that falls on it, emits of the screen's,
/// and mirrors.
fn surfaces(art: &Art, setting: &Setting, view: &View) -> [[f32; 3]; INKS] {
    std::array::from_fn(|ink| {
        let colour = art.palette().get(ink).copied().unwrap_or_default();
        let level = brightness(view.linear(colour));
        match (setting.carrier, InkLayer::of(ink as u8)) {
            (_, InkLayer::Hand) => [level, 0.0, 0.0],
            (Carrier::Phone, InkLayer::Shown) => [SCREEN_REFLECTS, level, 1.0],
            (Carrier::Phone, InkLayer::Body) | (Carrier::Paper, _) => [level, 0.0, 1.0],
        }
    })
}

/// Smaller singular value of the matrix with these columns.
pub(crate) fn smallest_stretch([a, c]: [f32; 2], [b, d]: [f32; 2]) -> f32 {
    let (sum, determinant) = (a * a + b * b + c * c + d * d, a * d - b * c);
    let root = (sum * sum - 4.0 * determinant * determinant)
        .max(0.0)
        .sqrt();
    ((sum - root) / 2.0).max(0.0).sqrt()
}
