//! Pictures at the size, and as sharp, as a look wants.

use std::borrow::Cow;

use image::imageops;

use crate::luma::Luma;
use crate::point::Point;

/// A grey picture and its scale against the original.
pub(crate) struct GreyPicture<'a> {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// `width * height` bytes, by construction.
    pub(crate) pixels: Cow<'a, [u8]>,
    /// Pixels of the original per pixel of this picture, across and down.
    scale: (f64, f64),
}

impl<'a> GreyPicture<'a> {
    /// At another size: `scale` pixels of the original become one, each side. A side never gets
    /// below 1.
    pub(crate) fn resized(luma: Luma<'a>, scale: f64) -> Self {
        // `as` saturates; a side is far below 2^32, or its pixels would not fit into memory.
        let side = |side: usize| ((side as f64 / scale).round() as u32).max(1);
        let (width, height) = (side(luma.width), side(luma.height));
        let fits = luma.width.min(luma.height) as f64 >= scale;
        match scale {
            1.0 => return Self::whole(luma),
            2.0 if fits => return Self::shrunk::<2>(luma),
            3.0 if fits => return Self::shrunk::<3>(luma),
            4.0 if fits => return Self::shrunk::<4>(luma),
            5.0 if fits => return Self::shrunk::<5>(luma),
            _ => {}
        }
        let pixels = if scale < 1.0 {
            let to = (width as usize, height as usize);
            enlarged(luma.pixels, (luma.width, luma.height), to)
        } else {
            let old = image::ImageBuffer::<image::Luma<u8>, _>::from_raw(
                luma.width as u32,
                luma.height as u32,
                luma.pixels,
            );
            let Some(old) = old else {
                return Self::whole(luma);
            };
            imageops::thumbnail(&old, width, height).into_raw()
        };
        Self {
            width: width as usize,
            height: height as usize,
            pixels: Cow::Owned(pixels),
            scale: (
                luma.width as f64 / f64::from(width),
                luma.height as f64 / f64::from(height),
            ),
        }
    }

    fn whole(luma: Luma<'a>) -> Self {
        Self {
            width: luma.width,
            height: luma.height,
            pixels: Cow::Borrowed(luma.pixels),
            scale: (1.0, 1.0),
        }
    }

    /// Each side divided by `BY`, which is at most 16 and not above a side: the mean of `BY` x `BY`
    /// pixels; a rest at the far edges is cut. The scales that frames need; a known number becomes
    /// vector instructions.
    fn shrunk<const BY: usize>(luma: Luma<'_>) -> Self {
        let (width, height) = (luma.width / BY, luma.height / BY);
        let mut pixels = Vec::with_capacity(width * height);
        let mut sums = vec![0u16; width];
        for rows in luma.pixels.chunks_exact(luma.width * BY) {
            sums.fill(0);
            for row in rows.chunks_exact(luma.width) {
                let (runs, _) = row.as_chunks::<BY>();
                for (sum, run) in sums.iter_mut().zip(runs) {
                    *sum += run.iter().map(|&p| u16::from(p)).sum::<u16>();
                }
            }
            // The mean of bytes is a byte.
            pixels.extend(sums.iter().map(|sum| (sum / (BY * BY) as u16) as u8));
        }
        Self {
            width,
            height,
            pixels: Cow::Owned(pixels),
            scale: (BY as f64, BY as f64),
        }
    }

