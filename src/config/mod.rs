//! The device's own settings: `config.toml` in the data directory. Everything has a default, and
//! every device beside the camera is off until it has a table (docs/devices.md). Uses no other room
//! of the program: whoever starts a part maps its settings onto that part's own types.

mod devices;
mod fault;
mod language;
mod program;
mod screen;
mod values;

#[cfg(test)]
mod tests;

use std::{path::Path, time::Duration};

use gatepost_protocol::Direction;
use gatepost_system::files;
use serde::Deserialize;

pub use devices::{
    FaceSettings, GateSettings, LampSettings, Light, ReaderSettings, SoundSettings,
    ThermometerSettings, TorchSettings,
};
pub use fault::{AllowedValue, SettingsError, SettingsFault, Wrong};
pub use language::Language;
pub use program::{ProgramSettings, ToolCommand};
pub use screen::{Hand, Inches, ScreenMode};
pub use values::Within;

/// The settings of a site, edited by hand.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Camera device, such as `/dev/video0`; `None` where only a scanner reads codes.
    #[serde(deserialize_with = "values::device_or_none")]
    pub camera: Option<String>,
    /// Language of the screen: `en`, `zh` or `ug`.
    pub language: Language,
    /// When the screen is bright: `day`, `night` or `auto`.
    pub screen: ScreenMode,
    /// Diagonal of the panel in inches, where the panel does not say it itself.
    pub display_inches: Option<Inches>,
    /// On which side of a wide screen keys and buttons are: `right` or `left`.
    pub hand: Hand,
    /// Which way people pass this device: `in` or `out`.
    pub direction: Direction,
    /// Short name of the place, at most 24 bytes, until a place code is scanned.
    #[serde(deserialize_with = "values::short_text")]
    pub place: String,
    /// Whether the device stays where it stands: once it has a place, only a supervisor moves it.
    pub place_fixed: bool,
    /// Whether a badge must open the menu before anything in it is changed; a device that has a
    /// place is then moved by a supervisor only.
    pub menu_lock: bool,
    /// Seconds between two fetches of bundle and orders from the hub; when passages are sent, the
    /// policy says.
    pub sync_seconds: Within<1, 86_400>,
    /// Largest size of the passage log, in mebibytes.
    pub log_megabytes: Within<1, 65_536>,
    /// The barcode scanner.
    pub scanner: Option<ReaderSettings>,
    /// The reader of ID cards.
    pub id_reader: Option<ReaderSettings>,
    /// The serial thermometer.
    pub thermometer: Option<ThermometerSettings>,
    /// Sounds.
    pub sound: Option<SoundSettings>,
    /// The second display.
    pub face: Option<FaceSettings>,
    /// The relay of a gate.
    pub gate: Option<GateSettings>,
    /// Green, yellow and red lights.
    pub lamp: Option<LampSettings>,
    /// The light beside the camera.
    pub torch: Option<TorchSettings>,
    /// How the program itself is updated; not at all without it.
    pub program: Option<ProgramSettings>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            camera: Some("/dev/video0".to_owned()),
            language: Language::English,
            screen: ScreenMode::Auto,
            display_inches: None,
            hand: Hand::Right,
            direction: Direction::In,
            place: String::new(),
            place_fixed: false,
            menu_lock: false,
            sync_seconds: Within::nearest(30),
            log_megabytes: Within::nearest(256),
            scanner: None,
            id_reader: None,
            thermometer: None,
            sound: None,
            face: None,
            gate: None,
            lamp: None,
            torch: None,
            program: None,
        }
    }
}

const MAX_BYTES: usize = 64 * 1024;

impl Config {
    /// Reads a file; no file gives the defaults.
    ///
    /// # Errors
    /// When the file cannot be read, or holds a setting that is not allowed: then with its line,
    /// its key and what is allowed.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        let wrong = |fault| SettingsError::Wrong {
            path: path.display().to_string(),
            source: Box::new(fault),
        };
        let bytes = match files::read(path, MAX_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.is_not_found() => return Ok(Self::default()),
            Err(error) => return Err(SettingsError::Read(error)),
        };
        let text = String::from_utf8(bytes).map_err(|_| wrong(SettingsFault::not_text()))?;
        let config: Self =
            toml::from_str(&text).map_err(|error| wrong(SettingsFault::of(&error, &text)))?;
        match config.shared_device() {
            Some(table) => Err(wrong(SettingsFault::shared(table, &text))),
            None => Ok(config),
        }
    }

    /// The first table that names the serial port or keyboard of an earlier one.
    fn shared_device(&self) -> Option<&'static str> {
        let thermometer = self.thermometer.as_ref();
        let tables = [
            (
                "scanner",
                self.scanner.as_ref().and_then(ReaderSettings::device),
            ),
            (
                "id_reader",
                self.id_reader.as_ref().and_then(ReaderSettings::device),
            ),
            (
                "thermometer",
                thermometer.map(|table| table.device.as_str()),
            ),
        ];
        (1..tables.len()).find_map(|index| {
            let (table, device) = tables[index];
            let before = tables[..index].iter().map(|(_, device)| *device);
            before
                .flatten()
                .any(|before| Some(before) == device)
                .then_some(table)
        })
    }

    /// Settings to start with in any case: the defaults, with every device beside the camera off,
    /// when the file is wrong. The fault must be shown, since place and direction are not the
    /// site's own.
    pub fn load_or_safe(path: &Path) -> (Self, Option<SettingsError>) {
        match Self::load(path) {
            Ok(config) => (config, None),
            Err(fault) => (Self::default(), Some(fault)),
        }
    }

    /// Time between two fetches from the hub.
    pub fn sync_every(&self) -> Duration {
        Duration::from_secs(self.sync_seconds.get().into())
    }

    /// Largest size of the passage log in bytes.
    pub fn log_bytes(&self) -> u64 {
        u64::from(self.log_megabytes.get()) << 20
    }
}
