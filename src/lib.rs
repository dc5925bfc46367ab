//! Gatepost: an offline checkpoint scanner.

pub mod checkpoint;
