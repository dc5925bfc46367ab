//! What does not fit together is kept beside what came first, and never refused.

use gatepost_hub::listing::ListFormat;
use gatepost_pass::{Digest, ManifestId};
use gatepost_protocol::{Epoch, Head, Previous, Receipt, routes};

use crate::{
    fleet::{fleet, log_in},
    limits::{status, wide},
    support::{Device, Site},
};

on_every_store! {
    an_hour_that_can_not_be_is_a_finding_and_stops_nothing
    a_fork_is_a_finding_and_the_first_stays
    a_fork_sent_twice_is_found_once
    a_batch_that_does_not_continue_what_is_held_is_kept_and_not_covered
    the_same_break_is_found_when_the_later_batch_comes_first
    two_runs_that_follow_the_same_one_show_a_cloned_disk
    a_run_that_goes_on_after_another_has_followed_it_shows_a_cloned_disk
    a_run_that_follows_none_is_found_unless_it_is_the_first
    a_run_that_follows_an_invented_one_or_another_end_is_found
    runs_that_arrive_in_any_order_are_no_finding
    a_device_with_another_bundle_of_the_hubs_version_is_found_by_batch_and_by_status
    a_device_with_a_bundle_that_the_hub_has_never_served_is_found
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
    let held = |receipt: Receipt| (receipt.next_seq, receipt.head);
    assert_eq!(held(again), held(receipt));
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

/// The run that follows all of another one.
fn next_run(device: &Device, epoch: u8) -> Device {
    let previous = Previous {
        epoch: device.epoch,
        next_seq: device.records.len() as u64,
        head: device.head(),
    };
    let mut next = device.restarted(Epoch([epoch; 16]), previous);
    next.pass(1);
    next
}

fn a_run_that_goes_on_after_another_has_followed_it_shows_a_cloned_disk(site: &Site) {
    // A disk is copied after two records; the copy goes on, the device starts again.
    let before = Device::new(1, 2);
    let mut copy = before.clone();
    copy.pass(2);
    let next = next_run(&before, 8);
    let hub = site.hub();
    hub.acknowledged(&before.batch(0..2));
    hub.acknowledged(&next.batch(0..2));
    assert_eq!(findings(site), []);
    hub.acknowledged(&copy.batch(2..3));
    hub.acknowledged(&copy.batch(3..4));
    assert_eq!(findings(site), [one(2, "clone")]);
    // The same when the copy is quicker than the device.
    let before = Device::new(2, 2);
    let (mut copy, next) = (before.clone(), next_run(&before, 8));
    copy.pass(2);
    hub.acknowledged(&copy.batch(0..4));
    hub.acknowledged(&next.batch(0..2));
    assert_eq!(findings(site), [one(2, "clone"), one(0, "clone")]);
}

fn a_run_that_follows_none_is_found_unless_it_is_the_first(site: &Site) {
    let device = Device::new(1, 2);
    let mut thief = Device::new(1, 1);
    thief.epoch = Epoch([9; 16]);
    thief.restart_at(0);
    thief.pass(1);
    let hub = site.hub();
    hub.acknowledged(&device.batch(0..2));
    assert_eq!(findings(site), []);
    hub.acknowledged(&thief.batch(0..2));
    let found = findings(site);
    assert!(found.contains(&one(0, "unanchored")), "{found:?}");
    let again = found.len();
    hub.acknowledged(&thief.batch(0..1));
    assert_eq!(findings(site).len(), again);
}

fn a_run_that_follows_an_invented_one_or_another_end_is_found(site: &Site) {
    let device = Device::new(1, 2);
    let hub = site.hub();
    hub.acknowledged(&device.batch(0..2));
    let previous = |epoch, next_seq, head| Previous {
        epoch,
        next_seq,
        head,
    };
    let invented = previous(Epoch([7; 16]), 5, Head(Digest([9; 32])));
    hub.acknowledged(&device.restarted(Epoch([8; 16]), invented).batch(0..1));
    assert_eq!(findings(site), [one(0, "unanchored")]);
    let otherwise = previous(device.epoch, 2, Head(Digest([9; 32])));
    hub.acknowledged(&device.restarted(Epoch([9; 16]), otherwise).batch(0..1));
    assert_eq!(findings(site), [one(0, "unanchored"), one(0, "unanchored")]);
    // And when the run comes after the one that lies about its end.
    let device = Device::new(2, 2);
    let otherwise = previous(device.epoch, 2, Head(Digest([9; 32])));
    hub.acknowledged(&device.restarted(Epoch([9; 16]), otherwise).batch(0..1));
    hub.acknowledged(&device.batch(0..2));
    assert_eq!(findings(site).len(), 3);
    assert_eq!(findings(site)[2], one(2, "unanchored"));
}

fn runs_that_arrive_in_any_order_are_no_finding(site: &Site) {
    let hub = site.hub();
    // Only a first run that comes before the second, and after the third, looks like a loose one.
    for (n, order) in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 1, 0]]
        .into_iter()
        .enumerate()
    {
        let first = Device::new(n as u8 + 1, 3);
        let second = next_run(&first, 101);
        let third = next_run(&second, 102);
        let runs = [first, second, third];
        for place in order {
            let run = &runs[place];
            hub.acknowledged(&run.batch(0..run.records.len()));
        }
        assert_eq!(findings(site), [], "{order:?}");
    }
}

