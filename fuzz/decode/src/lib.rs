//! The scanner's decoder, compiled from where it lies (the scanner's package would bring its window),
//! and what the fuzzer does with it.

#![forbid(unsafe_code)]

#[allow(
    dead_code,
    reason = "the scanner's camera uses what the fuzzer does not"
)]
#[path = "../../../src/decode/mod.rs"]
pub mod decode;

use decode::{DecodedCode, Luma, StreamReader};

/// Longest side of a picture, in pixels.
const MAX_SIDE: usize = 300;
/// Frames that a stream gets of a picture: one for each kind of careful look.
const FRAMES: usize = 6;

/// Tries one input: a byte for the width and one for the height, each twice its value short of
/// [`MAX_SIDE`], then grey pixels from the top left corner, over and over until the picture is full.
/// An even sum of the two is for [`decode::decode`], an odd one for a [`StreamReader`].
pub fn run(input: &[u8]) {
    let [width, height, pixels @ ..] = input else {
        return;
    };
    if pixels.is_empty() {
        return;
    }
    let still = (width ^ height) & 1 == 0;
    let side = |short: u8| MAX_SIDE.saturating_sub(2 * usize::from(short)).max(1);
    let (width, height) = (side(*width), side(*height));
    let pixels: Vec<u8> = pixels
        .iter()
        .copied()
        .cycle()
        .take(width * height)
        .collect();
    let Some(picture) = Luma::new(width as u32, height as u32, &pixels) else {
        unreachable!("there are as many pixels as the size says");
    };
    if still {
        check(&decode::decode(picture));
        return;
    }
    let mut stream = StreamReader::default();
    for _ in 0..FRAMES {
        check(&stream.read(picture));
    }
}

fn check(codes: &[DecodedCode]) {
    assert!(codes.len() <= decode::MAX_CODES);
    for code in codes {
        assert!(code.content.as_bytes().len() <= decode::MAX_CONTENT_BYTES);
        let finite = |(x, y): &(f32, f32)| x.is_finite() && y.is_finite();
        assert!(code.corners.iter().all(finite));
    }
}
