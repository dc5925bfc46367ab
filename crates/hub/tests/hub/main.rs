//! What a device and an operator can rely on, seen from outside: over HTTP and on the command line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod batches;
mod bundle;
mod findings;
mod process;
mod refused;
mod support;
