//! `check`: what lies too near, and what ends soon.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Output};

use crate::{
    sticks::{on, pipe, stick},
    support::{NOW_TEXT, Region},
};

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Runs `check`, which must find something.
#[track_caller]
fn wrong(region: &Region, args: &[&str]) -> String {
    let output = region.run(&[&["check"], args].concat());
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    said(&output)
}

/// An authority as it should be: what `init` says belongs elsewhere is elsewhere.
fn orderly() -> Region {
    let region = Region::founded();
    fs::remove_file(region.path("home/keys/tracing-1.key")).unwrap();
    region
}

#[test]
fn an_authority_whose_keys_are_apart_has_nothing_wrong_and_is_told_when_to_rotate() {
    let region = orderly();
    let told = region.ok(&["check"]);
    assert!(told.contains("nothing is wrong"), "{told}");
    assert!(
        told.contains("the key freshness signs until 2027-01-30"),
        "{told}"
    );
    assert!(told.contains("rotate it by"), "{told}");
}

#[test]
fn a_trial_and_two_root_keys_of_one_home_are_reported() {
    let region = Region::new("CN-SD");
    let told = wrong(&region, &[]);
    for words in [
        "this is the home of a trial",
        "a root key is in the home: ",
        "root-2.key",
        "is not sealed by a passphrase",
        "two root keys are on one disk: ",
        "3 root keys are within reach of the keys in use, and 2 sign everything",
        "the key that wipes devices is in the home",
        "a key that opens passages is in the home",
    ] {
        assert!(told.contains(words), "{words} is missing in {told}");
    }
}

#[test]
fn sealed_root_keys_in_the_home_beside_it_or_on_one_stick_are_reported() {
    let region = orderly();
    for (to, words) in [
        ("home/keys/mine.key", "a root key is in the home"),
        ("mine.key", "a root key is on the disk of the home"),
    ] {
        let to = region.path(to);
        fs::copy(stick("a").join("root.key"), &to).unwrap();
        let told = wrong(&region, &[]);
        assert!(told.contains(words), "{words} is missing in {told}");
        fs::remove_file(to).unwrap();
    }
    let sticks = ["a", "b"].map(|name| on(name, ""));
    let told = wrong(&region, &[&sticks[0], &sticks[1]]);
    assert!(told.contains("two root keys are on one disk"), "{told}");
    assert!(told.contains("2 root keys are within reach"), "{told}");
    // A stranger's sealed key is none of this authority's.
    let told = region.run(&["check", &on("x", "")]);
    assert!(said(&told).contains("nothing is wrong"), "{}", said(&told));
}

#[test]
fn a_key_in_a_folder_of_the_home_or_of_a_stick_is_found_and_no_link_is_gone_through() {
    let region = orderly();
    let folder = region.path("home/keys/old/2026");
    fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink(region.path("home"), folder.join("round")).unwrap();
    fs::copy(stick("a").join("root.key"), folder.join("a.key")).unwrap();
    fs::write(folder.join("tracing-1.key"), "").unwrap();
    let sticks = region.path("sticks");
    for name in ["b", "c"] {
        let folder = sticks.join(name).join("deep");
        fs::create_dir_all(&folder).unwrap();
        fs::copy(stick(name).join("root.key"), folder.join("root.key")).unwrap();
        // Where its public half should be, a pipe that nobody writes into.
        pipe(&folder.join("root.key.pub"));
    }
    let told = wrong(&region, &[sticks.to_str().unwrap()]);
    for words in [
        "a root key is in the home: ",
        "a key that opens passages is in the home: ",
        "two root keys are on one disk: ",
        "3 root keys are within reach",
    ] {
        assert!(told.contains(words), "{words} is missing in {told}");
    }
}

#[test]
fn an_old_key_that_still_lies_about_is_reported() {
    let region = orderly();
    region.ok(&["key", "rotate", "lists"]);
    region.join("trust-list-2", &["a", "c"]);
    let told = wrong(&region, &[]);
    assert!(
        told.contains("a key that signs no more is in the home: "),
        "{told}"
    );
    fs::remove_file(region.path("home/keys/lists-2.key")).unwrap();
    region.ok(&["check"]);
}

#[test]
fn files_that_others_can_read_are_reported() {
    let region = orderly();
    let key = region.path("home/keys/freshness.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    let told = wrong(&region, &[]);
    assert!(told.contains("others can read "), "{told}");
    assert!(told.contains("freshness.key (mode 640)"), "{told}");
}

#[test]
fn keys_trust_list_and_root_are_reported_before_they_end_and_after() {
    let region = orderly();
    for (now, words) in [
        (
            "2027-01-25T08:00:00Z",
            "the key freshness ends soon, on 2027-01-30",
        ),
        (
            "2027-02-01T08:00:00Z",
            "the key freshness has ended, on 2027-01-30",
        ),
        (
            "2027-10-10T08:00:00Z",
            "the trust list ends soon, on 2027-11-01",
        ),
        (
            "2027-11-02T08:00:00Z",
            "the trust list has ended, on 2027-11-01",
        ),
        ("2031-10-20T08:00:00Z", "the root ends soon, on 2031-10-31"),
    ] {
        let output = region.run_at(now, &["check"]);
        assert_eq!(output.status.code(), Some(1));
        let told = said(&output);
        assert!(told.contains(words), "{now}: {words} is missing in {told}");
    }
    assert!(region.run_at(NOW_TEXT, &["check"]).status.success());
}
