//! Tests of the window: its texts, its layout, its touch.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod behaviour;
mod info;
mod info_layout;
mod info_scenes;
mod layout;
mod stage;
mod texts;
mod tidy;
