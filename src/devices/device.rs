//! Which devices there are beside the camera.

use std::fmt;

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
    /// Opens a turnstile or a door.
    Gate,
    /// Shows the outcome as a green, yellow or red light.
    Lamp,
    /// Lights what the camera sees.
    Torch,
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

gatepost_pass::names! {
    Device {
        Scanner = "scanner", IdReader = "ID reader", Thermometer = "thermometer", Sound = "sound",
        Gate = "gate", Lamp = "lamp", Torch = "torch",
    }
}
