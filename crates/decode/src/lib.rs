//! From a grey picture to the contents of its QR codes; what they mean is decided elsewhere.
//!
//! ```
//! let white = [255; 320 * 240];
//! let picture = gatepost_decode::Luma::from_rows(320, &white);
//! assert_eq!(gatepost_decode::decode(picture), []);
//! ```
//!
//! Stages, each a file: make the picture as large and sharp as wanted (`grey`), make it black and
//! white (`threshold`), find the `finder` patterns, take three of them as one code (`triples`), lay
//! a `grid` over it by its `mapping`, read the `symbol`. A `look` is one run through these
//! `stages`; a `still` gets many, a `stream` one or two a frame. Careful looks add `axes`,
//! `by_axes`, `version_info` and `mesh`. docs/reading.md explains the whole.
//!
//! All but the order of codewords in a quick look (rqrr, in `symbol`) is our own. A library's
//! search asserted on odd pictures and overflowed on far-away corners, which can't be ruled out
//! from outside without doing the search, and a checkpoint must not stop for a picture; its symbol
//! reader does not report doubtful modules.
//!
//! There is no window, camera, clock or file here: work is limited by a `budget` in modules
//! sampled, so that the same picture gives the same codes on every machine, in a browser too.

#![forbid(unsafe_code)]

mod alignment;
mod axes;
mod budget;
mod by_axes;
mod charset;
mod codewords;
mod content;
mod correction;
mod explain;
mod finder;
mod format_info;
mod grey;
mod grid;
mod ink;
mod layout;
mod legs;
mod look;
mod luma;
mod mapping;
mod mesh;
mod obstacle;
mod point;
mod segments;
mod stages;
#[doc(hidden)]
pub mod steps;
mod still;
mod stream;
mod symbol;
mod text;
mod threshold;
mod triples;
mod version_info;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

pub use content::{CodeContent, DecodedCode, MAX_CODES, MAX_CONTENT_BYTES};
pub use explain::{Drawing, explain};
pub use luma::Luma;
pub use obstacle::Obstacle;
#[doc(hidden)]
pub use stages::Stages;
pub use still::decode;
pub use stream::{StreamReader, first_look};
