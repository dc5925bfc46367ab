//! One picture of a stream, and how it is made from the buffers that cameras send.
//!
//! Each constructor checks the length of its buffer: drivers send buffers that are too short or too
//! long.

use std::io::Cursor;

use gatepost_decode::Luma;
use image::codecs::jpeg::JpegDecoder;
use image::{DynamicImage, ImageDecoder, Limits};
use thiserror::Error;

use super::huffman_tables::with_huffman_tables;
use crate::cause::Cause;

/// Largest frame in pixels.
pub const MAX_PIXELS: u64 = 40_000_000;

/// One picture: grey for the decoder, colour for the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    width: u32,
    height: u32,
    /// `width * height` bytes.
    luma: Vec<u8>,
    /// `width * height * 3` bytes: red, green, blue.
    rgb: Vec<u8>,
    name: Option<String>,
}

/// Why a buffer is not a frame.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FrameError {
    /// A side is 0, or there are more than [`MAX_PIXELS`].
    #[error("{width} x {height} pixels are not between 1 and 40 million")]
    Size {
        /// Pixels per row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// The buffer ends before the picture does.
    #[error("{got} bytes instead of {needed}")]
    Short {
        /// Bytes that the size asks for.
        needed: usize,
        /// Bytes in the buffer.
        got: usize,
    },
    /// The compressed picture is broken.
    #[error("the picture is damaged")]
    Broken(#[source] Cause),
    /// The camera sends pixels in a format that nobody asked for.
    #[error("unexpected pixel format {0}")]
    Format(&'static str),
}

impl Frame {
    /// From grey pixels (V4L2 `GREY`, Y8): one byte per pixel.
    pub fn from_grey(width: u32, height: u32, buffer: &[u8]) -> Result<Self, FrameError> {
        let pixels = pixels(width, height)?;
        let luma = part(buffer, pixels)?.to_vec();
        let rgb = luma.iter().flat_map(|&y| [y; 3]).collect();
        Ok(Self::new(width, height, luma, rgb))
    }

    /// From red, green and blue bytes.
    pub fn from_rgb(width: u32, height: u32, buffer: &[u8]) -> Result<Self, FrameError> {
        let rgb = part(buffer, pixels(width, height)? * 3)?.to_vec();
        let luma = rgb
            .chunks_exact(3)
            .map(|p| grey(p[0], p[1], p[2]))
            .collect();
        Ok(Self::new(width, height, luma, rgb))
    }

    /// From packed 4:2:2 (V4L2 `YUYV`): Y U Y V for two pixels of a row.
    pub fn from_yuyv(width: u32, height: u32, buffer: &[u8]) -> Result<Self, FrameError> {
        let pixels = pixels(width, height)?;
        let columns = width as usize;
        let stride = columns.div_ceil(2) * 4;
        let buffer = part(buffer, stride * height as usize)?;
        let mut luma = Vec::with_capacity(pixels);
        let mut rgb = Vec::with_capacity(pixels * 3);
        for row in buffer.chunks_exact(stride) {
            let pairs = row.chunks_exact(4);
            let all = pairs.flat_map(|p| [(p[0], p[1], p[3]), (p[2], p[1], p[3])]);
            for (y, u, v) in all.take(columns) {
                luma.push(y);
                rgb.extend(colour(y, u, v));
            }
        }
        Ok(Self::new(width, height, luma, rgb))
    }

    /// From 4:2:0 in two planes (V4L2 `NV12`): all Y, then U V for each two by two pixels.
    pub fn from_nv12(width: u32, height: u32, buffer: &[u8]) -> Result<Self, FrameError> {
        let pixels = pixels(width, height)?;
        let columns = width as usize;
        let stride = columns.div_ceil(2) * 2;
        let buffer = part(buffer, pixels + stride * (height as usize).div_ceil(2))?;
        let (luma, chroma) = buffer.split_at(pixels);
        let mut rgb = Vec::with_capacity(pixels * 3);
        for (i, row) in luma.chunks_exact(columns).enumerate() {
            let tints = &chroma[i / 2 * stride..][..stride];
            for (pair, uv) in row.chunks(2).zip(tints.chunks_exact(2)) {
                rgb.extend(pair.iter().flat_map(|&y| colour(y, uv[0], uv[1])));
            }
        }
        Ok(Self::new(width, height, luma.to_vec(), rgb))
    }

    /// From one JPEG picture (V4L2 `MJPG`), at the size in its own header. It may leave out the
    /// typical Huffman tables. Bytes after its end are ignored.
    pub fn from_jpeg(buffer: &[u8]) -> Result<Self, FrameError> {
        let buffer = with_huffman_tables(buffer);
        let decoder = JpegDecoder::new(Cursor::new(buffer)).map_err(broken)?;
        Self::from_decoder(decoder)
    }

    /// From a decoded picture; transparent parts become white.
    pub fn from_image(image: DynamicImage) -> Result<Self, FrameError> {
        let (width, height) = (image.width(), image.height());
        pixels(width, height)?;
        let has_alpha = image.color().has_alpha();
        match image {
            DynamicImage::ImageLuma8(grey) => Self::from_grey(width, height, grey.as_raw()),
            DynamicImage::ImageRgb8(rgb) => Self::from_rgb(width, height, rgb.as_raw()),
            other if has_alpha => {
                let over_white = |c: u8, a: u8| {
                    let (c, a) = (u32::from(c), u32::from(a));
                    // A mean of bytes is a byte.
                    ((c * a + 255 * (255 - a)) / 255) as u8
                };
                let rgb: Vec<u8> = other
                    .into_rgba8()
                    .pixels()
                    .flat_map(|p| [0, 1, 2].map(|i| over_white(p.0[i], p.0[3])))
                    .collect();
                Self::from_rgb(width, height, &rgb)
            }
            other => Self::from_rgb(width, height, other.into_rgb8().as_raw()),
        }
    }

    /// From a decoder that has read only the header: the size is checked before the pixels are
    /// decoded.
    pub(super) fn from_decoder(mut decoder: impl ImageDecoder) -> Result<Self, FrameError> {
        let (width, height) = decoder.dimensions();
        pixels(width, height)?;
        decoder.set_limits(limits()).map_err(broken)?;
        Self::from_image(DynamicImage::from_decoder(decoder).map_err(broken)?)
    }

    fn new(width: u32, height: u32, luma: Vec<u8>, rgb: Vec<u8>) -> Self {
        Self {
            width,
            height,
            luma,
            rgb,
            name: None,
        }
    }

    /// The same frame with a name, such as that of its file.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Pixels per row, at least 1.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows, at least 1.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Grey, one byte per pixel, rows from the top.
    pub fn luma(&self) -> &[u8] {
        &self.luma
    }

    /// Red, green and blue bytes, rows from the top.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// The file that the frame comes from, if it comes from one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The grey picture as the decoder takes it.
    pub fn view(&self) -> Luma<'_> {
        Luma::from_rows(self.width as usize, &self.luma)
    }
}

/// What decoders may allocate: 40 million pixels of 16 bits in four channels.
pub(super) fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_PIXELS * 8);
    limits
}