    /// With steeper edges: each pixel's difference from the mean of those up to `reach` around it,
    /// times `amount`, is added to it.
    pub(crate) fn sharpened(self, amount: f64, reach: usize) -> Self {
        let (width, height) = (self.width, self.height);
        let near = |at: usize, end: usize| at.saturating_sub(reach)..end.min(at + reach + 1);
        let row = |y: usize| &self.pixels[y * width..][..width];
        let amount = amount as f32;
        // The sum of each column over the rows that are near, kept up from row to row; whole
        // numbers, so that nothing drifts.
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
            let sharper = |old: u8, sum: u32, near: usize| {
                let (old, mean) = (f32::from(old), sum as f32 / (near * rows.len()) as f32);
                // `as` saturates.
                (old + (old - mean) * amount) as u8
            };
            let at_edge = |x: usize| {
                let near = near(x, width);
                sharper(row(y)[x], until[near.end] - until[near.start], near.len())
            };
            // Away from the edges as many are near everywhere: that loop has no branch.
            let middle = reach.min(width)..width.saturating_sub(reach).max(reach.min(width));
            let all = 2 * reach + 1;
            pixels.extend((0..middle.start).map(at_edge));
            let sums = until.iter().zip(until.get(all..).unwrap_or_default());
            pixels.extend(
                (row(y)[middle.clone()].iter().zip(sums))
                    .map(|(&old, (before, end))| sharper(old, end - before, all)),
            );
            pixels.extend((middle.end..width).map(at_edge));
        }
        Self {
            pixels: Cow::Owned(pixels),
            ..self
        }
    }

    /// With dark lines a pixel wider on each side: each pixel is the darkest of itself and the four
    /// beside it. Light that is too bright for the sensor spreads and eats the ink; this gives some
    /// back.
    pub(crate) fn thickened(self) -> Self {
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

    /// Stretched by these factors across and down: the sides of a code seen at an angle become more
    /// equal.
    pub(crate) fn stretched(self, (across, down): (usize, usize)) -> Self {
        if (across, down) == (1, 1) {
            return self;
        }
        let (width, height) = (self.width * across, self.height * down);
        let pixels = enlarged(&self.pixels, (self.width, self.height), (width, height));
        Self {
            width,
            height,
            pixels: Cow::Owned(pixels),
            scale: (self.scale.0 / across as f64, self.scale.1 / down as f64),
        }
    }

    /// A place in this picture as one in the original.
    pub(crate) fn original(&self, (x, y): Point) -> (f32, f32) {
        ((x * self.scale.0) as f32, (y * self.scale.1) as f32)
    }

    /// A length in this picture, in any direction, as approximately one in the original.
    pub(crate) fn original_length(&self, length: f64) -> f32 {
        (length * (self.scale.0 * self.scale.1).sqrt()) as f32
    }
}

/// A picture at a size that is not smaller, by cubic interpolation (E. Catmull and R. Rom, 1974),
/// which keeps edges steep; outside, it goes on as at its edge.
fn enlarged(pixels: &[u8], from: (usize, usize), to: (usize, usize)) -> Vec<u8> {
    let (across, down) = (taps(from.0, to.0), taps(from.1, to.1));
    // Rows of the old picture, already as wide as the new one: four of them make a row.
    let mut rows: [(usize, Vec<f32>); 4] = std::array::from_fn(|_| (usize::MAX, Vec::new()));
    let mut padded = Vec::with_capacity(from.0 + 4);
    let mut enlarged = Vec::with_capacity(to.0 * to.1);
    for &(first, weights) in &down {
        let wanted: [usize; 4] = std::array::from_fn(|i| (first + i).clamp(2, from.1 + 1) - 2);
        for y in wanted {
            let (known, row) = &mut rows[y % 4];
            if *known != y {
                *known = y;
                widen(&pixels[y * from.0..][..from.0], &across, &mut padded, row);
            }
        }
        let [a, b, c, d] = wanted.map(|y| rows[y % 4].1.as_slice());
        let columns = a.iter().zip(b).zip(c).zip(d);
        enlarged.extend(columns.map(|(((a, b), c), d)| {
            let sum = a * weights[0] + b * weights[1] + c * weights[2] + d * weights[3];
            // `as` saturates.
            (sum + 0.5) as u8
        }));
    }
    enlarged
}

fn widen(row: &[u8], across: &[(usize, [f32; 4])], padded: &mut Vec<f32>, wide: &mut Vec<f32>) {
    let (Some(&first), Some(&last)) = (row.first(), row.last()) else {
        return;
    };
    padded.clear();
    padded.extend([f32::from(first); 2]);
    padded.extend(row.iter().map(|&p| f32::from(p)));
    padded.extend([f32::from(last); 2]);
    wide.clear();
    wide.extend(across.iter().map(|&(first, weights)| {
        let near = padded[first..].iter().zip(weights);
        near.map(|(p, weight)| p * weight).sum::<f32>()
    }));
}

