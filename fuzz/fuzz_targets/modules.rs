//! libFuzzer around `gatepost_fuzz_decode::MODULES`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (gatepost_fuzz_decode::MODULES.run)(data));
