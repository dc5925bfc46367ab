//! The table of the program's own updates. `docs/updates.md` explains it with an example.

use gatepost_pass::{Bounded, KebabName, Text};
use serde::Deserialize;

/// `[program]`: how this device installs a new version of its program.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramSettings {
    /// Which releases are for this device, such as `aarch64`.
    pub target: KebabName,
    /// Writes an image, whose path comes last, into the slot that does not run.
    pub install: ToolCommand,
    /// Tells the boot loader that this start is good.
    pub confirm: ToolCommand,
}

/// A program of the system and its arguments, as they are: no shell reads them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ToolCommand(Bounded<Text<255>, 1, 16>);

impl ToolCommand {
    /// The program, then its arguments.
    pub fn words(&self) -> Vec<String> {
        let words = self.0.as_slice().iter();
        words.map(|word| word.as_str().to_owned()).collect()
    }
}
