//! Orders to wipe a device: given by a key of their own, brought by every bundle, and still orders
//! when that key is changed.

use std::fs;

use gatepost_pass::SecretKey;
use gatepost_protocol::{DeviceRequest, OrderError, Revoked, WipeOrder, device::device_id};

use crate::support::{NOW, Region};

/// A region that has given up the device whose key this is.
fn with_order() -> (Region, SecretKey) {
    let region = Region::new("CN-SD");
    let key = SecretKey::from_seed(&[42; 32]);
    let request = DeviceRequest::sign("Gate 3".try_into().unwrap(), &key);
    fs::write(region.path("request"), request).unwrap();
    region.ok(&["enrol", "request", "--hub", "", "--out", "enrolment"]);
    region.ok(&["publish", "bundle"]);
    region.ok(&["revoke-device", "enrolment", "--list", "bundle/revoked"]);
    (region, key)
}

/// What a device that has this bundle finds beside it.
fn found(region: &Region, bundle: &str, key: &SecretKey) -> Result<Option<WipeOrder>, OrderError> {
    let list = fs::read(region.path(bundle).join("revoked")).unwrap();
    let list = Revoked::from_bytes(&list).unwrap();
    let device = region.device(bundle).unwrap();
    list.order_for(device_id(&key.public()), device.0.trust())
}

#[test]
fn an_order_is_obeyed_by_its_device_alone_and_goes_beside_every_bundle() {
    let (region, key) = with_order();
    let order = found(&region, "bundle", &key).unwrap().unwrap();
    assert_eq!((order.device, order.at), (device_id(&key.public()), NOW));
    let other = SecretKey::from_seed(&[43; 32]);
    assert_eq!(found(&region, "bundle", &other), Ok(None));
    region.ok(&["publish", "stick"]);
    assert_eq!(found(&region, "stick", &key), Ok(Some(order)));
}

#[test]
fn an_order_outlives_the_change_of_the_wipe_key_and_of_every_other_key() {
    let (region, key) = with_order();
    let order = found(&region, "bundle", &key).unwrap();
    region.ok(&["key", "rotate", "wipe"]);
    region.ok(&["key", "revoke", "devices"]);
    region.ok(&["publish", "bundle"]);
    assert_eq!(found(&region, "bundle", &key), Ok(order));
}

#[test]
fn a_stolen_wipe_key_takes_its_orders_with_it_and_honest_ones_are_given_again() {
    let (region, key) = with_order();
    let old = fs::read(region.path("bundle/revoked")).unwrap();
    let told = region.ok(&["key", "revoke", "wipe"]);
    assert!(told.contains("1 orders to wipe"), "{told}");
    region.ok(&["publish", "bundle"]);
    assert!(found(&region, "bundle", &key).unwrap().is_some());
    fs::write(region.path("bundle/revoked"), old).unwrap();
    assert!(found(&region, "bundle", &key).is_err());
}

#[test]
fn a_wipe_key_that_has_ended_gives_no_order_that_no_device_would_obey() {
    let (region, _) = with_order();
    let order = ["revoke-device", "enrolment", "--list", "late"];
    let output = region.run_at("2032-01-01T00:00:00Z", &order);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("key rotate wipe"), "{told}");
    assert!(!region.path("late").exists());
}
