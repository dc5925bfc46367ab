//! Grey to black and white by local means, so that shadows and gradients don't matter.

use super::scale::Picture;

/// Block side in pixels that suits modules of up to about ten pixels.
pub(super) const FINE: usize = 8;
/// Block side in pixels for large modules and for glare.
pub(super) const COARSE: usize = 24;
/// A block with less contrast than this holds no edge.
const FLAT: u8 = 24;

/// A black and white picture; everything outside it is white.
pub(super) struct Bits {
    width: usize,
    height: usize,
    /// `width * height` pixels, true is black.
    black: Vec<bool>,
}

impl Bits {
    /// Whether the pixel is black; false outside.
    pub(super) fn at(&self, x: i32, y: i32) -> bool {
        match (usize::try_from(x), usize::try_from(y)) {
            (Ok(x), Ok(y)) if x < self.width && y < self.height => self.black[y * self.width + x],
            _ => false,
        }
    }

    /// Whether the pixel that a point lies in is black; false outside, and for no number.
    pub(super) fn at_point(&self, x: f64, y: f64) -> bool {
        // `as` saturates, and gives 0 for NaN: always a place that `at` can judge.
        self.at(x.floor() as i32, y.floor() as i32)
    }

    /// The rows from the top.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[bool]> {
        self.black.chunks_exact(self.width)
    }

    /// Width plus height, in pixels: no straight line through the picture is longer.
    pub(super) fn reach(&self) -> usize {
        self.width + self.height
    }

    pub(super) fn invert(&mut self) {
        for pixel in &mut self.black {
            *pixel = !*pixel;
        }
    }
}

/// Blocks of `block` pixels a side; a pixel is black when it is not above the mean threshold of the
/// 5 x 5 blocks around it. The method is that of ZXing's hybrid binarizer.
pub(super) fn threshold(picture: &Picture<'_>, block: usize) -> Bits {
    let (width, height) = (picture.width, picture.height);
    let block = block.max(1);
    let (columns, rows) = (width.div_ceil(block), height.div_ceil(block));
    let own = block_thresholds(picture, block, columns, rows);
    let means = neighbourhood_means(&own, columns, rows);
    let mut black = Vec::with_capacity(width * height);
    for (y, row) in picture.pixels.chunks_exact(width).enumerate() {
        let limits = &means[y / block * columns..][..columns];
        for (pixels, &limit) in row.chunks(block).zip(limits) {
            black.extend(pixels.iter().map(|&p| p <= limit));
        }
    }
    Bits {
        width,
        height,
        black,
    }
}

/// The threshold of each block by itself: its mean, or for a flat block a guess from the blocks
/// before it, so that the inside of a large dark area stays dark.
fn block_thresholds(picture: &Picture<'_>, block: usize, columns: usize, rows: usize) -> Vec<u8> {
    let mut own = vec![0u8; columns * rows];
    let mut stats = vec![(0u64, 0u64, u8::MAX, 0u8); columns];
    for (by, band) in picture.pixels.chunks(picture.width * block).enumerate() {
        stats.fill((0, 0, u8::MAX, 0));
        for row in band.chunks_exact(picture.width) {
            for ((sum, count, low, high), pixels) in stats.iter_mut().zip(row.chunks(block)) {
                for &p in pixels {
                    *sum += u64::from(p);
                    *low = (*low).min(p);
                    *high = (*high).max(p);
                }
                *count += pixels.len() as u64;
            }
        }
        for (bx, &(sum, count, low, high)) in stats.iter().enumerate() {
            own[by * columns + bx] = if high.saturating_sub(low) > FLAT {
                (sum / count.max(1)) as u8
            } else if bx == 0 || by == 0 {
                low / 2
            } else {
                let before = |dx: usize, dy: usize| u16::from(own[(by - dy) * columns + bx - dx]);
                // The weighted mean of bytes is a byte.
                let around = ((before(0, 1) + 2 * before(1, 0) + before(1, 1)) / 4) as u8;
                if low < around { around } else { low / 2 }
            };
        }
    }
    own
}

/// The mean over the 5 x 5 blocks around each block, fewer at the edges.
fn neighbourhood_means(own: &[u8], columns: usize, rows: usize) -> Vec<u8> {
    let mut means = Vec::with_capacity(own.len());
    for by in 0..rows {
        for bx in 0..columns {
            let (mut sum, mut count) = (0u32, 0u32);
            for y in by.saturating_sub(2)..rows.min(by + 3) {
                for x in bx.saturating_sub(2)..columns.min(bx + 3) {
                    sum += u32::from(own[y * columns + x]);
                    count += 1;
                }
            }
            means.push((sum / count.max(1)) as u8);
        }
    }
    means
}
