//! A picture in black and white, and how certain each pixel is.

use crate::point::Point;

/// How much darker than its surroundings each pixel is: above 0 is black. All outside is white.
pub(crate) struct Ink {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// `width * height` pixels: local threshold minus grey, cut off at [`LEAST`] and 127; clearer
    /// than that says no more, and a byte is quick.
    pub(crate) depth: Vec<i8>,
}

impl Ink {
    /// Whether the pixel that a point lies in is black; false outside, and for no number.
    pub(crate) fn black(&self, x: f64, y: f64) -> bool {
        self.at(x, y) > 0
    }

    /// The pixels from the one that a point lies in to the edge, that one too: along a way and
    /// back. `None` if the point is outside.
    pub(crate) fn from(&self, (x, y): Point, way: Scanline) -> Option<(Pixels<'_>, Pixels<'_>)> {
        let inside =
            x >= 0.0 && y >= 0.0 && (x as usize) < self.width && (y as usize) < self.height;
        let (x, y) = inside.then_some((x as usize, y as usize))?;
        let (at, end, stride) = match way {
            Scanline::Row => (x, self.width, 1),
            Scanline::Column => (y, self.height, self.width),
        };
        let next = y * self.width + x;
        let pixels = |left, step| Pixels {
            depth: &self.depth,
            next,
            left,
            step,
        };
        Some((
            pixels(end - at, stride),
            pixels(at + 1, stride.wrapping_neg()),
        ))
    }

    /// The ink of the pixel that a point lies in; white outside, and for no number.
    pub(crate) fn at(&self, x: f64, y: f64) -> i8 {
        if x >= 0.0 && y >= 0.0 {
            // `as` cuts off, and saturates far outside.
            let (x, y) = (x as i32 as usize, y as i32 as usize);
            if x < self.width && y < self.height {
                return self.depth[y * self.width + x];
            }
        }
        OUTSIDE
    }

    /// The ink at a point, mixed from the four pixels around it, each to a 256th: whole numbers are
    /// quicker than fractions.
    #[inline(always)]
    pub(crate) fn mixed(&self, x: f64, y: f64) -> f64 {
        const BITS: u32 = 8;
        const PARTS: i32 = 1 << BITS;
        if !(x >= 0.5 && y >= 0.5) {
            return f64::from(self.at(x, y));
        }
        // `as` cuts off, and saturates far outside.
        let parts = |at: f64| ((at - 0.5) * f64::from(PARTS)) as i32;
        let (across, down) = (parts(x), parts(y));
        let (left, top) = ((across >> BITS) as usize, (down >> BITS) as usize);
        if left + 1 >= self.width || top + 1 >= self.height {
            return f64::from(self.at(x, y));
        }
        let around = &self.depth[top * self.width + left..][..self.width + 2];
        let (u, v) = (across & (PARTS - 1), down & (PARTS - 1));
        let mix = |at: usize| {
            let (left, right) = (i32::from(around[at]), i32::from(around[at + 1]));
            left * PARTS + (right - left) * u
        };
        let (above, below) = (mix(0), mix(self.width));
        f64::from(above * PARTS + (below - above) * v) / f64::from(PARTS * PARTS)
    }

    /// The rows from the top.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[i8]> {
        self.depth.chunks_exact(self.width)
    }

    /// Width plus height, in pixels: no straight line through the picture is longer.
    pub(crate) fn reach(&self) -> usize {
        self.width + self.height
    }

    /// Black for white.
    pub(crate) fn inverted(mut self) -> Self {
        for pixel in &mut self.depth {
            *pixel = 1 - *pixel;
        }
        self
    }
}

/// A straight line of pixels through the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scanline {
    /// Ahead is to the right.
    Row,
    /// Ahead is down.
    Column,
}

/// Pixels in a straight line up to the picture's edge.
pub(crate) struct Pixels<'a> {
    depth: &'a [i8],
    next: usize,
    left: usize,
    /// Wraps around for a way back.
    step: usize,
}

impl Pixels<'_> {
    /// Takes the next pixels that are black (or white), at most `limit`, and returns how many they
    /// are.
    pub(crate) fn run(&mut self, black: bool, limit: usize) -> usize {
        let most = limit.min(self.left);
        let mut length = 0;
        while length < most && (self.depth[self.next] > 0) == black {
            length += 1;
            self.next = self.next.wrapping_add(self.step);
        }
        self.left -= length;
        length
    }

    /// Whether the edge is reached.
    pub(crate) fn is_empty(&self) -> bool {
        self.left == 0
    }
}

/// The ink outside the picture.
const OUTSIDE: i8 = -64;
/// The least ink of a pixel, such that [`Ink::inverted`] has a byte for it.
pub(crate) const LEAST: i16 = -126;
