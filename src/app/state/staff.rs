//! The staff at the device: who is on duty, the pad on which all PINs are entered, and the clock
//! that a supervisor sets.

use gatepost_pass::Text;

use super::clock_setting::ClockSetting;
use crate::checkpoint::{GuardDuty, PinPad};

/// The guard on duty, and the pad.
#[derive(Debug, Default)]
pub(crate) struct Staff {
    pub(crate) duty: GuardDuty,
    pub(crate) pad: PinPad,
    pub(crate) clock: ClockSetting,
}

impl Staff {
    /// Name of the guard on duty, or empty.
    pub(crate) fn guard_name(&self) -> String {
        let name = self.duty.guard().map(|badge| badge.name.to_string());
        name.unwrap_or_default()
    }

    /// The guard on duty, as passages name them.
    pub(crate) fn guard_id(&self) -> Option<Text<24>> {
        self.duty.guard().map(|badge| badge.id.clone())
    }
}
