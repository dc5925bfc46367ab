//! A sharp camera looks at one code on a sheet: perspective, pixels that gather light, blur. No
//! more: what is measured with it is density alone.

use image::GrayImage;
use qrcodegen::QrCode;

/// Grey of the sheet and of the ink.
const PAPER: f32 = 215.0;
const INK: f32 = 40.0;
/// Rays per pixel and side.
const RAYS: usize = 8;
/// Focal length in pixels: a lens of 56 degrees before 640 pixels.
const FOCAL: f32 = 600.0;

/// How the sheet lies before the camera.
#[derive(Clone, Copy)]
pub(crate) struct SheetView {
    /// Width and height of the picture, in pixels.
    pub(crate) size: (u32, u32),
    /// At the centre of the code.
    pub(crate) pixels_per_module: f32,
    /// About the vertical axis, in degrees.
    pub(crate) tilt: f32,
    /// In the sheet, in degrees.
    pub(crate) turn: f32,
    /// Of the code's centre from the picture's, in pixels.
    pub(crate) shift: (f32, f32),
    /// Standard deviation of the lens blur, in pixels.
    pub(crate) blur: f32,
}

/// What the camera sees: the code on a sheet that fills the picture.
pub(crate) fn render(code: &QrCode, view: SheetView) -> GrayImage {
    let (width, height) = (view.size.0 as usize, view.size.1 as usize);
    let sheet = TiltedSheet::before(code, view);
    let mut light = Vec::with_capacity(width * height);
    for y in 0..height {
        light.extend((0..width).map(|x| sheet.light(x as f32, y as f32)));
    }
    let kernel = gaussian(view.blur);
    let across = transposed(&blurred(&light, width, &kernel), width);
    let both = transposed(&blurred(&across, height, &kernel), height);
    let pixels = both.iter().map(|grey| grey.round() as u8).collect();
    // The pixels are as many as the sides say, by construction.
    GrayImage::from_raw(view.size.0, view.size.1, pixels).unwrap_or_default()
}

/// A tilted and turned plane with a code on it.
struct TiltedSheet<'a> {
    code: &'a QrCode,
    /// The code's centre in the picture.
    centre: (f32, f32),
    /// From the camera, in modules.
    distance: f32,
    /// Sine and cosine.
    tilt: (f32, f32),
    turn: (f32, f32),
}

impl<'a> TiltedSheet<'a> {
    fn before(code: &'a QrCode, view: SheetView) -> Self {
        let middle = |side: u32, shift: f32| side as f32 / 2.0 + shift;
        Self {
            code,
            centre: (
                middle(view.size.0, view.shift.0),
                middle(view.size.1, view.shift.1),
            ),
            distance: FOCAL / view.pixels_per_module,
            tilt: view.tilt.to_radians().sin_cos(),
            turn: view.turn.to_radians().sin_cos(),
        }
    }

    /// What falls on a pixel: the mean of its rays.
    fn light(&self, x: f32, y: f32) -> f32 {
        // A pixel is smaller than a module wherever a code can be read at all.
        let near = |module: f32| (-1.0..=self.code.size() as f32 + 1.0).contains(&module);
        let (column, row) = self.place(x + 0.5, y + 0.5);
        if !near(column) || !near(row) {
            return PAPER;
        }
        let step = |i: usize| (i as f32 + 0.5) / RAYS as f32;
        let rays = (0..RAYS).flat_map(|j| (0..RAYS).map(move |i| (step(i), step(j))));
        let dark = rays.filter(|(dx, dy)| self.is_dark(x + dx, y + dy)).count();
        PAPER + (INK - PAPER) * dark as f32 / (RAYS * RAYS) as f32
    }

    fn is_dark(&self, x: f32, y: f32) -> bool {
        let (column, row) = self.place(x, y);
        self.code
            .get_module(column.floor() as i32, row.floor() as i32)
    }

    /// Where a ray from the camera meets the sheet, in modules from the code's corner.
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        let (u, v) = ((x - self.centre.0) / FOCAL, (y - self.centre.1) / FOCAL);
        let (sin, cos) = self.tilt;
        let across = self.distance * u / (cos - sin * u);
        let down = (self.distance + across * sin) * v;
        let (sin, cos) = self.turn;
        let middle = self.code.size() as f32 / 2.0;
        (
            across * cos + down * sin + middle,
            down * cos - across * sin + middle,
        )
    }
}

