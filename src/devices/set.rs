//! All devices that the settings name: started together, or only checked.

use std::{path::Path, sync::Arc};

use super::{
    Backlight, Device, DeviceError, DeviceEvent, Gate, InputReader, Lamp, Sounds, Thermometer,
    Torch, Watch, battery, daylight, event::Listener, gate, input_reader, input_reader::Purpose,
    lamp, network, sound, thermometer, torch,
};
use crate::config::Config;

/// The running devices; `None` for what the settings do not name. Dropping them puts everything at
/// rest.
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
    /// Reports [`DeviceEvent::Scanned`].
    pub scanner: Option<InputReader>,
    /// Reports [`DeviceEvent::IdRead`].
    pub id_reader: Option<InputReader>,
    /// Lights the screen; for whoever owns the whole screen to set.
    pub backlight: Option<Backlight>,
    /// Report [`DeviceEvent::Daylight`], `Battery` and `Network`; they need no setting.
    pub watches: Vec<Watch>,
}

impl Devices {
    /// Starts what the settings name. `on_event` is called from the devices' threads and should
    /// return soon; no event comes after `Devices` is dropped.
    pub fn start(config: &Config, on_event: impl Fn(DeviceEvent) + Send + Sync + 'static) -> Self {
        let listener: Listener = Arc::new(on_event);
        let to = || listener.clone();
        let reader = |settings: &Option<_>, purpose| {
            let settings = settings.as_ref()?;
            InputReader::start(settings, purpose, to())
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
            backlight: None,
            watches: watches(&listener),
        }
    }
}

/// What is found without a setting.
fn watches(listener: &Listener) -> Vec<Watch> {
    let (to_battery, to_network) = (listener.clone(), listener.clone());
    let daylight = daylight::watch(
        Path::new(daylight::SENSORS),
        daylight::PAUSE,
        listener.clone(),
    );
    let battery = battery::watch(
        Path::new(battery::SUPPLIES),
        battery::PAUSE,
        move |battery| to_battery(DeviceEvent::Battery(battery)),
    );
    let network = network::watch(
        Path::new(network::INTERFACES),
        Path::new(network::WIRELESS),
        network::PAUSE,
        move |link| to_network(DeviceEvent::Network(link)),
    );
    daylight.into_iter().chain([battery, network]).collect()
}

/// Checks that each device that the settings name exists and may be opened. Switches nothing.
pub fn probe(config: &Config) -> Vec<(Device, Result<(), DeviceError>)> {
    fn of<S>(
        device: Device,
        settings: Option<&S>,
        probe: impl FnOnce(&S) -> Result<(), DeviceError>,
    ) -> Option<(Device, Result<(), DeviceError>)> {
        settings.map(|settings| (device, probe(settings)))
    }
    let found = [
        of(
            Device::Scanner,
            config.scanner.as_ref(),
            input_reader::probe,
        ),
        of(
            Device::IdReader,
            config.id_reader.as_ref(),
            input_reader::probe,
        ),
        of(
            Device::Thermometer,
            config.thermometer.as_ref(),
            thermometer::probe,
        ),
        of(Device::Sound, config.sound.as_ref(), sound::probe),
        of(Device::Gate, config.gate.as_ref(), gate::probe),
        of(Device::Lamp, config.lamp.as_ref(), lamp::probe),
        of(Device::Torch, config.torch.as_ref(), torch::probe),
    ];
    found.into_iter().flatten().collect()
}
