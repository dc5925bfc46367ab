//! The window that `build.rs` makes of `app.slint`: types and adapters, nothing by hand. The
//! scanner's `src/ui` alone uses them.
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
