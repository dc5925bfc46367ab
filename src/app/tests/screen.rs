//! What the screen, its light and its bar do through the whole program: a light in a folder like
//! the kernel's, and what sensors tell.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Post, wait_for};
use crate::{
    app::event::Event,
    config::ScreenMode,
    devices::{Backlight, Battery, Brightness, DeviceEvent, NetworkLink},
    ui::UiCommand,
};

/// A folder with one backlight, and what that is set to.
fn backlight(folder: &Path) -> PathBuf {
    let panel = folder.join("panel");
    fs::create_dir(&panel).unwrap();
    fs::write(panel.join("max_brightness"), "900").unwrap();
    fs::write(panel.join("brightness"), "1").unwrap();
    panel.join("brightness")
}

fn tell(post: &Post, event: DeviceEvent) {
    post.tell(Event::Device(event));
}

#[track_caller]
fn lit(light: &Path, value: &str) {
    let read = || fs::read_to_string(light).ok().filter(|text| text == value);
    let found = wait_for(read);
    assert!(
        found.is_some(),
        "{:?}, not {value}",
        fs::read_to_string(light)
    );
}

#[test]
fn day_and_night_have_each_their_brightness_which_is_kept_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let light = backlight(folder.path());
    let find = || Backlight::find(folder.path());
    let post = Post::with_devices(
        "screen = \"auto\"\n",
        |devices| devices.backlight = find(),
        |_| (),
    );
    let chosen = |post: &Post, command| post.tell(Event::Ui(command));
    let step = |step| UiCommand::Brightness(Brightness::from(step));
    tell(&post, DeviceEvent::Daylight(true));
    lit(&light, "900");
    chosen(&post, step(9));
    lit(&light, "730");
    tell(&post, DeviceEvent::Daylight(false));
    lit(&light, "180");
    chosen(&post, step(5));
    lit(&light, "250");
    tell(&post, DeviceEvent::Daylight(true));
    lit(&light, "730");
    chosen(&post, UiCommand::Screen(ScreenMode::Night));
    lit(&light, "250");
    // What the sensor says does not change what somebody chose.
    tell(&post, DeviceEvent::Daylight(true));
    chosen(&post, step(6));
    lit(&light, "340");
    chosen(&post, UiCommand::Screen(ScreenMode::Day));
    lit(&light, "730");
    fs::write(&light, "1").unwrap();
    let post = post.restart_with(|parts| parts.devices.backlight = find());
    lit(&light, "730");
    chosen(&post, UiCommand::Screen(ScreenMode::Night));
    lit(&light, "340");
}

#[test]
fn a_file_of_choices_does_not_make_the_screen_dark() {
    let folder = tempfile::tempdir().unwrap();
    let light = backlight(folder.path());
    let _post = Post::prepared(
        tempfile::tempdir().unwrap(),
        "screen = \"day\"\n",
        |_| (),
        |data| fs::write(data.choices(), "day_brightness = 0\n").unwrap(),
        |parts| parts.devices.backlight = Backlight::find(folder.path()),
    );
    lit(&light, "90");
}

#[test]
fn the_bar_follows_battery_and_network() {
    let post = Post::open(|_| ());
    post.sees("No phone or code");
    let (percent, charging) = (7, false);
    let battery = Battery { percent, charging };
    tell(&post, DeviceEvent::Battery(Some(battery)));
    tell(&post, DeviceEvent::Network(Some(NetworkLink::Down)));
    post.sees("7%");
    post.tap("Menu");
    post.tap("Status");
    post.sees("Charge this device.");
    post.sees("No network");
    tell(&post, DeviceEvent::Battery(None));
    post.sees_no_more("7%");
}
