//! The log of who traced whom can be cut, lost or written anew; whoever has an old bundle and the
//! public root notices.

use std::{fs, path::PathBuf};

use gatepost_pass::{
    Manifest,
    envelope::{Envelope, MAX_FILE},
};

use crate::support::{NOW_TEXT, Region};

/// Traces of a place with nothing to open: each leaves two entries.
fn trace(region: &Region, times: usize) {
    fs::create_dir_all(region.path("batches")).unwrap();
    for _ in 0..times {
        region.ok(&open("gate-3"));
    }
}

fn open(place: &str) -> [&str; 11] {
    [
        "trace",
        "open",
        "batches",
        "--reason",
        "case 17",
        "--place",
        place,
        "--from",
        NOW_TEXT,
        "--until",
        "2026-11-02T00:00:00Z",
    ]
}

/// A region that has published bundle 1 and, after two traces, bundle 2.
fn traced() -> Region {
    let region = Region::new("CN-SD");
    region.ok(&["publish", "one"]);
    trace(&region, 2);
    region.ok(&["publish", "two"]);
    region
}

fn log(region: &Region) -> PathBuf {
    region.path("home/trace.audit")
}

/// Leaves so many lines of the log.
fn cut(region: &Region, lines: usize) {
    let text = fs::read_to_string(log(region)).unwrap();
    let kept = text.lines().take(lines).map(|line| format!("{line}\n"));
    fs::write(log(region), kept.collect::<String>()).unwrap();
}

fn audit_of(region: &Region, bundle: &str) -> (u64, [u8; 32]) {
    let manifest = fs::read(region.path(bundle).join("manifest")).unwrap();
    let manifest: Manifest = Envelope::parse(&manifest, MAX_FILE)
        .unwrap()
        .peek()
        .unwrap();
    (manifest.audit.entries, manifest.audit.head)
}

#[test]
fn every_bundle_names_the_newest_entry_of_the_audit_log() {
    let region = traced();
    assert_eq!(audit_of(&region, "one"), (0, [0; 32]));
    let (entries, head) = audit_of(&region, "two");
    assert_eq!(entries, 5, "its begin, two questions, two answers");
    let told = region.ok(&["trace", "verify-audit"]);
    let newest = gatepost_pass::Digest(head).to_string();
    assert!(told.trim_end().ends_with(&newest), "{told}");
    assert!(told.contains("5 of them by bundle 2"), "{told}");
}

#[test]
fn an_audit_log_whose_tail_was_cut_stops_traces_and_bundles() {
    let region = traced();
    cut(&region, 3);
    for command in [
        &["trace", "verify-audit"][..],
        &["publish", "three"],
        &open("gate-3"),
    ] {
        let said = region.refused(command);
        assert!(
            said.contains("it has 3 entries, and had 5 when bundle 2 was signed"),
            "{command:?}: {said}"
        );
    }
    assert!(!region.path("three/manifest").exists());
    // Without any log, and without its key, too.
    for gone in ["trace.audit", "keys/audit.key"] {
        fs::remove_file(region.path("home").join(gone)).unwrap();
        let said = region.refused(&open("gate-3"));
        assert!(said.contains("it has 0 entries, and had 5"), "{said}");
    }
    assert!(!region.path("home/keys/audit.key").exists());
}

#[test]
fn whoever_has_an_old_bundle_finds_the_cut_with_public_keys_alone() {
    let region = traced();
    trace(&region, 1);
    fs::copy(log(&region), region.path("whole.audit")).unwrap();
    // The authority cuts its log, and everything in its home that speaks against that.
    cut(&region, 1);
    fs::remove_dir_all(region.path("home/published")).unwrap();
    region.ok(&["publish", "three"]);
    fs::copy(log(&region), region.path("cut.audit")).unwrap();
    fs::copy(region.path("home/root/1.root"), region.path("1.root")).unwrap();
    // The auditor has no home, and no secret key.
    fs::remove_dir_all(region.path("home")).unwrap();
    let verify = |log: &'static str, bundle: &'static str| {
        let named = ["--log", log, "--bundle", bundle, "--root", "1.root"];
        [&["trace", "verify-audit"][..], &named].concat()
    };
    region.says(&verify("whole.audit", "two"), "7 entries in order");
    region.says(&verify("cut.audit", "three"), "1 entries in order");
    region.refuses(
        &verify("cut.audit", "two"),
        "it has 1 entries, and had 5 when bundle 2 was signed",
    );
}

#[test]
fn an_audit_log_that_was_written_anew_under_another_key_is_found() {
    let region = traced();
    fs::copy(log(&region), region.path("first.audit")).unwrap();
    fs::remove_file(log(&region)).unwrap();
    fs::remove_file(region.path("home/keys/audit.key")).unwrap();
    fs::rename(region.path("home/published"), region.path("aside")).unwrap();
    region.ok(&["publish", "three"]);
    trace(&region, 3);
    // Longer than the first one was, and valid in itself.
    region.says(&["trace", "verify-audit"], "7 entries in order");
    let verify = [
        "trace",
        "verify-audit",
        "--bundle",
        "three",
        "--bundle",
        "two",
    ];
    region.refuses(&verify, "line 5 is not the one that bundle 2 names");
    // The first log under the new key: it is whole, and nobody can continue it.
    fs::copy(region.path("first.audit"), log(&region)).unwrap();
    region.refuses(
        &open("gate-3"),
        "keys/audit.key is not the key that signed it",
    );
}

#[test]
fn a_log_whose_key_is_lost_is_still_checked_and_never_begun_anew() {
    let region = traced();
    fs::remove_file(region.path("home/keys/audit.key")).unwrap();
    let output = region.run(&["trace", "verify-audit"]);
    assert!(output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("audit.key is not here: restore key "),
        "{said}"
    );
    let said = region.refused(&open("gate-3"));
    assert!(said.contains("audit.key"), "{said}");
    assert!(!region.path("home/keys/audit.key").exists());
}
