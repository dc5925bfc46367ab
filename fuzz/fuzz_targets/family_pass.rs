//! libFuzzer around `gatepost_fuzz_targets::FAMILY_PASS`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (gatepost_fuzz_targets::FAMILY_PASS.run)(data));
