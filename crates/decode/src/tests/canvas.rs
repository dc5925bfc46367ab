//! Grey pictures with drawn codes, and noise: the same in every run.

use qrcodegen::{QrCode, QrCodeEcc};

use crate::ink::Ink;
use crate::look::PLAIN;
use crate::point::Point;
use crate::{DecodedCode, Luma, StreamReader, decode, first_look};

/// A small generator of the same bytes in every run (xorshift).
pub(crate) struct SeededBytes(u64);

impl SeededBytes {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as u8
    }
}

/// A square of modules to draw.
pub(crate) struct Print {
    pub(crate) side: i32,
    /// Rows from the top, true is black.
    pub(crate) modules: Vec<bool>,
    /// Grey of black and of white modules.
    pub(crate) black: u8,
    pub(crate) white: u8,
}

impl Print {
    pub(crate) fn of(code: &QrCode) -> Self {
        let side = code.size();
        let all = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
        Self {
            side,
            modules: all.map(|(x, y)| code.get_module(x, y)).collect(),
            black: 30,
            white: 220,
        }
    }

    /// A code of this version, whatever its content.
    pub(crate) fn of_version(content: &str, version: u8) -> Self {
        let version = qrcodegen::Version::new(version);
        let segments = qrcodegen::QrSegment::make_segments(content);
        let (ecc, mask) = (QrCodeEcc::Medium, None);
        let code = QrCode::encode_segments_advanced(&segments, ecc, version, version, mask, false);
        Self::of(&code.unwrap())
    }

    /// Half the side, in modules.
    pub(crate) fn half(&self) -> f64 {
        f64::from(self.side) / 2.0
    }

    pub(crate) fn module(&mut self, x: i32, y: i32) -> &mut bool {
        &mut self.modules[(y * self.side + x) as usize]
    }

    /// Paints a finder pattern over: 0 top left, 1 top right, 2 bottom left.
    pub(crate) fn cover(&mut self, finder: usize) {
        let far = self.side - 8;
        let (left, top) = [(0, 0), (far, 0), (0, far)][finder];
        for (x, y) in (0..8).flat_map(|y| (0..8).map(move |x| (x, y))) {
            *self.module(left + x, top + y) = false;
        }
    }

    /// The grey at a place in modules from the top left corner; `None` outside the quiet zone.
    fn grey(&self, (u, v): Point) -> Option<u8> {
        let (quiet, end) = (-4.0, f64::from(self.side) + 4.0);
        if !(u >= quiet && v >= quiet && u < end && v < end) {
            return None;
        }
        let (x, y) = (u.floor() as i32, v.floor() as i32);
        let inside = (0..self.side).contains(&x) && (0..self.side).contains(&y);
        let black = inside && self.modules[(y * self.side + x) as usize];
        Some(if black { self.black } else { self.white })
    }
}

/// A grey picture to draw on.
pub(crate) struct Canvas {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pixels: Vec<u8>,
}

impl Canvas {
    pub(crate) fn new(width: u32, height: u32, ground: u8) -> Self {
        let pixels = vec![ground; (width * height) as usize];
        Self {
            width,
            height,
            pixels,
        }
    }

    pub(crate) fn from_fn(width: u32, height: u32, mut pixel: impl FnMut(u32, u32) -> u8) -> Self {
        let mut canvas = Self::new(width, height, 0);
        for (i, p) in canvas.pixels.iter_mut().enumerate() {
            *p = pixel(i as u32 % width, i as u32 / width);
        }
        canvas
    }

    /// Draws a code with its middle at `middle`, `module` pixels per module, turned by `angle`.
    pub(crate) fn draw(&mut self, content: &[u8], middle: Point, module: f64, angle: f64) {
        let print = Print::of(&QrCode::encode_binary(content, QrCodeEcc::Medium).unwrap());
        let turned = flat(module, angle);
        self.print(&print, middle, turned);
    }

