//! Why nothing was read from a frame, by what the looks at it saw: so that whoever holds the
//! scanner can be told what to do. Nothing here is done for a frame that is read.

use crate::finder::SeenFinder;
use crate::luma::Luma;

/// What keeps a code from being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Obstacle {
    /// The picture is dark, or its noise drowns everything.
    Darkness,
    /// What looks like a code gets too little light.
    DimCode,
    /// What looks like a code has too few pixels.
    TooFar,
    /// What looks like a code is blurred, or moves too fast.
    Unsteady,
}

/// Pixels of a part that are measured, at most.
const SAMPLES: usize = 16_384;
/// Grey level that nearly all of a dark picture lies below; and of a picture that is dark if it is
/// grainy as well.
const DARK: u8 = 85;
const DUSKY: u8 = 160;
/// Difference of neighbouring pixels that half of them exceed in a picture full of noise.
const GRAIN: u8 = 17;
/// Grey level that the paper of a code in too little light lies below; and of one that is surely in
/// too little.
const DIM: u8 = 110;
const DIMMER: u8 = 70;
/// Side of a module, in pixels, below which a code is seldom read.
const FEW_PIXELS: f32 = 1.9;
/// Difference of grey levels between ink and paper below which nothing is a code; and two finder
/// patterns of few pixels are none, which leaves and gravel often seem to have.
const PALE: u8 = 40;
const CLEAR: u8 = 90;
/// Side of a module, in pixels, below which two finder patterns are noise.
const NOISE: f32 = 1.25;
/// Modules by which noise that looks like a code jumps from one sight to the next; and by which a
/// code moves, in a frame, that is not held still.
const JUMP: f32 = 12.0;
const FAST: f32 = 3.0;
/// Steepness of edges, in differences of ink and paper a module, below which modules run into each
/// other.
const BLURRED: f32 = 0.65;
/// Frames for which the last sight of a code counts, while the careful looks take turns.
const REMEMBERED: usize = 8;

/// Finder patterns of what looks like a code and was not read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CodeLike {
    /// Left, top, right, bottom of the finder patterns, in pixels.
    bounds: [f32; 4],
    /// Side of a module in pixels.
    module: f32,
    /// Whether there are three of them, and rows of alternating modules between them.
    whole: bool,
}

/// What was seen since something was read last.
#[derive(Clone, Debug, Default)]
pub(crate) struct LookBack {
    obstacle: Option<Obstacle>,
    /// What last looked like a code, and how many frames ago.
    before: Option<(CodeLike, usize)>,
    /// What kept it from being read, and how many frames ago that was seen.
    last: Option<(Obstacle, usize)>,
}

impl CodeLike {
    /// Three finder patterns, or more, that a look at the part of a frame from `left` and `top` on
    /// took for those of a code.
    pub(crate) fn whole(finders: &[SeenFinder], (left, top): (usize, usize)) -> Option<Self> {
        let mut code = Self::around(finders, true)?;
        for (bound, start) in code.bounds.iter_mut().zip([left, top, left, top]) {
            *bound += start as f32;
        }
        Some(code)
    }

    /// Two finder patterns, or more, that may be part of a code.
    pub(crate) fn torn(finders: &[SeenFinder]) -> Option<Self> {
        Self::around(finders, false)
    }

    fn around(finders: &[SeenFinder], whole: bool) -> Option<Self> {
        let first = finders.first()?;
        let mut code = Self {
            bounds: [first.x, first.y, first.x, first.y],
            module: first.module,
            whole,
        };
        for finder in finders {
            let rim = 3.5 * finder.module;
            let [left, top, right, bottom] = &mut code.bounds;
            *left = left.min(finder.x - rim);
            *top = top.min(finder.y - rim);
            *right = right.max(finder.x + rim);
            *bottom = bottom.max(finder.y + rim);
            code.module = code.module.min(finder.module);
        }
        Some(code)
    }

    /// How far another one is from it, in modules.
    fn way_to(&self, other: &Self) -> f32 {
        let middle = |[left, top, right, bottom]: [f32; 4]| [left + right, top + bottom];
        let ([x, y], [to_x, to_y]) = (middle(self.bounds), middle(other.bounds));
        ((x - to_x).abs() + (y - to_y).abs()) / (2.0 * self.module)
    }

