//! Grey to black and white by local means, so that shadows and gradients don't matter.

use super::mapping::Point;
use super::scale::Picture;

/// How much darker than its surroundings each pixel is: above 0 is black. All outside is white.
pub(super) struct Ink {
    width: usize,
    height: usize,
    /// `width * height` pixels: local threshold minus grey, -255 to 255.
    depth: Vec<i16>,
}

impl Ink {
    /// Whether the pixel that a point lies in is black; false outside, and for no number.
    pub(super) fn black(&self, x: f64, y: f64) -> bool {
        self.at(x, y) > 0
    }

    /// Whether the pixels are black from the one that a point lies in to the edge, along a row or a
    /// column; none if the point is outside.
    pub(super) fn along(
        &self,
        (x, y): Point,
        (dx, dy): (isize, isize),
    ) -> impl Iterator<Item = bool> {
        let inside =
            x >= 0.0 && y >= 0.0 && (x as usize) < self.width && (y as usize) < self.height;
        let (x, y) = (x as usize, y as usize);
        let left = |at: usize, end: usize, step: isize| match step {
            0 => usize::MAX,
            1.. => end - at,
            _ => at + 1,
        };
        let count = if inside {
            left(x, self.width, dx).min(left(y, self.height, dy))
        } else {
            0
        };
        let (start, stride) = (y * self.width + x, dx + dy * self.width as isize);
        (0..count as isize).map(move |t| self.depth[start.wrapping_add_signed(t * stride)] > 0)
    }

    /// The ink of the pixel that a point lies in; white outside, and for no number.
    pub(super) fn at(&self, x: f64, y: f64) -> i16 {
        if x >= 0.0 && y >= 0.0 {
            // `as` cuts off, and saturates far outside.
            let (x, y) = (x as i32 as usize, y as i32 as usize);
            if x < self.width && y < self.height {
                return self.depth[y * self.width + x];
            }
        }
        OUTSIDE
    }

    /// The ink at a point, mixed from the four pixels around it.
    pub(super) fn mixed(&self, x: f64, y: f64) -> f64 {
        let (x, y) = (x - 0.5, y - 0.5);
        if !(x >= 0.0 && y >= 0.0) {
            return f64::from(self.at(x + 0.5, y + 0.5));
        }
        let (left, top) = (x as i32 as usize, y as i32 as usize);
        if left + 1 >= self.width || top + 1 >= self.height {
            return f64::from(self.at(x + 0.5, y + 0.5));
        }
        let (u, v) = (x - left as f64, y - top as f64);
        let at = top * self.width + left;
        let mix = |pair: &[i16]| f64::from(pair[0]) * (1.0 - u) + f64::from(pair[1]) * u;
        let below = at + self.width;
        mix(&self.depth[at..at + 2]) * (1.0 - v) + mix(&self.depth[below..below + 2]) * v
    }

    /// The rows from the top.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[i16]> {
        self.depth.chunks_exact(self.width)
    }

    /// Width plus height, in pixels: no straight line through the picture is longer.
    pub(super) fn reach(&self) -> usize {
        self.width + self.height
    }

    /// Black for white.
    pub(super) fn inverted(mut self) -> Self {
        for pixel in &mut self.depth {
            *pixel = 1 - *pixel;
        }
        self
    }
}

/// The ink outside the picture.
const OUTSIDE: i16 = -64;

/// Blocks of `block` pixels a side; a pixel is black when it is not above the mean threshold of the
/// 5 x 5 blocks around it. The method is that of ZXing's hybrid binarizer. A block with less contrast
/// than `flat` holds no edge.
pub(super) fn threshold(picture: &Picture<'_>, block: usize, flat: u8, level: Level) -> Ink {
    let (width, height) = (picture.width, picture.height);
    let block = block.clamp(1, MAX_BLOCK);
    let (columns, rows) = (width.div_ceil(block), height.div_ceil(block));
    let own = block_thresholds(picture, block, flat, level, columns);
    let means = neighbourhood_means(&own, level, columns, rows);
    let mut depth = Vec::with_capacity(width * height);
    let mut limits = Vec::with_capacity(columns * block);
    for (band, means) in picture
        .pixels
        .chunks(width * block)
        .zip(means.chunks_exact(columns))
    {
        limits.clear();
        for &mean in means {
            limits.extend(std::iter::repeat_n(i16::from(mean) + 1, block));
        }
        for row in band.chunks_exact(width) {
            depth.extend(
                row.iter()
                    .zip(&limits)
                    .map(|(&p, limit)| limit - i16::from(p)),
            );
        }
    }
    Ink {
        width,
        height,
        depth,
    }
}

/// Which grey of a block separates ink from paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// The mean, that of flat blocks too: for large dark areas.
    Mean,
    /// The middle between the darkest and the lightest, flat blocks left out: for a code whose quiet zone
    /// is narrow and lies on dark ground, which would make its outer modules white.
    Middle,
}

/// The threshold of a block.
#[derive(Clone, Copy)]
struct Threshold {
    grey: u8,
    /// Whether the block has no edge, so that this is a guess.
    flat: bool,
}

/// Largest block side, so that a block's column of pixels sums up within 16 bits.
const MAX_BLOCK: usize = 256;

/// Contrast, in grey levels, up to which a look is one for faint ink.
const FAINT: u8 = 16;

