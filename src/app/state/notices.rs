//! What the guard should know on every page.

use std::collections::BTreeMap;

use gatepost_pass::policy::WhenLogFull;

use super::log_link::LogHealth;
use crate::{
    config::SettingsError,
    devices::{Device, DeviceError},
    ui::Notice,
};

/// What stays true until it is put right.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    settings: Option<Notice>,
    /// By the device's name.
    gone: BTreeMap<String, Notice>,
    /// The scanner's last code had no end.
    code_without_end: bool,
    parked: Option<Notice>,
}

impl Notices {
    /// With what is wrong with the settings, where the defaults are in force instead.
    pub(crate) fn new(bad_settings: Option<SettingsError>) -> Self {
        let settings = bad_settings.map(|fault| {
            log::error!(
                "{}; the defaults are in force",
                gatepost_system::chain(&fault)
            );
            let (file, fault) = match fault {
                SettingsError::Read(error) => (error.path.display().to_string(), None),
                SettingsError::Wrong { path, source } => (path, Some(*source)),
            };
            Notice::BadSettings { file, fault }
        });
        Self {
            settings,
            ..Self::default()
        }
    }

    pub(crate) fn device_ready(&mut self, device: Device) {
        self.gone.remove(&device.to_string());
    }

    pub(crate) fn device_gone(&mut self, device: Device, why: DeviceError) {
        let notice = Notice::DeviceGone { device, why };
        self.gone.insert(device.to_string(), notice);
    }

    /// Whether a device that the settings name is known not to work.
    pub(crate) fn is_gone(&self, device: Device) -> bool {
        self.gone.contains_key(device.name())
    }

    /// Why a device does not work.
    pub(crate) fn fault(&self, device: Device) -> Option<&DeviceError> {
        match self.gone.get(device.name()) {
            Some(Notice::DeviceGone { why, .. }) => Some(why),
            _ => None,
        }
    }

    /// Whether the scanner's last code had no end.
    pub(crate) fn set_code_without_end(&mut self, so: bool) {
        self.code_without_end = so;
    }

    /// A batch that the hub refuses, or nothing once it takes them all.
    pub(crate) fn set_parked(&mut self, parked: Option<Notice>) {
        self.parked = parked;
    }

    /// All of them, the gravest first.
    pub(crate) fn list(&self, log: LogHealth) -> Vec<Notice> {
        let full = match log {
            LogHealth::Works | LogHealth::Failing => None,
            LogHealth::Full(WhenLogFull::Stop) => Some(Notice::Stopped),
            LogHealth::Full(WhenLogFull::ScanWithoutLog) => Some(Notice::WithoutLog),
        };
        let endless = self.code_without_end.then_some(Notice::CodeWithoutEnd);
        let first = self.settings.iter().chain(&full);
        first
            .chain(&endless)
            .chain(&self.parked)
            .chain(self.gone.values())
            .cloned()
            .collect()
    }
}
