//! Frames of a camera: a quick look at each; where that reads nothing, quick looks for what it
//! misses most often; and then, near the finder patterns that were seen, an enlarged one and a
//! careful one, whose kind takes turns from frame to frame.

use crate::content::{DecodedCode, once_each};
use crate::finder::SeenFinder;
use crate::look::{Care, Look, PLAIN};
use crate::luma::{Luma, MIN_SIDE};
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
        let mut codes = seen.codes;
        if codes.is_empty() || !seen.unread.is_empty() || !seen.loose.is_empty() {
            let more = self.further(frame, quick.scale, &codes);
            codes.extend(more);
        }
        once_each(codes)
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
    /// the whole frame, expensive ones where something was seen. `scale` is the quick look's.
    fn further(&mut self, frame: Luma<'_>, scale: f64, known: &[DecodedCode]) -> Vec<DecodedCode> {
        let mut pixels_left = MOST_PIXELS;
        let mut read = |look: Look, part| {
            let look = look.within(&mut pixels_left, scale, part);
            let mut codes = Stages::of(look, part).result().codes;
            codes.retain(|code| known.iter().all(|known| known.content != code.content));
            (!codes.is_empty()).then_some(codes)
        };
        let dazzled = dazzles(frame).then_some(DAZZLED).into_iter().flatten();
        let mut cheap = [FINE].into_iter().chain(dazzled);
        if let Some(codes) = cheap.find_map(|look| read(look, frame)) {
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
            .find_map(|look| read(look, part))
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
mod tests {
    use super::*;
    use crate::grey::GreyPicture;
    use crate::tests::{Canvas, Print, SeededBytes, bent, corners_off, flat};

    /// A code that only a careful look reads: one finder pattern is covered.
    fn covered(width: u32, height: u32, middle: (f64, f64)) -> Canvas {
        let mut print = Print::of_version("covered", 3);
        print.cover(1);
        let mut canvas = Canvas::new(width, height, 200);
        canvas.print(&print, middle, flat(4.0, 0.2));
        canvas
    }

    fn plain(middle: (f64, f64)) -> Canvas {
        let mut canvas = Canvas::new(640, 480, 200);
        canvas.draw(b"plain", middle, 4.0, 0.2);
        canvas
    }

    #[test]
    fn the_same_frames_give_the_same_codes() {
        let sheet = Print::of_version("bent", 3);
        let mut curled = Canvas::new(640, 480, 200);
        curled.print(&sheet, (200.0, 200.0), bent(5.0, 1.6, sheet.half()));
        let frames = [
            Canvas::new(640, 480, 90),
            curled,
            covered(640, 480, (400.0, 300.0)),
            plain((200.0, 200.0)),
            covered(320, 240, (160.0, 120.0)),
        ];
        let (mut one, mut other) = (StreamReader::default(), StreamReader::default());
        let mut read = 0;
        for frame in frames.iter().cycle().take(3 * frames.len()) {
            let codes = one.read(frame.view());
            assert_eq!(codes, other.read(frame.view()));
            read += codes.len();
        }
        assert!(read >= 6, "{read}");
    }

    #[test]
    fn what_the_quick_look_cannot_read_is_read_before_all_turns_are_over() {
        let sheet = Print::of_version("bent", 3);
        let mut curled = Canvas::new(320, 320, 200);
        curled.print(&sheet, (160.0, 160.0), bent(5.0, 1.6, sheet.half()));
        let mut light = Canvas::new(320, 240, 200);
        light.draw(b"light", (160.0, 120.0), 5.0, 0.1);
        light.pixels.iter_mut().for_each(|p| *p = 255 - *p);
        for (name, canvas) in [
            ("bent", curled),
            ("covered", covered(320, 240, (160.0, 120.0))),
            ("light", light),
        ] {
            assert_eq!(canvas.glance(), [], "{name}");
            let mut reader = StreamReader::default();
            let codes = (0..TURNS.len()).find_map(|_| reader.read(canvas.view()).pop());
            let content = codes.map(|code| code.content);
            assert_eq!(
                content.as_ref().map(|c| c.as_bytes()),
                Some(name.as_bytes())
            );
        }
    }

    /// Whether the code is read within so many frames of the same picture.
    fn is_read(canvas: &Canvas, content: &str, frames: usize) -> bool {
        let mut reader = StreamReader::default();
        (0..frames).any(|_| {
            let codes = reader.read(canvas.view());
            codes
                .iter()
                .any(|code| code.content.as_bytes() == content.as_bytes())
        })
    }

    #[test]
    fn beside_a_code_that_is_read_at_once_a_harder_one_is_read_too() {
        let mut bent_too = plain((120.0, 120.0));
        let sheet = Print::of_version("bent", 3);
        bent_too.print(&sheet, (430.0, 300.0), bent(5.0, 1.6, sheet.half()));
        let mut covered_too = covered(640, 480, (430.0, 300.0));
        covered_too.draw(b"plain", (120.0, 120.0), 4.0, 0.2);
        for (canvas, hard) in [(bent_too, "bent"), (covered_too, "covered")] {
            assert!(is_read(&canvas, "plain", 1), "beside {hard}");
            assert_eq!(canvas.glance().len(), 1);
            assert!(is_read(&canvas, hard, TURNS.len()), "{hard}");
        }
    }

    #[test]
    fn beside_what_looks_like_a_code_and_is_none_another_one_is_read() {
        let mut print = Print::of_version("no code", 2);
        let mut noise = SeededBytes::new(9);
        for (x, y) in (9..25).flat_map(|y| (9..25).map(move |x| (x, y))) {
            *print.module(x, y) = noise.byte() < 128;
        }
        let mut canvas = covered(640, 480, (450.0, 310.0));
        canvas.print(&print, (120.0, 120.0), flat(5.0, 0.0));
        assert!(!is_read(&canvas, "no code", 2 * TURNS.len()));
        assert!(is_read(&canvas, "covered", 2 * TURNS.len()));
    }

    #[test]
    fn a_place_is_forgotten_when_nothing_is_seen_there_for_long() {
        let mut reader = StreamReader::default();
        let empty = Canvas::new(640, 480, 200);
        reader.read(plain((200.0, 200.0)).view());
        for age in 0..REMEMBERED {
            assert_eq!(reader.place.map(|(_, age)| age), Some(age));
            assert_eq!(reader.read(empty.view()), []);
        }
        assert_eq!(reader.place, None);
    }

    /// What a sensor makes of a screen that is far too bright: white grows over black.
    fn overexposed(mut canvas: Canvas, pixels: usize) -> Canvas {
        for _ in 0..pixels {
            let negative = Canvas::from_fn(canvas.width, canvas.height, |x, y| {
                255 - canvas.pixels[(y * canvas.width + x) as usize]
            });
            let picture = GreyPicture::resized(negative.view(), 1.0).thickened();
            canvas.pixels = picture.pixels.iter().map(|p| 255 - p).collect();
        }
        canvas
    }

    #[test]
    fn what_is_pale_or_dazzles_is_read_from_its_first_frame() {
        let drawn = |black, white| {
            let mut print = Print::of_version("GP1:AT NIGHT AND IN THE SUN", 6);
            (print.black, print.white) = (black, white);
            let mut canvas = Canvas::new(400, 320, white);
            canvas.print(&print, (200.0, 160.0), flat(5.0, 0.12));
            canvas
        };
        for (name, canvas) in [
            ("pale", drawn(190, 206)),
            ("dazzling", overexposed(drawn(60, 255), 2)),
        ] {
            assert_eq!(canvas.glance(), [], "{name}");
            let codes = StreamReader::default().read(canvas.view());
            assert_eq!(codes.len(), 1, "{name}");
        }
    }

    #[test]
    fn a_picture_dazzles_from_a_tenth_of_white_on() {
        let picture = |white: usize| {
            let mut canvas = Canvas::new(40, 30, 254);
            canvas.pixels[..white].fill(255);
            canvas
        };
        assert!(dazzles(picture(120).view()));
        assert!(!dazzles(picture(119).view()));
    }

    #[test]
    fn a_frame_is_enlarged_only_while_there_are_pixels_left() {
        let canvas = Canvas::new(640, 480, 0);
        let mut left = MOST_PIXELS;
        let mut scale = |look: Look| look.within(&mut left, 1.0, canvas.view()).scale;
        assert_eq!(scale(DOUBLED), 0.5);
        assert_eq!(scale(SHARP), 1.0);
        let mut left = MOST_PIXELS;
        let large = Canvas::new(1_600, 1_200, 0);
        let mut scale = |look: Look| look.within(&mut left, 2.0, large.view()).scale;
        assert_eq!(scale(TURNS[5]), 4.0);
        assert_eq!(scale(DOUBLED), 2.0);
    }

    #[test]
    fn corners_of_a_code_in_a_part_are_those_in_the_whole_frame() {
        let (middle, side) = ((420.0, 300.0), 29.0);
        let canvas = covered(640, 480, middle);
        let mut reader = StreamReader::default();
        let code = (0..TURNS.len()).find_map(|_| {
            let code = reader.read(canvas.view()).pop()?;
            assert!(reader.place.is_some_and(|(region, _)| {
                let (left, top, ..) = region.within(canvas.view());
                left > 0 && top > 0
            }));
            Some(code)
        });
        // Two modules: the covered corner is a guess.
        let off = code.map(|code| corners_off(&code, side, middle, (4.0, 4.0), 0.2));
        assert!(off.is_some_and(|off| off < 8.0), "{off:?}");
    }

    #[test]
    fn frames_may_change_their_size() {
        let mut reader = StreamReader::default();
        for (width, height) in [
            (640, 480),
            (21, 21),
            (22, 400),
            (400, 22),
            (1, 1),
            (20, 500),
            (1_280, 720),
            (24, 24),
        ] {
            // A place at the far corner of a large frame; then a frame that ends before it.
            reader.read(covered(640, 480, (540.0, 380.0)).view());
            assert!(reader.place.is_some());
            for grey in [0, 200] {
                reader.read(Canvas::new(width, height, grey).view());
            }
        }
    }
}
