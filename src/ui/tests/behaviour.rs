//! What the window does with updates and taps.

use super::info::{assert_says, next_command};
use super::stage::{SIZES, Stage, camera_picture, status, verdict, worst_status};
use crate::config::{Language, ScreenMode};
use crate::devices::{Battery, NetworkLink, SignalBars};
use crate::ui::status::{age_in_words, in_groups, in_ten_thousands};
use crate::ui::{
    CameraView, OnlineView, RgbPicture, SavedState, StatusView, Surface, Ui, UiCommand, UiError,
    UiUpdate,
};
use gatepost_protocol::{Outcome, Reason};
use gatepost_window::AgeUnit;

const HOLD: &str = "Keep the verdict open";
const CLOSE: &str = "Close the verdict and keep scanning";
const TO_CHINESE: &str = "Switch the language to Chinese";
const TO_ENGLISH: &str = "切换为英文";

fn pixel(picture: &RgbPicture, x: u32, y: u32) -> [u8; 3] {
    let at = ((y * picture.width + x) * 3) as usize;
    picture.rgb[at..at + 3].try_into().unwrap()
}

#[test]
fn each_outcome_has_its_word_and_its_colour() {
    let stage = Stage::open((480, 800), Language::English);
    let cases = [
        (Outcome::Admit, Reason::Green, "ADMIT", [0x00, 0x61, 0x4f]),
        (
            Outcome::Check,
            Reason::CheckIdentity,
            "CHECK",
            [0xff, 0xc6, 0x1a],
        ),
        (Outcome::Refuse, Reason::Red, "REFUSE", [0x84, 0x0a, 0x18]),
    ];
    for (outcome, reason, word, colour) in cases {
        stage.shows(outcome, &[reason], 1);
        assert!(stage.says(word), "{:?}", stage.words());
        let head = (3, 100);
        let page = (3, 240);
        for (bright, at) in [(true, page), (false, head)] {
            let mode = ScreenMode::Auto;
            stage.ui.send(UiUpdate::Screen { mode, bright });
            let shot = stage.ui.snapshot().unwrap();
            assert_eq!(pixel(&shot, at.0, at.1), colour, "{bright}");
        }
        let shot = stage.ui.snapshot().unwrap();
        assert_eq!(pixel(&shot, page.0, page.1), [0; 3], "a dark page by night");
    }
}

#[test]
fn a_verdict_names_its_people_issuer_and_validity() {
    let stage = Stage::open((480, 800), Language::English);
    stage.shows(Outcome::Admit, &[Reason::Green], 3);
    assert_says(
        &stage,
        &[
            "Holds for all 3 people on this pass:",
            "王*堃",
            "欧阳**",
            "ID **608X",
        ],
    );
    stage.tap("More");
    assert_says(
        &stage,
        &[
            "Issuer: 山东省 Shandong",
            "Valid until 14 May 2022, 18:00",
            "Family pass",
        ],
    );
}

#[test]
fn logged_shows_only_after_the_passage_is_logged() {
    let stage = Stage::open((480, 800), Language::English);
    let view = verdict(Outcome::Admit, &[Reason::Green], 1);
    stage.ui.send(UiUpdate::Verdict(view.clone()));
    assert!(stage.says("Saving...") && !stage.says("Logged"));
    stage.ui.send(UiUpdate::Saved(SavedState::Logged));
    assert!(stage.says("Logged") && !stage.says("Saving..."));
    stage.ui.send(UiUpdate::Verdict(view));
    assert!(
        stage.says("Saving...") && !stage.says("Logged"),
        "the next verdict starts unlogged"
    );
}

#[test]
fn a_passage_that_was_not_logged_warns_until_one_is() {
    let stage = Stage::open((480, 800), Language::English);
    let warning = "The last passage was not logged. Write it down and call the help desk.";
    stage.shows(Outcome::Admit, &[Reason::Green], 1);
    stage.ui.send(UiUpdate::Saved(SavedState::NotLogged));
    assert!(stage.says("NOT LOGGED: write it down"));
    stage.ui.send(UiUpdate::Dismiss);
    assert!(stage.says(warning));
    stage.shows(Outcome::Admit, &[Reason::Green], 1);
    stage.ui.send(UiUpdate::Saved(SavedState::Logged));
    stage.ui.send(UiUpdate::Dismiss);
    assert!(!stage.says(warning));
}

