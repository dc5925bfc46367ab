//! Gatepost: an offline checkpoint scanner.

pub mod checkpoint;
pub mod ui;
