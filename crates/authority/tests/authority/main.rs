//! The authority's program as people run it; one file per behaviour.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod audit;
mod bundles;
mod ceremony;
mod check;
mod codes;
mod configuration;
mod demo;
mod ends;
mod evidence;
mod explain;
mod identity;
mod import;
mod keys;
mod lists;
mod logging_device;
mod look_alikes;
mod output;
mod program;
mod regions;
mod rotation;
mod sticks;
mod support;
mod token;
mod trace;
mod wiping;
