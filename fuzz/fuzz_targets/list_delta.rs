//! libFuzzer around `gatepost_fuzz_targets::LIST_DELTA`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (gatepost_fuzz_targets::LIST_DELTA.run)(data));
