//! Releases of the program: signed by a key of their own, and published beside bundles.

use std::fs::{self, File};

use gatepost_pass::{
    Digest, ImageLength, OwnProgram, ProgramVersion, ReleaseError, Rollback, VerifiedRelease,
};

use crate::support::{NOW, Region};

/// A region that releases programs, with a bundle whose devices know it.
fn releasing() -> Region {
    let region = Region::new("CN-SD");
    region.ok(&["key", "rotate", "program"]);
    region.ok(&["publish", "bundle"]);
    region
}

/// Signs an image as a version of the program, into the bundle's directory.
fn sign<'a>(version: &'a str, image: &'a str) -> Vec<&'a str> {
    let into = ["--target", "aarch64", "--out", "bundle"];
    [&["program", "sign", image, "--version", version][..], &into].concat()
}

/// What a device that runs 1.2.3 makes of what lies beside the bundle.
fn release(region: &Region) -> Result<VerifiedRelease, ReleaseError> {
    let bytes = fs::read(region.path("bundle/release-aarch64")).unwrap();
    let device = region.device("bundle").unwrap();
    let running = ProgramVersion::new(1, 2, 3);
    let own = OwnProgram {
        target: "aarch64".parse().unwrap(),
        running,
        highest: running,
    };
    VerifiedRelease::verify(&bytes, device.0.trust(), NOW, &own, Rollback::Refused)
}

#[test]
fn a_signed_program_is_taken_by_devices_and_stays_beside_later_bundles() {
    let region = releasing();
    fs::write(region.path("image"), "first").unwrap();
    region.says(
        &sign("1.3.0", "image"),
        "program 1.3.0 for aarch64: 5 bytes",
    );
    let taken = release(&region).unwrap();
    assert_eq!(taken.claims().digest, Digest::of(b"first"));
    region.says(
        &["inspect", "bundle/release-aarch64"],
        "version 1.3.0 for aarch64",
    );

    let path = |image: &str| {
        region
            .path("bundle")
            .join(Digest::of(image.as_bytes()).to_string())
    };
    for _ in 0..2 {
        region.ok(&["publish", "bundle"]);
        assert_eq!(fs::read(path("first")).unwrap(), b"first");
    }
    // The next one takes its place, and the first goes with the next bundle.
    fs::write(region.path("image"), "second").unwrap();
    region.ok(&sign("1.3.1", "image"));
    region.ok(&["publish", "bundle"]);
    assert!(path("second").exists() && !path("first").exists());
    assert!(release(&region).is_ok());
}

#[test]
fn only_a_key_of_that_role_releases_and_one_that_was_stolen_no_longer() {
    let region = Region::new("CN-SD");
    region.ok(&["publish", "bundle"]);
    fs::write(region.path("image"), "image").unwrap();
    region.refuses(&sign("1.3.0", "image"), "the program key is kept elsewhere");
    let mut with = sign("1.3.0", "image");
    with.extend(["--key", "home/keys/wipe.key"]);
    region.refuses(&with, "`key rotate program`");
    assert!(!region.path("bundle/release-aarch64").exists());

    region.ok(&["key", "rotate", "program"]);
    region.ok(&["publish", "bundle"]);
    region.ok(&sign("1.3.0", "image"));
    assert!(release(&region).is_ok());
    region.ok(&["key", "revoke", "program"]);
    region.ok(&["publish", "bundle"]);
    assert!(matches!(release(&region), Err(ReleaseError::Document(_))));
}

#[test]
fn what_is_no_image_or_no_version_is_not_signed() {
    let region = releasing();
    fs::write(region.path("empty"), "").unwrap();
    region.refuses(&sign("1.3.0", "empty"), "is no image of a slot");
    let large = File::create(region.path("large")).unwrap();
    large.set_len(ImageLength::MAX + 1).unwrap();
    region.refuses(&sign("1.3.0", "large"), "is no image of a slot");
    for version in ["1.3", "1.3.0-rc.1", "01.3.0"] {
        let output = region.run(&sign(version, "empty"));
        assert_eq!(output.status.code(), Some(2), "{version}");
    }
    assert!(!region.path("bundle/release-aarch64").exists());
}

#[test]
fn a_programs_key_in_the_home_is_a_finding() {
    let region = releasing();
    let output = region.run(&["check"]);
    let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains("the key that releases programs is in the home"),
        "{told}"
    );
    assert!(told.contains("the key program signs until"), "{told}");
}
