//! Valid batches: what is acknowledged, listed, counted.

use std::ops::Range;

use gatepost_hub::listing::ListFormat;
use gatepost_pass::{Digest, fixture::NOW};
use gatepost_protocol::{Epoch, Head, Previous, Receipt};

use crate::support::{Device, Running, Site};

on_every_store! {
    a_batch_is_acknowledged_and_listed
    a_listing_as_json_is_one_object_a_line
    a_batch_sent_twice_counts_once
    batches_out_of_order_are_held_and_the_receipt_covers_the_front
    a_gap_holds_the_receipt_back_and_loses_nothing
    overlapping_batches_add_only_what_is_new
    devices_and_epochs_stand_side_by_side
    a_run_without_passages_is_acknowledged_and_counts_for_none
    the_largest_batch_is_taken
    a_hub_that_starts_again_goes_on_where_it_stood
}

fn a_batch_is_acknowledged_and_listed(site: &Site) {
    let device = Device::new(1, 3);
    let batch = device.batch(0..3);
    let receipt = site.hub().acknowledged(&batch);
    let expected = Receipt {
        device: device.id(),
        epoch: device.epoch,
        next_seq: 3,
        head: device.head(),
        batch: Digest::of(&batch),
        manifest: site.serves(),
        at: NOW,
    };
    assert_eq!(receipt, expected);
    let lines = site.list(ListFormat::Text);
    let place = format!("{} {}", device.id(), device.epoch);
    assert_eq!(
        lines,
        [
            format!("{place}      0 2026-11-01T01Z epoch start"),
            format!("{place}      1 2026-11-01T01Z check"),
            format!("{place}      2 2026-11-01T01Z check"),
            "2 passages from 1 devices, 0 findings".to_owned(),
        ]
    );
}

fn a_listing_as_json_is_one_object_a_line(site: &Site) {
    let device = Device::new(1, 2);
    site.hub().acknowledged(&device.batch(0..2));
    let lines = site.list(ListFormat::Json);
    let lines: Vec<serde_json::Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["what"], "epoch start");
    assert_eq!(lines[1]["class"], "check");
    assert_eq!(lines[1]["device"], device.id().to_string());
    assert_eq!(lines[1]["hour"], NOW.0 / 3600);
    assert_eq!(
        lines[2],
        serde_json::json!({"passages": 1, "devices": 1, "findings": 0})
    );
}

fn a_batch_sent_twice_counts_once(site: &Site) {
    let device = Device::new(1, 4);
    let hub = site.hub();
    let first = hub.acknowledged(&device.batch(0..4));
    let again = hub.acknowledged(&device.batch(0..4));
    assert_eq!(first, again);
    assert_eq!(site.summary(), "3 passages from 1 devices, 0 findings");
}

/// Sends a batch; returns the front that its receipt covers.
fn covered(hub: &Running, device: &Device, range: Range<usize>) -> (u64, Head) {
    let receipt = hub.acknowledged(&device.batch(range));
    (receipt.next_seq, receipt.head)
}

fn batches_out_of_order_are_held_and_the_receipt_covers_the_front(site: &Site) {
    let (hub, device) = (site.hub(), Device::new(1, 6));
    assert_eq!(covered(&hub, &device, 4..6), (0, Head::START));
    assert_eq!(covered(&hub, &device, 2..4), (0, Head::START));
    assert_eq!(site.held(), [2, 3, 4, 5]);
    assert_eq!(covered(&hub, &device, 0..2), (6, device.head()));
    assert_eq!(site.summary(), "5 passages from 1 devices, 0 findings");
}

fn a_gap_holds_the_receipt_back_and_loses_nothing(site: &Site) {
    let (hub, device) = (site.hub(), Device::new(1, 5));
    assert_eq!(covered(&hub, &device, 0..2), (2, device.heads[1]));
    assert_eq!(covered(&hub, &device, 3..5), (2, device.heads[1]));
    assert_eq!(site.held(), [0, 1, 3, 4]);
    assert_eq!(covered(&hub, &device, 2..3), (5, device.head()));
    assert_eq!(site.summary(), "4 passages from 1 devices, 0 findings");
}

fn overlapping_batches_add_only_what_is_new(site: &Site) {
    let (hub, device) = (site.hub(), Device::new(1, 6));
    covered(&hub, &device, 0..3);
    for range in [1..6, 2..4] {
        assert_eq!(covered(&hub, &device, range), (6, device.head()));
    }
    assert_eq!(site.held(), [0, 1, 2, 3, 4, 5]);
    assert_eq!(site.summary(), "5 passages from 1 devices, 0 findings");
}

fn devices_and_epochs_stand_side_by_side(site: &Site) {
    let (one, two) = (Device::new(1, 3), Device::new(2, 2));
    let hub = site.hub();
    hub.acknowledged(&one.batch(0..3));
    let receipt = hub.acknowledged(&two.batch(0..2));
    assert_eq!((receipt.device, receipt.next_seq), (two.id(), 2));
    let mut later = one.restarted(Epoch([9; 16]), so_far(&one));
    later.pass(1);
    let receipt = hub.acknowledged(&later.batch(0..2));
    assert_eq!((receipt.epoch, receipt.next_seq), (later.epoch, 2));
    assert_eq!(site.summary(), "4 passages from 2 devices, 0 findings");
}

/// A device that was started and scanned nothing sends the start alone, perhaps after the run that
/// follows.
fn a_run_without_passages_is_acknowledged_and_counts_for_none(site: &Site) {
    let device = Device::new(1, 3);
    let hub = site.hub();
    hub.acknowledged(&device.batch(0..3));
    let mut idle = device.restarted(Epoch([8; 16]), so_far(&device));
    let alone = idle.clone();
    idle.pass(2);
    let mut later = device.restarted(Epoch([9; 16]), so_far(&idle));
    later.pass(1);
    hub.acknowledged(&later.batch(0..2));
    // Sent twice, as after a receipt that was lost.
    for _ in 0..2 {
        let receipt = hub.acknowledged(&idle.batch(0..1));
        assert_eq!((receipt.epoch, receipt.next_seq), (idle.epoch, 1));
        assert_eq!(receipt.head, alone.head());
    }
    assert_eq!(site.held(), [0, 1, 2, 0, 1, 0]);
    assert_eq!(site.summary(), "3 passages from 1 devices, 0 findings");
    let totals = site.location.open_to_read().unwrap().totals().unwrap();
    assert_eq!((totals.passages, totals.findings, totals.gaps), (3, 0, 0));
    // A run whose start was sent alone continues like any other.
    let receipt = hub.acknowledged(&idle.batch(1..3));
    assert_eq!((receipt.next_seq, receipt.head), (3, idle.head()));
    assert_eq!(site.summary(), "5 passages from 1 devices, 0 findings");
}

fn so_far(device: &Device) -> Previous {
    Previous {
        epoch: device.epoch,
        next_seq: device.records.len() as u64,
        head: device.head(),
    }
}

fn the_largest_batch_is_taken(site: &Site) {
    let (hub, device) = (site.hub(), Device::new(1, 500));
    assert_eq!(covered(&hub, &device, 0..500), (500, device.head()));
}

fn a_hub_that_starts_again_goes_on_where_it_stood(site: &Site) {
    let device = Device::new(1, 4);
    covered(&site.hub(), &device, 0..2);
    assert_eq!(covered(&site.hub(), &device, 2..4), (4, device.head()));
}
