//! Frames of a camera: a quick look at each, and where that reads nothing one careful look of another
//! kind per frame, near the finder patterns that were seen.

use super::look::{Care, Look, PLAIN};
use super::{DecodedCode, Luma, MIN_SIDE, Seen, dedupe, see};

/// Work of a careful look, in modules sampled: with the quick look before it, the cap per frame.
const CAREFUL_WORK: usize = 800_000;
/// Most pixels of a careful look after scaling.
const CAREFUL_PIXELS: f64 = 700_000.0;
/// Frames for which a place is remembered.
const REMEMBERED: usize = 8;

const CAREFUL: Look = Look {
    care: Care::Thorough { work: CAREFUL_WORK },
    ..PLAIN
};
/// The careful looks that take turns, most often useful first; the scale is against that of the quick
/// look.
const TURNS: [Look; 6] = [
    CAREFUL,
    Look {
        block: 16,
        flat: 12,
        ..CAREFUL
    },
    Look {
        scale: 0.5,
        sharpen: 2.0,
        ..CAREFUL
    },
    Look {
        block: 32,
        flat: 8,
        ..CAREFUL
    },
    Look {
        scale: 2.0,
        ..CAREFUL
    },
    Look {
        inverted: true,
        ..CAREFUL
    },
];

/// Reads the frames of one camera. The same frames give the same codes.
#[derive(Clone, Debug, Default)]
pub struct StreamReader {
    /// Careful looks so far.
    turn: usize,
    /// Where finder patterns were seen last, and how many frames ago.
    place: Option<(Region, usize)>,
}

/// A part of a frame, in pixels: left, top, right, bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Region([f32; 4]);

impl StreamReader {
    /// Reads the codes of the next frame: each content once, from the top of the picture to its bottom.
    pub fn read(&mut self, frame: Luma<'_>) -> Vec<DecodedCode> {
        if frame.width.min(frame.height) < MIN_SIDE {
            return Vec::new();
        }
        let quick = Look::quick(frame);
        let seen = see(&quick, frame);
        self.remember(&seen, frame);
        let mut codes = seen.codes;
        if codes.is_empty() || !seen.unread.is_empty() {
            codes.extend(self.careful(frame, quick.scale));
        }
        dedupe(codes)
    }

    fn remember(&mut self, seen: &Seen, frame: Luma<'_>) {
        self.place = match Region::around(seen, frame) {
            Some(region) => Some((region, 0)),
            None => self
                .place
                .map(|(region, age)| (region, age + 1))
                .filter(|(_, age)| *age < REMEMBERED),
        };
    }

    /// One careful look, where something was seen or else at the whole frame.
    fn careful(&mut self, frame: Luma<'_>, scale: f64) -> Vec<DecodedCode> {
        let pixels: Vec<u8>;
        let (part, left, top) = match self.place {
            Some((region, _)) => {
                let (left, top, width, height) = region.within(frame);
                let row = |y: usize| &frame.pixels[y * frame.width + left..][..width];
                pixels = (top..top + height).flat_map(row).copied().collect();
                (Luma::of_whole(width, height, &pixels), left, top)
            }
            None => (frame, 0, 0),
        };
        let turn = TURNS[self.turn % TURNS.len()];
        self.turn += 1;
        let fits = |scale: f64| (part.pixels.len() as f64) / (scale * scale) <= CAREFUL_PIXELS;
        let wanted = turn.scale * scale;
        let look = Look {
            scale: if fits(wanted) { wanted } else { scale },
            ..turn
        };
        let mut codes = see(&look, part).codes;
        for (x, y) in codes.iter_mut().flat_map(|code| &mut code.corners) {
            *x += left as f32;
            *y += top as f32;
        }
        codes
    }
}

impl Region {
    /// The part of a frame where finder patterns were seen, as wide again on every side; `None` if
    /// there were none.
    fn around(seen: &Seen, frame: Luma<'_>) -> Option<Self> {
        let places = if seen.unread.is_empty() {
            &seen.finders
        } else {
            &seen.unread
        };
        let mut bounds: Option<[f32; 4]> = None;
        for &(x, y, module) in places {
            let margin = 8.0 * module;
            let [l, t, r, b] = bounds.unwrap_or([x, y, x, y]);
            bounds = Some([
                l.min(x - margin),
                t.min(y - margin),
                r.max(x + margin),
                b.max(y + margin),
            ]);
        }
        let [l, t, r, b] = bounds?;
        let margin = (r - l).max(b - t);
        let (width, height) = (frame.width as f32, frame.height as f32);
        Some(Self([
            (l - margin).clamp(0.0, width),
            (t - margin).clamp(0.0, height),
            (r + margin).clamp(0.0, width),
            (b + margin).clamp(0.0, height),
        ]))
    }

    /// Left, top, width and height within a frame, which may be another size than the last one; at
    /// least as large as the smallest code.
    fn within(self, frame: Luma<'_>) -> (usize, usize, usize, usize) {
        let Self([l, t, r, b]) = self;
        let span = |from: f32, to: f32, end: usize| {
            let from = (from as usize).min(end - MIN_SIDE);
            let to = (to.ceil() as usize).clamp(from + MIN_SIDE, end);
            (from, to - from)
        };
        let ((left, width), (top, height)) = (span(l, r, frame.width), span(t, b, frame.height));
        (left, top, width, height)
    }
}
