//! The gate: a relay that is energised for a pulse after each logged admission.

use std::time::Duration;

use super::{
    Device, DeviceError,
    event::Listener,
    gpio::{self, GpioLine},
    port::RETRY,
    switch::{OpenedActuators, Switch},
};
use crate::{config::GateSettings, store::LoggedAdmit};

/// A turnstile or a door: closed, except for a pulse after each admission that is on the disk.
#[derive(Debug)]
pub struct Gate {
    switch: Switch,
    pulse: Duration,
}

impl Gate {
    pub(super) fn start(settings: GateSettings, listener: Listener) -> Self {
        let pulse = Duration::from_millis(settings.pulse_ms.get().into());
        let open = move || GpioLine::open(&settings.chip, settings.line.get(), settings.active_low);
        Self::spawn(
            move || Ok(vec![Box::new(open()?) as _]),
            pulse,
            listener,
            RETRY,
        )
    }

    /// A gate whose relay is the one actuator that `open` opens.
    pub(super) fn spawn(
        open: impl FnMut() -> OpenedActuators + Send + 'static,
        pulse: Duration,
        listener: Listener,
        retry: Duration,
    ) -> Self {
        Self {
            switch: Switch::spawn(Device::Gate, open, listener, retry),
            pulse,
        }
    }

    /// Opens for one pulse. Only an admission that is on the disk can do that. It must be that of
    /// the verdict on screen: a passage may be logged late, when the person has left.
    pub fn open(&self, _admitted: LoggedAdmit) {
        self.switch.on(0, self.pulse);
    }
}

/// Checks that the line of the relay exists and is free, without switching it.
pub(super) fn probe(settings: &GateSettings) -> Result<(), DeviceError> {
    gpio::probe(&settings.chip, settings.line.get())
}
