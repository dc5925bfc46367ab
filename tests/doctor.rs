//! What `doctor` says of camera and scanner, before the device is enrolled.

use std::fs;

use crate::support::{Said, program};

fn doctor(settings: &str) -> String {
    let device = tempfile::tempdir().unwrap();
    fs::write(device.path().join("config.toml"), settings).unwrap();
    let mut gatepost = program("gatepost");
    let doctor = gatepost.arg("--data").arg(device.path()).arg("doctor");
    Said::of(doctor.output().unwrap()).out
}

#[test]
fn a_device_with_only_a_scanner_is_in_order_and_its_prefixes_are_named() {
    let out = doctor("camera = \"\"\n[scanner]\nkind = \"window\"\n");
    assert!(out.contains("ok    camera: none by the settings"), "{out}");
    let scanner = out.lines().find(|line| line.starts_with("ok    scanner: "));
    let scanner = scanner.unwrap();
    for word in ["Enter", "]Q1", "\\000026", "#"] {
        assert!(scanner.contains(word), "{out}");
    }
}

#[test]
fn a_device_with_neither_camera_nor_scanner_is_a_fault() {
    let out = doctor("camera = \"\"\n");
    assert!(
        out.contains("FAULT camera: the settings name neither"),
        "{out}"
    );
}
