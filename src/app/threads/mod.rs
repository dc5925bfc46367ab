//! The threads that bring events, and the way to them.

pub(super) mod beside;
pub(super) mod enrolled;
pub(super) mod frames;
pub(super) mod log_writer;
pub(super) mod stick_install;
