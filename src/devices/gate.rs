//! Gate, lamp and torch: three uses of a [`Switch`].

use std::time::Duration;

use gatepost_protocol::Outcome;

use super::{
    Device, DeviceError, Line, Listener,
    flash::Flash,
    gpio::{self, GpioLine},
    led::Led,
    port::RETRY,
    switch::{Opened, Switch},
};
use crate::{
    config::{self, Light},
    store::LoggedAdmit,
};

/// The relay of a turnstile or a door: closed, but for a pulse after each admission that is on the disk.
#[derive(Debug)]
pub struct Gate {
    switch: Switch,
    pulse: Duration,
}

impl Gate {
    pub(super) fn start(settings: config::Gate, listener: Listener) -> Self {
        let pulse = Duration::from_millis(settings.pulse_ms.get().into());
        let open = move || GpioLine::open(&settings.chip, settings.line.get(), settings.active_low);
        Self::spawn(
            move || Ok(vec![Box::new(open()?) as _]),
            pulse,
            listener,
            RETRY,
        )
    }

    /// A gate on one line.
    pub(super) fn spawn(
        open: impl FnMut() -> Opened + Send + 'static,
        pulse: Duration,
        listener: Listener,
        retry: Duration,
    ) -> Self {
        Self {
            switch: Switch::spawn(Device::Gate, open, listener, retry),
            pulse,
        }
    }

    /// Opens for one pulse. Nothing but an admission that is on the disk can open; it must be that of the
    /// verdict on screen, since a passage may be logged late, when the person has gone.
    pub fn open(&self, _admitted: LoggedAdmit) {
        self.switch.on(0, self.pulse);
    }
}

/// Green, yellow and red lights.
#[derive(Debug)]
pub struct Lamp {
    switch: Switch,
}

impl Lamp {
    pub(super) fn start(settings: config::Lamp, listener: Listener) -> Self {
        let open = move || {
            [settings.green, settings.yellow, settings.red]
                .map(|line| GpioLine::open(&settings.chip, line.get(), settings.active_low))
                .into_iter()
                .map(|line| line.map(|line| Box::new(line) as Box<dyn Line>))
                .collect()
        };
        Self::spawn(open, listener, RETRY)
    }

    /// A lamp on three lines: green, yellow, red.
    pub(super) fn spawn(
        open: impl FnMut() -> Opened + Send + 'static,
        listener: Listener,
        retry: Duration,
    ) -> Self {
        Self {
            switch: Switch::spawn(Device::Lamp, open, listener, retry),
        }
    }

    /// Lights the colour of an outcome for as long as its verdict shows.
    pub fn show(&self, outcome: Outcome, lasts: Duration) {
        let line = match outcome {
            Outcome::Admit => 0,
            Outcome::Check => 1,
            Outcome::Refuse => 2,
        };
        self.switch.on(line, lasts);
    }

    /// Dark, because the verdict was put away.
    pub fn off(&self) {
        self.switch.off();
    }
}

/// Light for the camera, which goes off by itself.
#[derive(Debug)]
pub struct Torch {
    switch: Switch,
    lasts: Duration,
}

impl Torch {
    pub(super) fn start(settings: config::Torch, listener: Listener) -> Self {
        let lasts = Duration::from_secs(60 * u64::from(settings.minutes.get()));
        let open = move || Ok(vec![light(&settings.light)?]);
        Self::spawn(open, lasts, listener, RETRY)
    }

    /// A torch on one line.
    pub(super) fn spawn(
        open: impl FnMut() -> Opened + Send + 'static,
        lasts: Duration,
        listener: Listener,
        retry: Duration,
    ) -> Self {
        Self {
            switch: Switch::spawn(Device::Torch, open, listener, retry),
            lasts,
        }
    }

    /// Lights it, or goes on for the whole time again.
    pub fn on(&self) {
        self.switch.on(0, self.lasts);
    }

    /// Puts it out.
    pub fn off(&self) {
        self.switch.off();
    }
}

/// Opens the light of a torch.
pub(super) fn light(light: &Light) -> Result<Box<dyn Line>, DeviceError> {
    Ok(match light {
        Light::Led(directory) => Box::new(Led::open(directory)?),
        Light::Flash(device) => Box::new(Flash::open(device)?),
    })
}

/// Looks whether these lines of a chip are there and free.
pub(super) fn probe(chip: &str, lines: &[u32]) -> Result<(), DeviceError> {
    lines.iter().try_for_each(|line| gpio::probe(chip, *line))
}
