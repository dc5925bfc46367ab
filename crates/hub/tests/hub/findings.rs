//! What does not fit together is kept beside what came first, and never refused.

use gatepost_hub::listing::ListFormat;
use gatepost_pass::Digest;
use gatepost_protocol::{Epoch, Head, Previous};

use crate::support::{Device, Site};

on_every_store! {
    an_hour_that_can_not_be_is_a_finding_and_stops_nothing
    a_fork_is_a_finding_and_the_first_stays
    a_fork_sent_twice_is_found_once
    a_batch_that_does_not_continue_what_is_held_is_kept_and_not_covered
    the_same_break_is_found_when_the_later_batch_comes_first
    two_runs_that_follow_the_same_one_show_a_cloned_disk
}

pub(crate) fn findings(site: &Site) -> Vec<(u64, String)> {
    let lines = site.list(ListFormat::Json).into_iter();
    let lines = lines.map(|line| serde_json::from_str::<serde_json::Value>(&line).unwrap());
    let findings = lines.filter(|line| line["what"] == "finding");
    let words = findings.map(|line| {
        let kind = line["finding"].as_str().unwrap().to_owned();
        (line["seq"].as_u64().unwrap(), kind)
    });
    words.collect()
}

pub(crate) fn one(seq: u64, kind: &str) -> (u64, String) {
    (seq, kind.to_owned())
}

fn a_fork_is_a_finding_and_the_first_stays(site: &Site) {
    let first = Device::new(1, 4);
    let mut second = first.cut(2);
    second.pass_at(0, gatepost_protocol::Outcome::Admit, 3);
    let hub = site.hub();
    hub.acknowledged(&first.batch(0..4));
    let receipt = hub.acknowledged(&second.batch(0..5));
    assert_eq!((receipt.next_seq, receipt.head), (4, first.head()));
    assert_eq!(findings(site), [one(2, "fork"), one(4, "fork")]);
    let listed = site.list(ListFormat::Text);
    assert!(
        listed[2].ends_with(" check") && listed[4].ends_with(" admit"),
        "{listed:?}"
    );
    let again = hub.acknowledged(&first.batch(0..4));
    assert_eq!(again, receipt);
    // The second branch goes on from a record that is not the one held: it is kept, and not
    // covered.
    assert_eq!(site.held(), [0, 1, 2, 3, 4]);
}

fn a_fork_sent_twice_is_found_once(site: &Site) {
    let first = Device::new(1, 3);
    let mut second = first.cut(2);
    second.pass(1);
    let hub = site.hub();
    hub.acknowledged(&first.batch(0..3));
    hub.acknowledged(&second.batch(0..3));
    hub.acknowledged(&second.batch(2..3));
    assert_eq!(findings(site), [one(2, "fork")]);
    assert_eq!(site.summary(), "2 passages from 1 devices, 1 findings");
}

fn a_batch_that_does_not_continue_what_is_held_is_kept_and_not_covered(site: &Site) {
    let device = Device::new(1, 4);
    let hub = site.hub();
    hub.acknowledged(&device.batch(0..2));
    let elsewhere = Head(Digest([9; 32]));
    let receipt = hub.acknowledged(&device.batch_after(elsewhere, 2..4));
    assert_eq!((receipt.next_seq, receipt.head), (2, device.heads[1]));
    assert_eq!(findings(site), [one(2, "break")]);
    assert_eq!(site.held(), [0, 1, 2, 3]);
}

fn the_same_break_is_found_when_the_later_batch_comes_first(site: &Site) {
    let device = Device::new(1, 4);
    let hub = site.hub();
    let elsewhere = Head(Digest([9; 32]));
    hub.acknowledged(&device.batch_after(elsewhere, 2..4));
    assert_eq!(findings(site), []);
    let receipt = hub.acknowledged(&device.batch(0..2));
    assert_eq!(receipt.next_seq, 2);
    assert_eq!(findings(site), [one(2, "break")]);
}

fn two_runs_that_follow_the_same_one_show_a_cloned_disk(site: &Site) {
    let device = Device::new(1, 2);
    let hub = site.hub();
    hub.acknowledged(&device.batch(0..2));
    let previous = Previous {
        epoch: device.epoch,
        next_seq: 2,
        head: device.head(),
    };
    let one_run = device.restarted(Epoch([8; 16]), previous);
    let other_run = device.restarted(Epoch([9; 16]), previous);
    hub.acknowledged(&one_run.batch(0..1));
    assert_eq!(findings(site), []);
    let receipt = hub.acknowledged(&other_run.batch(0..1));
    assert_eq!(receipt.next_seq, 1);
    hub.acknowledged(&other_run.batch(0..1));
    assert_eq!(findings(site), [one(0, "clone")]);
}

fn an_hour_that_can_not_be_is_a_finding_and_stops_nothing(site: &Site) {
    use gatepost_pass::fixture::NOW;
    use gatepost_protocol::Outcome;
    let now = (NOW.0 / 3600) as u32;
    let (mut ahead, mut back, mut old) = (Device::new(1, 2), Device::new(2, 2), Device::new(3, 1));
    ahead.pass_at(now + 1, Outcome::Admit, 1);
    ahead.pass_at(now + 2, Outcome::Admit, 5);
    ahead.pass_at(u32::MAX, Outcome::Admit, 5);
    back.pass_at(now - 1, Outcome::Admit, 3);
    let hub = site.hub();
    // An hour ahead may be the hub's own clock; and passages of long ago are only late.
    assert_eq!(hub.acknowledged(&ahead.batch(0..13)).next_seq, 13);
    assert_eq!(hub.acknowledged(&back.batch(0..5)).next_seq, 5);
    old.restart_at(now - 24 * 300);
    old.pass_at(now - 24 * 200, Outcome::Admit, 4);
    assert_eq!(hub.acknowledged(&old.batch(0..5)).next_seq, 5);
    assert_eq!(findings(site), [one(3, "clock"), one(2, "clock")]);
    assert_eq!(hub.acknowledged(&ahead.batch(0..13)).next_seq, 13);
    assert_eq!(findings(site).len(), 2);
    // Impossible hours make no rows of their own.
    let hours = site.location.open().unwrap().hours(0).unwrap();
    assert_eq!(
        hours.iter().map(|row| row.passages).sum::<u64>(),
        1 + 1 + 5 + 5 + 1 + 3 + 4
    );
    assert!(hours.iter().all(|row| row.hour <= now + 1));
}
