//! A picture goes in, the contents of its QR codes come out; what they mean is decided elsewhere.
//!
//! Stages, each a file: `scale` the picture, `threshold` it to black and white, find the
//! `finder` patterns, `place` three of them as one code, lay a `grid` over it by its `mapping`,
//! read the `symbol`.
//!
//! We look for codes ourselves and hand rqrr only clean squares of modules: its own search asserts on
//! odd pictures (a ring with a degenerate corner, a perspective through infinity, no timing pattern),
//! overflows `i32` on far-away corners and copies the picture for each guess. None of that can be
//! ruled out from outside without doing the search, and a checkpoint must not stop for a picture.

mod finder;
mod grid;
mod mapping;
mod place;
mod scale;
mod symbol;
mod threshold;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

use serde::{Serialize, Serializer};

use scale::Picture;

/// Longest content, in bytes, that is handed on: the largest QR code in alphanumeric mode.
pub const MAX_CONTENT_BYTES: usize = 4_296;
/// Most codes that are read from one picture.
pub const MAX_CODES: usize = 32;
/// Shortest side, in pixels, that can hold a QR code: its smallest version has 21 modules.
const MIN_SIDE: usize = 21;
/// Longest side, in pixels, of the first pass over a picture.
const FIRST_PASS_SIDE: usize = 1_600;
/// Most pixels of a pass at full size.
const FULL_PASS_PIXELS: usize = 12_000_000;
/// Longest side, in pixels, of a picture that is worth enlarging.
const TINY_SIDE: usize = 400;

/// A view of a grey picture: rows from the top, one byte per pixel, 0 is black.
#[derive(Clone, Copy, Debug)]
pub struct Luma<'a> {
    width: usize,
    height: usize,
    pixels: &'a [u8],
}

impl<'a> Luma<'a> {
    /// A view of `width` x `height` pixels; `None` if a side is 0 or `pixels` are too few.
    pub fn new(width: u32, height: u32, pixels: &'a [u8]) -> Option<Self> {
        let (width, height) = (usize::try_from(width).ok()?, usize::try_from(height).ok()?);
        let pixels = pixels.get(..width.checked_mul(height)?)?;
        (!pixels.is_empty()).then_some(Self {
            width,
            height,
            pixels,
        })
    }

    /// The view of a frame, which holds `width * height` pixels, at least one, by construction.
    pub(crate) fn of_whole(width: usize, height: usize, pixels: &'a [u8]) -> Self {
        debug_assert_eq!(width * height, pixels.len());
        Self {
            width,
            height,
            pixels,
        }
    }
}

/// How much work a picture is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// One pass: the next frame of the stream comes soon.
    Stream,
    /// Several passes until one reads something: there is only this picture.
    Still,
}

/// What a code carries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeContent {
    /// Valid UTF-8.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl CodeContent {
    /// The content as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl From<Vec<u8>> for CodeContent {
    fn from(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes).map_or_else(|e| Self::Bytes(e.into_bytes()), Self::Text)
    }
}

/// `{"text":"…"}` or `{"hex":"…"}`.
impl Serialize for CodeContent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Text(text) => map.serialize_entry("text", text)?,
            Self::Bytes(bytes) => {
                let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
                map.serialize_entry("hex", &hex)?;
            }
        }
        map.end()
    }
}

/// One code in a picture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecodedCode {
    /// What it carries.
    #[serde(flatten)]
    pub content: CodeContent,
    /// Where it is, in pixels of the picture (x, y): the code's own top left corner, then its top
    /// right, bottom right and bottom left. May lie a little outside the picture.
    pub corners: [(f32, f32); 4],
}

/// Reads the codes of a picture: each content once, from the top of the picture to its bottom.
///
/// Never panics, whatever the picture; a picture without a readable code gives an empty list.
pub fn decode(picture: Luma<'_>, effort: Effort) -> Vec<DecodedCode> {
    if picture.width.min(picture.height) < MIN_SIDE {
        return Vec::new();
    }
    let mut codes = passes(picture, effort)
        .into_iter()
        .map(|pass| run(&pass, picture, effort))
        .find(|codes| !codes.is_empty())
        .unwrap_or_default();
    codes.sort_by(|a, b| {
        let place = |c: &DecodedCode| c.corners[0];
        (place(a).1.total_cmp(&place(b).1)).then(place(a).0.total_cmp(&place(b).0))
    });
    codes
}

/// One look at the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pass {
    resize: Resize,
    /// Side of a threshold block, in pixels after resizing.
    block: usize,
    /// Light modules on dark ground.
    inverted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Resize {
    /// Each side divided by this.
    Shrink(usize),
    /// Each side doubled.
    Double,
}

/// The looks that a picture gets, cheapest first.
fn passes(picture: Luma<'_>, effort: Effort) -> Vec<Pass> {
    let longest = picture.width.max(picture.height);
    let shrink = longest.div_ceil(FIRST_PASS_SIDE);
    let look = |resize, block| Pass {
        resize,
        block,
        inverted: false,
    };
    let first = look(Resize::Shrink(shrink), threshold::FINE);
    if effort == Effort::Stream {
        return vec![first];
    }
    let mut list = vec![
        first,
        look(Resize::Shrink(shrink * 2), threshold::FINE),
        look(Resize::Shrink(shrink), threshold::COARSE),
    ];
    if longest <= TINY_SIDE {
        list.push(look(Resize::Double, threshold::FINE));
    }
    if shrink > 1 && picture.pixels.len() <= FULL_PASS_PIXELS {
        list.push(look(Resize::Shrink(1), threshold::FINE));
    }
    list.push(Pass {
        inverted: true,
        ..first
    });
    list
}

fn run(pass: &Pass, original: Luma<'_>, effort: Effort) -> Vec<DecodedCode> {
    let picture = match pass.resize {
        Resize::Shrink(by) => Picture::shrunk(original, by),
        Resize::Double => Picture::doubled(original),
    };
    let mut bits = threshold::threshold(&picture, pass.block);
    if pass.inverted {
        bits.invert();
    }
    let mut codes: Vec<DecodedCode> = Vec::new();
    for (bytes, corners) in place::read_all(&bits, effort) {
        let content = CodeContent::from(bytes);
        if codes.iter().all(|known| known.content != content) {
            let corners = corners.map(|(x, y)| (picture.original(x), picture.original(y)));
            codes.push(DecodedCode { content, corners });
        }
    }
    codes
}
