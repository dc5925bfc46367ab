//! The device's own settings: `config.toml` in the data directory. Everything has a default, and every
//! device beside the camera is off until it has a table (docs/devices.md).

mod devices;
mod fault;
mod values;

#[cfg(test)]
mod tests;

use std::{path::Path, time::Duration};

use gatepost_protocol::Direction;
use gatepost_system::files;
use serde::Deserialize;

use crate::{store::Cap, ui::Language};

pub use devices::{Gate, Lamp, Light, Reader, Sound, Thermometer, Torch};
pub use fault::{Allowed, ConfigError, Fault, Wrong};
pub use values::Within;

/// Settings that a site changes by hand.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Camera device, such as `/dev/video0`.
    pub camera: String,
    /// Language of the screen: `en`, `zh` or `ug`.
    pub language: Language,
    /// Which way people go past this device: `in` or `out`.
    pub direction: Direction,
    /// Short name of the place until a place code is scanned; at most 24 bytes.
    #[serde(deserialize_with = "values::short_text")]
    pub place: String,
    /// Seconds between two exchanges with the hub.
    pub sync_seconds: Within<1, 86_400>,
    /// Largest size of the passage log, in mebibytes.
    pub log_megabytes: Within<1, 65_536>,
    /// A barcode scanner.
    pub scanner: Option<Reader>,
    /// A reader of ID cards.
    pub id_reader: Option<Reader>,
    /// A serial thermometer.
    pub thermometer: Option<Thermometer>,
    /// Sounds.
    pub sound: Option<Sound>,
    /// The relay of a gate.
    pub gate: Option<Gate>,
    /// Green, yellow and red lights.
    pub lamp: Option<Lamp>,
    /// A light for the camera.
    pub torch: Option<Torch>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            camera: "/dev/video0".to_owned(),
            language: Language::English,
            direction: Direction::In,
            place: String::new(),
            sync_seconds: Within::nearest(30),
            log_megabytes: Within::nearest(256),
            scanner: None,
            id_reader: None,
            thermometer: None,
            sound: None,
            gate: None,
            lamp: None,
            torch: None,
        }
    }
}

const MAX_BYTES: usize = 64 * 1024;

impl Config {
    /// Reads a file; no file gives the defaults.
    ///
    /// # Errors
    /// When it can't be read, or one of its settings is not allowed: then with line, key and what is.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let name = || path.display().to_string();
        let wrong = |fault| ConfigError::Wrong {
            path: name(),
            fault: Box::new(fault),
        };
        let bytes = match files::read(path, MAX_BYTES) {
            Ok(bytes) => bytes,
            Err(why) if why.is_not_found() => return Ok(Self::default()),
            Err(why) => {
                return Err(ConfigError::Read {
                    path: name(),
                    why: why.source,
                });
            }
        };
        let text = String::from_utf8(bytes).map_err(|_| wrong(Fault::not_text()))?;
        let config: Self =
            toml::from_str(&text).map_err(|error| wrong(Fault::of(&error, &text)))?;
        match config.shared_device() {
            Some(table) => Err(wrong(Fault::shared(table, &text))),
            None => Ok(config),
        }
    }

    /// A table that names the serial line or the keyboard of one before it.
    fn shared_device(&self) -> Option<&'static str> {
        let thermometer = self.thermometer.as_ref();
        let tables = [
            ("scanner", self.scanner.as_ref().and_then(Reader::device)),
            (
                "id_reader",
                self.id_reader.as_ref().and_then(Reader::device),
            ),
            (
                "thermometer",
                thermometer.map(|table| table.device.as_str()),
            ),
        ];
        (1..tables.len()).find_map(|place| {
            let (table, device) = tables[place];
            let before = tables[..place].iter().map(|(_, device)| *device);
            before
                .flatten()
                .any(|before| Some(before) == device)
                .then_some(table)
        })
    }

    /// Settings to start with in any case. After a fault these are the defaults, with every device beside
    /// the camera off; the fault must be shown, since place and direction are not what the site wants.
    pub fn load_or_safe(path: &Path) -> (Self, Option<ConfigError>) {
        match Self::load(path) {
            Ok(config) => (config, None),
            Err(fault) => (Self::default(), Some(fault)),
        }
    }

    /// Time between two exchanges with the hub.
    pub fn sync_every(&self) -> Duration {
        Duration::from_secs(self.sync_seconds.get().into())
    }

    /// Largest size of the passage log.
    pub fn log_cap(&self) -> Cap {
        Cap {
            bytes: u64::from(self.log_megabytes.get()) << 20,
        }
    }
}