/// The threshold of each block by itself: its mean, or for a flat block a guess from the blocks
/// before it, so that the inside of a large dark area stays dark.
fn block_thresholds(
    picture: &Picture<'_>,
    block: usize,
    flat: u8,
    level: Level,
    columns: usize,
) -> Vec<Threshold> {
    let mut own: Vec<Threshold> = Vec::with_capacity(columns * picture.height.div_ceil(block));
    let mut sums = vec![0u16; picture.width];
    let (mut lows, mut highs) = (vec![0u8; picture.width], vec![0u8; picture.width]);
    for band in picture.pixels.chunks(picture.width * block) {
        sums.fill(0);
        lows.fill(u8::MAX);
        highs.fill(0);
        // Plain loops over whole rows, which the compiler turns into vector instructions.
        for row in band.chunks_exact(picture.width) {
            for (sum, &p) in sums.iter_mut().zip(row) {
                *sum += u16::from(p);
            }
            for (low, &p) in lows.iter_mut().zip(row) {
                *low = (*low).min(p);
            }
            for (high, &p) in highs.iter_mut().zip(row) {
                *high = (*high).max(p);
            }
        }
        let height = band.len() / picture.width;
        let above = own.len().checked_sub(columns);
        let columns = sums
            .chunks(block)
            .zip(lows.chunks(block))
            .zip(highs.chunks(block));
        for (column, ((sums, lows), highs)) in columns.enumerate() {
            let low = lows.iter().copied().min().unwrap_or(0);
            let high = highs.iter().copied().max().unwrap_or(0);
            // A flat block is ground until a dark one is known before it: far below it usually, but
            // in a look for faint ink just below, or the means around would make that white.
            let ground = if flat <= FAINT {
                low - flat.min(low / 2)
            } else {
                low / 2
            };
            let edge = high.saturating_sub(low) > flat;
            let grey = if edge && level == Level::Middle {
                low.midpoint(high)
            } else if edge {
                let sum: u32 = sums.iter().map(|&s| u32::from(s)).sum();
                // The mean of bytes is a byte.
                (sum / (sums.len() * height) as u32) as u8
            } else {
                match (above, column.checked_sub(1)) {
                    (Some(above), Some(before)) => {
                        let of = |at: usize| u16::from(own[at].grey);
                        let last = own.len() - 1;
                        // The weighted mean of bytes is a byte.
                        let around =
                            ((of(above + column) + 2 * of(last) + of(above + before)) / 4) as u8;
                        if low < around { around } else { ground }
                    }
                    _ => ground,
                }
            };
            own.push(Threshold { grey, flat: !edge });
        }
    }
    own
}

/// The mean over the 5 x 5 blocks around each block, fewer at the edges.
fn neighbourhood_means(own: &[Threshold], level: Level, columns: usize, rows: usize) -> Vec<u8> {
    let near = |at: usize, end: usize| at.saturating_sub(2)..end.min(at + 3);
    // Sums of thresholds and how many they are.
    let counted = |t: &Threshold| match level {
        Level::Middle if t.flat => (0, 0),
        _ => (u16::from(t.grey), 1),
    };
    let add = |(a, n): (u16, u16), (b, m): (u16, u16)| (a + b, n + m);
    let across: Vec<(u16, u16)> = own
        .chunks_exact(columns)
        .flat_map(|row| {
            (0..columns).map(move |x| row[near(x, columns)].iter().map(counted).fold((0, 0), add))
        })
        .collect();
    let mut means = Vec::with_capacity(own.len());
    for y in 0..rows {
        for x in 0..columns {
            let column = near(y, rows).map(|y| across[y * columns + x]);
            let (sum, count) = column.fold((0, 0), add);
            // The mean of bytes is a byte.
            let mean = sum.checked_div(count).map(|mean| mean as u8);
            means.push(mean.unwrap_or(own[y * columns + x].grey));
        }
    }
    means
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::decode::Luma;

    /// Dark ground, then paper with thin lines that the picture's blur made pale.
    #[test]
    fn pale_lines_beside_dark_ground_are_ink_by_the_middle_and_not_by_the_mean() {
        const SIDE: usize = 96;
        const EDGE: usize = 40;
        const LINE: usize = 44;
        let row = (0..SIDE).map(|x| match x {
            ..EDGE => 30,
            _ if (x - EDGE) % 8 == LINE - EDGE => 135,
            _ => 210,
        });
        let row: Vec<u8> = row.collect();
        let pixels = row.repeat(SIDE);
        let luma = Luma::new(SIDE as u32, SIDE as u32, &pixels).unwrap();
        let picture = Picture::resized(luma, 1.0);
        let line = |level| threshold(&picture, 8, 24, level).black(LINE as f64, 48.0);
        let paper = |level| threshold(&picture, 8, 24, level).black(LINE as f64 + 2.0, 48.0);
        assert!(!line(Level::Mean));
        assert!(line(Level::Middle));
        assert!(!paper(Level::Mean) && !paper(Level::Middle));
    }

    #[test]
    fn a_picture_without_an_edge_is_paper() {
        for level in [Level::Mean, Level::Middle] {
            let luma = Luma::new(40, 40, &[90; 1_600]).unwrap();
            let ink = threshold(&Picture::resized(luma, 1.0), 8, 24, level);
            assert!(ink.rows().flatten().all(|&ink| ink <= 0));
        }
    }
}
