//! The menu, the pages that explain the device, and the notices: what they say and what their
//! buttons send.

use super::info_scenes::{info_scenes, notices};
use super::scenes::{Scene, pages};
use super::stage::{Stage, status};
use crate::config::{Language, ScreenMode};
use crate::devices::{Battery, Brightness, NetworkLink, SignalBars};
use crate::ui::{
    CameraView, EnrolStep, EnrolView, Notice, Page, PlaceRulesView, PlaceView, StatusView,
    TextSize, Trouble, TroubleView, UiCommand, UiUpdate, UpdateStep, UpdateView,
};
use gatepost_protocol::{Outcome, Reason};
use std::collections::BTreeSet;

pub(super) fn open(scene: &str) -> Stage {
    let stage = Stage::open((480, 800), Language::English);
    show(&stage, scene);
    stage
}

pub(super) fn show(stage: &Stage, scene: &str) {
    let found = info_scenes().into_iter().find(|known| known.name == scene);
    found.expect("a scene by this name").set(stage);
}

pub(super) fn assert_says(stage: &Stage, texts: &[&str]) {
    let words = stage.all_words();
    for text in texts {
        assert!(words.contains(*text), "{text:?} is missing in {words:#?}");
    }
}

pub(super) fn next_command(stage: &Stage) -> UiCommand {
    stage
        .commands
        .try_recv()
        .expect("the button sends something")
}

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
fn the_status_page_says_what_battery_and_network_do() {
    let stage = open("status");
    let say = |battery: Option<(u8, bool)>, network| {
        let battery = battery.map(|(percent, charging)| Battery { percent, charging });
        let view = StatusView {
            battery,
            network,
            ..status()
        };
        stage.ui.send(UiUpdate::Status(view));
    };
    say(None, None);
    let words = stage.all_words();
    assert!(!words.contains("Battery") && !words.contains("Network"));
    let two = NetworkLink::Wireless(SignalBars::new(2));
    say(Some((87, true)), Some(two));
    assert_says(
        &stage,
        &["Battery", "87%, charging", "Wireless, strength 2 of 4"],
    );
    say(Some((20, false)), Some(NetworkLink::Down));
    assert_says(&stage, &["20%", "No network"]);
    assert!(!stage.all_words().contains("Charge this device."));
    say(Some((19, false)), Some(NetworkLink::Up));
    assert_says(&stage, &["19%", "Charge this device.", "Connected"]);
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

#[test]
fn one_big_button_installs_tries_again_or_goes_back_to_scanning() {
    let stage = open("update-found");
    assert_says(&stage, &["Update found", "Version 41", "Version 42"]);
    stage.tap("Install the update");
    assert_eq!(next_command(&stage), UiCommand::Update);
    show(&stage, "update-working");
    assert_says(&stage, &["37 %"]);
    show(&stage, "update-refused");
    assert_says(&stage, &["The update was refused", "Version 41"]);
    stage.tap("Try again");
    assert_eq!(next_command(&stage), UiCommand::Update);
    show(&stage, "update-done");
    assert_says(
        &stage,
        &[
            "Updated",
            "Previously",
            "Version 41",
            "In use now",
            "Version 42",
        ],
    );
    stage.tap("Back to scanning");
    assert_eq!(next_command(&stage), UiCommand::Opened(Page::Scan));
}

#[test]
fn a_first_bundle_has_no_version_before_it() {
    let stage = open("update-found");
    let step = UpdateStep::Done {
        before: None,
        after: 1,
    };
    stage.ui.send(UiUpdate::Update(UpdateView {
        installed: Some(1),
        step,
    }));
    assert_says(&stage, &["None yet", "Version 1"]);
}

#[test]
fn enrolment_says_where_it_stands_and_what_comes_next() {
    let stage = open("enrol-scan");
    assert_says(&stage, &["Hold the enrolment code inside the frame"]);
    show(&stage, "enrol-asking");
    assert_says(&stage, &["https://hub.jinan.example", "370102-0417-03"]);
    show(&stage, "enrol-written");
    assert_says(&stage, &["370102-0417-03.request"]);
    show(&stage, "enrol-failed");
    assert_says(&stage, &["Setup failed"]);
    stage.tap("Try again");
    assert_eq!(next_command(&stage), UiCommand::Opened(Page::Enrol));
    let view = EnrolView {
        device: "d".into(),
        step: EnrolStep::Enrolled,
    };
    stage.ui.send(UiUpdate::Enrol(view));
    stage.tap("Start scanning");
    assert_eq!(next_command(&stage), UiCommand::Opened(Page::Scan));
}

#[test]
fn the_place_code_on_screen_reads_back() {
    let stage = open("place");
    let text = "GP1:PLACE CODE 0417";
    stage.ui.send(UiUpdate::Place(PlaceView {
        name: "East gate".into(),
        id: "0417".into(),
        code: Some(text.into()),
        back: None,
    }));
    let shot = stage.ui.snapshot().unwrap();
    let (width, height) = (shot.width as usize, shot.height as usize);
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        shot.rgb[(y * width + x) * 3]
    });
    let read: Vec<String> = picture
        .detect_grids()
        .iter()
        .map(|grid| grid.decode().unwrap().1)
        .collect();
    assert_eq!(read, [text]);
}

