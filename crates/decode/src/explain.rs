//! Drawings of every stage of every look, for whoever wants to know why a code is not read.

use image::{Rgb, RgbImage};

use crate::content::DecodedCode;
use crate::finder::Finder;
use crate::luma::Luma;
use crate::point::Point;
use crate::stages::Stages;
use crate::still::decode_with;

const GREEN: Rgb<u8> = Rgb([0, 200, 0]);
const RED: Rgb<u8> = Rgb([255, 0, 0]);
const MAGENTA: Rgb<u8> = Rgb([255, 0, 255]);

/// A stage of a look, drawn at the size that the look works at.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// Number of the look, from 0, and name of the stage: sorted by name they are in the order of
    /// the work.
    pub name: String,
    /// The grey picture; its ink; finder patterns on it, each as a square of 7 modules with a
    /// cross; codes on it, green where read, their finder patterns red where seen but not read.
    pub image: RgbImage,
}

/// Reads a picture as [`decode`](crate::decode) does and shows each stage of each look that this
/// takes.
///
/// Stops with the error of `show`.
pub fn explain<E>(
    picture: Luma<'_>,
    mut show: impl FnMut(Drawing) -> Result<(), E>,
) -> Result<Vec<DecodedCode>, E> {
    let mut look = 0;
    decode_with(picture, |stages| {
        let images = [
            ("1-grey", grey(stages)),
            ("2-ink", ink(stages)),
            ("3-finders", finders(stages)),
            ("4-codes", codes(stages)),
        ];
        for (stage, image) in images {
            let name = format!("{look:02}-{stage}");
            show(Drawing { name, image })?;
        }
        look += 1;
        Ok(())
    })
}

fn grey(stages: &Stages<'_>) -> RgbImage {
    let picture = &stages.grey;
    of_pixels(
        picture.width,
        picture.height,
        picture.pixels.iter().copied(),
    )
}

fn ink(stages: &Stages<'_>) -> RgbImage {
    let white = |&ink: &i8| if ink > 0 { 0 } else { u8::MAX };
    let pixels = stages.ink.rows().flatten().map(white);
    of_pixels(stages.grey.width, stages.grey.height, pixels)
}

fn finders(stages: &Stages<'_>) -> RgbImage {
    let mut image = grey(stages);
    for finder in &stages.finders {
        draw_finder(&mut image, finder, MAGENTA);
    }
    image
}

fn codes(stages: &Stages<'_>) -> RgbImage {
    let mut image = grey(stages);
    for &unread in &stages.sight.unread {
        draw_finder(&mut image, &stages.finders[unread], RED);
    }
    for code in &stages.sight.codes {
        draw_outline(&mut image, code.corners, GREEN);
    }
    image
}

/// A picture of grey pixels, which are `width * height`.
fn of_pixels(width: usize, height: usize, pixels: impl Iterator<Item = u8>) -> RgbImage {
    // A side is far below 2^32, or its pixels would not fit into memory.
    let mut image = RgbImage::new(width as u32, height as u32);
    for (to, from) in image.pixels_mut().zip(pixels) {
        *to = Rgb([from; 3]);
    }
    image
}

fn draw_finder(image: &mut RgbImage, finder: &Finder, colour: Rgb<u8>) {
    let (x, y) = finder.centre;
    let (half, arm) = (3.5 * finder.module, 1.5 * finder.module);
    let corners = [(-half, -half), (half, -half), (half, half), (-half, half)];
    draw_outline(image, corners.map(|(u, v)| (x + u, y + v)), colour);
    draw_line(image, (x - arm, y), (x + arm, y), colour);
    draw_line(image, (x, y - arm), (x, y + arm), colour);
}

fn draw_outline(image: &mut RgbImage, corners: [Point; 4], colour: Rgb<u8>) {
    for i in 0..4 {
        draw_line(image, corners[i], corners[(i + 1) % 4], colour);
    }
}

/// The part of a line that lies within the picture.
fn draw_line(image: &mut RgbImage, from: Point, to: Point, colour: Rgb<u8>) {
    let way = (to.0 - from.0, to.1 - from.1);
    // Corners may lie far outside: no more steps than the picture could show.
    let limit = f64::from(image.width() + image.height()) * 4.0;
    let steps = way.0.abs().max(way.1.abs()).clamp(1.0, limit).ceil();
    for step in 0..=steps as u32 {
        let t = f64::from(step) / steps;
        let (x, y) = (from.0 + t * way.0, from.1 + t * way.1);
        if x >= 0.0 && y >= 0.0 {
            // `as` saturates.
            if let Some(pixel) = image.get_pixel_mut_checked(x as u32, y as u32) {
                *pixel = colour;
            }
        }
    }
}
