//! Pictures at the size, and as sharp, as a look wants.

use std::borrow::Cow;

use image::imageops::{self, FilterType};

use super::Luma;
use super::mapping::Point;

/// A grey picture and its scale against the original.
pub(super) struct Picture<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    /// `width * height` bytes, by construction.
    pub(super) pixels: Cow<'a, [u8]>,
    /// Pixels of the original per pixel of this picture, across and down.
    scale: (f64, f64),
}

impl<'a> Picture<'a> {
    /// At another size: `scale` pixels of the original become one, each side. A side never gets
    /// below 1.
    pub(super) fn resized(luma: Luma<'a>, scale: f64) -> Self {
        if scale >= 1.0 && scale.fract() == 0.0 {
            return Self::shrunk(luma, scale as usize);
        }
        if scale == 0.5 {
            return Self::doubled(luma);
        }
        // `as` saturates; a side is far below 2^32, or its pixels would not fit into memory.
        let side = |side: usize| ((side as f64 / scale).round() as u32).max(1);
        let (width, height) = (side(luma.width), side(luma.height));
        let old = image::ImageBuffer::<image::Luma<u8>, _>::from_raw(
            luma.width as u32,
            luma.height as u32,
            luma.pixels,
        );
        let Some(old) = old else {
            return Self::shrunk(luma, 1);
        };
        let new = if scale > 1.0 {
            imageops::thumbnail(&old, width, height)
        } else {
            imageops::resize(&old, width, height, FilterType::CatmullRom)
        };
        Self {
            width: width as usize,
            height: height as usize,
            pixels: Cow::Owned(new.into_raw()),
            scale: (
                luma.width as f64 / f64::from(width),
                luma.height as f64 / f64::from(height),
            ),
        }
    }

    /// Twice as wide and as high, by cubic interpolation (Catmull-Rom): the same as a resize, many times
    /// as fast.
    fn doubled(luma: Luma<'a>) -> Self {
        let (width, height, wide) = (luma.width, luma.height, 2 * luma.width);
        let mut across: Vec<i16> = Vec::with_capacity(wide * height);
        let mut padded = vec![0; width + 4];
        for row in luma.pixels.chunks_exact(width) {
            for (at, grey) in padded.iter_mut().enumerate() {
                *grey = i32::from(row[at.saturating_sub(2).min(width - 1)]);
            }
            across.extend(padded.windows(5).flat_map(|near| {
                let near = [near[0], near[1], near[2], near[3], near[4]];
                quarters(near).map(|grey| grey as i16)
            }));
        }
        let mut pixels = vec![0; 2 * wide * height];
        for (y, rows) in pixels.chunks_exact_mut(2 * wide).enumerate() {
            let row = |off: usize| {
                let y = (y + off).saturating_sub(2).min(height - 1);
                &across[y * wide..][..wide]
            };
            let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(row);
            let (upper, lower) = rows.split_at_mut(wide);
            for (x, (upper, lower)) in upper.iter_mut().zip(lower).enumerate() {
                let near = [a[x], b[x], c[x], d[x], e[x]].map(i32::from);
                [*upper, *lower] = quarters(near).map(|grey| grey.clamp(0, 255) as u8);
            }
        }
        Self {
            width: wide,
            height: 2 * height,
            pixels: Cow::Owned(pixels),
            scale: (0.5, 0.5),
        }
    }

    /// Each side divided by `by`: the mean of `by` x `by` pixels; a rest at the far edges is cut.
    fn shrunk(luma: Luma<'a>, by: usize) -> Self {
        let by = by.clamp(1, luma.width.min(luma.height));
        if by == 1 {
            return Self {
                width: luma.width,
                height: luma.height,
                pixels: Cow::Borrowed(luma.pixels),
                scale: (1.0, 1.0),
            };
        }
        let (width, height) = (luma.width / by, luma.height / by);
        let mut pixels = Vec::with_capacity(width * height);
        let mut sums = vec![0u64; width];
        for rows in luma.pixels.chunks_exact(luma.width * by) {
            sums.fill(0);
            for row in rows.chunks_exact(luma.width) {
                for (sum, run) in sums.iter_mut().zip(row.chunks_exact(by)) {
                    *sum += run.iter().map(|&p| u64::from(p)).sum::<u64>();
                }
            }
            // The mean of bytes is a byte.
            pixels.extend(sums.iter().map(|sum| (sum / (by * by) as u64) as u8));
        }
        Self {
            width,
            height,
            pixels: Cow::Owned(pixels),
            scale: (by as f64, by as f64),
        }
    }

