//! libFuzzer around `gatepost_fuzz_targets::TIME`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (gatepost_fuzz_targets::TIME.run)(data));
