//! Gatepost: an offline checkpoint scanner.
//!
//! A frame becomes a verdict in this order: [`camera`] -> `gatepost_decode` -> [`checkpoint`]
//! (which verifies with `gatepost_pass`, looks into the lists and decides) -> [`ui`], and the
//! verdict becomes a passage in [`store`], which [`sync`] brings to the hub. [`app`] is the loop
//! that ties them together; [`commands`] is what the command line offers.

pub mod app;
pub mod camera;
pub mod cause;
pub mod checkpoint;
pub mod clock;
pub mod commands;
pub mod config;
pub mod data;
pub mod devices;
pub mod files;
pub mod store;
pub mod sync;
pub mod ui;