    /// With steeper edges: each pixel's difference from the mean of those up to `reach` around it,
    /// times `amount`, is added to it.
    pub(super) fn sharpened(self, amount: f64, reach: usize) -> Self {
        let (width, height) = (self.width, self.height);
        let near = |at: usize, end: usize| at.saturating_sub(reach)..end.min(at + reach + 1);
        let row = |y: usize| &self.pixels[y * width..][..width];
        // The sum of each column over the rows that are near, kept up from row to row; whole numbers,
        // so that nothing drifts.
        let mut columns = vec![0u32; width];
        let mut until = vec![0u32; width + 1];
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            let (before, rows) = (near(y.max(1) - 1, height), near(y, height));
            let new = if y == 0 { 0 } else { before.end };
            for came in new..rows.end {
                for (sum, &p) in columns.iter_mut().zip(row(came)) {
                    *sum += u32::from(p);
                }
            }
            for gone in before.start..rows.start {
                for (sum, &p) in columns.iter_mut().zip(row(gone)) {
                    *sum -= u32::from(p);
                }
            }
            let mut sum = 0;
            for (until, column) in until[1..].iter_mut().zip(&columns) {
                sum += column;
                *until = sum;
            }
            pixels.extend(row(y).iter().enumerate().map(|(x, &old)| {
                let near = near(x, width);
                let sum = until[near.end] - until[near.start];
                let mean = sum as f32 / (near.len() * rows.len()) as f32;
                let old = f32::from(old);
                // `as` saturates.
                (old + (old - mean) * amount as f32) as u8
            }));
        }
        Self {
            pixels: Cow::Owned(pixels),
            ..self
        }
    }

    /// With dark lines a pixel wider on each side: each pixel is the darkest of itself and the four beside
    /// it. Light that is too bright for the sensor spreads and eats the ink; this gives some back.
    pub(super) fn thickened(self) -> Self {
        let (width, height) = (self.width, self.height);
        let row = |y: usize| &self.pixels[y * width..][..width];
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            let (above, own, below) = (row(y.max(1) - 1), row(y), row((y + 1).min(height - 1)));
            let start = pixels.len();
            pixels.extend(
                (above.iter().zip(own).zip(below))
                    .map(|((&a, &p), &b): ((&u8, _), _)| a.min(p).min(b)),
            );
            let new = &mut pixels[start..];
            for (new, &right) in new.iter_mut().zip(&own[1..]) {
                *new = (*new).min(right);
            }
            for (new, &left) in new[1..].iter_mut().zip(own) {
                *new = (*new).min(left);
            }
        }
        Self {
            pixels: Cow::Owned(pixels),
            ..self
        }
    }

    /// As many times as wide and as high: a code seen aslant gets its sides more alike.
    pub(super) fn stretched(self, (across, down): (usize, usize)) -> Self {
        if (across, down) == (1, 1) {
            return self;
        }
        let (width, height) = (self.width * across, self.height * down);
        let old = image::ImageBuffer::<image::Luma<u8>, _>::from_raw(
            self.width as u32,
            self.height as u32,
            self.pixels.as_ref(),
        );
        let Some(old) = old else {
            return self;
        };
        let new = imageops::resize(&old, width as u32, height as u32, FilterType::CatmullRom);
        Self {
            width,
            height,
            pixels: Cow::Owned(new.into_raw()),
            scale: (self.scale.0 / across as f64, self.scale.1 / down as f64),
        }
    }

    /// A place in this picture as one in the original.
    pub(super) fn original(&self, (x, y): Point) -> (f32, f32) {
        ((x * self.scale.0) as f32, (y * self.scale.1) as f32)
    }

    /// A length in this picture, whichever way, as about one in the original.
    pub(super) fn original_length(&self, length: f64) -> f32 {
        (length * (self.scale.0 * self.scale.1).sqrt()) as f32
    }
}

