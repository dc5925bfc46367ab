//! A verdict in sound and light.

use std::time::Duration;

use gatepost_protocol::Outcome;

use crate::devices::{Devices, Sound};

/// An outcome: its sound, and its colour for as long as the verdict stands.
pub(crate) fn outcome(devices: &Devices, outcome: Outcome, lasts: Duration) {
    if let Some(lamp) = &devices.lamp {
        lamp.show(outcome, lasts);
    }
    let sound = match outcome {
        Outcome::Admit => Sound::Admit,
        Outcome::Check => Sound::Check,
        Outcome::Refuse => Sound::Refuse,
    };
    play(devices, sound);
}

/// The verdict goes.
pub(crate) fn dark(devices: &Devices) {
    if let Some(lamp) = &devices.lamp {
        lamp.off();
    }
}

/// Something is wrong with the device, not with the person.
pub(crate) fn alarm(devices: &Devices) {
    play(devices, Sound::Error);
}

pub(crate) fn play(devices: &Devices, sound: Sound) {
    if let Some(sounds) = &devices.sounds {
        sounds.play(sound);
    }
}
