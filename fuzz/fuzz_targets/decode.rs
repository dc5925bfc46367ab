//! libFuzzer around `gatepost_fuzz_decode::run`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gatepost_fuzz_decode::run(data));
