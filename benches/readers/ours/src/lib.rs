//! The scanner's decoder, compiled from where it lies: the scanner's package would bring its window.

#[allow(dead_code, reason = "the scanner's camera uses what a bench does not")]
#[path = "../../../../src/decode/mod.rs"]
pub mod decode;