fn a_device_with_another_bundle_of_the_hubs_version_is_found_by_batch_and_by_status(site: &Site) {
    let (mut shown, mut other) = (Device::new(1, 2), Device::new(2, 2));
    let serves = site.serves();
    shown.bundle = Some(serves);
    // The bundle key, or whoever has it, signs a second bundle of that version for one device.
    other.bundle = Some(ManifestId {
        digest: Digest([9; 32]),
        ..serves
    });
    let hub = site.hub_with(site.location.open().unwrap(), wide(), Some(fleet()));
    hub.acknowledged(&shown.batch(0..2));
    assert_eq!(hub.post_status(&status(&shown, 0)).status, 204);
    assert_eq!(findings(site), []);
    hub.acknowledged(&other.batch(0..2));
    assert_eq!(findings(site), [one(0, "split-view")]);
    let third = Device {
        bundle: other.bundle,
        ..Device::new(3, 2)
    };
    let quiet = Device {
        bundle: Some(serves),
        ..third.clone()
    };
    hub.acknowledged(&quiet.batch(0..2));
    assert_eq!(hub.post_status(&status(&third, 0)).status, 204);
    assert_eq!(findings(site), [one(0, "split-view"), one(0, "split-view")]);
    // Once is enough, also in a later run.
    assert_eq!(hub.post_status(&status(&third, 0)).status, 204);
    let next = next_run(&other, 8);
    hub.acknowledged(&next.batch(0..2));
    assert_eq!(findings(site).len(), 2);
    // The pages say so.
    let session = log_in(&hub);
    let page = session.get(&hub, "/fleet").text();
    assert!(page.contains("another 1"), "{page}");
    let page = session.get(&hub, "/fleet/findings").text();
    assert!(page.contains("another bundle than the hub"), "{page}");
}

fn a_device_with_a_bundle_that_the_hub_has_never_served_is_found(site: &Site) {
    let mut device = Device::new(1, 2);
    device.bundle = Some(site.serves());
    let hub = site.hub();
    assert_eq!(hub.get(routes::MANIFEST, "").status, 200);
    site.publish(2);
    // One that the hub served before is none.
    hub.acknowledged(&device.batch(0..1));
    assert_eq!(findings(site), []);
    device.bundle = Some(ManifestId {
        version: 7,
        digest: Digest([9; 32]),
    });
    hub.acknowledged(&device.batch(1..2));
    assert_eq!(findings(site), [one(0, "unknown-bundle")]);
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
