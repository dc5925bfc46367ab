//! What a device remembers of its updates: the highest version that was good, the last update, and
//! in which start of the machine that happened.

use gatepost_pass::{ProgramVersion, timekeeper::Boot};
use gatepost_protocol::{ProgramStatus, ProgramUpdate, UpdateEnd};
use gatepost_system::files::{self, Access, FileError};
use serde::{Deserialize, Serialize};

use super::running::RUNNING;
use crate::data::DataDir;

/// Largest record, in bytes.
const MAX: usize = 1024;

/// What is remembered of updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramRecord {
    /// The highest version that saw a picture here; a supervisor can lower it.
    pub(super) highest: ProgramVersion,
    /// The last update.
    pub(super) update: Option<ProgramUpdate>,
    /// The start of the machine in which it was written into its slot.
    written: Boot,
    /// The last start of the machine in which a picture came.
    good: Boot,
}

impl ProgramRecord {
    /// What is remembered, as it has to be read in this start of the machine. A record that cannot
    /// be read is begun anew: then only the running version keeps older ones away.
    pub(super) fn load(data: &DataDir, running: ProgramVersion, boot: Boot) -> Self {
        let bytes = files::read(&data.program_record(), MAX).unwrap_or_default();
        let record: Option<Self> = gatepost_pass::decode("record of updates", &bytes).ok();
        let mut record = record.unwrap_or(Self {
            highest: ProgramVersion::new(0, 0, 0),
            update: None,
            written: Boot::default(),
            good: Boot::default(),
        });
        if let Some(update) = &mut record.update
            && update.end == UpdateEnd::Waiting
            && update.version != running
            && record.written != boot
        {
            // The machine has started since, and something else runs.
            update.end = UpdateEnd::FellBack;
        }
        record
    }

    /// What a device reports of its program.
    pub fn status(data: &DataDir) -> ProgramStatus {
        let record = Self::load(data, RUNNING, gatepost_system::clock::boot());
        ProgramStatus {
            running: RUNNING,
            update: record.update,
        }
    }

    pub(super) fn store(&self, data: &DataDir) -> Result<(), FileError> {
        let bytes = gatepost_pass::encode(self);
        files::replace(&data.program_record(), Access::Shared, &bytes)
    }

    /// How the last update ended, where it was to that version.
    pub(super) fn end_of(&self, version: ProgramVersion) -> Option<UpdateEnd> {
        let update = self.update.filter(|update| update.version == version);
        update.map(|update| update.end)
    }

    /// Whether a picture has come in this start of the machine.
    pub(super) fn is_good(&self, boot: Boot) -> bool {
        self.good == boot
    }

    /// The record after an image was written into the other slot, or could not be.
    pub(super) fn with_update(self, version: ProgramVersion, end: UpdateEnd, boot: Boot) -> Self {
        Self {
            update: Some(ProgramUpdate { version, end }),
            written: boot,
            ..self
        }
    }

    /// The record after a picture of the running version.
    pub(super) fn with_picture(self, running: ProgramVersion, boot: Boot) -> Self {
        let arrived = self.end_of(running) == Some(UpdateEnd::Waiting);
        Self {
            // An older version is only ever installed with a supervisor's leave.
            highest: match arrived {
                true => running,
                false => self.highest.max(running),
            },
            update: match arrived {
                true => Some(ProgramUpdate {
                    version: running,
                    end: UpdateEnd::Installed,
                }),
                false => self.update,
            },
            good: boot,
            ..self
        }
    }
}
