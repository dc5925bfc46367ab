//! libFuzzer around `gatepost_fuzz_targets::PINS`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (gatepost_fuzz_targets::PINS.run)(data));
