//! The tables of the devices beside the camera. `docs/devices.md` explains each with an example.

use serde::{Deserialize, Deserializer};

use super::{Within, values};
use crate::devices::Volume;

/// Speed of a serial line in baud.
type Baud = Within<300, 4_000_000>;
/// Place of a GPIO line on its chip.
type Offset = Within<0, 4095>;

/// `[scanner]` and `[id_reader]`: how a reader is connected.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ReaderTable")]
pub enum Reader {
    /// A serial line, or a USB device that acts as one.
    Serial {
        /// Its path.
        device: String,
        /// Its speed.
        baud: Baud,
    },
    /// A keyboard that is grabbed: works without focus.
    Keyboard {
        /// Its path or its name.
        device: String,
    },
    /// A keyboard that types into the window: works with focus only, needs no permission.
    Window,
}

impl Reader {
    /// The line or the keyboard that it needs for itself.
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
struct ReaderTable {
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

impl TryFrom<ReaderTable> for Reader {
    type Error = &'static str;

    fn try_from(table: ReaderTable) -> Result<Self, Self::Error> {
        match (table.kind, table.device, table.baud) {
            (ReaderKind::Serial, Some(device), baud) => Ok(Self::Serial {
                device,
                baud: baud.unwrap_or_else(usual_baud),
            }),
            (ReaderKind::Keyboard, Some(device), None) => Ok(Self::Keyboard { device }),
            (ReaderKind::Window, None, None) => Ok(Self::Window),
            (ReaderKind::Window, ..) => Err("unknown field beside `window`, expected `kind`"),
            (_, None, _) => Err(
                "missing field `device`, expected the path or the name of a device, 1 to 255 bytes",
            ),
            (_, _, Some(_)) => Err("`baud` without a line, expected it with `serial` only"),
        }
    }
}

/// `[thermometer]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thermometer {
    /// Path of its serial line.
    #[serde(deserialize_with = "values::device")]
    pub device: String,
    /// Speed of the line.
    #[serde(default = "usual_baud")]
    pub baud: Baud,
    /// What makes it measure; nothing for one that measures by its own button.
    #[serde(default, deserialize_with = "values::short_text")]
    pub query: String,
}

/// `[sound]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sound {
    /// ALSA name of the card.
    #[serde(deserialize_with = "values::device")]
    pub device: String,
    /// How loud.
    #[serde(deserialize_with = "volume")]
    pub volume: Volume,
}

impl Default for Sound {
    fn default() -> Self {
        Self {
            device: "default".to_owned(),
            volume: Volume::from_percent(80),
        }
    }
}

/// `[gate]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Path or label of the GPIO chip.
    #[serde(deserialize_with = "values::device")]
    pub chip: String,
    /// Offset of the relay's line on the chip.
    pub line: Offset,
    /// Whether the relay pulls while the line is low.
    #[serde(default)]
    pub active_low: bool,
    /// How long the relay is pulled, in milliseconds.
    #[serde(default = "usual_pulse")]
    pub pulse_ms: Within<50, 10_000>,
}

/// `[lamp]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lamp {
    /// Path or label of the GPIO chip.
    #[serde(deserialize_with = "values::device")]
    pub chip: String,
    /// Offset of the line for admit.
    pub green: Offset,
    /// Offset of the line for check.
    pub yellow: Offset,
    /// Offset of the line for refuse.
    pub red: Offset,
    /// Whether the lights are on while their lines are low.
    #[serde(default)]
    pub active_low: bool,
}

/// `[torch]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "TorchTable")]
pub struct Torch {
    /// What is lit.
    pub light: Light,
    /// Minutes until it goes off by itself.
    pub minutes: Within<1, 60>,
}

/// How the system shows a light.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Light {
    /// In its LED class: the light's directory, such as `/sys/class/leds/white:flash`.
    Led(String),
    /// As the flash of a V4L2 device: its path, such as `/dev/v4l-subdev1`.
    Flash(String),
}

/// The torch's table as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TorchTable {
    #[serde(default, deserialize_with = "values::maybe_device")]
    led: Option<String>,
    #[serde(default, deserialize_with = "values::maybe_device")]
    flash: Option<String>,
    #[serde(default = "usual_minutes")]
    minutes: Within<1, 60>,
}

impl TryFrom<TorchTable> for Torch {
    type Error = &'static str;

    fn try_from(table: TorchTable) -> Result<Self, Self::Error> {
        let light = match (table.led, table.flash) {
            (Some(led), None) => Light::Led(led),
            (None, Some(flash)) => Light::Flash(flash),
            (None, None) => return Err("no light, expected `led` or `flash`"),
            (Some(_), Some(_)) => return Err("two lights, expected either `led` or `flash`"),
        };
        Ok(Self {
            light,
            minutes: table.minutes,
        })
    }
}

fn usual_baud() -> Baud {
    Within::nearest(9600)
}

fn usual_pulse() -> Within<50, 10_000> {
    Within::nearest(1000)
}

fn usual_minutes() -> Within<1, 60> {
    Within::nearest(5)
}

fn volume<'de, D: Deserializer<'de>>(from: D) -> Result<Volume, D::Error> {
    let percent = Within::<0, 100>::deserialize(from)?.get();
    Ok(Volume::from_percent(percent.min(100) as u8))
}
