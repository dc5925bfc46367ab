//! libFuzzer around `gatepost_fuzz_targets::WIPE_ORDER`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (gatepost_fuzz_targets::WIPE_ORDER.run)(data));