/// For each new place along a side, the first of the four old ones that it is mixed from, two more
/// than it is (so 0 is two before the edge), and their weights.
fn taps(from: usize, to: usize) -> Vec<(usize, [f32; 4])> {
    let step = from as f64 / to as f64;
    let tap = |i: usize| {
        // From 1.5 on, for `step` is at most 1.
        let at = (i as f64 + 0.5) * step - 0.5 + 2.0;
        let t = at.fract();
        let weights = [
            -0.5 * t * (1.0 - t) * (1.0 - t),
            1.0 + t * t * (1.5 * t - 2.5),
            0.5 * t * (1.0 + t * (4.0 - 3.0 * t)),
            -0.5 * t * t * (1.0 - t),
        ];
        (at as usize - 1, weights.map(|w| w as f32))
    };
    (0..to).map(tap).collect()
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
        let picture = GreyPicture::resized(luma(5, 2, &pixels), 2.0);
        assert_eq!((picture.width, picture.height), (2, 1));
        assert_eq!(picture.pixels.as_ref(), [4, 10]);
        assert_eq!(picture.original((1.0, 0.5)), (2.0, 1.0));
    }

    #[test]
    fn shrinking_below_one_pixel_stops_at_one() {
        for scale in [9.0, 9.5] {
            let picture = GreyPicture::resized(luma(3, 1, &[1, 2, 3]), scale);
            assert_eq!(picture.height, 1);
            assert!((1..=3).contains(&picture.width));
        }
    }

    #[test]
    fn other_sizes_keep_a_flat_picture_flat_and_tell_their_scale() {
        for (scale, side) in [(0.25, 32), (0.5, 16), (1.5, 5)] {
            let picture = GreyPicture::resized(luma(8, 8, &[7; 64]), scale);
            assert_eq!((picture.width, picture.height), (side, side));
            assert!(picture.pixels.iter().all(|&p| p == 7));
            let end = side as f64;
            assert_eq!(picture.original((end, end)), (8.0, 8.0));
            assert_eq!(picture.original_length(end), 8.0);
        }
    }

    #[test]
    fn an_enlarged_picture_goes_through_the_old_one_and_keeps_to_its_greys() {
        let pixels = [0, 0, 0, 240, 240, 240];
        let wide = enlarged(&pixels, (6, 1), (18, 3));
        // Every third is in the middle of an old one; beside an edge the curve swings over.
        for (new, old) in wide[..18].iter().skip(1).step_by(3).zip(pixels) {
            assert_eq!(*new, old);
        }
        assert_eq!(&wide[..18], &wide[36..]);
        let across = enlarged(&pixels, (1, 6), (3, 18));
        let column: Vec<u8> = across.iter().step_by(3).copied().collect();
        assert_eq!(column, &wide[..18]);
        assert!(
            wide[8] > 0 && wide[8] < wide[9] && wide[9] < 240,
            "{wide:?}"
        );
    }

    #[test]
    fn sharpening_keeps_a_flat_picture_flat_and_makes_an_edge_steeper() {
        let flat = GreyPicture::resized(luma(3, 3, &[9; 9]), 1.0).sharpened(2.0, 1);
        assert_eq!(flat.pixels.as_ref(), [9; 9]);
        let pixels = [100, 100, 100, 140, 140, 140];
        let edge = GreyPicture::resized(luma(6, 1, &pixels), 1.0).sharpened(1.0, 1);
        assert_eq!(edge.pixels.as_ref(), [100, 100, 86, 153, 140, 140]);
    }

    #[test]
    fn sharpening_takes_the_mean_of_what_is_near_also_at_the_edges() {
        let (width, height, reach) = (7, 6, 2);
        let pixels: Vec<u8> = (0..42u32).map(|i| (i * i * 37 % 251) as u8).collect();
        let picture = GreyPicture::resized(luma(width, height, &pixels), 1.0).sharpened(0.5, reach);
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
        let doubled = GreyPicture::resized(luma(width, height, &pixels), 0.5);
        let old = image::GrayImage::from_raw(width, height, pixels.clone()).unwrap();
        let slow = imageops::resize(
            &old,
            2 * width,
            2 * height,
            imageops::FilterType::CatmullRom,
        );
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
        let tiny = GreyPicture::resized(luma(1, 1, &[7]), 0.5);
        assert_eq!(tiny.pixels.as_ref(), [7; 4]);
    }

    #[test]
    fn a_thickened_line_is_three_wide_and_paper_stays_paper() {
        let mut pixels = [200; 25];
        pixels[12] = 10;
        let picture = GreyPicture::resized(luma(5, 5, &pixels), 1.0).thickened();
        let dark: Vec<usize> = (0..25).filter(|&at| picture.pixels[at] == 10).collect();
        assert_eq!(dark, [7, 11, 12, 13, 17]);
        let one = GreyPicture::resized(luma(1, 1, &[9]), 1.0).thickened();
        assert_eq!(one.pixels.as_ref(), [9]);
    }

    #[test]
    fn a_stretched_picture_keeps_its_grey_and_tells_both_scales() {
        for (stretch, size) in [((2, 1), (16, 8)), ((1, 2), (8, 16)), ((1, 1), (8, 8))] {
            let picture = GreyPicture::resized(luma(8, 8, &[7; 64]), 1.0).stretched(stretch);
            assert_eq!((picture.width, picture.height), size);
            assert!(picture.pixels.iter().all(|&p| p == 7));
            let end = (size.0 as f64, size.1 as f64);
            assert_eq!(picture.original(end), (8.0, 8.0));
        }
    }
}
