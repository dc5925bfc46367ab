//! The staff at the device: who is on duty, the pad on which all PINs are entered, the clock that
//! a supervisor sets, and the program that one allows.

use std::{path::PathBuf, time::Instant};

use gatepost_checkpoint::{CheckedPin, EnteredPin, GuardDuty, PinOf, PinPad, PinTries};
use gatepost_pass::{Pin, Text};
use gatepost_protocol::PinTable;
use gatepost_system::{
    chain,
    files::{self, Access, FileError},
};

use super::{clock_setting::ClockSetting, program_leave::LeaveAsked};
use crate::data::DataDir;

/// The guard on duty, and the pad.
#[derive(Debug)]
pub(crate) struct Staff {
    pub(crate) duty: GuardDuty,
    pub(crate) pad: PinPad,
    pub(crate) clock: ClockSetting,
    pub(crate) leave: LeaveAsked,
    /// Where the wrong tries are.
    tries: PathBuf,
    /// They could not be kept there: no PIN is looked at.
    pub(crate) tries_lost: bool,
}

impl Staff {
    /// Nobody is on duty, and the tries are those of before the restart.
    pub(crate) fn load(data: &DataDir, at: Instant) -> Self {
        let path = data.pin_tries();
        let tries = match files::read(&path, PinTries::MAX) {
            Ok(bytes) => PinTries::from_bytes(&bytes).unwrap_or_else(|why| {
                log::error!(
                    "{}: no badge has a free try: {}",
                    path.display(),
                    chain(&why)
                );
                PinTries::damaged()
            }),
            Err(error) if error.is_not_found() => PinTries::default(),
            Err(error) => {
                log::error!("no badge has a free try: {}", chain(&error));
                PinTries::damaged()
            }
        };
        Self {
            duty: GuardDuty::default(),
            pad: PinPad::new(tries, at),
            clock: ClockSetting::default(),
            leave: LeaveAsked::default(),
            tries: path,
            tries_lost: false,
        }
    }

    /// Takes a PIN to be checked, once it is counted on the disk.
    pub(crate) fn enter(&mut self, of: PinOf, pin: Pin, at: Instant) -> Option<EnteredPin> {
        let keep = |tries: &PinTries| keep(&self.tries, tries);
        let entered = self.pad.enter(of, pin, at, keep);
        self.tries_lost = entered.is_err();
        entered.unwrap_or_else(|error| {
            log::error!("no PIN is looked at: {}", chain(&error));
            None
        })
    }

    /// A PIN was checked.
    pub(crate) fn checked(&mut self, pin: &CheckedPin) {
        let keep = |tries: &PinTries| keep(&self.tries, tries);
        warn(self.pad.checked(pin, keep));
    }

    /// Time passes, and bundles come.
    pub(crate) fn tick(&mut self, pins: Option<&PinTable>, at: Instant) {
        let keep = |tries: &PinTries| keep(&self.tries, tries);
        warn(self.pad.tick(pins, at, keep));
    }

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

fn keep(path: &std::path::Path, tries: &PinTries) -> Result<(), FileError> {
    files::replace(path, Access::Private, &tries.to_bytes())
}

/// On the disk there are then more tries and longer waits than in memory: after a restart those
/// count.
fn warn(kept: Result<(), FileError>) {
    if let Err(error) = kept {
        log::warn!("the tries of PINs could not be kept: {}", chain(&error));
    }
}
