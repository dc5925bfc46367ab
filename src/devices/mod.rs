//! What stands beside the camera: scanner, ID reader, thermometer, sounds, gate, lamp, torch. All of it is
//! off until the settings name it, and all of it may be missing, unplugged and plugged in again.
//!
//! Each device has a thread, so that nothing on the way to a verdict waits for it. A thread tells its
//! [`DeviceEvent`]s to one callback, opens its device again when it is gone, and ends when its handle is
//! dropped. One file names each world: `tty.rs` serial lines, `keys/` evdev, `gpio.rs` GPIO lines,
//! `sound/alsa.rs` ALSA, `led.rs` the LED class, `flash.rs` V4L2, `wait.rs` poll.
//! `docs/devices.md` is for those who wire and configure.

mod error;
mod flash;
mod gate;
mod gpio;
mod keys;
mod led;
mod line;
mod port;
mod reader;
mod set;
mod sound;
mod switch;
mod thermometer;
mod thread;
mod tty;
mod wait;

#[cfg(test)]
pub(crate) mod tests;

use std::{fmt, sync::Arc};

pub use error::DeviceError;
pub use gate::{Gate, Lamp, Torch};
pub use line::{KeyAssembler, LineFault, MAX_TEXT};
pub use reader::Reader;
pub use set::{Devices, probe};
pub use sound::{Sound, Sounds, Speaker, Volume};
pub use switch::{Level, Line};
pub use thermometer::{Temperature, TemperatureError, Thermometer, parse_reading};

/// A device beside the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Device {
    /// Reads pass codes.
    Scanner,
    /// Reads the numbers of ID cards.
    IdReader,
    /// Measures body temperature.
    Thermometer,
    /// Plays a sound for each outcome.
    Sound,
    /// The relay of a turnstile or a door.
    Gate,
    /// Green, yellow and red lights.
    Lamp,
    /// Light for the camera.
    Torch,
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scanner => "scanner",
            Self::IdReader => "ID reader",
            Self::Thermometer => "thermometer",
            Self::Sound => "sound",
            Self::Gate => "gate",
            Self::Lamp => "lamp",
            Self::Torch => "torch",
        })
    }
}

/// What devices tell. The texts are as they came, within [`MAX_TEXT`]: hostile until parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceEvent {
    /// The device works, now or again. Said once after each [`DeviceEvent::Gone`] and at the start.
    Ready(Device),
    /// The device does not work; it is tried again by itself. Said once for each reason.
    Gone(Device, DeviceError),
    /// The scanner read a code.
    Scanned {
        /// Its contents.
        text: String,
    },
    /// The ID reader read a card.
    IdRead {
        /// What it sent; mostly a number.
        text: String,
    },
    /// A reader sent something that can't be a text.
    Garbled(Device, LineFault),
    /// The thermometer's answer to [`Thermometer::measure`].
    Measured(Result<Temperature, TemperatureError>),
}

/// Who is told; called from the devices' threads, should return soon and can't drop the devices.
type Listener = Arc<dyn Fn(DeviceEvent) + Send + Sync>;

/// Tells how one device is, never the same twice in a row.
struct Reporter {
    device: Device,
    listener: Listener,
    said: Option<Result<(), DeviceError>>,
}

impl Reporter {
    fn new(device: Device, listener: Listener) -> Self {
        Self {
            device,
            listener,
            said: None,
        }
    }

    fn is(&mut self, state: Result<(), DeviceError>) {
        if self.said.as_ref() == Some(&state) {
            return;
        }
        self.said = Some(state.clone());
        (self.listener)(match state {
            Ok(()) => DeviceEvent::Ready(self.device),
            Err(error) => DeviceEvent::Gone(self.device, error),
        });
    }
}
