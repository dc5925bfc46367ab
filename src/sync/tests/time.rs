//! What the hub says of the time, and what a device makes of it.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use gatepost_pass::{ClockTrust, timekeeper::Reading};

use super::*;
use crate::store::CacheError;

/// A device whose clock says this, and which has just started; with a hub.
fn started(hub: &ModelHub, wall: Timestamp) -> Device {
    let mut device = Device::new(42, &hub.address, Vec::new());
    device.clock = clock_at(&device, wall, 1);
    device
}

fn clock_at(device: &Device, wall: Timestamp, boot: u8) -> Clock {
    let steady = Arc::new(AtomicU64::new(100));
    let read = move || Reading {
        wall,
        steady: steady.load(Relaxed),
    };
    let clock = Clock::test(read, boot, device.data.time_mark());
    BundleCache::new(device.data.bundle())
        .load(&device.identity.root, &clock)
        .unwrap();
    clock
}

fn believed(device: &Device) -> (Timestamp, ClockTrust) {
    let now = device.clock.now();
    (now.time, now.clock)
}

fn exchanged(device: &Device) -> Exchanged {
    let (data, own, clock) = (&device.data, &device.identity, &device.clock);
    exchange(data, own, clock, Errand::Upload, None).unwrap()
}

#[test]
fn at_each_exchange_the_hub_confirms_the_clock() {
    let hub = ModelHub::new();
    let device = started(&hub, NOW.plus(60));
    assert_eq!(device.clock.now().clock, ClockTrust::Unconfirmed);
    exchanged(&device);
    assert_eq!(believed(&device), (NOW, ClockTrust::Trusted));
}

#[test]
fn a_board_without_a_clock_of_its_own_gets_going_by_itself() {
    let hub = ModelHub::new();
    let device = started(&hub, Timestamp(20));
    assert_eq!(device.clock.now().clock, ClockTrust::Behind);
    exchanged(&device);
    assert_eq!(believed(&device), (NOW, ClockTrust::Trusted));
}

#[test]
fn a_clock_forty_days_ahead_is_put_right_by_hub_and_bundle_and_still_named() {
    let hub = ModelHub::new();
    let device = started(&hub, NOW.plus(40 * DAY));
    exchanged(&device);
    assert_eq!(believed(&device), (NOW, ClockTrust::Trusted));
    assert_eq!(device.clock.off(), 40 * DAY as i64);
}

#[test]
fn without_a_fresh_bundle_the_hub_alone_moves_nothing_and_names_the_clock() {
    let hub = ModelHub::new();
    // The bundle is no longer fresh by the hub's word.
    let told = NOW.plus(3 * DAY);
    hub.tell_time(told);
    for (wall, clock, off) in [
        (told.plus(40 * DAY), ClockTrust::Ahead, 40 * DAY as i64),
        (told.minus(2 * DAY), ClockTrust::Behind, -2 * DAY as i64),
    ] {
        let device = started(&hub, wall);
        exchanged(&device);
        let now = device.clock.now();
        assert_eq!((now.time, now.clock), (wall, clock));
        assert_eq!(device.clock.off(), off);
    }
}

#[test]
fn an_old_answer_that_is_played_again_confirms_nothing() {
    let hub = ModelHub::new();
    let device = started(&hub, NOW);
    hub.replay_time();
    exchanged(&device);
    exchanged(&device);
    let now = device.clock.now();
    assert_eq!(now.clock, ClockTrust::Unconfirmed);
    let (data, own, clock) = (&device.data, &device.identity, &device.clock);
    let asked = ask_time(data, own, &mut device.client(), clock, None);
    let other = gatepost_protocol::TimeAnswerError::OtherQuestion;
    assert!(matches!(asked, Err(SyncError::Time(why)) if why == other));
}

#[test]
fn a_receipt_dated_just_before_the_hard_expiry_moves_no_clock_and_deletes_nothing() {
    let hub = ModelHub::new();
    let mut device = started(&hub, NOW);
    device.pass(3);
    hub.date_receipts(fixture::SIGNED.plus(7 * DAY - 1));
    let pushed = exchanged(&device).pushed.unwrap().unwrap();
    assert_eq!(pushed, 3);
    assert_eq!(believed(&device), (NOW, ClockTrust::Trusted));
    // It may have to be sent again: the hub loses its newest records.
    let held = |device: &Device| crate::store::counts_by_hour(&device.data.passages(), 0).unwrap();
    assert_eq!(held(&device)[0].count, 3);
    device.clock = clock_at(&device, NOW.plus(365 * DAY), 2);
    device.push().unwrap();
    assert_eq!(held(&device)[0].count, 3, "whatever the wall clock says");
}

#[test]
fn nine_years_ahead_a_genuine_bundle_is_not_called_forged() {
    let hub = ModelHub::new();
    let late = NOW.plus(9 * 366 * DAY);
    let device = started(&hub, late);
    let mut newer = Region::default();
    (newer.version, newer.issued_at) = (2, NOW.plus(2 * DAY));
    let stick = bundle(&newer);
    let cache = BundleCache::new(device.data.bundle());
    let install = |clock: &Clock| {
        let mut origin = BundleDirectory::new(stick.path());
        cache.install(&mut origin, &device.identity.root, clock, &mut |_| {})
    };
    let refused = install(&device.clock).unwrap_err();
    assert!(matches!(refused, CacheError::OtherTime { .. }), "{refused}");
    let told = refused.to_string();
    assert!(
        told.contains("genuine and was signed on 2026-11-0"),
        "{told}"
    );
    assert!(told.contains("9 years"), "{told}");

    // A bundle that is really forged is called so, whatever the clock says.
    let forged = stick.path().join("manifest");
    let mut bytes = fs::read(&forged).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&forged, bytes).unwrap();
    let refused = install(&device.clock).unwrap_err();
    assert!(matches!(refused, CacheError::Bundle(_)), "{refused}");
}

#[test]
fn a_bundle_that_the_clock_refused_vouches_for_the_hubs_time_and_is_taken_then() {
    let hub = ModelHub::new();
    let device = started(&hub, NOW.plus(9 * 365 * DAY));
    // The installed bundle is too old to vouch.
    let mut newer = Region::default();
    (newer.version, newer.issued_at) = (2, NOW.plus(3 * DAY));
    hub.publish(&newer);
    hub.tell_time(newer.issued_at.plus(3600));
    let fetched = exchanged(&device).fetched.unwrap();
    assert_eq!(fetched.unwrap().manifest().version, 2);
    let now = device.clock.now();
    assert_eq!(now.clock, ClockTrust::Trusted);
    assert_eq!(now.time, newer.issued_at.plus(3600));
}

#[test]
fn a_bundle_from_the_future_is_refused_by_a_clock_that_was_confirmed() {
    let hub = ModelHub::new();
    let device = started(&hub, NOW);
    let mut ahead = Region::default();
    (ahead.version, ahead.issued_at) = (2, NOW.plus(3 * DAY));
    hub.publish(&ahead);
    let refused = exchanged(&device).fetched.unwrap_err();
    let SyncError::Bundle(CacheError::DatedAhead { signed, .. }) = refused else {
        panic!("{refused}")
    };
    assert_eq!(signed, ahead.issued_at);
    assert_eq!(device.clock.now().time, NOW);
}