    /// Why it was not read, where that can be told; it moved so many modules in a frame.
    fn obstacle(&self, frame: Luma<'_>, moved: f32) -> Option<Obstacle> {
        let tones = GreyCounts::of(frame, self.bounds);
        let paper = tones.level(95);
        let contrast = paper.abs_diff(tones.level(5));
        let few = self.module < FEW_PIXELS;
        let least = if few && !self.whole { CLEAR } else { PALE };
        if paper < DIMMER && contrast >= PALE / 2 {
            Some(Obstacle::DimCode)
        } else if contrast < least {
            None
        } else if few {
            Some(Obstacle::TooFar)
        } else if moved > FAST || self.steepness(&tones) < BLURRED * f32::from(contrast) {
            Some(Obstacle::Unsteady)
        } else {
            (paper < DIM).then_some(Obstacle::DimCode)
        }
    }

    /// How many grey levels its steeper edges change by a module.
    fn steepness(&self, tones: &GreyCounts) -> f32 {
        // A code has an edge in about every second module.
        let edges = (25.0 / self.module).ceil().clamp(1.0, 25.0) as usize;
        f32::from(tones.step(100 - edges)) * self.module
    }
}

impl LookBack {
    /// Codes of a frame were read.
    pub(crate) fn read(&mut self) {
        *self = Self::default();
    }

    /// Nothing was read in a frame, and this looked like a code.
    pub(crate) fn unread(&mut self, frame: Luma<'_>, code: Option<CodeLike>) {
        grow_old(&mut self.before);
        grow_old(&mut self.last);
        if let Some(code) = code {
            let before = self.before.replace((code, 0));
            // As long as it was not seen again, nobody knows how it moved.
            let moved = before.map(|(before, age)| (code.way_to(&before), age));
            let stays = moved.is_some_and(|(way, _)| way < JUMP);
            let in_a_frame = moved
                .filter(|_| stays)
                .map(|(way, age)| way / age.max(1) as f32);
            if code.whole || code.module >= NOISE && stays {
                let obstacle = code.obstacle(frame, in_a_frame.unwrap_or(0.0));
                self.last = obstacle.map(|obstacle| (obstacle, 0));
            }
        }
        let last = self.last.map(|(obstacle, _)| obstacle);
        self.obstacle = last.or_else(|| is_dark(frame).then_some(Obstacle::Darkness));
    }

    /// What keeps a code from being read, by the last frames.
    pub(crate) fn obstacle(&self) -> Option<Obstacle> {
        self.obstacle
    }
}

/// A frame has passed: what is too old is forgotten.
fn grow_old<T>(seen: &mut Option<(T, usize)>) {
    if let Some((_, age)) = seen {
        *age += 1;
    }
    seen.take_if(|(_, age)| *age > REMEMBERED);
}

fn is_dark(frame: Luma<'_>) -> bool {
    let tones = GreyCounts::of(frame, [0.0, 0.0, frame.width as f32, frame.height as f32]);
    let brightest = tones.level(98);
    brightest < DARK || brightest < DUSKY && tones.step(50) >= GRAIN
}

/// How often each grey level is in a part of a frame, and each step from a pixel to the next one.
struct GreyCounts {
    levels: [usize; 256],
    steps: [usize; 256],
}

impl GreyCounts {
    fn of(frame: Luma<'_>, bounds: [f32; 4]) -> Self {
        let [left, top, right, bottom] = bounds.map(|bound| bound.max(0.0) as usize);
        let (right, bottom) = (right.min(frame.width), bottom.min(frame.height));
        let (left, top) = (left.min(right), top.min(bottom));
        let mut stride = 1;
        while (right - left) * (bottom - top) > SAMPLES * stride * stride {
            stride += 1;
        }
        let (mut levels, mut steps) = ([0; 256], [0; 256]);
        for y in (top..bottom).step_by(stride) {
            let row = &frame.pixels[y * frame.width..][left..right];
            for pair in row.windows(2).step_by(stride) {
                levels[usize::from(pair[0])] += 1;
                steps[usize::from(pair[0].abs_diff(pair[1]))] += 1;
            }
        }
        Self { levels, steps }
    }

    /// The grey level that so many percent lie below.
    fn level(&self, percent: usize) -> u8 {
        percentile(&self.levels, percent)
    }

    /// The step that so many percent are smaller than.
    fn step(&self, percent: usize) -> u8 {
        percentile(&self.steps, percent)
    }
}

fn percentile(counts: &[usize; 256], percent: usize) -> u8 {
    let mut below = counts.iter().sum::<usize>() * percent / 100;
    let mut reached = |count: usize| {
        let here = below < count;
        below = below.saturating_sub(count);
        here
    };
    let found = (0..=u8::MAX)
        .zip(counts)
        .find(|(_, count)| reached(**count));
    found.map_or(u8::MAX, |(level, _)| level)
}

#[cfg(test)]
mod tests;
