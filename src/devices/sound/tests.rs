//! Sounds differ by shape and rhythm, end in silence, and never hold up a verdict.

#![allow(clippy::unwrap_used)]

use std::{
    collections::VecDeque,
    f32::consts::TAU,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use super::{PcmOutput, Sound, Sounds, Volume, player::CHUNK, tones::RATE};
use crate::devices::{Device, DeviceError, DeviceEvent, event::Listener};

/// Energy of a tone in samples, 1 for a full sine of that pitch (Goertzel, 1958).
fn energy(samples: &[i16], hertz: f32) -> f32 {
    let step = 2.0 * (TAU * hertz / RATE as f32).cos();
    let (mut one, mut two) = (0.0, 0.0);
    for sample in samples {
        let now = f32::from(*sample) / f32::from(i16::MAX) + step * one - two;
        (two, one) = (one, now);
    }
    let power = one * one + two * two - step * one * two;
    2.0 * power.sqrt() / samples.len() as f32
}

/// A stretch of sound: begin and length in milliseconds, pitch in hertz by rising zero crossings.
#[derive(Debug, PartialEq)]
struct Heard {
    begin: usize,
    millis: usize,
    hertz: usize,
}

fn millis(samples: usize) -> usize {
    samples * 1000 / RATE as usize
}

/// What an ear hears: stretches between silences, split where the pitch changes.
fn heard(samples: &[i16]) -> Vec<Heard> {
    let mut all: Vec<Heard> = Vec::new();
    // Windows of 10 ms; every pitch has a whole number of periods in 100 ms only, so it is rounded.
    const WINDOW: usize = RATE as usize / 100;
    for (index, window) in samples.chunks_exact(WINDOW).enumerate() {
        let begin = millis(index * WINDOW);
        let loud = window.iter().any(|sample| sample.unsigned_abs() > 1000);
        if !loud {
            continue;
        }
        let pitch = [330, 440, 660, 880, 1320, 2000]
            .into_iter()
            .max_by(|a, b| energy(window, *a as f32).total_cmp(&energy(window, *b as f32)));
        let hertz = pitch.unwrap();
        match all.last_mut() {
            Some(last) if last.hertz == hertz && last.begin + last.millis == begin => {
                last.millis += 10;
            }
            _ => all.push(Heard {
                begin,
                millis: 10,
                hertz,
            }),
        }
    }
    all
}

fn stretches(sound: Sound) -> Vec<(usize, usize, usize)> {
    heard(&sound.samples(Volume::FULL))
        .into_iter()
        .map(|heard| (heard.begin, heard.millis, heard.hertz))
        .collect()
}

#[test]
fn each_sound_has_its_own_pitch_and_rhythm() {
    assert_eq!(stretches(Sound::Admit), [(0, 120, 880), (120, 220, 1320)]);
    assert_eq!(stretches(Sound::Check), [(0, 160, 660), (240, 160, 660)]);
    assert_eq!(stretches(Sound::Refuse), [(0, 900, 330)]);
    let error = [(0, 70, 440), (150, 70, 440), (300, 70, 440)];
    assert_eq!(stretches(Sound::Error), error);
    assert_eq!(stretches(Sound::Scanned), [(0, 20, 2000)]);
    assert_eq!(stretches(Sound::Sample), [(0, 300, 660)]);
}

#[test]
fn a_tone_crosses_zero_as_often_as_its_pitch_says() {
    let samples = Sound::Refuse.samples(Volume::FULL);
    let rising = samples.windows(2).filter(|two| two[0] < 0 && two[1] >= 0);
    // 900 ms of 330 Hz; the first period begins at zero.
    let expected = 330 * 9 / 10;
    assert!(rising.count().abs_diff(expected) <= 1);
}

#[test]
fn every_sound_is_loud_begins_and_ends_in_silence_and_does_not_clip() {
    for sound in Sound::ALL {
        let samples = sound.samples(Volume::FULL);
        let peak = samples
            .iter()
            .map(|sample| sample.unsigned_abs())
            .max()
            .unwrap();
        assert!(
            (30_000..i16::MAX as u16).contains(&peak),
            "{sound:?} {peak}"
        );
        let ends = [samples[0], *samples.last().unwrap()];
        assert!(
            ends.iter().all(|end| end.unsigned_abs() < 400),
            "{sound:?} {ends:?}"
        );
        // No step that would click: the steepest is that of the highest pitch at full swing,
        // (1 + 3/4) / 0.9 of a full sine's.
        let step = samples
            .windows(2)
            .map(|two| two[1].abs_diff(two[0]))
            .max()
            .unwrap();
        assert!(step < 17_000, "{sound:?} {step}");
    }
}

#[test]
fn volume_is_silent_at_zero_18_decibels_lower_at_half_and_never_above_full() {
    let peak = |percent| {
        let samples = Sound::Check.samples(Volume::from_percent(percent));
        f32::from(samples.into_iter().max().unwrap())
    };
    assert_eq!(peak(0), 0.0);
    let decibels = 20.0 * (peak(50) / peak(100)).log10();
    assert!((-18.2..-17.9).contains(&decibels), "{decibels}");
    let rising: Vec<f32> = (0..=100).step_by(10).map(peak).collect();
    assert!(rising.windows(2).all(|two| two[0] < two[1]), "{rising:?}");
    assert_eq!(peak(255), peak(100));
}

/// What the card was asked to do.
#[derive(Debug, PartialEq)]
enum Played {
    Missing,
    Opened,
    Wrote(usize),
    Finished,
    Cut,
}

/// Takes a chunk only when the test lets it: a card whose buffer is full.
struct SlowCard {
    played: Sender<Played>,
    may: Receiver<Result<(), DeviceError>>,
}

impl SlowCard {
    fn wait(&self) -> Result<(), DeviceError> {
        // Does not wait when the test is over.
        self.may.recv().unwrap_or(Ok(()))
    }
}

impl PcmOutput for SlowCard {
    fn write(&mut self, samples: &[i16]) -> Result<(), DeviceError> {
        let _ = self.played.send(Played::Wrote(samples.len()));
        self.wait()
    }

    fn finish(&mut self) -> Result<(), DeviceError> {
        let _ = self.played.send(Played::Finished);
        self.wait()
    }

    fn cut(&mut self) -> Result<(), DeviceError> {
        let _ = self.played.send(Played::Cut);
        Ok(())
    }
}

/// A worker on a slow card; each `Err` in `openings` is a card that is not there.
struct TestCard {
    /// Dropped first: then the card plays as fast as it can, and the worker can end.
    may: Sender<Result<(), DeviceError>>,
    played: Receiver<Played>,
    sounds: Sounds,
    events: Receiver<DeviceEvent>,
}

fn stage(openings: Vec<Result<(), DeviceError>>) -> TestCard {
    let (to_test, played) = channel();
    let (may, gate) = channel();
    let (to_events, events) = channel();
    let gate = Arc::new(Mutex::new(Some(gate)));
    let mut openings = VecDeque::from(openings);
    let open = move || {
        let opening = openings.pop_front().unwrap_or(Ok(()));
        let played = if opening.is_ok() {
            Played::Opened
        } else {
            Played::Missing
        };
        to_test.send(played).unwrap();
        opening?;
        // After a fault a new card, which does not wait.
        let may = gate.lock().unwrap().take();
        Ok(Box::new(SlowCard {
            played: to_test.clone(),
            may: may.unwrap_or_else(|| channel().1),
        }) as Box<dyn PcmOutput>)
    };
    let listener: Listener = Arc::new(move |event| {
        let _ = to_events.send(event);
    });
    TestCard {
        sounds: Sounds::spawn(open, Volume::FULL, listener),
        played,
        may,
        events,
    }
}

const LONG: Duration = Duration::from_secs(60);

impl TestCard {
    fn played(&self) -> Played {
        self.played.recv_timeout(LONG).unwrap()
    }

    fn event(&self) -> DeviceEvent {
        self.events.recv_timeout(LONG).unwrap()
    }
}

#[test]
fn a_sound_is_written_in_chunks_to_its_end() {
    let stage = stage(Vec::new());
    stage.sounds.play(Sound::Admit);
    assert_eq!(stage.played(), Played::Opened);
    for _ in 0..17 {
        assert_eq!(stage.played(), Played::Wrote(CHUNK));
        stage.may.send(Ok(())).unwrap();
    }
    assert_eq!(stage.played(), Played::Finished);
    stage.may.send(Ok(())).unwrap();
    assert_eq!(stage.event(), DeviceEvent::Ready(Device::Sound));
}

#[test]
fn the_newest_sound_cuts_the_one_that_plays_and_those_between_are_never_heard() {
    let stage = stage(Vec::new());
    stage.sounds.play(Sound::Refuse);
    assert_eq!(stage.played(), Played::Opened);
    assert_eq!(stage.played(), Played::Wrote(CHUNK));
    stage.sounds.play(Sound::Check);
    stage.sounds.play(Sound::Scanned);
    stage.may.send(Ok(())).unwrap();
    assert_eq!(stage.played(), Played::Cut);
    // 25 ms: one chunk of 20 and one of 5.
    assert_eq!(stage.played(), Played::Wrote(CHUNK));
    stage.may.send(Ok(())).unwrap();
    assert_eq!(stage.played(), Played::Wrote(CHUNK / 4));
    stage.may.send(Ok(())).unwrap();
    assert_eq!(stage.played(), Played::Finished);
}

#[test]
fn a_missing_card_is_said_once_and_comes_back_by_itself() {
    let missing = DeviceError::NotFound {
        name: "sound card default".to_owned(),
    };
    let stage = stage(vec![Err(missing.clone()), Err(missing.clone()), Ok(())]);
    let gone = DeviceEvent::Gone(Device::Sound, missing);
    for played in [Played::Missing, Played::Missing, Played::Opened] {
        stage.sounds.play(Sound::Scanned);
        assert_eq!(stage.played(), played);
    }
    for _ in 0..3 {
        stage.may.send(Ok(())).unwrap();
    }
    assert_eq!(stage.event(), gone);
    assert_eq!(stage.event(), DeviceEvent::Ready(Device::Sound));
}

#[test]
fn a_card_that_is_unplugged_while_it_plays_is_opened_again_for_the_next_sound() {
    let stage = stage(Vec::new());
    let unplugged = DeviceError::Unplugged {
        name: "sound card default".to_owned(),
    };
    stage.sounds.play(Sound::Refuse);
    assert_eq!(stage.played(), Played::Opened);
    assert_eq!(stage.played(), Played::Wrote(CHUNK));
    stage.may.send(Err(unplugged.clone())).unwrap();
    assert_eq!(stage.event(), DeviceEvent::Gone(Device::Sound, unplugged));
    stage.sounds.play(Sound::Refuse);
    assert_eq!(stage.played(), Played::Opened);
    assert_eq!(stage.event(), DeviceEvent::Ready(Device::Sound));
}

#[test]
fn dropping_it_ends_the_sound_that_plays() {
    let TestCard {
        mut sounds,
        played,
        may,
        ..
    } = stage(Vec::new());
    sounds.play(Sound::Refuse);
    assert_eq!(played.recv_timeout(LONG).unwrap(), Played::Opened);
    assert_eq!(played.recv_timeout(LONG).unwrap(), Played::Wrote(CHUNK));
    // The owner goes; from then on the card plays as fast as it can, and the drop waits for the
    // thread.
    sounds.orders.close();
    drop(may);
    drop(sounds);
    let rest: Vec<Played> = played.iter().collect();
    assert_eq!(rest, [Played::Cut]);
}

#[cfg(feature = "sound")]
mod card {
    use super::super::player::open;
    use super::*;

    #[test]
    fn a_card_that_is_not_there_is_a_named_error() {
        let opened = open("plughw:31,7").map(drop);
        assert!(
            matches!(opened, Err(DeviceError::NotFound { .. })),
            "{opened:?}"
        );
    }

    /// ALSA's own card of files, `file:`, takes what a real one would play.
    #[test]
    fn alsa_gets_every_sample_of_one_sound_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("heard.raw");
        let mut card = open(&format!("file:{},raw", file.display())).unwrap();
        let mut written = Vec::new();
        for sound in [Sound::Admit, Sound::Refuse] {
            for chunk in sound.samples(Volume::FULL).chunks(CHUNK) {
                card.write(chunk).unwrap();
                written.extend_from_slice(chunk);
            }
            card.finish().unwrap();
        }
        drop(card);
        let bytes = std::fs::read(&file).unwrap();
        let heard: Vec<i16> = bytes
            .chunks_exact(2)
            .map(|two| i16::from_le_bytes([two[0], two[1]]))
            .collect();
        assert!(heard == written, "{} of {}", heard.len(), written.len());
    }

    #[test]
    fn a_card_that_was_cut_plays_on() {
        let mut card = open("null").unwrap();
        let chunk = [0; CHUNK];
        card.write(&chunk).unwrap();
        card.cut().unwrap();
        card.write(&chunk).unwrap();
        card.finish().unwrap();
        card.write(&chunk).unwrap();
    }
}
