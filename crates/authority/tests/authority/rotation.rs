//! Keys that are replaced: devices follow by the next bundle, without being touched by hand.

use std::fs;

use gatepost_pass::{BundleError, Signer, bundle::files_named};

use crate::support::{EVERYDAY_KEYS, NOW, Region, WANG};

fn signer(region: &Region, file: &str) -> Signer {
    let path = region.path("home/keys").join(file);
    fs::read_to_string(path).unwrap().parse().unwrap()
}

fn manifest(region: &Region, bundle: &str) -> Vec<u8> {
    fs::read(region.path(bundle).join("manifest")).unwrap()
}

#[test]
fn a_stolen_freshness_key_is_replaced_by_the_next_bundle() {
    let region = Region::new("CN-SD");
    region.ok(&["publish", "bundle"]);
    let before = region.device("bundle").unwrap();
    let old = signer(&region, "freshness.key");
    region.ok(&["key", "revoke", "freshness"]);
    assert_eq!(
        signer(&region, "freshness-4.key").secret.public(),
        old.secret.public()
    );
    region.ok(&["publish", "bundle"]);
    let after = region.device("bundle").unwrap();
    assert!(after.0.trust().version() > before.0.trust().version());
    let own = after.0.trust().issuer("CN-SD".parse().unwrap()).unwrap();
    let keys = own.keys.as_slice();
    assert!(keys.iter().all(|entry| entry.key != old.secret.public()));

    // What the thief signs over the new files is refused.
    let files = files_named(&manifest(&region, "bundle")).unwrap();
    let claims = gatepost_pass::Manifest {
        version: 99,
        issued_at: NOW,
        fresh_until: NOW.plus(1),
        hard_expiry: NOW.plus(2),
        audit: Default::default(),
        files: files.try_into().unwrap(),
    };
    let forged = old.sign(gatepost_pass::Kind::Manifest, &claims);
    let refused = region.device_with("bundle", &forged).unwrap_err();
    assert!(matches!(refused, BundleError::Document { .. }), "{refused}");
}

#[test]
fn a_rotated_key_lets_what_the_old_one_signed_count_for_the_overlap() {
    let region = Region::new("CN-SD");
    let old = region.issue(&["--id", WANG, "--name", "王五"]);
    region.ok(&["key", "rotate", "documents", "--overlap-days", "3"]);
    let new = region.issue(&["--id", WANG, "--name", "王五"]);
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    assert_eq!(device.pass(&old.text).number.to_string(), old.number);
    assert_eq!(device.pass(&new.text).number.to_string(), new.number);
    let document = gatepost_pass::Document::from_text(&old.text).unwrap();
    let later = NOW.plus(3 * 24 * 3600);
    assert!(gatepost_pass::verify(&document, device.0.trust(), later.minus(1)).is_ok());
    assert!(gatepost_pass::verify(&document, device.0.trust(), later).is_err());
}

#[test]
fn every_key_can_be_replaced_more_than_once() {
    let region = Region::new("CN-SD");
    for key in EVERYDAY_KEYS.into_iter().chain(["wipe"]) {
        region.ok(&["key", "rotate", key]);
        region.ok(&["key", "revoke", key]);
        region.ok(&["publish", "bundle"]);
        region.device("bundle").unwrap();
    }
}

#[test]
fn a_stolen_root_key_is_replaced_and_old_devices_follow() {
    let region = Region::new("CN-SD");
    region.ok(&["publish", "bundle"]);
    let stolen = signer(&region, "root-1.key").secret.public();
    region.ok(&["root", "rotate", "--drop", &stolen.to_string()]);
    fs::remove_file(region.path("home/keys/root-1.key")).unwrap();
    assert!(region.path("home/keys/root-4.key").exists());
    region.ok(&["publish", "bundle"]);
    // This device pins the first root, and walks.
    let device = region.device("bundle").unwrap();
    assert_eq!(device.0.root().version(), 2);
    assert!(!device.0.root().keys().contains(&stolen));
    region.refuses(
        &["root", "rotate", "--drop", &stolen.to_string()],
        "no such key",
    );
}

#[test]
fn too_few_root_keys_make_no_new_root() {
    let region = Region::new("CN-SD");
    let lost = signer(&region, "root-1.key").secret.public();
    for key in ["root-1.key", "root-2.key"] {
        fs::remove_file(region.path("home/keys").join(key)).unwrap();
    }
    region.refused(&["root", "rotate", "--drop", &lost.to_string()]);
    assert!(!region.path("home/root/2.root").exists());
}
