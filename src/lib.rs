//! Gatepost: an offline checkpoint scanner.
//!
//! A frame becomes a verdict in this order: [`camera`] -> `gatepost_decode` ->
//! `gatepost_checkpoint` (which verifies with `gatepost_pass`, looks the holder up in the lists and
//! decides) -> [`ui`].
//! The verdict becomes a passage in [`store`], which [`sync`] sends to the hub. [`program`] updates
//! the program itself. [`app`] is the loop
//! that connects them; [`commands`] is the command line. [`face`] is what a second display shows to
//! the person.

#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

pub mod app;
pub mod camera;
pub mod cause;
pub mod clock;
pub mod commands;
pub mod config;
pub mod data;
pub mod devices;
pub mod face;
pub mod program;
pub mod readable_time;
pub mod store;
pub mod sync;
pub mod ui;