    /// Draws a print with its middle at `middle`. `modules` makes pixels from there to modules from
    /// the middle of the print. A pixel is the mean of nine points in it.
    pub(crate) fn print(&mut self, print: &Print, middle: Point, modules: impl Fn(Point) -> Point) {
        const PARTS: [f64; 3] = [1.0 / 6.0, 0.5, 5.0 / 6.0];
        let half = print.half();
        for (i, p) in self.pixels.iter_mut().enumerate() {
            let x = f64::from(i as u32 % self.width) - middle.0;
            let y = f64::from(i as u32 / self.width) - middle.1;
            let at = |dx: f64, dy: f64| {
                let (u, v) = modules((x + dx, y + dy));
                (u + half, v + half)
            };
            let (u, v) = at(0.5, 0.5);
            if (u - half).abs().max((v - half).abs()) > half + 6.0 {
                continue;
            }
            let points = PARTS.iter().flat_map(|&dy| PARTS.map(|dx| (dx, dy)));
            let greys = points.map(|(dx, dy)| print.grey(at(dx, dy)).unwrap_or(*p));
            *p = (greys.map(u32::from).sum::<u32>() / 9) as u8;
        }
    }

    pub(crate) fn view(&self) -> Luma<'_> {
        Luma::new(self.width, self.height, &self.pixels).unwrap()
    }

    /// As ink, as a plain look has it.
    pub(crate) fn ink(&self) -> Ink {
        PLAIN.ink(&PLAIN.grey(self.view()))
    }

    /// As a picture of its own.
    pub(crate) fn still(&self) -> Vec<DecodedCode> {
        decode(self.view())
    }

    /// As the first frame of a stream.
    pub(crate) fn frame(&self) -> Vec<DecodedCode> {
        StreamReader::default().read(self.view())
    }

    /// With the quick look alone.
    pub(crate) fn glance(&self) -> Vec<DecodedCode> {
        first_look(self.view())
    }
}

/// A flat print seen from above, `module` pixels per module, turned by `angle`.
pub(crate) fn flat(module: f64, angle: f64) -> impl Fn(Point) -> Point {
    let (sin, cos) = angle.sin_cos();
    move |(x, y)| ((x * cos + y * sin) / module, (y * cos - x * sin) / module)
}

/// How far, in pixels, the corners of a reading are at most from those of a print of `side`
/// modules, turned by `angle`, its middle at `middle` and its modules `across` pixels wide and
/// `down` high.
pub(crate) fn corners_off(
    code: &DecodedCode,
    side: f64,
    middle: Point,
    (across, down): Point,
    angle: f64,
) -> f64 {
    let (sin, cos) = angle.sin_cos();
    let half = side / 2.0;
    let places = [(-half, -half), (half, -half), (half, half), (-half, half)];
    let off = |((x, y), (u, v)): ((f32, f32), Point)| {
        let expected = (
            middle.0 + across * (u * cos - v * sin),
            middle.1 + down * (u * sin + v * cos),
        );
        (f64::from(x) - expected.0).hypot(f64::from(y) - expected.1)
    };
    let pairs = code.corners.into_iter().zip(places);
    pairs.map(off).fold(0.0, f64::max)
}

/// A print that is turned by `angle` and then tilted by `tilt` about the vertical, seen by a camera
/// `distance` modules away.
pub(crate) fn slanting(
    module: f64,
    angle: f64,
    tilt: f64,
    distance: f64,
) -> impl Fn(Point) -> Point {
    let turned = flat(1.0, angle);
    let (sin, cos) = tilt.sin_cos();
    move |(x, y)| {
        let u = x / (module * cos - x * sin / distance);
        turned((u, y * (1.0 + u * sin / distance) / module))
    }
}

/// A print on a sheet that is bent about the vertical, seen from a little below: columns are
/// shifted by `bend` modules times the square of their distance from the middle, which is 1 at
/// `half` modules.
pub(crate) fn bent(module: f64, bend: f64, half: f64) -> impl Fn(Point) -> Point {
    move |(x, y)| {
        let (u, v) = (x / module, y / module);
        (u, v + bend * (u / half).powi(2))
    }
}
