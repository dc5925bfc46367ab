//! A sound card through ALSA. The only file that names it.

use std::{cell::RefCell, rc::Rc};

use alsa::{
    Direction, Output, ValueOr,
    pcm::{Access, Format, HwParams, PCM, State},
};

use super::{pcm::PcmOutput, tones::RATE};
use crate::devices::DeviceError;

/// Length of the card's buffer in microseconds: long enough not to run dry, short enough to be cut
/// off.
const BUFFER: u32 = 100_000;

/// An open playback device.
pub(super) struct AlsaOutput {
    name: String,
    card: PCM,
    /// Keeps ALSA from printing on standard error.
    _silenced: Option<Rc<RefCell<Output>>>,
}

impl AlsaOutput {
    /// Opens a device by its ALSA name, such as `default` or `plughw:1,0`.
    pub(super) fn open(name: &str) -> Result<Self, DeviceError> {
        let silenced = Output::local_error_handler().ok();
        let opening = |error: alsa::Error| {
            let error = std::io::Error::from_raw_os_error(error.errno());
            DeviceError::opening(&format!("sound card {name}"), error)
        };
        let card = PCM::new(name, Direction::Playback, false).map_err(opening)?;
        set_up(&card).map_err(opening)?;
        Ok(Self {
            name: name.to_owned(),
            card,
            _silenced: silenced,
        })
    }

    fn gone(&self, error: alsa::Error) -> DeviceError {
        let error = std::io::Error::from_raw_os_error(error.errno());
        DeviceError::using(&format!("sound card {}", self.name), error)
    }

    /// Makes the card take samples again after it ran dry, was drained or was stopped.
    fn prepare(&self) -> Result<(), DeviceError> {
        match self.card.state() {
            State::Prepared | State::Running => Ok(()),
            _ => self.card.prepare().map_err(|error| self.gone(error)),
        }
    }
}

impl PcmOutput for AlsaOutput {
    fn write(&mut self, samples: &[i16]) -> Result<(), DeviceError> {
        self.prepare()?;
        let io = self.card.io_i16().map_err(|error| self.gone(error))?;
        let mut rest = samples;
        let mut recovered = false;
        while !rest.is_empty() {
            match io.writei(rest) {
                Ok(written) => rest = &rest[written.min(rest.len())..],
                // It ran dry or was suspended: try once more.
                Err(error) if !recovered => {
                    recovered = true;
                    self.card
                        .try_recover(error, true)
                        .map_err(|error| self.gone(error))?;
                }
                Err(error) => return Err(self.gone(error)),
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), DeviceError> {
        self.card.drain().map_err(|error| self.gone(error))
    }

    fn cut(&mut self) -> Result<(), DeviceError> {
        self.card.drop().map_err(|error| self.gone(error))
    }
}

fn set_up(card: &PCM) -> alsa::Result<()> {
    let wanted = HwParams::any(card)?;
    wanted.set_channels(1)?;
    wanted.set_rate(RATE, ValueOr::Nearest)?;
    wanted.set_format(Format::s16())?;
    wanted.set_access(Access::RWInterleaved)?;
    wanted.set_buffer_time_near(BUFFER, ValueOr::Nearest)?;
    card.hw_params(&wanted)
}