#[test]
fn the_first_tap_holds_the_verdict_the_second_closes_it_and_both_tell_the_program() {
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        stage.ui.send(UiUpdate::Camera(CameraView::Live));
        stage.shows(Outcome::Refuse, &[Reason::Expired], 1);
        stage.tap(HOLD);
        assert!(stage.says("Kept open. Tap to close") && stage.says("REFUSE"));
        assert_eq!(stage.commands.try_recv(), Ok(UiCommand::HoldVerdict(7)));
        stage.tap(CLOSE);
        assert!(stage.says("Hold the code inside the frame") && !stage.says("REFUSE"));
        assert_eq!(stage.commands.try_recv(), Ok(UiCommand::DismissVerdict(7)));
    }
}

#[test]
fn the_program_can_close_the_verdict_itself() {
    let stage = Stage::open((480, 800), Language::English);
    stage.shows(Outcome::Admit, &[Reason::Green], 1);
    stage.ui.send(UiUpdate::Dismiss);
    assert!(!stage.says("ADMIT"));
    assert!(stage.commands.try_recv().is_err(), "nobody tapped");
}

#[test]
fn the_language_button_switches_there_and_back_while_a_verdict_shows() {
    let stage = Stage::open((800, 480), Language::English);
    stage.ui.send(UiUpdate::Status(status()));
    stage.shows(Outcome::Refuse, &[Reason::BadSignature], 0);
    assert_says(&stage, &["Lists fresh, 12 minutes old"]);
    stage.tap(TO_CHINESE);
    assert_eq!(
        next_command(&stage),
        UiCommand::SwitchLanguage(Language::Chinese)
    );
    assert_says(
        &stage,
        &["禁止通行", "此码为假码：签名不符。", "名单最新，12 分钟前"],
    );
    stage.tap(TO_ENGLISH);
    assert_eq!(
        next_command(&stage),
        UiCommand::SwitchLanguage(Language::English)
    );
    assert!(stage.says("REFUSE"));
}

#[test]
fn the_status_bar_says_everything_in_words() {
    let stage = Stage::open((1280, 720), Language::English);
    stage.ui.send(UiUpdate::Status(worst_status()));
    assert_says(
        &stage,
        &[
            "Never online",
            "Lists expired, 119 days old",
            "23:58",
            "Clock not trusted",
        ],
    );
    stage.ui.send(UiUpdate::Status(status()));
    assert!(stage.says("Online") && !stage.says("Clock not trusted"));
}

/// How many pixels of the first element of this component have this colour.
fn inked(stage: &Stage, component: &'static str, colour: [u8; 3]) -> usize {
    let sign = stage.place_of(component).unwrap();
    let shot = stage.ui.snapshot().unwrap();
    let (left, top) = (sign.x as u32, sign.y as u32);
    let (right, bottom) = ((sign.x + sign.width) as u32, (sign.y + sign.height) as u32);
    let rows = top..bottom;
    let pixels = rows.flat_map(|y| (left..right).map(move |x| (x, y)));
    pixels
        .filter(|(x, y)| pixel(&shot, *x, *y) == colour)
        .count()
}

#[test]
fn the_bar_shows_how_full_the_battery_is_and_nothing_without_one() {
    let (front, attention, bad) = ([0xff; 3], [0xff, 0xc6, 0x1a], [0xff, 0x6b, 0x78]);
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        stage.ui.send(UiUpdate::Status(status()));
        assert!(!stage.has("BatterySign"));
        for (percent, charging, colour) in [
            (100, false, front),
            (20, false, front),
            (19, false, attention),
            (10, false, attention),
            (9, false, bad),
            (9, true, front),
        ] {
            let battery = Some(Battery { percent, charging });
            let view = StatusView {
                battery,
                place: "East gate".into(),
                ..status()
            };
            stage.ui.send(UiUpdate::Status(view));
            assert!(stage.says(&format!("{percent}%")));
            for other in [front, attention, bad] {
                let seen = inked(&stage, "BatterySign", other) > 20;
                assert_eq!(seen, other == colour, "{percent} {charging} {other:?}");
            }
        }
    }
}

