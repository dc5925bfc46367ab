//! What a finger switches: direction, volume, torch, language, size of text, day or night and how
//! bright each is.

use gatepost_protocol::Direction;

use crate::{
    app::{lane::Lane, present::signal, state::choices::Choices},
    config::{Config, ScreenMode},
    data::DataDir,
    devices::{Brightness, Sound, Volume},
    ui::UiUpdate,
};

/// The scanner starts: says what there is to switch, and how it was switched before the restart.
pub(crate) fn restore(lane: &mut Lane, choices: &Choices, settings: &Config) {
    let screen = &mut lane.window.screen;
    screen.mode = choices.screen.unwrap_or(settings.screen);
    screen.lit.day = choices.day_brightness.unwrap_or(screen.lit.day);
    screen.lit.night = choices.night_brightness.unwrap_or(screen.lit.night);
    show_screen(lane);
    let less = choices.less_motion.unwrap_or_default();
    lane.window.send(UiUpdate::LessMotion(less));
    let size = choices.text_size.unwrap_or_default();
    lane.window.send(UiUpdate::TextSize(size));
    if let (Some(sounds), Some(percent)) = (&mut lane.devices.sounds, choices.volume) {
        sounds.set_volume(Volume::from_percent(percent));
    }
    show_volume(lane);
    let torch = lane.devices.torch.as_ref().map(|_| false);
    lane.window.send(UiUpdate::Torch(torch));
}

/// The window has switched what may not be switched: shows it as it is.
pub(super) fn show_again(lane: &mut Lane) {
    lane.window.screen_is_stale();
    show_screen(lane);
    show_volume(lane);
}

fn show_volume(lane: &Lane) {
    let sounds = lane.devices.sounds.as_ref();
    let volume = sounds.map(|sounds| sounds.volume().percent());
    lane.window.send(UiUpdate::Volume(volume));
}

/// The screen shows day or night, as somebody chose or the time says, and is lit as that is.
pub(crate) fn show_screen(lane: &mut Lane) {
    let bright = is_bright(lane);
    lane.window.show_screen(bright);
    let brightness = lane.window.screen.lit.of(bright);
    if let Some(backlight) = &mut lane.devices.backlight
        && backlight.set(brightness)
    {
        lane.window.send(UiUpdate::Brightness(brightness));
    }
}

fn is_bright(lane: &Lane) -> bool {
    let offset = lane.checkpoint.installed.utc_offset();
    lane.window.screen.is_bright(lane.now().time, offset)
}

/// Somebody chose how brightly the screen is lit, by day or by night, whichever it shows.
pub(crate) fn brightness(
    lane: &mut Lane,
    choices: &mut Choices,
    data: &DataDir,
    brightness: Brightness,
) {
    let bright = is_bright(lane);
    let lit = &mut lane.window.screen.lit;
    *(if bright { &mut lit.day } else { &mut lit.night }) = brightness;
    show_screen(lane);
    choices.change(data, |choices| {
        let (day, night) = (&mut choices.day_brightness, &mut choices.night_brightness);
        *(if bright { day } else { night }) = Some(brightness);
    });
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
        sounds.play(Sound::Sample);
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
