//! libFuzzer around `gatepost_fuzz_targets::RELEASE`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (gatepost_fuzz_targets::RELEASE.run)(data));
