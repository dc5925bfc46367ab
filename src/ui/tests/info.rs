//! The menu, the pages that explain the device, and the notices: what they say and what their buttons send.

use super::info_scenes::{busy_day, good_status, info_scenes, notices};
use super::stage::{Stage, status, verdict};
use crate::ui::status_page::size_in_words;
use crate::ui::today::scale;
use crate::ui::{
    EnrolStep, EnrolView, Language, Notice, Page, Picture, PlaceView, SyncView, TextSize,
    TodayView, UiCommand, UiUpdate, UpdateStep, UpdateView,
};
use gatepost_protocol::{Outcome, Reason};

fn open(scene: &str) -> Stage {
    let stage = Stage::open((480, 800), Language::English);
    show(&stage, scene);
    stage
}

fn show(stage: &Stage, scene: &str) {
    let found = info_scenes().into_iter().find(|known| known.name == scene);
    found.expect("a scene by this name").set(stage);
}

fn assert_says(stage: &Stage, texts: &[&str]) {
    let words = stage.all_words();
    for text in texts {
        assert!(words.contains(*text), "{text:?} is missing in {words:#?}");
    }
}

fn next_command(stage: &Stage) -> UiCommand {
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
    assert_says(&stage, &["菜单", "设备状态"]);
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
    stage.ui.send(UiUpdate::Language(Language::English));
    let height = |stage: &Stage| {
        let words = stage.words();
        words.iter().find(|w| w.text == "Quieter").unwrap().height
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
fn the_volume_goes_in_steps_and_stops_at_its_ends() {
    let stage = open("menu");
    stage.ui.send(UiUpdate::Volume(95));
    assert_says(&stage, &["Volume 95"]);
    stage.tap("Louder");
    assert_eq!(next_command(&stage), UiCommand::Volume(100));
    stage.tap("Louder");
    assert!(
        stage.commands.try_recv().is_err(),
        "louder than all is not offered"
    );
    stage.ui.send(UiUpdate::Volume(4));
    stage.tap("Quieter");
    assert_eq!(next_command(&stage), UiCommand::Volume(0));
    assert_says(&stage, &["Sound off"]);
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
fn the_status_page_says_every_state_in_words() {
    let stage = open("status");
    assert_says(
        &stage,
        &[
            "Went through 3 minutes ago",
            "All sent",
            "Agrees with every signed time",
            "12 GB free, passage log 48 MB",
            "Version 42",
            "370102-0417-03",
            "https://hub.jinan.example",
            "Issuers: 18",
            "Lists fresh, 7 hours old",
            "Lists stale, 3 days old",
            "Lists expired, 119 days old",
            "No list here",
            "Version 1284, 12 345 678 listed",
        ],
    );
    show(&stage, "status-worst");
    assert_says(
        &stage,
        &[
            "Failed. Last success: 31 days ago",
            "the hub's name can't be resolved: check the network cable or the SIM card",
            "1 234 567, the oldest 31 days ago",
            "Far ahead of every signed time",
            "0 B free, passage log 1.9 GB",
        ],
    );
    show(&stage, "status-bare");
    assert_says(
        &stage,
        &[
            "No hub: by USB stick only",
            "12, the oldest less than a minute ago",
            "Behind: the newest signed time counts instead",
            "Nearly full. Call the help desk.",
            "None yet",
            "Not set up",
        ],
    );
}

#[test]
fn sync_now_asks_for_an_exchange_and_is_not_offered_without_a_hub() {
    let stage = open("status");
    stage.tap("Sync now");
    assert_eq!(next_command(&stage), UiCommand::SyncNow);
    let mut view = good_status();
    view.sync = SyncView::NoHub;
    stage.ui.send(UiUpdate::StatusPage(view));
    assert!(!stage.says("Sync now"));
}

#[test]
fn a_finger_scrolls_to_the_last_of_eighteen_issuers() {
    let stage = open("status");
    assert!(!stage.says("海关 Customs"), "below the fold at first");
    for _ in 0..12 {
        stage.drag((240, 700), (240, 300));
    }
    assert!(stage.says("海关 Customs"), "{:#?}", stage.words());
    assert!(stage.commands.try_recv().is_err(), "a drag is no tap");
}

#[test]
fn the_day_shows_counts_and_its_busiest_hour_and_no_person() {
    let stage = open("today");
    let sum =
        |count: fn(&crate::ui::HourView) -> u32| busy_day().hours.iter().map(count).sum::<u32>();
    let (admit, check, refuse) = (sum(|h| h.admit), sum(|h| h.check), sum(|h| h.refuse));
    let grouped = |n: u32| crate::ui::status::in_groups(n.into());
    assert_says(
        &stage,
        &[
            "Today, 2022-05-14",
            "ADMIT",
            "CHECK",
            "REFUSE",
            &grouped(admit),
            &grouped(check),
            &grouped(refuse),
            &grouped(admit + check + refuse),
            "Busiest from 7:00 to 8:00: 463",
            "600",
            "300",
        ],
    );
    show(&stage, "today-empty");
    assert_says(&stage, &["Nobody has come through yet today."]);
    assert!(!stage.says("600"), "an empty day has no scale");
}

#[test]
fn a_day_of_too_few_or_too_many_hours_does_not_break_the_page() {
    let stage = open("today");
    for count in [0, 3, 100] {
        let hours = vec![
            crate::ui::HourView {
                admit: 1,
                check: 0,
                refuse: 0
            };
            count
        ];
        let day = String::new();
        stage.ui.send(UiUpdate::Today(TodayView { day, hours }));
        assert_says(&stage, &[&count.min(24).to_string()]);
    }
}

#[test]
fn bars_stand_as_high_as_their_counts() {
    let stage = Stage::open((480, 800), Language::English);
    let share = |admit, check, refuse| {
        let mut hours = vec![crate::ui::HourView::default(); 24];
        hours[12] = crate::ui::HourView {
            admit,
            check,
            refuse,
        };
        let day = "2022-05-14".into();
        stage.ui.send(UiUpdate::Today(TodayView { day, hours }));
        stage.ui.send(UiUpdate::Page(Page::Today));
        count(&stage.ui.snapshot().unwrap(), [0x3d, 0xdc, 0x97])
    };
    let legend = share(0, 0, 1);
    let (half, whole) = (share(5, 0, 0) - legend, share(10, 0, 0) - legend);
    assert!(half > 100, "a bar is seen: {half}");
    let close = |a: usize, b: usize| a.abs_diff(b) * 20 < a;
    assert!(
        close(half * 6, whole * 5),
        "5 of a scale to 6: {half} {whole}"
    );
    let beside = share(5, 5, 0) - legend;
    assert!(
        close(beside * 2, whole),
        "5 of a scale to 10: {beside} {whole}"
    );
}

/// Pixels of this colour.
fn count(picture: &Picture, colour: [u8; 3]) -> usize {
    picture
        .rgb
        .chunks(3)
        .filter(|pixel| *pixel == colour)
        .count()
}

#[test]
fn the_scale_is_round_and_halves_to_a_whole_number() {
    for (largest, top) in [
        (0, 2),
        (1, 2),
        (2, 2),
        (3, 4),
        (5, 6),
        (7, 10),
        (11, 20),
        (463, 600),
        (1001, 2000),
    ] {
        assert_eq!(scale(largest), top, "{largest}");
    }
    assert!(scale(u64::MAX) == u64::MAX, "ends");
}

#[test]
fn sizes_read_in_decimal_units() {
    for (bytes, words) in [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (9_999, "9.9 kB"),
        (118_400_000, "118 MB"),
        (1_250_000_000, "1.2 GB"),
        (u64::MAX, "18 EB"),
    ] {
        assert_eq!(size_in_words(bytes), words);
    }
}

#[test]
fn one_big_button_installs_tries_again_or_goes_back_to_scanning() {
    let stage = open("update-found");
    assert_says(&stage, &["An update is here", "Version 41", "Version 42"]);
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
            "Before",
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
    assert_says(&stage, &["Setting up did not work"]);
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
            "Hold the code of this place before the camera.",
        ],
    );
    show(&stage, "place-settings");
    assert_says(
        &stage,
        &[
            "Bus 117",
            "The place stands in the settings, so there is no code to show.",
        ],
    );
}

#[test]
fn notices_stand_on_every_page_the_weightiest_first_and_open_at_a_tap() {
    let stage = open("menu");
    stage.ui.send(UiUpdate::Status(status()));
    stage.ui.send(UiUpdate::Notices(notices()));
    assert_says(&stage, &["The passage log is full", "+3", "Menu"]);
    stage.tap("Show the notices");
    assert_says(
        &stage,
        &[
            "The settings cannot be used",
            "Not connected: scanner",
            "The hub refused some passages",
        ],
    );
    assert!(!stage.says("Menu"), "they take the page's place");
    stage.tap("Close");
    assert_says(&stage, &["Menu", "+3"]);
    stage.tap("Show the notices");
    stage.tap("Close the notices");
    assert_says(&stage, &["Menu"]);
}

#[test]
fn notices_never_cover_a_verdict_and_are_closed_after_it() {
    let stage = open("menu");
    stage.ui.send(UiUpdate::Notices(vec![Notice::LogFull]));
    stage.tap("Show the notices");
    stage.ui.send(UiUpdate::Verdict(verdict(
        Outcome::Admit,
        &[Reason::Green],
        1,
    )));
    assert!(stage.says("ADMIT") && !stage.says("The passage log is full"));
    stage.ui.send(UiUpdate::Dismiss);
    assert_says(&stage, &["The passage log is full", "Menu"]);
    stage.ui.send(UiUpdate::Notices(Vec::new()));
    assert!(!stage.says("The passage log is full"));
}
