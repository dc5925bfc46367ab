//! A picture goes in, the contents of its QR codes come out; what they mean is decided elsewhere.
//!
//! Stages, each a file: `scale` the picture, `threshold` it to black and white, find the
//! `finder` patterns, `place` three of them as one code, lay a `grid` over it by its `mapping`,
//! read the `symbol`. A `look` is one run through them; a `still` gets many, a `stream` one or two a
//! frame. Careful looks add `frame`, `trio`, `version` and `mesh`. docs/reading.md tells the whole.
//!
//! All but the order of codewords in a quick look (rqrr, in `symbol`) is ours. A library's search asserted on
//! odd pictures and overflowed on far-away corners, which can't be ruled out from outside without doing the
//! search, and a checkpoint must not stop for a picture; its symbol reader tells nothing of doubtful modules.

#![forbid(unsafe_code)]

mod alignment;
mod budget;
mod codewords;
mod correction;
mod explain;
mod finder;
mod format;
mod frame;
mod grid;
mod layout;
mod legs;
mod look;
mod mapping;
mod mesh;
mod place;
mod scale;
mod segments;
mod stages;
mod still;
mod stream;
mod symbol;
mod text;
mod threshold;
mod trio;
mod version;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

use std::convert::Infallible;

use serde::{Serialize, Serializer};

pub use explain::{Drawing, explain};
use look::Look;
#[doc(hidden)]
pub use stages::Stages;
pub use stream::StreamReader;

/// Longest content, in bytes, that is handed on: the largest QR code in alphanumeric mode.
pub const MAX_CONTENT_BYTES: usize = 4_296;
/// Most codes that are read from one picture.
pub const MAX_CODES: usize = 32;
/// Shortest side, in pixels, that can hold a QR code: its smallest version has 21 modules.
const MIN_SIDE: usize = 21;

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

    /// A view of as many whole rows of `width` pixels as `pixels` holds. It may be empty, and an empty
    /// picture has no codes.
    pub fn from_rows(width: usize, pixels: &'a [u8]) -> Self {
        let height = pixels.len().checked_div(width).unwrap_or(0);
        Self {
            width,
            height,
            pixels: &pixels[..width * height],
        }
    }
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

/// `{"text":"…"}` or `{"hex":"…"}`.
impl Serialize for CodeContent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Text(text) => map.serialize_entry("text", text)?,
            Self::Bytes(bytes) => {
                map.serialize_entry("hex", &data_encoding::HEXLOWER.encode(bytes))?;
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
    /// right, bottom right and bottom left; in a mirrored one the second and the last change places. May
    /// lie a little outside the picture.
    pub corners: [(f32, f32); 4],
}

impl DecodedCode {
    /// Whether a place in the picture lies in the code, mirrored or not.
    fn covers(&self, (x, y): (f32, f32)) -> bool {
        let side = |i: usize| {
            let ((ax, ay), (bx, by)) = (self.corners[i], self.corners[(i + 1) % 4]);
            (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        };
        let sides = [0, 1, 2, 3].map(side);
        sides.iter().all(|&side| side >= 0.0) || sides.iter().all(|&side| side <= 0.0)
    }
}

/// Reads the codes of a picture: each content once, from the top of the picture to its bottom.
///
/// Looks at it in many ways until one reads something: there is only this picture. Frames of a camera
/// are for a [`StreamReader`]. Never panics, whatever the picture; a picture without a readable code
/// gives an empty list.
pub fn decode(picture: Luma<'_>) -> Vec<DecodedCode> {
    let Ok(codes) = decode_with(picture, |_| Ok::<(), Infallible>(()));
    codes
}

/// Shows each look to `watch` before what it saw is taken.
fn decode_with<E>(
    picture: Luma<'_>,
    mut watch: impl FnMut(&Stages<'_>) -> Result<(), E>,
) -> Result<Vec<DecodedCode>, E> {
    if picture.width.min(picture.height) < MIN_SIDE {
        return Ok(Vec::new());
    }
    let (mut codes, mut unread) = (Vec::<DecodedCode>::new(), Vec::new());
    let mut more = MORE_LOOKS;
    for look in still::looks(picture) {
        let stages = Stages::of(look, picture);
        watch(&stages)?;
        let seen = stages.seen();
        codes.extend(seen.codes);
        // What one look saw another one may read.
        let places = seen.unread.iter().chain(&seen.loose);
        unread.extend(places.map(|&(x, y, _)| (x, y)));
        if codes.is_empty() {
            continue;
        }
        unread.retain(|&place| !codes.iter().any(|code| code.covers(place)));
        if unread.is_empty() || more == 0 {
            break;
        }
        more -= 1;
    }
    Ok(dedupe(codes))
}

/// The quick look alone that every frame of a stream gets first, for benches.
pub fn first_look(picture: Luma<'_>) -> Vec<DecodedCode> {
    if picture.width.min(picture.height) < MIN_SIDE {
        return Vec::new();
    }
    dedupe(see(&Look::quick(picture), picture).codes)
}

/// Single steps for the fuzzer, thousands of which it can take in a second.
#[doc(hidden)]
pub mod steps {
    use super::*;
    use codewords::Effort;
    use look::Care;

    /// One of the looks that a still picture gets, doing at most `work`, in modules sampled. The size
    /// of the picture is the caller's care.
    pub fn one_look(picture: Luma<'_>, which: usize, work: usize) -> Vec<DecodedCode> {
        let all: Vec<Look> = still::looks(picture).collect();
        let mut look = all[which % all.len()];
        if let Care::Thorough { work: most } = &mut look.care {
            *most = work.min(*most);
        }
        dedupe(see(&look, picture).codes)
    }

    /// What `side` x `side` modules say, rows from the top: above 0 is black, the farther from 0 the surer.
    /// With `doubting`, the least sure codewords may be left out.
    pub fn modules(side: usize, tones: &[f32], doubting: bool) -> Option<CodeContent> {
        let effort = if doubting {
            Effort::Doubting
        } else {
            Effort::Plain
        };
        symbol::read(side, tones, effort).ok().map(text::content)
    }

    /// What the corrected data codewords of a version say.
    pub fn codewords(version: usize, data: &[u8]) -> Option<CodeContent> {
        segments::content(version, data).ok().map(text::content)
    }
}

/// Looks that are spent, after a code was read, on others that were seen.
const MORE_LOOKS: usize = 6;

/// What a look shows, in pixels of the picture that it looks at.
struct Seen {
    codes: Vec<DecodedCode>,
    /// Finder patterns: x, y and the side of a module.
    finders: Vec<(f32, f32, f32)>,
    /// Those of what looks like a code, but was not read.
    unread: Vec<(f32, f32, f32)>,
    /// Clear ones outside of all these that may be part of a code with each other.
    loose: Vec<(f32, f32, f32)>,
}

/// One look, from grey to codes.
fn see(look: &Look, luma: Luma<'_>) -> Seen {
    Stages::of(*look, luma).seen()
}

/// Each content once, from top to bottom.
fn dedupe(codes: Vec<DecodedCode>) -> Vec<DecodedCode> {
    let mut once: Vec<DecodedCode> = Vec::new();
    for code in codes {
        if once.len() < MAX_CODES && once.iter().all(|known| known.content != code.content) {
            once.push(code);
        }
    }
    once.sort_by(|a, b| {
        let place = |c: &DecodedCode| c.corners[0];
        (place(a).1.total_cmp(&place(b).1)).then(place(a).0.total_cmp(&place(b).0))
    });
    once
}
