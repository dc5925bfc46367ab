//! All devices that the settings name.

use std::sync::Arc;

use super::{
    Device, DeviceError, DeviceEvent, Gate, Lamp, Listener, Reader, Sounds, Thermometer, Torch,
    gate, reader, reader::Purpose, sound, thermometer,
};
use crate::config::Config;

/// The running devices; what the settings don't name is `None`. Dropping it puts everything at rest.
#[derive(Debug)]
pub struct Devices {
    /// Opens for admissions.
    pub gate: Option<Gate>,
    /// Shows outcomes.
    pub lamp: Option<Lamp>,
    /// Lights what the camera sees.
    pub torch: Option<Torch>,
    /// Plays outcomes.
    pub sounds: Option<Sounds>,
    /// Measures when asked.
    pub thermometer: Option<Thermometer>,
    /// Tells [`DeviceEvent::Scanned`].
    pub scanner: Option<Reader>,
    /// Tells [`DeviceEvent::IdRead`].
    pub id_reader: Option<Reader>,
}

impl Devices {
    /// Starts what the settings name. `on_event` is called from the devices' threads and should return
    /// soon; no event comes after the drop.
    pub fn start(config: &Config, on_event: impl Fn(DeviceEvent) + Send + Sync + 'static) -> Self {
        let listener: Listener = Arc::new(on_event);
        let to = || listener.clone();
        let reader = |settings: &Option<_>, purpose| {
            let settings = settings.as_ref()?;
            Reader::start(settings, purpose, to())
        };
        Self {
            gate: config.gate.clone().map(|gate| Gate::start(gate, to())),
            lamp: config.lamp.clone().map(|lamp| Lamp::start(lamp, to())),
            torch: config.torch.clone().map(|torch| Torch::start(torch, to())),
            sounds: config.sound.clone().map(|sound| Sounds::start(sound, to())),
            thermometer: config
                .thermometer
                .clone()
                .map(|thermometer| Thermometer::start(thermometer, to())),
            scanner: reader(&config.scanner, Purpose::Codes),
            id_reader: reader(&config.id_reader, Purpose::Identity),
        }
    }
}

/// Looks whether each device that the settings name is there and may be opened. Switches nothing.
pub fn probe(config: &Config) -> Vec<(Device, Result<(), DeviceError>)> {
    let found = [
        (Device::Scanner, config.scanner.as_ref().map(reader::probe)),
        (
            Device::IdReader,
            config.id_reader.as_ref().map(reader::probe),
        ),
        (
            Device::Thermometer,
            config.thermometer.as_ref().map(thermometer::probe),
        ),
        (
            Device::Sound,
            config
                .sound
                .as_ref()
                .map(|sound| sound::open(&sound.device).map(drop)),
        ),
        (
            Device::Gate,
            config
                .gate
                .as_ref()
                .map(|at| gate::probe(&at.chip, &[at.line.get()])),
        ),
        (
            Device::Lamp,
            config.lamp.as_ref().map(|at| {
                gate::probe(
                    &at.chip,
                    &[at.green, at.yellow, at.red].map(|line| line.get()),
                )
            }),
        ),
        (
            Device::Torch,
            config
                .torch
                .as_ref()
                .map(|torch| gate::light(&torch.light).map(drop)),
        ),
    ];
    let named = |(device, found): (Device, Option<_>)| Some((device, found?));
    found.into_iter().filter_map(named).collect()
}
