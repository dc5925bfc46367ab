//! A light of the kernel's LED class, which camera torches and lamps on GPIO lines both can be.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Actuator, DeviceError, SwitchState, sysfs};

/// A light under `/sys/class/leds`. The switch that owns it puts it out before dropping it.
#[derive(Debug)]
pub(super) struct Led {
    name: String,
    brightness: PathBuf,
    brightest: String,
}

impl Led {
    /// Opens a light by its directory, such as `/sys/class/leds/white:flash`.
    pub(super) fn open(directory: &str) -> Result<Self, DeviceError> {
        let opening = |error| DeviceError::opening(directory, error);
        let brightest = fs::read_to_string(Path::new(directory).join("max_brightness"));
        let brightest = brightest.map_err(opening)?.trim().to_owned();
        if brightest.parse::<u32>().is_err() {
            return Err(DeviceError::unusable(directory, "it is not a light"));
        }
        Ok(Self {
            name: directory.to_owned(),
            brightness: Path::new(directory).join("brightness"),
            brightest,
        })
    }
}

impl Actuator for Led {
    fn set(&mut self, state: SwitchState) -> Result<(), DeviceError> {
        let value = match state {
            SwitchState::Active => self.brightest.as_str(),
            SwitchState::Inactive => "0",
        };
        sysfs::put(&self.brightness, value).map_err(|error| DeviceError::using(&self.name, error))
    }
}