#[test]
fn a_device_without_a_place_asks_for_its_code() {
    let stage = open("place-none");
    assert_says(
        &stage,
        &[
            "No place yet",
            "Hold the code of this place up to the camera.",
        ],
    );
    show(&stage, "place-settings");
    assert_says(
        &stage,
        &[
            "Bus 117",
            "Place is fixed in settings, so there is no code to show.",
        ],
    );
}

#[test]
fn a_place_without_a_code_says_which_rules_hold() {
    let stage = open("place-settings");
    let mut strict = status();
    strict.rules = Some(PlaceRulesView {
        class: None,
        risk: None,
        stops_nobody: false,
        ways: BTreeSet::new(),
    });
    stage.ui.send(UiUpdate::Status(strict));
    assert_says(&stage, &["bus-117 · Strictest rules"]);
}

#[test]
fn without_a_camera_no_page_asks_for_one() {
    let stage = open("menu");
    let asks = |stage: &Stage| {
        let words = stage.all_words().into_iter();
        words
            .filter(|text| text.contains("up to the camera"))
            .count()
    };
    let scenes = info_scenes().into_iter().chain(pages());
    let named = |scene: &Scene| {
        ["place-", "clock-", "duty-"]
            .iter()
            .any(|n| scene.name.starts_with(n))
    };
    let mut asked = 0;
    for scene in scenes.filter(named) {
        scene.set(&stage);
        asked += asks(&stage);
        stage.ui.send(UiUpdate::Camera(CameraView::Off));
        stage.ui.send(UiUpdate::Scanner(true));
        assert_eq!(asks(&stage), 0, "{}", scene.name);
    }
    assert!(asked >= 4, "{asked}");
}

#[test]
fn notices_stand_on_every_page_the_weightiest_first_and_open_at_a_tap() {
    let stage = open("menu");
    stage.ui.send(UiUpdate::Status(status()));
    stage.ui.send(UiUpdate::Notices(notices()));
    assert_says(&stage, &["The passage log is full", "+4", "Menu"]);
    stage.tap("Show the notices");
    assert_says(
        &stage,
        &[
            "The settings cannot be used",
            "Not found: scanner",
            "The scanner's codes must end with Enter",
            "The hub refused some passages",
        ],
    );
    assert!(!stage.says("Menu"), "they take the page's place");
    stage.tap("Close");
    assert_says(&stage, &["Menu", "+4"]);
    stage.tap("Show the notices");
    stage.tap("Close the notices");
    assert_says(&stage, &["Menu"]);
}

#[test]
fn notices_never_cover_a_verdict_and_are_closed_after_it() {
    let stage = open("menu");
    stage.ui.send(UiUpdate::Notices(vec![Notice::WithoutLog]));
    stage.tap("Show the notices");
    stage.shows(Outcome::Admit, &[Reason::Green], 1);
    assert!(stage.says("ADMIT") && !stage.says("The passage log is full"));
    stage.ui.send(UiUpdate::Dismiss);
    assert_says(&stage, &["The passage log is full", "Menu"]);
    stage.ui.send(UiUpdate::Notices(Vec::new()));
    assert!(!stage.says("The passage log is full"));
}

#[test]
fn what_others_call_things_is_read_on_the_screen_as_it_is_written() {
    const NAME: &str = "/media/\u{202e}gpj.exe\u{202c}\n\u{1b}[2J\u{200b}";
    const SHOWN: &str = "/media/[U+202E]gpj.exe[U+202C][U+000A][U+001B][2J[U+200B]";
    let trouble = |what| TroubleView {
        what,
        detail: NAME.to_owned(),
    };
    let stage = Stage::open((480, 800), Language::English);
    let update = |step| {
        let installed = Some(41);
        UiUpdate::Update(UpdateView { installed, step })
    };
    let found = UpdateStep::Found {
        place: NAME.to_owned(),
        version: Some(42),
    };
    let enrol = |step| {
        let device = "370102-0417-03".into();
        UiUpdate::Enrol(EnrolView { device, step })
    };
    let file = NAME.to_owned();
    let gone = crate::devices::DeviceError::NotFound {
        name: NAME.to_owned(),
    };
    let notice = Notice::DeviceGone {
        device: crate::devices::Device::Scanner,
        why: gone,
    };
    for (page, says) in [
        (Page::Update, update(found)),
        (
            Page::Update,
            update(UpdateStep::Refused(trouble(Trouble::StickUnreadable))),
        ),
        (
            Page::Enrol,
            enrol(EnrolStep::Failed(trouble(Trouble::HubRefused))),
        ),
        (Page::Enrol, enrol(EnrolStep::RequestWritten { file })),
        (Page::Scan, UiUpdate::Notices(vec![notice])),
    ] {
        let is_notice = matches!(says, UiUpdate::Notices(_));
        stage.ui.send(says);
        stage.ui.send(UiUpdate::Page(page));
        if is_notice {
            stage.tap("Show the notices");
        }
        let words = stage.all_words();
        let read = words.iter().any(|text| text.contains(SHOWN));
        assert!(read, "{page:?}: {words:#?}");
        let turned = words
            .iter()
            .any(|text| text.contains(['\u{202e}', '\u{1b}', '\u{200b}']));
        assert!(!turned, "{page:?}: {words:#?}");
    }
}
