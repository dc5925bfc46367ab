//! The tables of the devices beside the camera. `docs/devices.md` explains each with an example.

use std::time::Duration;

use serde::Deserialize;

use super::{Language, Within, values};

/// Speed of a serial port in baud.
type Baud = Within<300, 4_000_000>;
/// Offset of a GPIO line on its chip.
type Offset = Within<0, 4095>;

/// `[scanner]` and `[id_reader]`: how a reader is connected.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawReader")]
pub enum ReaderSettings {
    /// A serial port, or a USB device that acts as one.
    Serial {
        /// Path of the port, such as `/dev/ttyACM0`.
        device: String,
        /// Speed of the port.
        baud: Baud,
    },
    /// A keyboard that is grabbed: works whatever window has the focus.
    Keyboard {
        /// Path or name of the keyboard.
        device: String,
    },
    /// A keyboard that types into the window: works only while the window has the focus, and
    /// needs no permission.
    Window,
}

impl ReaderSettings {
    /// The serial port or keyboard that nobody else may use.
    pub fn device(&self) -> Option<&str> {
        match self {
            Self::Serial { device, .. } | Self::Keyboard { device } => Some(device),
            Self::Window => None,
        }
    }
}

/// A reader's table as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReader {
    kind: ReaderKind,
    #[serde(default, deserialize_with = "values::maybe_device")]
    device: Option<String>,
    baud: Option<Baud>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ReaderKind {
    Serial,
    Keyboard,
    Window,
}

impl TryFrom<RawReader> for ReaderSettings {
    type Error = &'static str;

    fn try_from(table: RawReader) -> Result<Self, Self::Error> {
        match (table.kind, table.device, table.baud) {
            (ReaderKind::Serial, Some(device), baud) => Ok(Self::Serial {
                device,
                baud: baud.unwrap_or_else(default_baud),
            }),
            (ReaderKind::Keyboard, Some(device), None) => Ok(Self::Keyboard { device }),
            (ReaderKind::Window, None, None) => Ok(Self::Window),
            (ReaderKind::Window, ..) => Err("unknown field beside `window`, expected `kind`"),
            (_, None, _) => Err(
                "missing field `device`, expected the path or the name of a device, 1 to 255 bytes",
            ),
            (_, _, Some(_)) => Err("`baud` without a serial port, expected it with `serial` only"),
        }
    }
}

/// `[thermometer]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThermometerSettings {
    /// Path of its serial port.
    #[serde(deserialize_with = "values::device")]
    pub device: String,
    /// Speed of the port.
    #[serde(default = "default_baud")]
    pub baud: Baud,
    /// What to send to make it measure; empty for one that measures at its own button.
    #[serde(default, deserialize_with = "values::short_text")]
    pub query: String,
}

/// `[sound]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SoundSettings {
    /// ALSA name of the card.
    #[serde(deserialize_with = "values::device")]
    pub device: String,
    /// Volume in percent.
    pub volume: Within<0, 100>,
    /// Whether a verdict is also said, in the language of the screen.
    pub spoken: bool,
}

impl Default for SoundSettings {
    fn default() -> Self {
        Self {
            device: "default".to_owned(),
            volume: Within::nearest(80),
            spoken: false,
        }
    }
}

/// `[face]`: a second display faces the person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaceSettings {
    /// The language that everybody here reads; without it Chinese and English, one below the other.
    pub language: Option<Language>,
}

/// `[gate]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateSettings {
    /// Path or label of the GPIO chip.
    #[serde(deserialize_with = "values::device")]
    pub chip: String,
    /// Offset of the relay's line on the chip.
    pub line: Offset,
    /// Whether a low line energises the relay.
    #[serde(default)]
    pub active_low: bool,
    /// How long the relay stays energised, in milliseconds.
    #[serde(default = "default_pulse")]
    pub pulse_ms: Within<50, 10_000>,
}

/// `[lamp]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LampSettings {
    /// Path or label of the GPIO chip.
    #[serde(deserialize_with = "values::device")]
    pub chip: String,
    /// Offset of the line of the green light: admit.
    pub green: Offset,
    /// Offset of the line of the yellow light: check.
    pub yellow: Offset,
    /// Offset of the line of the red light: refuse.
    pub red: Offset,
    /// Whether a low line switches its light on.
    #[serde(default)]
    pub active_low: bool,
}

/// `[torch]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawTorch")]
pub struct TorchSettings {
    /// Which light it is.
    pub light: Light,
    /// Minutes until it switches off on its own.
    pub minutes: Within<1, 60>,
    /// Whether it lights by itself when a code gets too little light.
    pub auto: bool,
}

impl TorchSettings {
    /// How long it stays on at most.
    pub fn lasts(&self) -> Duration {
        Duration::from_secs(60 * u64::from(self.minutes.get()))
    }
}

/// How the kernel offers a light.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Light {
    /// In the LED class: the light's directory, such as `/sys/class/leds/white:flash`.
    Led(String),
    /// As the flash of a V4L2 device: its path, such as `/dev/v4l-subdev1`.
    Flash(String),
}

/// The torch's table as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTorch {
    #[serde(default, deserialize_with = "values::maybe_device")]
    led: Option<String>,
    #[serde(default, deserialize_with = "values::maybe_device")]
    flash: Option<String>,
    #[serde(default = "default_minutes")]
    minutes: Within<1, 60>,
    #[serde(default = "default_auto")]
    auto: bool,
}

impl TryFrom<RawTorch> for TorchSettings {
    type Error = &'static str;

    fn try_from(table: RawTorch) -> Result<Self, Self::Error> {
        let light = match (table.led, table.flash) {
            (Some(led), None) => Light::Led(led),
            (None, Some(flash)) => Light::Flash(flash),
            (None, None) => return Err("no light, expected `led` or `flash`"),
            (Some(_), Some(_)) => return Err("two lights, expected either `led` or `flash`"),
        };
        Ok(Self {
            light,
            minutes: table.minutes,
            auto: table.auto,
        })
    }
}

fn default_baud() -> Baud {
    Within::nearest(9600)
}

fn default_pulse() -> Within<50, 10_000> {
    Within::nearest(1000)
}

fn default_auto() -> bool {
    true
}

fn default_minutes() -> Within<1, 60> {
    Within::nearest(5)
}
