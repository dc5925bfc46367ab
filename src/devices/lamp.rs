//! The signal lamp: green, yellow and red lights on GPIO lines.

use std::time::Duration;

use gatepost_protocol::Outcome;

use super::{
    Device, DeviceError,
    event::Listener,
    gpio::{self, GpioLine},
    port::RETRY,
    switch::{Actuator, OpenedActuators, Switch},
};
use crate::config::LampSettings;

/// Shows the outcome of the verdict on screen.
#[derive(Debug)]
pub struct Lamp {
    switch: Switch,
}

impl Lamp {
    pub(super) fn start(settings: LampSettings, listener: Listener) -> Self {
        let open = move || {
            [settings.green, settings.yellow, settings.red]
                .map(|line| GpioLine::open(&settings.chip, line.get(), settings.active_low))
                .into_iter()
                .map(|line| line.map(|line| Box::new(line) as Box<dyn Actuator>))
                .collect()
        };
        Self::spawn(open, listener, RETRY)
    }

    /// A lamp whose lights are the three actuators that `open` opens: green, yellow, red.
    pub(super) fn spawn(
        open: impl FnMut() -> OpenedActuators + Send + 'static,
        listener: Listener,
        retry: Duration,
    ) -> Self {
        Self {
            switch: Switch::spawn(Device::Lamp, open, listener, retry),
        }
    }

    /// Switches on the colour of an outcome for as long as its verdict is shown.
    pub fn show(&self, outcome: Outcome, lasts: Duration) {
        let light = match outcome {
            Outcome::Admit => 0,
            Outcome::Check => 1,
            Outcome::Refuse => 2,
        };
        self.switch.on(light, lasts);
    }

    /// Switches the lights off, because the verdict was closed.
    pub fn off(&self) {
        self.switch.off();
    }
}

/// Checks that the lines of all three lights exist and are free, without switching them.
pub(super) fn probe(settings: &LampSettings) -> Result<(), DeviceError> {
    [settings.green, settings.yellow, settings.red]
        .iter()
        .try_for_each(|line| gpio::probe(&settings.chip, line.get()))
}
