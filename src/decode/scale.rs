//! Pictures at the size that a pass wants: divided by a whole number, or doubled.

use std::borrow::Cow;

use super::Luma;

/// A grey picture and its scale against the original.
pub(super) struct Picture<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    /// `width * height` bytes, by construction.
    pub(super) pixels: Cow<'a, [u8]>,
    /// Pixels of the original per pixel of this picture.
    scale: f64,
}

impl<'a> Picture<'a> {
    /// Each side divided by `by`: the mean of `by` x `by` pixels; a rest at the far edges is cut.
    /// A side never gets below 1.
    pub(super) fn shrunk(luma: Luma<'a>, by: usize) -> Self {
        let by = by.clamp(1, luma.width.min(luma.height));
        if by == 1 {
            return Self {
                width: luma.width,
                height: luma.height,
                pixels: Cow::Borrowed(luma.pixels),
                scale: 1.0,
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
            scale: by as f64,
        }
    }

    /// Each side doubled, pixels between the old ones mixed from their neighbours.
    pub(super) fn doubled(luma: Luma<'a>) -> Self {
        let (width, height) = (luma.width * 2, luma.height * 2);
        let mut pixels = Vec::with_capacity(width * height);
        let row = |y: usize| {
            let y = y.min(luma.height - 1);
            &luma.pixels[y * luma.width..][..luma.width]
        };
        for y in 0..height {
            // A new pixel lies a quarter of an old one off the old centre.
            let (near, far) = neighbours(y);
            let (near, far) = (row(near), row(far));
            for x in 0..width {
                let (a, b) = neighbours(x);
                let (a, b) = (a.min(luma.width - 1), b.min(luma.width - 1));
                let mix = |r: &[u8]| 3 * u32::from(r[a]) + u32::from(r[b]);
                pixels.push(((3 * mix(near) + mix(far) + 8) / 16) as u8);
            }
        }
        Self {
            width,
            height,
            pixels: Cow::Owned(pixels),
            scale: 0.5,
        }
    }

    /// A coordinate of this picture as one of the original.
    pub(super) fn original(&self, coordinate: f64) -> f32 {
        (coordinate * self.scale) as f32
    }
}

/// The old pixels that new pixel `at` is mixed from, nearest first.
fn neighbours(at: usize) -> (usize, usize) {
    let near = at / 2;
    let far = if at.is_multiple_of(2) {
        near.saturating_sub(1)
    } else {
        near + 1
    };
    (near, far)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luma(width: u32, height: u32, pixels: &[u8]) -> Luma<'_> {
        Luma::new(width, height, pixels).unwrap_or(Luma {
            width: 1,
            height: 1,
            pixels: &[0],
        })
    }

    #[test]
    fn shrinking_takes_the_mean_and_cuts_the_rest() {
        let picture = Picture::shrunk(luma(5, 2, &[0, 4, 10, 10, 9, 4, 8, 10, 10, 9]), 2);
        assert_eq!((picture.width, picture.height), (2, 1));
        assert_eq!(picture.pixels.as_ref(), [4, 10]);
        assert_eq!(picture.original(1.0), 2.0);
    }

    #[test]
    fn shrinking_below_one_pixel_stops_at_one() {
        let picture = Picture::shrunk(luma(3, 1, &[1, 2, 3]), 9);
        assert_eq!((picture.width, picture.height), (3, 1));
    }

    #[test]
    fn doubling_keeps_a_flat_picture_flat_and_doubles_each_side() {
        let picture = Picture::doubled(luma(1, 3, &[7, 7, 7]));
        assert_eq!((picture.width, picture.height), (2, 6));
        assert!(picture.pixels.iter().all(|&p| p == 7));
    }
}
