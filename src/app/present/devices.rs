//! The page on which each device is tried.

use crate::{
    app::state::{device_trials::DeviceTrials, notices::Notices},
    config::Config,
    devices::{Device, Devices},
    ui::{DeviceState, DeviceTrialsView, TriedDevice},
};

/// Each device, as it is now.
pub(crate) fn view(
    config: &Config,
    devices: &Devices,
    notices: &Notices,
    trials: &DeviceTrials,
) -> DeviceTrialsView {
    let row = |device| TriedDevice {
        device,
        state: match notices.fault(device) {
            _ if !is_set_up(config, devices, device) => DeviceState::NotSetUp,
            Some(why) => DeviceState::Gone(why.clone()),
            None if trials.is_working(device) => DeviceState::Works,
            None => DeviceState::Unused,
        },
        trial: trials.of(device),
    };
    DeviceTrialsView {
        rate: trials.frames_a_second(),
        devices: Device::ALL.map(row).into(),
    }
}

/// Whether the settings name it. Readers that type into the window have no thread.
pub(crate) fn is_set_up(config: &Config, devices: &Devices, device: Device) -> bool {
    match device {
        Device::Scanner => config.scanner.is_some(),
        Device::IdReader => config.id_reader.is_some(),
        Device::Thermometer => devices.thermometer.is_some(),
        Device::Sound => devices.sounds.is_some(),
        Device::Gate => devices.gate.is_some(),
        Device::Lamp => devices.lamp.is_some(),
        Device::Torch => devices.torch.is_some(),
    }
}
