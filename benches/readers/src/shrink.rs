//! Shrinks a picture by area averaging, as a camera with fewer pixels would have seen it.

use image::GrayImage;

/// The picture with its longest side at most `side` pixels; a smaller one stays as it is.
pub(crate) fn shrink_to(picture: GrayImage, side: u32) -> GrayImage {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= side {
        return picture;
    }
    let scaled = |length: u32| {
        let exact = f64::from(length) * f64::from(side) / f64::from(longest);
        (exact.round() as usize).max(1)
    };
    let (across, down) = (
        cover(width as usize, scaled(width)),
        cover(height as usize, scaled(height)),
    );
    let rows: Vec<Vec<f32>> = picture
        .as_raw()
        .chunks_exact(width as usize)
        .map(|row| across.iter().map(|share| share.of(row)).collect())
        .collect();
    let mut pixels = Vec::with_capacity(across.len() * down.len());
    for share in &down {
        for x in 0..across.len() {
            let column = share.weights.iter().zip(&rows[share.first..]);
            let sum: f32 = column.map(|(weight, row)| weight * row[x]).sum();
            pixels.push(sum.round() as u8);
        }
    }
    // The pixels are as many as the sides say, by construction.
    GrayImage::from_raw(across.len() as u32, down.len() as u32, pixels).unwrap_or_default()
}

/// The pixels that one new pixel covers along a side, and how much of it each is.
struct Share {
    first: usize,
    weights: Vec<f32>,
}

impl Share {
    fn of(&self, row: &[u8]) -> f32 {
        let covered = self.weights.iter().zip(&row[self.first..]);
        covered
            .map(|(weight, &grey)| weight * f32::from(grey))
            .sum()
    }
}

fn cover(from: usize, to: usize) -> Vec<Share> {
    let step = from as f64 / to as f64;
    let share = |i: usize| {
        let (start, end) = (i as f64 * step, ((i + 1) as f64 * step).min(from as f64));
        let first = start as usize;
        let last = (end.ceil() as usize).min(from);
        let part = |x: usize| (end.min((x + 1) as f64) - start.max(x as f64)).max(0.0);
        let weights = (first..last).map(|x| (part(x) / (end - start)) as f32);
        Share {
            first,
            weights: weights.collect(),
        }
    };
    (0..to).map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_new_pixel_is_the_mean_of_what_it_covers() {
        let row = GrayImage::from_raw(3, 1, vec![0, 90, 240]);
        let half = shrink_to(row.unwrap_or_default(), 2);
        // 1.5 pixels each: (0 + 90 / 2) / 1.5 and (90 / 2 + 240) / 1.5.
        assert_eq!(half.as_raw(), &[30, 190]);
    }

    #[test]
    fn a_flat_picture_stays_flat_and_keeps_its_shape() {
        let flat = shrink_to(GrayImage::from_pixel(1280, 719, image::Luma([77])), 640);
        assert_eq!(flat.dimensions(), (640, 360));
        assert!(flat.pixels().all(|p| p.0 == [77]));
    }

    #[test]
    fn a_small_picture_stays_as_it_is() {
        let small = GrayImage::from_fn(40, 30, |x, y| image::Luma([(x * y % 256) as u8]));
        assert_eq!(shrink_to(small.clone(), 640), small);
    }
}
