//! What a finger switches: direction, volume, torch, language, size of text.

use gatepost_protocol::Direction;

use crate::{
    app::{lane::Lane, present::signal, state::choices::Choices},
    data::DataDir,
    devices::{Sound, Volume},
    ui::UiUpdate,
};

/// The scanner starts: says what there is to switch, and how it was switched before the restart.
pub(crate) fn restore(lane: &mut Lane, choices: Choices) {
    let size = choices.text_size.unwrap_or_default();
    lane.window.send(UiUpdate::TextSize(size));
    if let (Some(sounds), Some(percent)) = (&mut lane.devices.sounds, choices.volume) {
        sounds.set_volume(Volume::from_percent(percent));
    }
    let sounds = lane.devices.sounds.as_ref();
    let volume = sounds.map(|sounds| sounds.volume().percent());
    lane.window.send(UiUpdate::Volume(volume));
    let torch = lane.devices.torch.as_ref().map(|_| false);
    lane.window.send(UiUpdate::Torch(torch));
}

/// People go this way from now on.
pub(crate) fn direction(lane: &mut Lane, data: &DataDir, direction: Direction) {
    lane.checkpoint.station.turn(data, direction);
    signal::play(&lane.devices, Sound::Scanned);
    lane.window.bar_soon();
}

pub(crate) fn volume(lane: &mut Lane, choices: &mut Choices, data: &DataDir, percent: u8) {
    if let Some(sounds) = &mut lane.devices.sounds {
        sounds.set_volume(Volume::from_percent(percent));
        sounds.play(Sound::Scanned);
        choices.change(data, |choices| choices.volume = Some(percent));
    }
}

pub(crate) fn torch(lane: &Lane, on: bool) {
    match (&lane.devices.torch, on) {
        (Some(torch), true) => torch.on(),
        (Some(torch), false) => torch.off(),
        (None, _) => {}
    }
}
