//! What every command is given besides its own arguments.

use std::path::PathBuf;

use gatepost_pass::Timestamp;

use crate::home::{Home, HomeError};

/// Where and when a command works.
pub(crate) struct Context {
    /// The authority's directory, from `--home`. `init` makes it.
    pub(crate) home_dir: PathBuf,
    /// The time to work at: the system's, or `--now`.
    pub(crate) now: Timestamp,
}

impl Context {
    /// The home, which must exist.
    pub(crate) fn home(&self) -> Result<Home, HomeError> {
        Home::open(&self.home_dir)
    }
}
