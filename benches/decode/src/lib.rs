//! The scanner's decoder, compiled from where it lies: the scanner's package would bring its window.

#![forbid(unsafe_code)]

#[allow(
    dead_code,
    reason = "the scanner's camera uses what a bench and the fuzzer do not"
)]
#[path = "../../../src/decode/mod.rs"]
pub mod decode;
