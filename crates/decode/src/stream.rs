//! Frames of a camera: a quick look at each; where that reads nothing, quick looks for what it
//! misses most often; and then, near the finder patterns that were seen, an enlarged one and a
//! careful one, whose kind takes turns from frame to frame.

use crate::content::{DecodedCode, once_each};
use crate::finder::SeenFinder;
use crate::look::{Care, Look, PLAIN};
use crate::luma::{Luma, MIN_SIDE};
use crate::obstacle::{CodeLike, LookBack, Obstacle};
use crate::stages::{LookResult, Stages};

/// Most pixels of a frame's further looks together, after scaling, before none is enlarged any
/// more: with the work of each, the cap per frame. At 640 x 480 one of them can be enlarged, and a
/// second one if it looks at half of the frame.
const MOST_PIXELS: f64 = 1_900_000.0;
/// Frames for which a place is remembered.
const REMEMBERED: usize = 8;

/// For pale and unevenly lit codes.
const FINE: Look = Look {
    block: 8,
    flat: 8,
    ..PLAIN
};
/// For noise, and modules of few pixels.
const DOUBLED: Look = Look {
    scale: 0.5,
    flat: 16,
    ..PLAIN
};
/// For a screen that outshines everything: its light has eaten some of the ink, or most of it.
const DAZZLED: [Look; 2] = [Look { thicken: 1, ..FINE }, Look { thicken: 2, ..FINE }];
/// Part of the pixels that are as white as can be in a picture that dazzles: a tenth.
const DAZZLING: usize = 10;

/// For leaning and damaged codes.
const CAREFUL: Look = Look {
    care: Care::Thorough { work: 300_000 },
    ..PLAIN
};
/// The same with work enough for a mesh over a sheet that is not flat.
const BENT: Look = Look {
    care: Care::Thorough { work: 800_000 },
    ..PLAIN
};
/// For codes that are far away or out of focus.
const SHARP: Look = Look {
    scale: 0.5,
    sharpen: 2.0,
    care: Care::Thorough { work: 100_000 },
    ..PLAIN
};
/// The careful looks that take turns; the scale is against that of the quick look.
const TURNS: [Look; 6] = [
    CAREFUL,
    SHARP,
    Look {
        inverted: true,
        ..CAREFUL
    },
    BENT,
    SHARP,
    // Close by and blurred.
    Look {
        scale: 2.0,
        ..CAREFUL
    },
];

/// The quick look alone that every frame of a stream gets first, for benches.
pub fn first_look(picture: Luma<'_>) -> Vec<DecodedCode> {
    if picture.is_too_small() {
        return Vec::new();
    }
    once_each(Stages::of(Look::quick(picture), picture).result().codes)
}

/// Reads the frames of one camera. The same frames give the same codes.
#[derive(Clone, Debug, Default)]
pub struct StreamReader {
    /// Number of careful looks taken.
    turn: usize,
    /// Where finder patterns were seen last, and how many frames ago.
    place: Option<(FramePart, usize)>,
    /// What was seen in frames without a code.
    watch: LookBack,
}

/// A part of a frame, in pixels: left, top, right, bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
struct FramePart([f32; 4]);

impl StreamReader {
    /// Reads the codes of the next frame: each content once, from the top of the picture to its
    /// bottom.
    pub fn read(&mut self, frame: Luma<'_>) -> Vec<DecodedCode> {
        if frame.is_too_small() {
            return Vec::new();
        }
        let quick = Look::quick(frame);
        let seen = Stages::of(quick, frame).result();
        self.remember(&seen, frame);
        let mut code_like = CodeLike::whole(&seen.unread, (0, 0));
        let torn = CodeLike::torn(&seen.loose);
        let mut codes = seen.codes;
        if codes.is_empty() || !seen.unread.is_empty() || !seen.loose.is_empty() {
            let more = self.further(frame, quick.scale, &codes, &mut code_like);
            codes.extend(more);
        }
        if codes.is_empty() {
            self.watch.unread(frame, code_like.or(torn));
        } else {
            self.watch.read();
        }
        once_each(codes)
    }

    /// What keeps a code from being read, by the last frame; nothing where one was read.
    pub fn obstacle(&self) -> Option<Obstacle> {
        self.watch.obstacle()
    }

