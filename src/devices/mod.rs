//! The devices beside the camera: scanner, ID reader, thermometer, sounds, gate, lamp, torch. All
//! of them are off until the settings name them, and each may be missing, unplugged and plugged in
//! again.
//!
//! Each device has a thread, so that nothing on the way to a verdict waits for it. The thread
//! reports [`DeviceEvent`]s to one callback, opens its device again when it is gone, and ends when
//! its handle is dropped. One file names each interface of the system: `tty.rs` serial ports,
//! `keys/` evdev, `gpio.rs` GPIO lines, `sound/alsa.rs` ALSA, `led.rs` the LED class, `flash.rs`
//! V4L2, `wait.rs` poll.
//!
//! Some are found without a setting, in files of the kernel (`sysfs.rs`): `panel.rs` asks the
//! screen how large it is, `backlight.rs` lights it, `daylight.rs` asks a light sensor whether it
//! is day, `battery.rs` how full the battery is, `network.rs` whether there is a network.
//! `docs/devices.md` is for those who wire and configure them.

mod backlight;
mod battery;
mod daylight;
mod device;
mod error;
mod event;
mod flash;
mod gate;
mod gpio;
mod input_reader;
mod keys;
mod lamp;
mod led;
mod line_assembler;
mod network;
mod panel;
mod port;
mod scanner_prefix;
mod set;
mod sound;
mod supplies;
mod switch;
mod sysfs;
mod thermometer;
mod thread;
mod torch;
mod tty;
mod wait;
mod watch;

#[cfg(test)]
pub(crate) mod tests;

pub use backlight::{BACKLIGHTS, Backlight, Brightness};
pub use device::Device;
pub use error::DeviceError;
pub use event::DeviceEvent;
pub use gate::Gate;
pub use input_reader::InputReader;
pub use lamp::Lamp;
pub use line_assembler::{KeyAssembler, LineFault, MAX_TEXT};
pub use panel::{CONNECTORS, EdidError, panel_size};
pub use scanner_prefix::{SCANNER_PREFIXES, without_prefix};
pub use set::{Devices, probe};
pub use sound::{PcmOutput, Sound, Sounds, Volume};
pub use supplies::{Battery, NetworkLink, SignalBars};
pub use switch::{Actuator, SwitchState};
pub use thermometer::{BodyTemperature, TemperatureError, Thermometer, parse_reading};
pub use torch::Torch;
pub use watch::Watch;
