//! Where the buttons are that `scripts/device-test` taps on the screen of an emulated device.

use super::info_scenes::info_scenes;
use super::scenes::{Scene, pages, verdicts};
use super::stage::{Stage, status};
use crate::config::Language;
use crate::ui::UiUpdate;
use std::fmt::Write;
use std::path::PathBuf;

/// The panel of that device.
const SIZE: (u32, u32) = (800, 480);
const INCHES: f32 = 7.0;
/// The scenes whose buttons it taps.
const TAPPED: [&str; 13] = [
    "scan",
    "scan-out",
    "admit",
    "check",
    "refuse",
    "no-code",
    "id-empty",
    "check-temperature",
    "menu",
    "status",
    "update-found",
    "place-move",
    "duty-on",
];

/// Set it to rewrite the table instead of comparing.
const REWRITE: &str = "GATEPOST_BUTTONS_REWRITE";

#[test]
fn the_device_test_knows_where_the_buttons_are() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scripts/device-parts/buttons.tsv");
    let table = table();
    if std::env::var_os(REWRITE).is_some() {
        std::fs::write(&path, table).unwrap();
        return;
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        known == table,
        "{} is not what the window draws: {REWRITE}=1 cargo test -p gatepost --lib buttons",
        path.display()
    );
}

/// Scene, label, and the middle of each button that is whole on the screen.
fn table() -> String {
    let stage = Stage::open(SIZE, Language::English);
    stage.ui.send(UiUpdate::Panel(INCHES));
    stage.ui.send(UiUpdate::Status(status()));
    let scenes = pages().into_iter().chain(verdicts()).chain(info_scenes());
    let scenes: Vec<Scene> = scenes
        .chain([Scene::new("scan", Vec::new(), &[])])
        .collect();
    let mut table = "scene\tlabel\tx\ty\n".to_owned();
    for name in TAPPED {
        let scene = scenes.iter().find(|scene| scene.name == name);
        scene.expect("a scene by this name").set(&stage);
        stage.to_top();
        let hidden = stage.half_hidden();
        for button in stage.buttons().iter().filter(|b| !hidden.contains(b)) {
            let (x, y) = button.middle();
            writeln!(table, "{name}\t{}\t{x}\t{y}", button.text).unwrap();
        }
    }
    table
}