#[test]
fn the_figure_of_the_battery_gives_way_to_a_long_name_of_the_place() {
    let stage = Stage::open((480, 800), Language::English);
    let show = |place: &str, battery| {
        let view = StatusView {
            battery,
            place: place.into(),
            ..status()
        };
        stage.ui.send(UiUpdate::Status(view));
        stage.place_of("Place").unwrap().width
    };
    let battery = Some(Battery {
        percent: 87,
        charging: false,
    });
    show("East gate", battery);
    assert!(stage.says("87%"));
    let long = "Quancheng Road, east gate of the south side";
    let alone = show(long, None);
    let beside = show(long, battery);
    assert!(stage.has("BatterySign") && !stage.says("87%"));
    assert!(alone - beside < 40.0, "{alone} {beside}");
}

#[test]
fn the_bar_shows_the_network_in_bars_and_by_its_colour_whether_the_hub_answers() {
    let (good, attention) = ([0x3d, 0xdc, 0x97], [0xff, 0xc6, 0x1a]);
    let stage = Stage::open((1280, 720), Language::English);
    let show = |online, network| {
        let view = StatusView {
            online,
            network,
            ..status()
        };
        stage.ui.send(UiUpdate::Status(view));
    };
    show(OnlineView::Online, None);
    assert!(!stage.has("NetworkSign") && stage.says("Online"));
    let bars = [0, 1, 2, 3, 4].map(|bars| {
        let link = NetworkLink::Wireless(SignalBars::new(bars));
        show(OnlineView::Online, Some(link));
        inked(&stage, "NetworkSign", good)
    });
    assert!(bars.is_sorted_by(|less, more| less < more), "{bars:?}");
    show(OnlineView::Online, Some(NetworkLink::Up));
    assert!(!bars.contains(&inked(&stage, "NetworkSign", good)));
    for link in [NetworkLink::Up, NetworkLink::Down] {
        show(OnlineView::Offline, Some(link));
        assert!(stage.says("Offline"));
        assert_eq!(inked(&stage, "NetworkSign", good), 0);
        assert!(inked(&stage, "NetworkSign", attention) > 20);
    }
}

#[test]
fn ages_read_in_the_largest_unit_that_says_something() {
    assert_eq!(age_in_words(None), (0, AgeUnit::Unknown));
    assert_eq!(age_in_words(Some(1)), (1, AgeUnit::Minutes));
    assert_eq!(age_in_words(Some(119)), (119, AgeUnit::Minutes));
    assert_eq!(age_in_words(Some(120)), (2, AgeUnit::Hours));
    assert_eq!(age_in_words(Some(48 * 60)), (2, AgeUnit::Days));
    assert_eq!(age_in_words(Some(u64::MAX)), (i32::MAX, AgeUnit::Days));
}

#[test]
fn counts_stand_in_groups_of_three_digits() {
    assert_eq!(in_groups(0), "0");
    assert_eq!(in_groups(999), "999");
    assert_eq!(in_groups(1_000), "1\u{a0}000");
    assert_eq!(in_groups(100_000_000), "100\u{a0}000\u{a0}000");
}

#[test]
fn large_counts_stand_in_ten_thousands_in_chinese() {
    assert_eq!(in_ten_thousands(9_999), "");
    assert_eq!(in_ten_thousands(10_000), "1");
    assert_eq!(in_ten_thousands(12_345_678), "1234.6");
    assert_eq!(in_ten_thousands(u64::MAX), "1844674407370955.1");
}

