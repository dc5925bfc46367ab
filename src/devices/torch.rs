//! The torch: a light for the camera, on the kernel's LED class or on a camera's flash.

use std::time::Duration;

use super::{
    Device, DeviceError,
    event::Listener,
    flash::Flash,
    led::Led,
    port::RETRY,
    switch::{Actuator, OpenedActuators, Switch},
};
use crate::config::{Light, TorchSettings};

/// A light for the camera that switches itself off after a while.
#[derive(Debug)]
pub struct Torch {
    switch: Switch,
    lasts: Duration,
}

impl Torch {
    pub(super) fn start(settings: TorchSettings, listener: Listener) -> Self {
        let lasts = settings.lasts();
        let open = move || Ok(vec![open_light(&settings.light)?]);
        Self::spawn(open, lasts, listener, RETRY)
    }

    /// A torch whose light is the one actuator that `open` opens.
    pub(super) fn spawn(
        open: impl FnMut() -> OpenedActuators + Send + 'static,
        lasts: Duration,
        listener: Listener,
        retry: Duration,
    ) -> Self {
        Self {
            switch: Switch::spawn(Device::Torch, open, listener, retry),
            lasts,
        }
    }

    /// Switches it on, or restarts its time.
    pub fn on(&self) {
        self.switch.on(0, self.lasts);
    }

    /// Switches it off.
    pub fn off(&self) {
        self.switch.off();
    }
}

fn open_light(light: &Light) -> Result<Box<dyn Actuator>, DeviceError> {
    Ok(match light {
        Light::Led(directory) => Box::new(Led::open(directory)?),
        Light::Flash(device) => Box::new(Flash::open(device)?),
    })
}

/// Checks that the light exists and may be opened.
pub(super) fn probe(settings: &TorchSettings) -> Result<(), DeviceError> {
    open_light(&settings.light).map(drop)
}
