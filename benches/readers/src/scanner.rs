//! The scanner's passage log and what it uses, compiled from the scanner's own files.

#![allow(dead_code, unused_imports, unreachable_pub)]

#[path = "../../../src/clock.rs"]
pub(crate) mod clock;
#[path = "../../../src/readable_time.rs"]
pub(crate) mod readable_time;
#[path = "../../../src/store/mod.rs"]
pub(crate) mod store;