#[test]
fn the_preview_shows_letterboxed_and_goes_with_the_camera() {
    let stage = Stage::open((480, 800), Language::English);
    stage.ui.send(UiUpdate::Camera(CameraView::Live));
    stage.ui.send(UiUpdate::Preview(camera_picture()));
    let shot = stage.ui.snapshot().unwrap();
    assert_eq!(pixel(&shot, 5, 400), [0; 3], "black beside the picture");
    assert!(pixel(&shot, 100, 400)[0] > 80, "the picture in the middle");
    stage.ui.send(UiUpdate::Camera(CameraView::Stalled));
    assert!(stage.says("The camera is not responding"));
    stage.ui.send(UiUpdate::Camera(CameraView::Live));
    let shot = stage.ui.snapshot().unwrap();
    assert_eq!(pixel(&shot, 100, 400), [0; 3], "no picture from before");
}

#[test]
fn previews_of_the_wrong_length_are_ignored_and_do_not_block_the_next() {
    let stage = Stage::open((480, 800), Language::English);
    stage.ui.send(UiUpdate::Camera(CameraView::Live));
    for (width, height) in [(640, 480), (0, 0), (u32::MAX, u32::MAX)] {
        stage.ui.send(UiUpdate::Preview(RgbPicture {
            width,
            height,
            rgb: vec![9; 7],
        }));
    }
    stage.ui.send(UiUpdate::Preview(camera_picture()));
    assert!(pixel(&stage.ui.snapshot().unwrap(), 100, 400)[0] > 80);
}

#[test]
fn previews_that_come_while_one_waits_are_dropped_and_nobody_blocks() {
    let stage = Stage::open((480, 800), Language::English);
    stage.ui.send(UiUpdate::Camera(CameraView::Live));
    let (resume, paused) = std::sync::mpsc::channel::<()>();
    stage
        .ui
        .post(move |_| assert!(paused.recv().is_err()))
        .unwrap();
    for shade in [200, 10, 20] {
        let picture = RgbPicture {
            width: 4,
            height: 3,
            rgb: vec![shade; 36],
        };
        stage.ui.send(UiUpdate::Preview(picture));
    }
    drop(resume);
    assert_eq!(pixel(&stage.ui.snapshot().unwrap(), 100, 400), [200; 3]);
    stage.ui.send(UiUpdate::Preview(RgbPicture {
        width: 4,
        height: 3,
        rgb: vec![50; 36],
    }));
    assert_eq!(
        pixel(&stage.ui.snapshot().unwrap(), 100, 400),
        [50; 3],
        "the next one shows again"
    );
}

#[test]
fn a_closed_window_takes_updates_in_silence_and_answers_not_running() {
    let stage = Stage::open((480, 800), Language::English);
    let ui = stage.ui.clone();
    drop(stage);
    ui.send(UiUpdate::Dismiss);
    ui.send(UiUpdate::Preview(camera_picture()));
    ui.quit();
    assert!(matches!(ui.snapshot(), Err(UiError::NotRunning)));
    assert!(matches!(ui.click(1, 1), Err(UiError::NotRunning)));
}

#[test]
fn a_second_window_on_the_same_thread_is_refused_by_name() {
    let thread = std::thread::spawn(|| {
        let surface = Surface::Offscreen {
            width: 100,
            height: 100,
        };
        let _first = Ui::new(surface, Language::English, false, |_| {}).unwrap();
        Ui::new(surface, Language::English, false, |_| {}).err()
    });
    assert!(matches!(thread.join().unwrap(), Some(UiError::AlreadyUsed)));
}

#[test]
fn languages_are_read_from_words_and_locales() {
    for (text, language) in [
        ("en", Some(Language::English)),
        ("zh", Some(Language::Chinese)),
        ("zh_CN.UTF-8", Some(Language::Chinese)),
        ("en-GB", Some(Language::English)),
        ("", None),
        ("C", None),
        ("zhx", None),
    ] {
        assert_eq!(Language::parse(text), language, "{text}");
    }
    for language in Language::ALL {
        let word = language.name();
        assert_eq!(Language::parse(word), Some(language));
        let read = serde_json::from_value::<Language>(word.into());
        assert_eq!(read.unwrap(), language, "`serde` has another word");
    }
}
