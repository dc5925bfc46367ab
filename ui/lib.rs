//! The window that `build.rs` makes of `app.slint`: types and adapters. By hand is only the font
//! that is too large to lie in a program as it is. The scanner's `src/ui` alone uses them.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::todo
)]

slint::include_modules!();

/// The font of Chinese, packed (RFC 1952): two megabytes less in each program.
pub static CHINESE_FONT: &[u8] = include_bytes!("fonts/gatepost.ttf.gz");
