//! What a finger switches: direction, volume, torch, language, size of text, bright or dark.

use gatepost_protocol::Direction;

use crate::{
    app::{lane::Lane, present::signal, state::choices::Choices},
    config::{Config, Language, ScreenMode},
    data::DataDir,
    devices::{Sound, Volume},
    ui::UiUpdate,
};

/// The scanner starts: says what there is to switch, and how it was switched before the restart.
pub(crate) fn restore(lane: &mut Lane, choices: Choices, settings: &Config) {
    lane.window.screen.mode = choices.screen.unwrap_or(settings.screen);
    show_screen(lane);
    let less = choices.less_motion.unwrap_or_default();
    lane.window.send(UiUpdate::LessMotion(less));
    let size = choices.text_size.unwrap_or_default();
    lane.window.send(UiUpdate::TextSize(size));
    if let (Some(sounds), Some(percent)) = (&mut lane.devices.sounds, choices.volume) {
        sounds.set_volume(Volume::from_percent(percent));
    }
    speak(lane, choices.language.unwrap_or(settings.language));
    let sounds = lane.devices.sounds.as_ref();
    let volume = sounds.map(|sounds| sounds.volume().percent());
    lane.window.send(UiUpdate::Volume(volume));
    let torch = lane.devices.torch.as_ref().map(|_| false);
    lane.window.send(UiUpdate::Torch(torch));
}

/// Somebody chose a language; the window has switched already.
pub(crate) fn language(lane: &mut Lane, choices: &mut Choices, data: &DataDir, to: Language) {
    speak(lane, to);
    choices.change(data, |choices| choices.language = Some(to));
}

/// The loudspeaker says what it says in this language.
fn speak(lane: &mut Lane, language: Language) {
    if let Some(sounds) = &mut lane.devices.sounds {
        sounds.set_language(language);
    }
}

/// The screen is bright or dark, as somebody chose or the time says.
pub(crate) fn show_screen(lane: &mut Lane) {
    let offset = lane.checkpoint.installed.utc_offset();
    let time = lane.now().time;
    lane.window.show_screen(time, offset);
}

/// Somebody chose when the screen is bright.
pub(crate) fn screen(lane: &mut Lane, choices: &mut Choices, data: &DataDir, mode: ScreenMode) {
    lane.window.screen.mode = mode;
    show_screen(lane);
    choices.change(data, |choices| choices.screen = Some(mode));
}

/// The light sensor says that it is day, or night.
pub(crate) fn daylight(lane: &mut Lane, day: bool) {
    lane.window.screen.daylight = Some(day);
    show_screen(lane);
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
