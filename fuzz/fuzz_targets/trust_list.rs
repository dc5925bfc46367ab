//! libFuzzer around `gatepost_fuzz_targets::TRUST_LIST`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (gatepost_fuzz_targets::TRUST_LIST.run)(data));
