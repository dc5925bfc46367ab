//! The page on which each device is tried.

use crate::devices::{BodyTemperature, Device, DeviceError, LineFault, TemperatureError};

/// Every device, and how fast the camera is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceTrialsView {
    /// Pictures that came from the camera in a second.
    pub rate: u32,
    /// Those beside the camera.
    pub devices: Vec<TriedDevice>,
}

/// A device, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedDevice {
    /// Which one.
    pub device: Device,
    /// How it is.
    pub state: DeviceState,
    /// What came of trying it.
    pub trial: DeviceTrial,
}

/// How a device is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceState {
    /// The settings do not name it.
    NotSetUp,
    /// It has reported that it works.
    Works,
    /// It has not been used since the start.
    Unused,
    /// It does not work.
    Gone(DeviceError),
}

/// What came of trying a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DeviceTrial {
    /// Nobody has tried it.
    #[default]
    None,
    /// It is being tried.
    Running,
    /// It was told to do something; whether it did, people see and hear.
    Ran,
    /// The scanner read a code that begins so.
    Code(String),
    /// The reader of ID cards sent so many characters. Which, is nobody's business here.
    Card(usize),
    /// A reader sent what can't be used.
    Garbled(LineFault),
    /// Nothing came in time.
    Nothing,
    /// What the thermometer answered.
    Measured(Result<BodyTemperature, TemperatureError>),
}
