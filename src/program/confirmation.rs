//! The word to the boot loader that this start is good, once the camera has given a picture.

use std::time::Duration;

use gatepost_pass::{ProgramVersion, timekeeper::Boot};
use gatepost_system::{clock, files::FileError};

use super::{
    record::ProgramRecord,
    running::RUNNING,
    tool::{self, ToolError},
};
use crate::data::DataDir;

/// How long the boot loader's tool may take.
const LIMIT: Duration = Duration::from_secs(60);

/// What is to be done at the first picture of a start. It is used up by that.
#[derive(Debug)]
pub struct Confirmation {
    data: DataDir,
    command: Vec<String>,
    running: ProgramVersion,
    boot: Boot,
}

/// This start could not be called good: after some such starts the boot loader falls back.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// The boot loader's tool failed.
    #[error("cannot call this start of the program good")]
    Tool(#[from] ToolError),
    /// It is good, and cannot be remembered.
    #[error(transparent)]
    Record(#[from] FileError),
}

impl Confirmation {
    /// The command that tells the boot loader.
    pub fn new(data: DataDir, command: Vec<String>) -> Self {
        Self::of(data, command, RUNNING, clock::boot())
    }

    pub(super) fn of(
        data: DataDir,
        command: Vec<String>,
        running: ProgramVersion,
        boot: Boot,
    ) -> Self {
        Self {
            data,
            command,
            running,
            boot,
        }
    }

    /// A picture came. Waits for the tool.
    pub fn run(self) -> Result<(), ConfirmError> {
        tool::run(&self.command, None, LIMIT)?;
        let before = ProgramRecord::load(&self.data, self.running, self.boot);
        let after = before.with_picture(self.running, self.boot);
        // Said before in this start of the machine: whoever updates meanwhile is not disturbed.
        if after != before {
            after.store(&self.data)?;
        }
        Ok(())
    }
}
