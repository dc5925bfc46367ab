//! The authority's program as people run it; one file per behaviour.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bundles;
mod codes;
mod configuration;
mod keys;
mod regions;
mod support;
