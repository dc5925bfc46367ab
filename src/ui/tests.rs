//! Tests of the window: its texts, its layout, its touch.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod behaviour;
mod buttons;
mod contrast;
mod device_pages;
mod device_scenes;
mod face;
mod figures;
mod fingers;
mod flows;
mod golden;
mod info;
mod info_scenes;
mod layout;
mod legible;
mod menu;
mod motion;
mod scenes;
mod screens;
mod scrolling;
mod stage;
mod texts;
mod translations;
mod update_scenes;
mod verdicts;
mod waiting;