    fn remember(&mut self, seen: &LookResult, frame: Luma<'_>) {
        let others = |finder: &&SeenFinder| {
            let read = seen.codes.iter().any(|code| code.covers(finder.at()));
            !seen.unread.contains(finder) && !read
        };
        let others: Vec<_> = seen.finders.iter().filter(others).copied().collect();
        // What can never be read must not hide the rest: with every look it comes first once, and
        // last once.
        let mut places = [&seen.unread, &seen.loose, &others, &seen.finders];
        if self.turn / TURNS.len() % 2 == 1 {
            places[..3].rotate_left(1);
        }
        let region = places
            .into_iter()
            .find_map(|places| FramePart::around(places, frame));
        self.place = match region {
            Some(region) => Some((region, 0)),
            None => self
                .place
                .map(|(region, age)| (region, age + 1))
                .filter(|(_, age)| *age < REMEMBERED),
        };
    }

    /// The looks after the quick one until one reads something that is not `known`: cheap ones at
    /// the whole frame, expensive ones where something was seen. `scale` is the quick look's. What
    /// looks like a code and is not read is put into `code_like`.
    fn further(
        &mut self,
        frame: Luma<'_>,
        scale: f64,
        known: &[DecodedCode],
        code_like: &mut Option<CodeLike>,
    ) -> Vec<DecodedCode> {
        let mut pixels_left = MOST_PIXELS;
        let mut read = |look: Look, part, start| {
            let look = look.within(&mut pixels_left, scale, part);
            let seen = Stages::of(look, part).result();
            *code_like = code_like.or_else(|| CodeLike::whole(&seen.unread, start));
            let mut codes = seen.codes;
            codes.retain(|code| known.iter().all(|known| known.content != code.content));
            (!codes.is_empty()).then_some(codes)
        };
        let dazzled = dazzles(frame).then_some(DAZZLED).into_iter().flatten();
        let mut cheap = [FINE].into_iter().chain(dazzled);
        if let Some(codes) = cheap.find_map(|look| read(look, frame, (0, 0))) {
            return codes;
        }
        let pixels: Vec<u8>;
        let (part, left, top) = match self.place {
            Some((region, _)) => {
                let (left, top, width, height) = region.within(frame);
                let row = |y: usize| &frame.pixels[y * frame.width + left..][..width];
                pixels = (top..top + height).flat_map(row).copied().collect();
                (Luma::from_rows(width, &pixels), left, top)
            }
            None => (frame, 0, 0),
        };
        let turn = TURNS[self.turn % TURNS.len()];
        self.turn += 1;
        let expensive = [DOUBLED, turn].into_iter();
        let mut codes = { expensive }
            .find_map(|look| read(look, part, (left, top)))
            .unwrap_or_default();
        for (x, y) in codes.iter_mut().flat_map(|code| &mut code.corners) {
            *x += left as f32;
            *y += top as f32;
        }
        codes
    }
}

impl Look {
    /// This look at a picture whose quick look has the scale `quick`, not enlarged if that takes
    /// more pixels than are left.
    fn within(self, pixels_left: &mut f64, quick: f64, picture: Luma<'_>) -> Self {
        let pixels = |scale: f64| picture.pixels.len() as f64 / (scale * scale);
        let wanted = self.scale * quick;
        let fits = pixels(wanted) <= *pixels_left;
        let scale = if fits { wanted } else { wanted.max(quick) };
        *pixels_left -= pixels(scale);
        Self { scale, ..self }
    }
}

/// Whether so much of a picture is as white as can be that dark lines are thinner in it than they
/// are.
fn dazzles(picture: Luma<'_>) -> bool {
    let white = picture.pixels.iter().map(|&p| usize::from(p == u8::MAX));
    white.sum::<usize>() * DAZZLING >= picture.pixels.len()
}

impl FramePart {
    /// The part of a frame where these finder patterns were seen, as wide again on every side;
    /// `None` if there were none.
    fn around(finders: &[SeenFinder], frame: Luma<'_>) -> Option<Self> {
        let mut bounds: Option<[f32; 4]> = None;
        for &SeenFinder { x, y, module } in finders {
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

#[cfg(test)]
mod tests;
