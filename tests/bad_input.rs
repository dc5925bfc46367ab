//! Malformed files of every kind: a clear message, exit code 1, and no panic (`Said::of` looks).

use std::fs;

use gatepost_pass::fixture;
use gatepost_protocol::{DeviceRequest, Enrolment};

use crate::{arguments, town::Town};

#[track_caller]
fn refused(town: &Town, arguments: Vec<std::ffi::OsString>, says: &str) {
    let said = town.gatepost(arguments).fails(says);
    assert_eq!(said.err.trim_end().lines().count(), 1, "{}", said.err);
}

#[track_caller]
fn accept_refuses(town: &Town, answer: &[u8], says: &str) {
    let path = town.path("answer");
    fs::write(&path, answer).unwrap();
    refused(town, arguments!["enrol", "accept", path], says);
}

#[test]
fn a_bad_picture_is_one_line_and_the_rest_is_done() {
    let town = Town::new();
    town.enrol("");
    town.picture("mixed", "1-good.png", &town.pass("G0000001"));
    fs::write(town.path("mixed/2-bad.png"), b"\x89PNG\r\n\x1a\n nothing").unwrap();
    fs::write(town.path("mixed/3-empty.jpg"), b"").unwrap();
    town.picture("mixed", "4-good.png", &town.pass("G0000002"));
    for command in ["check", "decode"] {
        let said = town.gatepost(arguments![command, "--json", town.path("mixed")]);
        assert!(!said.well);
        assert_eq!(said.err.lines().count(), 2, "{}", said.err);
        assert!(said.err.contains("2-bad.png") && said.err.contains("3-empty.jpg"));
        assert_eq!(said.out.lines().count(), 2, "{}", said.out);
    }
    refused(
        &town,
        arguments!["decode", "/nonexistent.png"],
        "/nonexistent.png",
    );
}

#[test]
fn a_device_that_is_not_set_up_says_what_to_do() {
    let town = Town::new();
    let picture = town.picture("stills", "1.png", "GP1:");
    for command in [
        arguments!["check", &picture],
        arguments!["sync"],
        arguments!["import", town.path("bundle")],
    ] {
        refused(&town, command, "run `gatepost enrol request`");
    }
}

#[test]
fn bad_settings_name_line_and_key_and_the_safe_ones_are_in_force() {
    let town = Town::new();
    town.enrol("");
    fs::write(
        town.path("device/config.toml"),
        "sync_seconds = 5\ncamra = \"/dev/video0\"\n",
    )
    .unwrap();
    town.picture("frames", "pass.png", &town.pass("11010519491231002X"));
    let said = town.scan("frames").err;
    for words in ["line 2", "camra", "the defaults are in force"] {
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn a_damaged_bundle_enrolment_or_key_is_named() {
    let town = Town::new();
    town.enrol("");
    let manifest = town.path("device/bundle/manifest");
    let whole = fs::read(&manifest).unwrap();
    for (bytes, says) in [
        (whole[..whole.len() / 2].to_vec(), "manifest"),
        (vec![0; 64], "newer than this program"),
        (vec![], "manifest"),
    ] {
        fs::write(&manifest, bytes).unwrap();
        refused(&town, arguments!["check", "/nonexistent.png"], says);
    }
    fs::write(town.path("device/enrolment"), b"garbage").unwrap();
    refused(&town, arguments!["sync"], "the enrolment file is damaged");
    accept_refuses(&town, &[0xff; 100_000], "larger than");
}

#[test]
fn a_root_of_published_keys_and_a_certificate_of_another_device_are_refused() {
    let town = Town::new();
    town.enrol("");
    let other = gatepost_pass::SecretKey::from_seed(&[9; 32]);
    let request = DeviceRequest::sign("x".try_into().unwrap(), &other);
    let request = DeviceRequest::verify(&request).unwrap();
    let certificate = request.certify(&fixture::devices(), fixture::SIGNED, fixture::NOW);
    let mut enrolment = Enrolment {
        root: fixture::root_bytes(),
        certificate,
        hub: None,
        hub_pins: Vec::new().try_into().unwrap(),
    };
    accept_refuses(&town, &enrolment.to_bytes(), "published test key");
    enrolment.root = fs::read(town.path("home/root/1.root")).unwrap();
    accept_refuses(&town, &enrolment.to_bytes(), "for another device");
}

#[test]
fn a_damaged_passage_log_is_kept_and_scanning_goes_on() {
    let town = Town::new();
    town.enrol("");
    town.picture("frames", "1.png", &town.pass("G0000001"));
    fs::write(town.path("device/passages.sqlite"), vec![7; 10_000]).unwrap();
    let said = town.scan("frames");
    assert!(said.err.contains("the passage log was damaged ("));
    assert_eq!(town.verdicts().len(), 1);
}
