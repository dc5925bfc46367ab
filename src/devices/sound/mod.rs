//! A sound for each outcome, told apart by pitch and, for ears that don't hear pitch well, by rhythm.
//! `tones.rs` makes the samples, `alsa.rs` plays them.

#[cfg(feature = "sound")]
mod alsa;
mod tones;

#[cfg(test)]
mod tests;

use std::sync::mpsc::{Receiver, TryRecvError};

use gatepost_protocol::Outcome;

use tones::RATE;
pub use tones::{Sound, Volume};

use super::{Device, DeviceError, Listener, Reporter, thread::Orders};
use crate::config;

/// What plays samples.
pub trait Speaker {
    /// Takes samples: mono, 48,000 a second. Blocks while its buffer is full.
    ///
    /// # Errors
    /// When it can play no more; it is done with then.
    fn write(&mut self, samples: &[i16]) -> Result<(), DeviceError>;

    /// Blocks until all that was written is heard.
    ///
    /// # Errors
    /// As [`Speaker::write`].
    fn finish(&mut self) -> Result<(), DeviceError>;

    /// Throws away what was written and is not heard yet.
    ///
    /// # Errors
    /// As [`Speaker::write`].
    fn cut(&mut self) -> Result<(), DeviceError>;
}

/// Samples that are written at a time, 20 ms: how soon a newer sound is noticed.
const CHUNK: usize = RATE as usize / 50;

/// Plays sounds in a thread of its own, the newest at once; dropping it ends what plays.
#[derive(Debug)]
pub struct Sounds {
    orders: Orders<Order>,
    volume: Volume,
}

#[derive(Clone, Copy, Debug)]
struct Order {
    sound: Sound,
    volume: Volume,
}

impl Sounds {
    pub(super) fn start(settings: config::Sound, listener: Listener) -> Self {
        let device = settings.device;
        Self::spawn(move || open(&device), settings.volume, listener)
    }

    /// Plays on what `open` opens, at the first sound and after each fault.
    pub(super) fn spawn(
        open: impl FnMut() -> Result<Box<dyn Speaker>, DeviceError> + Send + 'static,
        volume: Volume,
        listener: Listener,
    ) -> Self {
        let told = listener.clone();
        let orders = Orders::spawn(Device::Sound, &listener, move |orders| {
            run(open, orders, Reporter::new(Device::Sound, told));
        });
        Self { orders, volume }
    }

    /// Plays a sound; returns at once.
    pub fn play(&self, sound: Sound) {
        let volume = self.volume;
        self.orders.give(Order { sound, volume });
    }

    /// Changes the volume, from the next sound on.
    pub fn set_volume(&mut self, volume: Volume) {
        self.volume = volume;
    }

    /// The volume.
    pub fn volume(&self) -> Volume {
        self.volume
    }
}

impl From<Outcome> for Sound {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Admit => Self::Admit,
            Outcome::Check => Self::Check,
            Outcome::Refuse => Self::Refuse,
        }
    }
}

/// The speaker of this build.
pub(super) fn open(device: &str) -> Result<Box<dyn Speaker>, DeviceError> {
    #[cfg(feature = "sound")]
    return Ok(Box::new(alsa::AlsaSpeaker::open(device)?));
    #[cfg(not(feature = "sound"))]
    Err(DeviceError::unusable(
        device,
        "this program was built without the feature `sound`",
    ))
}

fn run(
    mut open: impl FnMut() -> Result<Box<dyn Speaker>, DeviceError>,
    orders: &Receiver<Order>,
    mut reporter: Reporter,
) {
    let mut speaker: Option<Box<dyn Speaker>> = None;
    let mut next = orders.recv().ok();
    while let Some(order) = next.take() {
        let order = orders.try_iter().last().unwrap_or(order);
        let opened = match speaker.take() {
            Some(speaker) => Ok(speaker),
            None => open(),
        };
        let played = opened.and_then(|mut opened| {
            let end = play(opened.as_mut(), order, orders)?;
            speaker = Some(opened);
            Ok(end)
        });
        reporter.is(played.as_ref().map(|_| ()).map_err(DeviceError::clone));
        next = match played {
            Ok(End::Newer(order)) => Some(order),
            Ok(End::OwnerGone) => return,
            Ok(End::Heard) | Err(_) => orders.recv().ok(),
        };
    }
}

/// Why a sound ended.
enum End {
    Heard,
    Newer(Order),
    OwnerGone,
}

fn play(
    speaker: &mut dyn Speaker,
    order: Order,
    orders: &Receiver<Order>,
) -> Result<End, DeviceError> {
    let samples = order.sound.samples(order.volume);
    for chunk in samples.chunks(CHUNK) {
        let end = match orders.try_recv() {
            Err(TryRecvError::Empty) => None,
            Ok(newer) => Some(End::Newer(newer)),
            Err(TryRecvError::Disconnected) => Some(End::OwnerGone),
        };
        if let Some(end) = end {
            speaker.cut()?;
            return Ok(end);
        }
        speaker.write(chunk)?;
    }
    speaker.finish()?;
    Ok(End::Heard)
}