/// Of five pixels in a row: the grey a quarter of a pixel before the middle of the third, and behind.
fn quarters([a, b, c, d, e]: [i32; 5]) -> [i32; 2] {
    // Catmull-Rom's weights, in 128ths.
    let mix = |far, near, own, other| (29 * near + 111 * own - 3 * far - 9 * other + 64) >> 7;
    [mix(a, b, c, d), mix(e, d, c, b)]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn luma(width: u32, height: u32, pixels: &[u8]) -> Luma<'_> {
        Luma::new(width, height, pixels).unwrap()
    }

    #[test]
    fn shrinking_takes_the_mean_and_cuts_the_rest() {
        let pixels = [0, 4, 10, 10, 9, 4, 8, 10, 10, 9];
        let picture = Picture::resized(luma(5, 2, &pixels), 2.0);
        assert_eq!((picture.width, picture.height), (2, 1));
        assert_eq!(picture.pixels.as_ref(), [4, 10]);
        assert_eq!(picture.original((1.0, 0.5)), (2.0, 1.0));
    }

    #[test]
    fn shrinking_below_one_pixel_stops_at_one() {
        for scale in [9.0, 9.5] {
            let picture = Picture::resized(luma(3, 1, &[1, 2, 3]), scale);
            assert_eq!(picture.height, 1);
            assert!((1..=3).contains(&picture.width));
        }
    }

    #[test]
    fn other_sizes_keep_a_flat_picture_flat_and_tell_their_scale() {
        for (scale, side) in [(0.25, 32), (0.5, 16), (1.5, 5)] {
            let picture = Picture::resized(luma(8, 8, &[7; 64]), scale);
            assert_eq!((picture.width, picture.height), (side, side));
            assert!(picture.pixels.iter().all(|&p| p == 7));
            let end = side as f64;
            assert_eq!(picture.original((end, end)), (8.0, 8.0));
            assert_eq!(picture.original_length(end), 8.0);
        }
    }

    #[test]
    fn sharpening_keeps_a_flat_picture_flat_and_makes_an_edge_steeper() {
        let flat = Picture::resized(luma(3, 3, &[9; 9]), 1.0).sharpened(2.0, 1);
        assert_eq!(flat.pixels.as_ref(), [9; 9]);
        let pixels = [100, 100, 100, 140, 140, 140];
        let edge = Picture::resized(luma(6, 1, &pixels), 1.0).sharpened(1.0, 1);
        assert_eq!(edge.pixels.as_ref(), [100, 100, 86, 153, 140, 140]);
    }

    #[test]
    fn sharpening_takes_the_mean_of_what_is_near_also_at_the_edges() {
        let (width, height, reach) = (7, 6, 2);
        let pixels: Vec<u8> = (0..42u32).map(|i| (i * i * 37 % 251) as u8).collect();
        let picture = Picture::resized(luma(width, height, &pixels), 1.0).sharpened(0.5, reach);
        let (width, height) = (width as usize, height as usize);
        let near = |at: usize, end: usize| at.saturating_sub(reach)..end.min(at + reach + 1);
        for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
            let around = near(y, height).flat_map(|y| near(x, width).map(move |x| y * width + x));
            let around: Vec<f32> = around.map(|at| f32::from(pixels[at])).collect();
            let mean = around.iter().sum::<f32>() / around.len() as f32;
            let old = f32::from(pixels[y * width + x]);
            let expected = (old + 0.5 * (old - mean)) as u8;
            assert!(picture.pixels[y * width + x].abs_diff(expected) <= 1);
        }
    }

    #[test]
    fn doubling_is_the_resize_that_it_stands_for() {
        let (width, height) = (9, 5);
        let pixels: Vec<u8> = (0..45u32).map(|i| (i * i * 91 % 251) as u8).collect();
        let doubled = Picture::resized(luma(width, height, &pixels), 0.5);
        let old = image::GrayImage::from_raw(width, height, pixels.clone()).unwrap();
        let slow = imageops::resize(&old, 2 * width, 2 * height, FilterType::CatmullRom);
        assert_eq!((doubled.width, doubled.height), (18, 10));
        for (y, row) in doubled.pixels.chunks_exact(18).enumerate().skip(4).take(2) {
            // Where all neighbours are inside; at the edges a resize leaves out what is not there.
            for (x, &grey) in row.iter().enumerate().skip(4).take(10) {
                let slow = slow.get_pixel(x as u32, y as u32).0[0];
                assert!(
                    grey.abs_diff(slow) <= 3,
                    "{grey} instead of {slow} at {x}, {y}"
                );
            }
        }
        let tiny = Picture::resized(luma(1, 1, &[7]), 0.5);
        assert_eq!(tiny.pixels.as_ref(), [7; 4]);
    }

    #[test]
    fn a_thickened_line_is_three_wide_and_paper_stays_paper() {
        let mut pixels = [200; 25];
        pixels[12] = 10;
        let picture = Picture::resized(luma(5, 5, &pixels), 1.0).thickened();
        let dark: Vec<usize> = (0..25).filter(|&at| picture.pixels[at] == 10).collect();
        assert_eq!(dark, [7, 11, 12, 13, 17]);
        let one = Picture::resized(luma(1, 1, &[9]), 1.0).thickened();
        assert_eq!(one.pixels.as_ref(), [9]);
    }

    #[test]
    fn a_stretched_picture_keeps_its_grey_and_tells_both_scales() {
        for (stretch, size) in [((2, 1), (16, 8)), ((1, 2), (8, 16)), ((1, 1), (8, 8))] {
            let picture = Picture::resized(luma(8, 8, &[7; 64]), 1.0).stretched(stretch);
            assert_eq!((picture.width, picture.height), size);
            assert!(picture.pixels.iter().all(|&p| p == 7));
            let end = (size.0 as f64, size.1 as f64);
            assert_eq!(picture.original(end), (8.0, 8.0));
        }
    }
}
