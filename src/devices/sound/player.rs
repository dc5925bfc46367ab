//! Plays one sound at a time, the newest, in a thread of its own.

use std::{
    iter,
    sync::mpsc::{Receiver, TryRecvError},
};

use gatepost_protocol::Outcome;

use super::{
    pcm::PcmOutput,
    speech::{SpokenWord, Voice},
    tones::{RATE, Sound, Volume},
};
use crate::{
    config::{Language, SoundSettings},
    devices::{
        Device, DeviceError,
        event::{Listener, Reporter},
        thread::Orders,
    },
};

/// Samples written at a time, 20 ms: how soon a newer sound is noticed.
pub(super) const CHUNK: usize = RATE as usize / 50;

/// Plays sounds in a thread of its own. A newer sound cuts off the one that plays, with its words,
/// and so does dropping this handle.
#[derive(Debug)]
pub struct Sounds {
    pub(super) orders: Orders<PlayOrder>,
    volume: Volume,
    /// Whether words come behind the tones of a verdict.
    pub(super) spoken: bool,
    language: Language,
}

#[derive(Clone, Debug)]
pub(super) struct PlayOrder {
    sound: Sound,
    /// Behind it.
    words: Vec<(Voice, SpokenWord)>,
    volume: Volume,
}

impl PlayOrder {
    /// The tones, then the words. Each is made when its turn comes, so that the tones wait for
    /// nothing; all of them at one volume.
    fn parts(&self) -> impl Iterator<Item = Vec<i16>> {
        let tones = || self.sound.samples(self.volume);
        let words = self.words.iter();
        let words = words.map(|(voice, word)| word.samples(*voice, self.volume));
        iter::once_with(tones).chain(words)
    }
}

impl Sounds {
    pub(in crate::devices) fn start(settings: SoundSettings, listener: Listener) -> Self {
        let device = settings.device;
        let percent = u8::try_from(settings.volume.get()).unwrap_or(100);
        let volume = Volume::from_percent(percent);
        let mut sounds = Self::spawn(move || open(&device), volume, listener);
        sounds.spoken = settings.spoken;
        sounds
    }

    /// Plays on what `open` opens: at the first sound, and again after each fault.
    pub(super) fn spawn(
        open: impl FnMut() -> Result<Box<dyn PcmOutput>, DeviceError> + Send + 'static,
        volume: Volume,
        listener: Listener,
    ) -> Self {
        let events = listener.clone();
        let orders = Orders::spawn(Device::Sound, &listener, move |orders| {
            run(open, orders, Reporter::new(Device::Sound, events));
        });
        Self {
            orders,
            volume,
            spoken: false,
            language: Language::English,
        }
    }

    /// Plays a sound; returns at once.
    pub fn play(&self, sound: Sound) {
        self.play_and_say(sound, &[]);
    }

    /// Plays a sound and says words behind it, where the settings want that and the screen's
    /// language has a voice. Returns at once.
    pub fn play_and_say(&self, sound: Sound, words: &[SpokenWord]) {
        let voice = Voice::of(self.language).filter(|_| self.spoken);
        let words = voice.map(|voice| words.iter().map(|word| (voice, *word)).collect());
        self.orders.give(PlayOrder {
            sound,
            words: words.unwrap_or_default(),
            volume: self.volume,
        });
    }

    /// Speaks this language, from the next sound on.
    pub fn set_language(&mut self, language: Language) {
        self.language = language;
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

/// Checks that the sound card exists and can be opened.
pub(in crate::devices) fn probe(settings: &SoundSettings) -> Result<(), DeviceError> {
    open(&settings.device).map(drop)
}

/// Opens the sound card, if this build has sound.
pub(super) fn open(device: &str) -> Result<Box<dyn PcmOutput>, DeviceError> {
    #[cfg(feature = "sound")]
    return Ok(Box::new(super::alsa::AlsaOutput::open(device)?));
    #[cfg(not(feature = "sound"))]
    Err(DeviceError::unusable(
        device,
        "this program was built without the feature `sound`",
    ))
}

fn run(
    mut open: impl FnMut() -> Result<Box<dyn PcmOutput>, DeviceError>,
    orders: &Receiver<PlayOrder>,
    mut reporter: Reporter,
) {
    let mut output: Option<Box<dyn PcmOutput>> = None;
    let mut next = orders.recv().ok();
    while let Some(order) = next.take() {
        let order = orders.try_iter().last().unwrap_or(order);
        let opened = match output.take() {
            Some(output) => Ok(output),
            None => open(),
        };
        let played = opened.and_then(|mut opened| {
            let end = play(opened.as_mut(), &order, orders)?;
            output = Some(opened);
            Ok(end)
        });
        reporter.report(played.as_ref().map(|_| ()).map_err(DeviceError::clone));
        next = match played {
            Ok(PlayEnd::Newer(order)) => Some(order),
            Ok(PlayEnd::OwnerGone) => return,
            Ok(PlayEnd::Heard) | Err(_) => orders.recv().ok(),
        };
    }
}

/// Why playing stopped.
enum PlayEnd {
    /// The sound and its words were played to their end.
    Heard,
    /// Another sound is to be played.
    Newer(PlayOrder),
    /// The handle was dropped.
    OwnerGone,
}

fn play(
    output: &mut dyn PcmOutput,
    order: &PlayOrder,
    orders: &Receiver<PlayOrder>,
) -> Result<PlayEnd, DeviceError> {
    for part in order.parts() {
        for chunk in part.chunks(CHUNK) {
            let end = match orders.try_recv() {
                Err(TryRecvError::Empty) => None,
                Ok(newer) => Some(PlayEnd::Newer(newer)),
                Err(TryRecvError::Disconnected) => Some(PlayEnd::OwnerGone),
            };
            if let Some(end) = end {
                output.cut()?;
                return Ok(end);
            }
            output.write(chunk)?;
        }
    }
    output.finish()?;
    Ok(PlayEnd::Heard)
}
