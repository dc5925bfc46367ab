//! What is forgotten after its time, and what of it is remembered.

use gatepost_pass::fixture::{DAY, NOW};

use crate::support::{Device, Site};

on_every_store! {
    what_is_over_its_time_goes_and_does_not_come_back_as_new
    what_is_within_its_time_stays
}

fn what_is_over_its_time_goes_and_does_not_come_back_as_new(site: &Site) {
    let mut device = Device::new(1, 4);
    let receipt = site.hub().acknowledged(&device.batch(0..4));
    let store = site.location.open().unwrap();
    assert_eq!(store.forget(NOW.plus(2 * DAY)).unwrap(), 1);
    assert!(site.held().is_empty());
    // A device that never got the receipt sends again: known, not new, and acknowledged as before.
    let hub = site.hub();
    assert_eq!(hub.acknowledged(&device.batch(0..4)), receipt);
    assert!(site.held().is_empty());
    // What follows continues the chain; half of this batch was forgotten.
    device.pass(3);
    let receipt = hub.acknowledged(&device.batch(2..7));
    assert_eq!((receipt.next_seq, receipt.head), (7, device.head()));
    assert_eq!(site.summary(), "6 passages from 1 devices, 0 findings");
    // What contradicts the last record before is still found.
    let mut other = device.cut(6);
    other.pass(2);
    hub.acknowledged(&other.batch(6..8));
    assert_eq!(site.summary(), "6 passages from 1 devices, 2 findings");
}

fn what_is_within_its_time_stays(site: &Site) {
    let device = Device::new(1, 4);
    site.hub().acknowledged(&device.batch(0..4));
    let store = site.location.open().unwrap();
    assert_eq!(store.forget(NOW).unwrap(), 0);
    assert_eq!(site.held(), [0, 1, 2, 3]);
}
