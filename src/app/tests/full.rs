//! A log without room for one passage more, on the disk or among those that wait for it: what the
//! policy says is what happens, from the first moment.

use std::{collections::BTreeSet, fs};

use gatepost_checkpoint::MAX_GROUP;
use gatepost_pass::{
    BadgeRole,
    fixture::{NOW, Region},
    policy::{WhenLogFull, WithoutCode},
};
use gatepost_protocol::{Epoch, Outcome, Reason, device::device_id, fixture};
use rusqlite::Connection;

use super::{Post, badge, paper};
use crate::{
    app::event::Event,
    data::DataDir,
    devices::DeviceEvent,
    store::{Cap, LogError, Outbox, PassageLog, VerifiedReceipt, small_disk::SmallDisk},
};

const STOPPED: &str = "STOPPED: the passage log is full";
const FULL: &str = "The passage log is full";
const BY_HAND: &str = "NOT LOGGED: log full. Let through by hand.";
const WHAT_TO_DO: &str = "Bring this device online, or collect its passages by USB stick.";

/// Fills the log of a device whose settings allow a mebibyte.
fn fill(data: &DataDir) {
    fs::write(data.config(), "log_megabytes = 1\n").unwrap();
    fill_log(data);
}

/// Fills a log of a mebibyte with passages that no hub has.
pub(super) fn fill_log(data: &DataDir) {
    let device = device_id(&data.own_key().unwrap().public());
    let cap = Cap { bytes: 1 << 20 };
    let opened = PassageLog::open(&data.passages(), device, Epoch([7; 16]), NOW, cap);
    let mut log = opened.unwrap().log;
    let (passage, key) = (fixture::passage(NOW), fixture::tracing());
    let group = vec![(&passage, &key); 64];
    let full = loop {
        if let Err(full) = log.append_all(&group, &mut fixture::random()) {
            break full;
        }
    };
    assert!(matches!(full, LogError::AllUnsent), "{full}");
}

/// The hub's receipts for all that is unsent come in.
fn acknowledge_all(data: &DataDir) {
    let device = device_id(&data.own_key().unwrap().public());
    let mut outbox = Outbox::open(&data.passages()).unwrap();
    while let Some(outgoing) = outbox.next(&BTreeSet::new()).unwrap() {
        let (epoch, before) = (outgoing.epoch, outgoing.before);
        let receipt = fixture::receipt(device, epoch, before, &outgoing.records);
        outbox
            .acknowledge(&VerifiedReceipt::unchecked(receipt))
            .unwrap();
    }
}

fn full(change: impl FnOnce(&mut Region)) -> Post {
    Post::prepared(tempfile::tempdir().unwrap(), "", change, fill, |_| ())
}

/// A checkpoint where the log counts as full from two waiting passages on, and a disk that hangs
/// until the connection goes.
fn hanging(when: WhenLogFull) -> (Post, Connection) {
    let post = Post::prepared(
        tempfile::tempdir().unwrap(),
        "",
        |region| region.policy.when_log_full = when,
        |_| (),
        |parts| parts.enrolled.as_mut().unwrap().1.most_waiting = 2 + MAX_GROUP as u64,
    );
    let disk = Connection::open(post.data().passages()).unwrap();
    disk.execute_batch("BEGIN IMMEDIATE").unwrap();
    (post, disk)
}

/// As a scanner reads it: taken in the order of the calls.
fn scan(post: &Post, text: String) {
    post.tell(Event::Device(DeviceEvent::Scanned { text }));
}

#[test]
fn by_policy_a_full_log_stops_the_checkpoint_at_once_and_room_lets_it_go_on() {
    let post = full(|_| ());
    post.sees(STOPPED);
    post.sees(WHAT_TO_DO);
    scan(&post, paper(1));
    // Staff can still sign on, and that comes after the pass.
    scan(&post, badge(1, BadgeRole::Guard, Some("4711")));
    post.sees("Enter your PIN");
    assert!(!post.says("ADMIT"));
    post.tap("Back");
    post.tap("Back");
    acknowledge_all(&post.data());
    post.sees("Hold the code inside the frame");
    assert!(!post.says(STOPPED));
    scan(&post, paper(2));
    post.sees("ADMIT");
    post.sees("Logged");
    let logged = post.passages(1);
    assert_eq!(logged[0].reasons.as_slice(), [Reason::Green]);
}

#[test]
fn a_stopped_checkpoint_judges_nobody_without_a_code_either() {
    let post = full(|region| region.rules(|rules| rules.without_code = WithoutCode::Admit));
    post.sees(STOPPED);
    post.tap("No phone or code");
    post.tap("Register by hand");
    post.tap("Visitor without a local pass");
    post.tap("Register");
    post.sees(WHAT_TO_DO);
    assert!(!post.says("ADMIT"));
}

#[test]
fn a_log_that_becomes_full_takes_its_verdict_back_where_the_policy_says_stop() {
    let post = Post::open(|_| ());
    scan(&post, paper(1));
    post.sees("ADMIT");
    post.sees("Logged");
    post.tell(Event::LogSpace(Err(LogError::AllUnsent)));
    post.sees(STOPPED);
    assert!(!post.says("ADMIT"));
    post.tell(Event::LogSpace(Ok(())));
    post.sees("Hold the code inside the frame");
}

