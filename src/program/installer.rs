//! Who writes an image into the slot that does not run.

use std::{fmt::Debug, path::Path, time::Duration};

use super::tool::{self, ToolError};

/// How long an image may take to be written: cheap cards write a few megabytes a second.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// Writes an image into the slot that does not run, from where it starts next.
pub trait Installer: Debug {
    /// Takes an image of which everything was checked. It is removed afterwards.
    fn install(&mut self, image: &Path) -> Result<(), ToolError>;
}

/// A command of the settings, such as `rauc install`, with the image's path after it.
#[derive(Debug)]
pub struct InstallTool(Vec<String>);

impl InstallTool {
    /// The program and its arguments.
    pub fn new(command: Vec<String>) -> Self {
        Self(command)
    }
}

impl Installer for InstallTool {
    fn install(&mut self, image: &Path) -> Result<(), ToolError> {
        tool::run(&self.0, Some(image), LIMIT)
    }
}
