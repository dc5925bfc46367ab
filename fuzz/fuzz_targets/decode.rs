//! libFuzzer around `gatepost_fuzz_decode::DECODE`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (gatepost_fuzz_decode::DECODE.run)(data));