pub(super) fn broken(error: image::ImageError) -> FrameError {
    FrameError::Broken(Cause::new(error))
}

/// The number of pixels, if it is within the limits.
fn pixels(width: u32, height: u32) -> Result<usize, FrameError> {
    let pixels = u64::from(width) * u64::from(height);
    if (1..=MAX_PIXELS).contains(&pixels) {
        // 40 million fit any usize that runs this program.
        Ok(pixels as usize)
    } else {
        Err(FrameError::Size { width, height })
    }
}

/// The first `needed` bytes of a buffer.
fn part(buffer: &[u8], needed: usize) -> Result<&[u8], FrameError> {
    buffer.get(..needed).ok_or(FrameError::Short {
        needed,
        got: buffer.len(),
    })
}

fn grey(r: u8, g: u8, b: u8) -> u8 {
    // BT.601 weights of a sum of 256.
    ((77 * u32::from(r) + 150 * u32::from(g) + 29 * u32::from(b)) >> 8) as u8
}

/// BT.601 with Y from 16 to 235, as UVC cameras send it; weights times 256.
fn colour(y: u8, u: u8, v: u8) -> [u8; 3] {
    let (y, u, v) = (i32::from(y) - 16, i32::from(u) - 128, i32::from(v) - 128);
    let y = 298 * y + 128;
    [y + 409 * v, y - 100 * u - 208 * v, y + 516 * u].map(|c| (c >> 8).clamp(0, 255) as u8)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};

    use super::*;

    type Constructor = fn(u32, u32, &[u8]) -> Result<Frame, FrameError>;
    const RAW: [Constructor; 4] = [
        Frame::from_grey,
        Frame::from_rgb,
        Frame::from_yuyv,
        Frame::from_nv12,
    ];

    #[test]
    fn every_raw_format_keeps_the_invariants_or_says_what_is_missing() {
        for constructor in RAW {
            for (width, height) in [(1, 1), (1, 3), (3, 1), (4, 2), (5, 3), (640, 480)] {
                let needed = (0..=640 * 480 * 3).find_map(|n| {
                    // Bytes are needed in proportion: ask once with none.
                    match constructor(width, height, &[]) {
                        Err(FrameError::Short { needed, got: 0 }) => Some(needed),
                        _ => (n > 0).then_some(0),
                    }
                });
                let needed = needed.unwrap();
                let short = constructor(width, height, &vec![9; needed - 1]);
                let got = needed - 1;
                assert_eq!(short, Err(FrameError::Short { needed, got }));
                for extra in [0, 1, 4096] {
                    let frame = constructor(width, height, &vec![9; needed + extra]).unwrap();
                    let pixels = (width * height) as usize;
                    assert_eq!((frame.width(), frame.height()), (width, height));
                    assert_eq!(frame.luma().len(), pixels);
                    assert_eq!(frame.rgb().len(), pixels * 3);
                }
            }
        }
    }

    #[test]
    fn sizes_that_no_camera_has_are_refused() {
        for constructor in RAW {
            for (width, height) in [
                (0, 0),
                (0, 9),
                (9, 0),
                (40_000_001, 1),
                (u32::MAX, u32::MAX),
            ] {
                let refused = constructor(width, height, &[0; 16]);
                assert_eq!(refused, Err(FrameError::Size { width, height }));
            }
        }
    }

    #[test]
    fn yuyv_gives_the_grey_it_carries_and_the_right_colours() {
        // White and black, then two pixels of pure red.
        let frame = Frame::from_yuyv(2, 2, &[235, 128, 16, 128, 81, 90, 81, 240]).unwrap();
        assert_eq!(frame.luma(), [235, 16, 81, 81]);
        assert_eq!(frame.rgb()[..6], [255, 255, 255, 0, 0, 0]);
        assert_eq!(frame.rgb()[6..9], [255, 0, 0]);
    }

    #[test]
    fn yuyv_of_an_odd_width_drops_the_padding_pixel() {
        let frame = Frame::from_yuyv(1, 2, &[50, 128, 99, 128, 60, 128, 99, 128]).unwrap();
        assert_eq!(frame.luma(), [50, 60]);
    }

    #[test]
    fn nv12_shares_colour_among_four_pixels() {
        let frame = Frame::from_nv12(2, 2, &[81, 81, 81, 81, 90, 240]).unwrap();
        assert!(frame.rgb().chunks_exact(3).all(|p| p == [255, 0, 0]));
    }

    #[test]
    fn rgb_is_weighted_to_grey() {
        let frame = Frame::from_rgb(3, 1, &[255, 255, 255, 0, 0, 0, 0, 255, 0]).unwrap();
        assert_eq!(frame.luma(), [255, 0, 149]);
    }

    #[test]
    fn jpeg_gives_its_own_size_and_ignores_what_follows() {
        let mut jpeg = Vec::new();
        JpegEncoder::new(&mut jpeg)
            .write_image(&[200; 8 * 6], 8, 6, ExtendedColorType::L8)
            .unwrap();
        jpeg.extend([0; 500]);
        let frame = Frame::from_jpeg(&jpeg).unwrap();
        assert_eq!((frame.width(), frame.height()), (8, 6));
        assert!(frame.luma().iter().all(|&p| p.abs_diff(200) < 3));
    }

    #[test]
    fn broken_jpegs_are_refused() {
        for bytes in [&b""[..], b"\xff\xd8", b"\xff\xd8\xff\xe0", b"not a jpeg"] {
            let refused = Frame::from_jpeg(bytes);
            assert!(matches!(refused, Err(FrameError::Broken(_))), "{refused:?}");
        }
    }

    #[test]
    fn transparent_pixels_are_white() {
        let image = image::RgbaImage::from_raw(2, 1, vec![0, 0, 0, 0, 0, 0, 0, 255]).unwrap();
        let frame = Frame::from_image(image.into()).unwrap();
        assert_eq!(frame.luma(), [255, 0]);
    }
}