fn gaussian(sigma: f32) -> Vec<f32> {
    // A blur of nothing is one of very little.
    let sigma = sigma.max(0.05);
    let reach = (3.0 * sigma).ceil();
    let bell = |i: f32| (-i * i / (2.0 * sigma * sigma)).exp();
    let weights: Vec<f32> = (0..=2 * reach as usize)
        .map(|i| bell(i as f32 - reach))
        .collect();
    let sum: f32 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

/// Along the rows; what lies outside is as the edge.
fn blurred(light: &[f32], width: usize, kernel: &[f32]) -> Vec<f32> {
    let reach = kernel.len() / 2;
    let row = |row: &[f32]| -> Vec<f32> {
        let near = |x: usize, i: usize| row[(x + i).saturating_sub(reach).min(width - 1)];
        let mix = |x: usize| kernel.iter().enumerate().map(|(i, w)| w * near(x, i)).sum();
        (0..width).map(mix).collect()
    };
    light.chunks_exact(width).flat_map(row).collect()
}

fn transposed(light: &[f32], width: usize) -> Vec<f32> {
    let column = |x: usize| light[x..].iter().step_by(width).copied();
    (0..width).flat_map(column).collect()
}

#[cfg(test)]
mod tests {
    use qrcodegen::QrCodeEcc;

    use super::*;

    fn flat() -> SheetView {
        SheetView {
            size: (100, 90),
            pixels_per_module: 3.0,
            tilt: 0.0,
            turn: 0.0,
            shift: (0.5, 0.5),
            blur: 0.01,
        }
    }

    #[test]
    fn straight_ahead_each_module_is_its_square_of_pixels() -> Result<(), qrcodegen::DataTooLong> {
        let code = QrCode::encode_text("GP1:", QrCodeEcc::Medium)?;
        let picture = render(&code, flat());
        // 21 modules of 3 pixels about (50.5, 45.5).
        let module = |at: u32, start: f32| ((at as f32 + 0.5 - start) / 3.0).floor() as i32;
        for (x, y, grey) in picture.enumerate_pixels() {
            let dark = code.get_module(module(x, 19.0), module(y, 14.0));
            let wanted = if dark { INK } else { PAPER };
            assert_eq!(f32::from(grey.0[0]), wanted, "({x}, {y})");
        }
        Ok(())
    }

    #[test]
    fn a_tilt_makes_the_far_side_smaller() -> Result<(), qrcodegen::DataTooLong> {
        let code = QrCode::encode_text("GP1:", QrCodeEcc::Medium)?;
        let tilted = SheetView {
            tilt: 30.0,
            ..flat()
        };
        let picture = render(&code, tilted);
        let is_ink = |x: u32, y: u32| picture.get_pixel(x, y).0[0] < 128;
        // The left side of the code is a finder pattern's, the right too: their dark rows.
        let extent = |x: u32| (0..90).filter(|&y| is_ink(x, y)).max();
        let dark: Vec<u32> = (0..100).filter(|&x| extent(x).is_some()).collect();
        let (Some(&first), Some(&last)) = (dark.first(), dark.last()) else {
            unreachable!("the code is in the picture")
        };
        let (near, far) = (50 - first, last - 50);
        assert!(near > far, "{near} left, {far} right of the centre");
        assert!(near + far < 60, "{} wide", near + far);
        Ok(())
    }

    #[test]
    fn blur_keeps_the_light() {
        let light = [0.0, 0.0, 0.0, 0.0, 8.0, 0.0, 0.0, 0.0, 0.0];
        let spread = blurred(&light, 9, &gaussian(0.6));
        assert!((spread.iter().sum::<f32>() - 8.0).abs() < 1e-4);
        assert!((spread[3] / spread[4] - (-1.0f32 / 0.72).exp()).abs() < 1e-4);
        assert_eq!(
            transposed(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3),
            [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]
        );
    }
}
