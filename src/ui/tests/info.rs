//! The pages that explain the device, and the notices: what they say and what their buttons send.

use super::info_scenes::{info_scenes, notices};
use super::scenes::{Scene, pages};
use super::stage::{Stage, status};
use crate::config::Language;
use crate::devices::{Battery, NetworkLink, SignalBars};
use crate::ui::{
    CameraView, EnrolStep, EnrolView, ListsEnd, Notice, OnStick, Page, PlaceRulesView, PlaceView,
    ProgramEnd, StatusView, Trouble, TroubleView, UiCommand, UiUpdate, UpdateStep, UpdateView,
};
use gatepost_pass::ProgramVersion;
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
fn nobody_looks_for_a_cable_where_the_network_is_up_and_the_hub_is_silent() {
    let stage = open("status-worst");
    let say = |network| {
        let view = StatusView {
            network,
            ..status()
        };
        stage.ui.send(UiUpdate::Status(view));
        let words = stage.all_words().into_iter();
        let about = words.filter(|text| text.starts_with("The hub cannot be reached."));
        about.collect::<String>()
    };
    let cable = "Check the cable or SIM card.";
    for network in [None, Some(NetworkLink::Down)] {
        assert!(say(network).contains(cable), "{network:?}");
    }
    let wireless = NetworkLink::Wireless(SignalBars::new(3));
    for network in [NetworkLink::Up, wireless] {
        let says = say(Some(network));
        assert!(!says.contains(cable), "{says}");
        assert!(says.contains("The network is up"), "{says}");
    }
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
fn a_supervisor_is_offered_for_what_one_may_allow_and_for_nothing_else() {
    let ends = [
        ("update-program-done", false),
        ("update-program-waits", false),
        ("update-program-runs", false),
        ("update-program-older", true),
        ("update-program-tried", true),
        ("update-program-blind", true),
        ("update-program-forged", false),
    ];
    for (name, offered) in ends {
        let stage = open(name);
        let buttons = stage.ui.buttons();
        let found = buttons
            .iter()
            .any(|it| it.text == "A supervisor allows the program");
        assert_eq!(found, offered, "{name}");
        if offered {
            stage.tap("A supervisor allows the program");
            assert_eq!(next_command(&stage), UiCommand::AllowProgram);
        }
    }
}

#[test]
fn a_first_bundle_has_no_version_before_it() {
    let stage = open("update-found");
    let first = ListsEnd::Installed {
        before: None,
        after: 1,
    };
    let step = UpdateStep::Ended {
        lists: Some(first),
        program: None,
    };
    stage.ui.send(UiUpdate::Update(UpdateView {
        installed: Some(1),
        program: None,
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
        UiUpdate::Update(UpdateView {
            installed: Some(41),
            program: Some(ProgramVersion::new(1, 3, 0)),
            step,
        })
    };
    let found = UpdateStep::Found {
        place: NAME.to_owned(),
        lists: OnStick::Version(42),
        program: OnStick::Unreadable,
    };
    let refused = |lists: Option<Trouble>, program: Option<Trouble>| UpdateStep::Ended {
        lists: lists.map(|what| ListsEnd::Refused(trouble(what))),
        program: program.map(|what| ProgramEnd::Refused(trouble(what))),
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
            update(refused(Some(Trouble::StickUnreadable), None)),
        ),
        (
            Page::Update,
            update(refused(None, Some(Trouble::UpdateForeign))),
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
