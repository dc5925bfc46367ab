//! The status page and the page of the day: what they say in words and figures.

use super::info::{assert_says, next_command, open, show};
use super::info_scenes::{busy_day, good_status};
use super::stage::{Stage, date};
use crate::config::Language;
use crate::ui::status::in_groups;
use crate::ui::status_page::size_in_words;
use crate::ui::today::scale;
use crate::ui::{HourView, Page, RgbPicture, SyncView, TodayView, UiCommand, UiUpdate};

#[test]
fn the_status_page_says_every_state_in_words() {
    let stage = open("status");
    assert_says(
        &stage,
        &[
            "Succeeded 3 minutes ago",
            "All sent",
            "Confirmed",
            "12 GB free, passage log 48 MB",
            "Version 42, trust until 14 May 2023",
            "23\u{a0}456\u{a0}789 listed",
            "370102-0417-03",
            "https://hub.jinan.example",
            "Issuers: 18",
            "Lists fresh, 7 hours old",
            "Lists stale, 3 days old",
            "Lists expired, 119 days old",
            "No list",
            "Version 1284, 12\u{a0}345\u{a0}678 listed",
        ],
    );
    show(&stage, "status-worst");
    assert_says(
        &stage,
        &[
            "Failed. Last success: 31 days ago",
            "The hub cannot be reached. Check the cable or SIM card. The device keeps trying; \
             scanning continues.",
            "1\u{a0}234\u{a0}567, the oldest less than 31 days ago",
            "40 days ahead",
            "Bring this device online or set its clock. Check the pass's dates yourself.",
            "0 B free, passage log 1.9 GB",
            "Trust has ended: no list counts as fresh. Call the help desk.",
        ],
    );
    show(&stage, "status-bare");
    assert_says(
        &stage,
        &[
            "No hub: USB stick only",
            "12, the oldest less than 1 hour ago",
            "56 years behind",
            "The confirmed time is used instead. Have the clock repaired.",
            "Nearly full. Call the help desk.",
            "None yet",
            "Not set up",
        ],
    );
    show(&stage, "status-never");
    assert_says(
        &stage,
        &[
            "Not confirmed yet",
            "Free space unknown, passage log 48 MB",
            "The free space cannot be read. Call the help desk.",
            "Trust ends soon. Update the lists. If this stays, call the help desk.",
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
    let sum = |count: fn(&HourView) -> u32| busy_day().hours.iter().map(count).sum::<u32>();
    let (admit, check, refuse) = (sum(|h| h.admit), sum(|h| h.check), sum(|h| h.refuse));
    let grouped = |n: u32| in_groups(n.into());
    assert_says(
        &stage,
        &[
            "Today, 14 May 2022",
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
    assert_says(&stage, &["Nobody has passed yet today."]);
    assert!(!stage.says("600"), "an empty day has no scale");
}

#[test]
fn a_day_of_too_few_or_too_many_hours_does_not_break_the_page() {
    let stage = open("today");
    for count in [0, 3, 100] {
        let hours = vec![
            HourView {
                admit: 1,
                check: 0,
                refuse: 0
            };
            count
        ];
        let day = date(2022, 5, 14);
        stage.ui.send(UiUpdate::Today(TodayView {
            day,
            hours,
            inside: None,
        }));
        assert_says(&stage, &[&count.min(24).to_string()]);
    }
}

#[test]
fn bars_stand_as_high_as_their_counts() {
    let stage = Stage::open((480, 800), Language::English);
    let share = |admit, check, refuse| {
        let mut hours = vec![HourView::default(); 24];
        hours[12] = HourView {
            admit,
            check,
            refuse,
        };
        let day = date(2022, 5, 14);
        stage.ui.send(UiUpdate::Today(TodayView {
            day,
            hours,
            inside: None,
        }));
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
fn count(picture: &RgbPicture, colour: [u8; 3]) -> usize {
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
fn who_is_inside_is_said_with_what_the_device_knows_of_it() {
    let stage = open("today-full");
    let [came, went, inside] = [123_456, 120_000, 3_456].map(in_groups);
    let note =
        format!("{came} in, {went} out, by this device since 06:00. It does not see other gates.");
    assert_says(&stage, &["Inside now", &inside, &note]);
    show(&stage, "today-left");
    assert_says(&stage, &["Unknown: more left than came"]);
    show(&stage, "today");
    assert!(!stage.all_words().contains("Inside now"));
}
