//! A supervisor's leave for a version that is refused without.

use gatepost_checkpoint::Supervisor;
use gatepost_pass::{ProgramRelease, ProgramVersion, Rollback};

/// A supervisor's leave for one version of the program: only a badge and its PIN make one. It is
/// used up by the installation, and nothing else is installed by it: not what lies on the stick by
/// then in place of that version.
#[derive(Debug)]
pub struct ProgramLeave {
    version: ProgramVersion,
}

impl ProgramLeave {
    /// This supervisor allows that version. Whoever takes their word has it logged.
    pub fn new(_: &Supervisor, version: ProgramVersion) -> Self {
        Self { version }
    }

    /// What it allows a release, which is verified afterwards.
    pub(super) fn rollback(&self, release: &[u8]) -> Rollback {
        match ProgramRelease::peek(release) {
            Ok(claimed) if claimed.version == self.version => Rollback::AllowedBySupervisor,
            Ok(_) | Err(_) => Rollback::Refused,
        }
    }

    /// Of a supervisor whom tests need not ask.
    #[cfg(test)]
    pub(super) fn of_nobody(version: ProgramVersion) -> Self {
        Self { version }
    }
}
