//! The menu: where it leads, and what it sets.

use super::info::{assert_says, next_command, open, show};
use super::stage::Stage;
use crate::config::{Language, ScreenMode};
use crate::devices::Brightness;
use crate::ui::{Page, TextSize, UiCommand, UiUpdate};
use std::collections::BTreeSet;

#[test]
fn each_tile_of_the_menu_opens_its_page_and_back_leads_home() {
    let tiles = [
        ("Duty", Page::Duty),
        ("Place", Page::Place),
        ("Status", Page::Status),
        ("Today", Page::Today),
        ("Update", Page::Update),
        ("Set up this device", Page::Enrol),
        ("Check the devices", Page::Devices),
        ("How it works", Page::Guide),
    ];
    let stage = open("menu");
    for (label, page) in tiles {
        stage.ui.send(UiUpdate::Page(Page::Menu));
        stage.tap(label);
        assert_eq!(next_command(&stage), UiCommand::Opened(page));
    }
    stage.tap("Back");
    assert_eq!(next_command(&stage), UiCommand::Opened(Page::Menu));
    stage.tap("Back");
    assert_eq!(next_command(&stage), UiCommand::Opened(Page::Scan));
}

#[test]
fn the_menu_sets_language_and_text_size_at_once() {
    let stage = open("menu");
    stage.tap("简体中文");
    assert_eq!(
        next_command(&stage),
        UiCommand::SwitchLanguage(Language::Chinese)
    );
    assert_says(&stage, &["菜单", "本机状态"]);
    stage.tap("English");
    assert_eq!(
        next_command(&stage),
        UiCommand::SwitchLanguage(Language::English)
    );
    stage.tap("ئۇيغۇرچە");
    assert_eq!(
        next_command(&stage),
        UiCommand::SwitchLanguage(Language::Uyghur)
    );
    stage.ui.show_language(Language::English);
    let height = |stage: &Stage| {
        stage.to_top();
        let words = stage.words();
        words.iter().find(|w| w.text == "Duty").unwrap().height
    };
    let normal = height(&stage);
    for (label, size) in [
        ("Very large", TextSize::VeryLarge),
        ("Large", TextSize::Large),
        ("Standard", TextSize::Normal),
    ] {
        stage.tap(label);
        assert_eq!(next_command(&stage), UiCommand::TextSize(size));
        assert_eq!(
            height(&stage) > normal,
            size != TextSize::Normal,
            "{size:?}"
        );
    }
}

#[test]
fn the_menu_and_the_button_of_the_scan_page_offer_every_language() {
    let stage = open("menu");
    let mut offered = Vec::new();
    for button in stage.buttons() {
        show(&stage, "menu");
        let (x, y) = button.middle();
        stage.ui.click(x, y).unwrap();
        if let Ok(UiCommand::SwitchLanguage(language)) = stage.commands.try_recv() {
            offered.push(language);
        }
    }
    for language in Language::ALL {
        assert!(offered.contains(&language), "{language:?} is not offered");
    }
    let mut seen = BTreeSet::new();
    stage.ui.send(UiUpdate::Page(Page::Scan));
    for language in Language::ALL {
        stage.ui.show_language(language);
        stage.ui.show_language(Language::Chinese);
        let words = stage.all_words();
        // Chinese changes nothing on the button, which offers the one before.
        if language != Language::Chinese {
            assert!(seen.insert(words), "the button has no name of {language:?}");
        }
    }
}

#[test]
fn the_volume_goes_in_steps_and_stops_at_its_ends() {
    let stage = open("menu");
    stage.ui.send(UiUpdate::Volume(Some(75)));
    assert_says(&stage, &["Volume 4 of 5"]);
    stage.tap("Louder");
    assert_eq!(next_command(&stage), UiCommand::Volume(100));
    stage.tap("Louder");
    assert!(
        stage.commands.try_recv().is_err(),
        "louder than all is not offered"
    );
    stage.ui.send(UiUpdate::Volume(Some(1)));
    assert_says(&stage, &["Volume 1 of 5"]);
    stage.tap("Quieter");
    assert_eq!(next_command(&stage), UiCommand::Volume(0));
    assert_says(&stage, &["Sound off"]);
    stage.tap("Quieter");
    assert!(stage.commands.try_recv().is_err(), "nor quieter than off");
    stage.ui.send(UiUpdate::Volume(None));
    assert!(!stage.says("Louder"), "a device without sounds offers none");
}

#[test]
fn the_scan_page_says_that_the_sounds_are_off() {
    let stage = Stage::open((480, 800), Language::English);
    for (volume, off) in [(None, false), (Some(20), false), (Some(0), true)] {
        stage.ui.send(UiUpdate::Volume(volume));
        assert_eq!(stage.says("Sound off"), off, "{volume:?}");
        assert_eq!(stage.has("MuteSign"), off, "{volume:?}");
    }
}

#[test]
fn the_screen_is_lit_in_steps_and_never_dark_where_it_can_be_set() {
    let stage = open("menu");
    assert!(!stage.all_words().contains("Brighter"));
    stage.ui.send(UiUpdate::Brightness(Brightness::from(9)));
    assert_says(&stage, &["Brightness by night: 9 of 10"]);
    while stage.page_down() {}
    stage.tap("Brighter");
    let full = UiCommand::Brightness(Brightness::FULL);
    assert_eq!(next_command(&stage), full);
    assert_says(&stage, &["Brightness by night: 10 of 10"]);
    while stage.page_down() {}
    stage.tap("Brighter");
    assert!(stage.commands.try_recv().is_err(), "nothing is brighter");
    let (mode, bright) = (ScreenMode::Auto, true);
    stage.ui.send(UiUpdate::Screen { mode, bright });
    stage.ui.send(UiUpdate::Brightness(Brightness::from(2)));
    assert_says(&stage, &["Brightness by day: 2 of 10"]);
    while stage.page_down() {}
    stage.tap("Darker");
    let least = UiCommand::Brightness(Brightness::LEAST);
    assert_eq!(next_command(&stage), least);
    stage.tap("Darker");
    assert!(stage.commands.try_recv().is_err(), "it can still be read");
}

#[test]
fn the_screen_is_bright_or_dark_at_a_tap_and_the_program_decides_for_automatic() {
    let stage = open("menu");
    let bright = || {
        let shot = stage.ui.snapshot().unwrap();
        shot.rgb.iter().map(|byte| u64::from(*byte)).sum::<u64>() > 128 * shot.rgb.len() as u64
    };
    assert!(!bright());
    stage.tap("Day");
    assert_eq!(next_command(&stage), UiCommand::Screen(ScreenMode::Day));
    assert!(bright());
    stage.tap("Auto");
    assert_eq!(next_command(&stage), UiCommand::Screen(ScreenMode::Auto));
    assert!(bright(), "it stays until the program says");
    let mode = ScreenMode::Auto;
    stage.ui.send(UiUpdate::Screen {
        mode,
        bright: false,
    });
    assert!(!bright());
    stage.tap("Day");
    stage.tap("Night");
    assert!(!bright());
}

#[test]
fn the_light_is_offered_only_where_the_camera_has_one() {
    let stage = open("menu");
    assert!(!stage.says("Light on") && !stage.says("Light off"));
    show(&stage, "menu-torch");
    stage.tap("Light off");
    assert_eq!(next_command(&stage), UiCommand::Torch(false));
    stage.tap("Light on");
    assert_eq!(next_command(&stage), UiCommand::Torch(true));
}