#[test]
fn by_policy_verdicts_go_on_without_the_log_marked_so_and_are_logged_once_there_is_room() {
    let post = full(|region| region.policy.when_log_full = WhenLogFull::ScanWithoutLog);
    post.sees(FULL);
    scan(&post, paper(1));
    post.sees("ADMIT");
    post.sees(BY_HAND);
    post.tap("Next");
    post.sees(FULL);
    assert!(!post.says(STOPPED) && !post.says("Write it down"));
    scan(&post, paper(102));
    post.sees("REFUSE");
    post.sees("NOT LOGGED: log full.");
    assert!(!post.says(BY_HAND));
    acknowledge_all(&post.data());
    post.sees("Logged");
    let outcomes: Vec<_> = post.passages(2).iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Admit, Outcome::Refuse]);
    post.tap("Next");
    assert!(!post.says(FULL));
}

#[test]
fn a_full_log_does_not_grow_while_it_waits_for_room() {
    let post = full(|region| region.policy.when_log_full = WhenLogFull::ScanWithoutLog);
    post.sees(FULL);
    let epochs = || {
        let log = Connection::open(post.data().passages()).unwrap();
        log.query_row("SELECT count(*) FROM epochs", [], |row| {
            row.get::<_, i64>(0)
        })
        .unwrap()
    };
    let before = epochs();
    for n in 1..4 {
        scan(&post, paper(n));
        post.sees(BY_HAND);
        post.tap("Next");
    }
    assert_eq!(epochs(), before);
}

#[test]
fn passages_that_wait_for_a_hanging_disk_stop_the_checkpoint_before_one_is_lost() {
    let (post, disk) = hanging(WhenLogFull::Stop);
    scan(&post, paper(1));
    post.sees("ADMIT");
    assert!(!post.says(STOPPED));
    scan(&post, paper(2));
    post.sees(STOPPED);
    for n in 3..20 {
        scan(&post, paper(n));
    }
    scan(&post, badge(1, BadgeRole::Guard, Some("4711")));
    post.sees("Enter your PIN");
    assert!(!post.says("ADMIT"));
    post.tap("Back");
    post.tap("Back");
    drop(disk);
    // Both: with one of two places taken, the next passage would stop the checkpoint again.
    post.passages(2);
    post.sees("Hold the code inside the frame");
    scan(&post, paper(20));
    post.sees("Logged");
    post.passages(3);
}

#[test]
fn by_policy_what_a_hanging_disk_leaves_no_place_for_is_marked_as_not_logged() {
    let (post, disk) = hanging(WhenLogFull::ScanWithoutLog);
    let taken = 2 + MAX_GROUP as u8;
    for n in 1..=taken {
        scan(&post, paper(n));
    }
    post.sees(BY_HAND);
    post.tap("Next");
    post.sees(FULL);
    scan(&post, paper(taken + 1));
    post.sees(BY_HAND);
    drop(disk);
    post.passages(taken.into());
    assert!(post.says("NOT LOGGED") && !post.says("Logged"));
}

#[test]
fn a_disk_without_a_free_byte_is_a_full_log_also_at_the_start() {
    let outer = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(outer.path().join("disk"), "8m") else {
        return;
    };
    for when in [WhenLogFull::Stop, WhenLogFull::ScanWithoutLog] {
        let folder = tempfile::tempdir_in(disk.path()).unwrap();
        fs::create_dir_all(folder.path().join("media")).unwrap();
        let mut ballast = None;
        let post = Post::prepared(
            folder,
            "",
            |region| region.policy.when_log_full = when,
            |data| {
                // So that what is made at the first start is there, but for the log.
                drop(data.lock("log"));
                ballast = Some(disk.fill_but(0));
            },
            |_| (),
        );
        if when == WhenLogFull::Stop {
            post.sees(STOPPED);
            scan(&post, paper(1));
        } else {
            post.sees(FULL);
            scan(&post, paper(1));
            post.sees("ADMIT");
            post.sees(BY_HAND);
        }
        fs::remove_file(ballast.unwrap()).unwrap();
        if when == WhenLogFull::Stop {
            post.sees("Hold the code inside the frame");
            scan(&post, paper(2));
        }
        post.sees("Logged");
        post.passages(1);
    }
}

#[test]
fn a_full_log_lets_no_supervisor_set_the_clock() {
    let post = full(|_| ());
    post.sees(STOPPED);
    post.tap("Menu");
    post.tap("Status");
    post.tap("Set the clock");
    post.types("202611240830");
    post.sets_a_far_time();
    post.sees("Supervisor: hold your badge up to the camera");
    scan(&post, badge(3, BadgeRole::Supervisor, Some("123456")));
    post.sees("Enter your PIN");
    post.types("123456");
    post.tap("OK");
    // After the PIN the page asks for a time again, and nothing was set.
    post.sees("Set the clock");
    assert!(!post.says("The clock is set") && !post.says("2026-11-24"));
}
