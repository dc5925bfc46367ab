//! The page on which each device is tried.

use super::notices::{map_device, map_device_error};
use super::trouble::foreign;
use super::view::{DeviceState, DeviceTrial, DeviceTrialsView, TriedDevice, UiCommand};
use crate::devices::{Device, LineFault, TemperatureError};
use gatepost_window::{
    AppWindow, DeviceFaultKind, DeviceItem, DeviceKind, DeviceStateKind, DevicesAdapter, TrialKind,
};
use slint::{ComponentHandle, ModelRc, SharedString, ToSharedString};
use std::rc::Rc;

/// Each button tries its device.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    let send = on_command.clone();
    app.global::<DevicesAdapter>()
        .on_try_out(move |kind| send(UiCommand::TryDevice(from_kind(kind))));
}

/// Fills the page.
pub(super) fn show(app: &AppWindow, view: &DeviceTrialsView) {
    let adapter = app.global::<DevicesAdapter>();
    adapter.set_rate(i32::try_from(view.rate).unwrap_or(i32::MAX));
    let items: Vec<DeviceItem> = view.devices.iter().map(item).collect();
    adapter.set_devices(ModelRc::from(items.as_slice()));
}

/// The camera's picture is not shown until somebody asks for it.
pub(super) fn forget(app: &AppWindow) {
    app.global::<DevicesAdapter>().set_picture(false);
}

fn item(row: &TriedDevice) -> DeviceItem {
    let (state, fault, detail) = map_state(&row.state);
    let (trial, result) = map_trial(&row.trial);
    DeviceItem {
        device: map_device(row.device),
        state,
        fault,
        detail,
        trial,
        result,
        can_try: can_try(row),
    }
}

/// The gate opens for a logged admission and for nothing else. What is gone can't be tried, but for
/// sounds: their card is opened anew for each.
fn can_try(row: &TriedDevice) -> bool {
    match (row.device, &row.state) {
        (Device::Gate, _) | (_, DeviceState::NotSetUp) => false,
        (Device::Sound, DeviceState::Gone(_)) => true,
        (_, DeviceState::Gone(_)) => false,
        (_, DeviceState::Works | DeviceState::Unused) => row.trial != DeviceTrial::Running,
    }
}

fn map_state(state: &DeviceState) -> (DeviceStateKind, DeviceFaultKind, SharedString) {
    let well = |state| (state, DeviceFaultKind::default(), SharedString::new());
    match state {
        DeviceState::NotSetUp => well(DeviceStateKind::NotSetUp),
        DeviceState::Works => well(DeviceStateKind::Works),
        DeviceState::Unused => well(DeviceStateKind::Unused),
        DeviceState::Gone(why) => {
            let (fault, detail) = map_device_error(why);
            (DeviceStateKind::Gone, fault, detail)
        }
    }
}

fn map_trial(trial: &DeviceTrial) -> (TrialKind, SharedString) {
    let kind = match trial {
        DeviceTrial::None => TrialKind::None,
        DeviceTrial::Running => TrialKind::Running,
        DeviceTrial::Ran => TrialKind::Ran,
        DeviceTrial::Code(begins) => return (TrialKind::Arrived, foreign(begins)),
        DeviceTrial::Card(length) => return (TrialKind::Arrived, length.to_shared_string()),
        DeviceTrial::Garbled(LineFault::NoEnd) => TrialKind::WithoutEnd,
        DeviceTrial::Garbled(LineFault::TooLong | LineFault::NotText) => TrialKind::NotText,
        DeviceTrial::Nothing => TrialKind::Nothing,
        DeviceTrial::Measured(Ok(reading)) => {
            return (TrialKind::Measured, reading.to_shared_string());
        }
        DeviceTrial::Measured(Err(TemperatureError::Impossible { .. })) => TrialKind::OutOfRange,
        DeviceTrial::Measured(Err(TemperatureError::Fahrenheit)) => TrialKind::WrongUnit,
        DeviceTrial::Measured(Err(TemperatureError::Damaged | TemperatureError::NotUnderstood)) => {
            TrialKind::Unreadable
        }
        DeviceTrial::Measured(Err(TemperatureError::NoAnswer)) => TrialKind::NoAnswer,
    };
    (kind, SharedString::new())
}

fn from_kind(kind: DeviceKind) -> Device {
    match kind {
        DeviceKind::Scanner => Device::Scanner,
        DeviceKind::IdReader => Device::IdReader,
        DeviceKind::Thermometer => Device::Thermometer,
        DeviceKind::Sound => Device::Sound,
        DeviceKind::Gate => Device::Gate,
        DeviceKind::Lamp => Device::Lamp,
        DeviceKind::Torch => Device::Torch,
    }
}
