//! What the devices' threads report to the program.

use std::sync::Arc;

use super::device::Device;
use super::error::DeviceError;
use super::line_assembler::LineFault;
use super::supplies::{Battery, NetworkLink};
use super::thermometer::{BodyTemperature, TemperatureError};

/// What devices report. The texts are as they came, at most `MAX_TEXT` bytes: hostile until parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceEvent {
    /// The device works. Reported once at the start and once after each [`DeviceEvent::Gone`].
    Ready(Device),
    /// The device does not work; its thread keeps trying. Reported once for each reason.
    Gone(Device, DeviceError),
    /// The scanner read a code.
    Scanned {
        /// Contents of the code.
        text: String,
    },
    /// The ID reader read a card.
    IdRead {
        /// What the reader sent, usually an ID number.
        text: String,
    },
    /// A reader sent a line that is not a text, or a code without an end.
    Garbled(Device, LineFault),
    /// It is day, or night, by the light sensor. Reported at the start and when it changes.
    Daylight(bool),
    /// The device's battery, or none any more. Reported at the start, where there is one, and when
    /// it changes.
    Battery(Option<Battery>),
    /// The device's link to a network; nothing where it has no interface for one. Reported as the
    /// battery is.
    Network(Option<NetworkLink>),
    /// The thermometer's answer to `Thermometer::measure`.
    Measured(Result<BodyTemperature, TemperatureError>),
}

/// Gets every event. Called from the devices' threads: it should return soon, and cannot drop the
/// devices.
pub(super) type Listener = Arc<dyn Fn(DeviceEvent) + Send + Sync>;

/// Reports whether one device works, never the same twice in a row.
pub(super) struct Reporter {
    device: Device,
    listener: Listener,
    reported: Option<Result<(), DeviceError>>,
}

impl Reporter {
    pub(super) fn new(device: Device, listener: Listener) -> Self {
        Self {
            device,
            listener,
            reported: None,
        }
    }

    /// Reports this state unless it was the last one reported.
    pub(super) fn report(&mut self, state: Result<(), DeviceError>) {
        if self.reported.as_ref() == Some(&state) {
            return;
        }
        self.reported = Some(state.clone());
        (self.listener)(match state {
            Ok(()) => DeviceEvent::Ready(self.device),
            Err(error) => DeviceEvent::Gone(self.device, error),
        });
    }
}
