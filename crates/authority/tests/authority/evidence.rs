//! What speaks against batches: judged by the hub's receipts and by what was published, not by what
//! devices claim.

use std::{fs, process::Command};

use gatepost_pass::{Digest, ManifestId, Signer};
use gatepost_protocol::{Enrolment, Head, Previous, Receipt};
use serde_json::Value;

use crate::{
    logging_device::{hub_key, open, published, town, trace},
    support::{NOW, NOW_TEXT, Region},
};

/// The certificate of the request that lies there, for a day from that time.
fn certified_for_a_day(region: &Region, at: &str) -> Vec<u8> {
    let enrol = [
        "enrol", "request", "--hub", "", "--out", "short", "--days", "1",
    ];
    assert!(region.run_at(at, &enrol).status.success());
    let enrolment = fs::read(region.path("short")).unwrap();
    Enrolment::from_bytes(&enrolment).unwrap().certificate
}

/// The marks of each line that is shown.
fn marks(shown: &[Value]) -> Vec<Vec<&str>> {
    shown
        .iter()
        .map(|line| {
            let marks = line["marks"].as_array().unwrap().iter();
            marks.map(|mark| mark.as_str().unwrap()).collect()
        })
        .collect()
}

/// What `trace check` finds in the batches.
fn check(region: &Region, at: &str) -> Vec<(String, String)> {
    let output = region.run_at(at, &["trace", "check", "batches", "--json"]);
    assert!(output.status.success(), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let finding = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = |field: &str| line[field].as_str().unwrap().to_owned();
        (text("finding"), text("detail"))
    };
    lines.lines().map(finding).collect()
}

fn kinds(found: &[(String, String)]) -> Vec<&str> {
    found.iter().map(|(kind, _)| kind.as_str()).collect()
}

const LATER: &str = "2026-11-20T00:00:00Z";

/// What is shown of a person some weeks later.
fn trace_later(region: &Region, tag: &str) -> Vec<Value> {
    let args = open("case 17", "2026-11-01T00:00:00Z", &["--tag", tag, "--json"]);
    let output = region.run_at(LATER, &args);
    assert!(output.status.success(), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines = lines.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_batch_of_a_certificate_that_has_ended_since_opens_unmarked() {
    let (region, tag, key, mut device) = town();
    device.certificate = certified_for_a_day(&region, NOW_TEXT);
    device.pass(&tag, &key);
    device.batch(&region, "a.batch", 0);
    let shown = trace_later(&region, &tag);
    assert_eq!(marks(&shown), [Vec::<&str>::new()]);
    assert_eq!(shown[0]["arrived"], NOW_TEXT);
    assert_eq!(check(&region, LATER), []);
}

#[test]
fn a_batch_that_arrived_after_its_certificates_end_is_marked_whatever_hour_it_claims() {
    let (region, tag, key, mut device) = town();
    device.certificate = certified_for_a_day(&region, NOW_TEXT);
    // The thief of the key signs two days later, for an hour when the certificate was valid.
    device.pass(&tag, &key);
    device.arrives(&region, "a.batch", NOW.plus(2 * 86_400));
    let shown = trace_later(&region, &tag);
    assert_eq!(marks(&shown), [["after-end"]]);
    let found = check(&region, LATER);
    assert_eq!(kinds(&found), ["after-end"]);
    assert!(
        found[0]
            .1
            .contains("arrived in the hour 2026-11-03T08:00:00Z")
    );
    // Of a certificate that was not valid in the hour that is claimed either, nothing is read.
    device.certificate = certified_for_a_day(&region, "2026-10-30T08:00:00Z");
    device.batch(&region, "a.batch", 0);
    assert_eq!(trace_later(&region, &tag).len(), 0);
    let found = check(&region, LATER);
    assert_eq!(kinds(&found), ["refused"]);
    assert!(found[0].1.contains("not valid at this time"), "{found:?}");
}

#[test]
fn a_thiefs_batches_that_arrive_after_the_revocation_are_marked_whatever_hour_they_claim() {
    let (region, tag, key, mut device) = town();
    device.pass(&tag, &key);
    device.batch(&region, "a.batch", 0);
    let revoke = ["revoke-device", "enrolment", "--list", "revoked"];
    let at = "2026-11-02T10:30:00Z";
    let output = region.run_at(at, &revoke);
    assert!(output.status.success(), "{output:?}");
    // The hour that the thief claims lies before the revocation; the hub's word does not.
    let mut thief = device.run(8, Some(device.end()));
    thief.pass(&tag, &key);
    let day = 86_400;
    thief.arrives(&region, "b.batch", NOW.plus(day + 2 * 3600));
    let shown = trace_later(&region, &tag);
    assert_eq!(marks(&shown), [vec![], vec!["after-end"]]);
    assert_eq!(kinds(&check(&region, LATER)), ["after-end"]);
    // In the hour before it, it is the device's.
    thief.arrives(&region, "b.batch", NOW.plus(day + 3600));
    assert_eq!(check(&region, LATER), []);
    // The thief avoids the hub, or sends a receipt for another batch.
    let signed = thief.alone(&region, "b.batch", 0);
    let other = fs::read(region.path("batches/a.receipt")).unwrap();
    fs::write(region.path("batches/b.receipt"), other).unwrap();
    assert_eq!(
        marks(&trace_later(&region, &tag)),
        [vec![], vec!["no-arrival"]]
    );
    assert_eq!(kinds(&check(&region, LATER)), ["no-arrival"]);
    // A receipt that another key than the hub's has signed counts for nothing.
    let documents = fs::read_to_string(region.path("home/keys/documents.key")).unwrap();
    let forged = thief.receipt(&region, &signed, NOW);
    let forged = forged.sign(&documents.parse::<Signer>().unwrap());
    fs::write(region.path("batches/b.receipt"), forged).unwrap();
    let found = check(&region, LATER);
    assert_eq!(kinds(&found), ["no-arrival", "refused"]);
    // Neither does one that is dated ahead.
    thief.arrives(&region, "b.batch", NOW.plus(90 * day));
    assert_eq!(kinds(&check(&region, LATER)), ["no-arrival", "refused"]);
}

#[test]
fn a_clone_is_the_run_that_arrived_later_whatever_hour_it_claims() {
    let (region, tag, key, mut device) = town();
    device.pass(&tag, &key);
    device.arrives(&region, "a.batch", NOW);
    let mut honest = device.run(8, Some(device.end()));
    honest.pass(&tag, &key);
    honest.arrives(&region, "b.batch", NOW.plus(3600));
    assert_eq!(check(&region, LATER), []);
    // A second run that follows the same one.
    let mut clone = device.run(2, Some(device.end()));
    clone.hour -= 1;
    clone.pass(&tag, &key);
    clone.arrives(&region, "c.batch", NOW.plus(3 * 3600));
    let found = check(&region, LATER);
    assert_eq!(kinds(&found), ["clone"]);
    assert!(found[0].1.contains(&clone.epoch.to_string()), "{found:?}");
    let shown = trace_later(&region, &tag);
    let marked = shown.iter().filter(|line| line["marks"][0] == "clone");
    let marked: Vec<_> = marked
        .map(|line| line["record"].as_str().unwrap())
        .collect();
    assert_eq!(marked.len(), 1);
    assert!(marked[0].contains(&clone.epoch.to_string()), "{marked:?}");
    // The first run goes on after the second has followed it.
    fs::remove_file(region.path("batches/c.batch")).unwrap();
    fs::remove_file(region.path("batches/c.receipt")).unwrap();
    let mut on = device;
    on.pass(&tag, &key);
    on.arrives(&region, "d.batch", NOW.plus(5 * 3600));
    let found = check(&region, LATER);
    assert_eq!(kinds(&found), ["clone"]);
    assert!(found[0].1.contains("from record 2 on"), "{found:?}");
    assert!(found[0].1.contains(&on.epoch.to_string()), "{found:?}");
}

#[test]
fn a_run_that_hangs_on_nothing_is_found_and_its_records_are_marked() {
    let (region, tag, key, mut device) = town();
    device.pass(&tag, &key);
    device.arrives(&region, "a.batch", NOW);
    // Whoever has the key but not the disk cannot name the device's last record.
    let mut loose = device.run(3, None);
    loose.pass(&tag, &key);
    loose.arrives(&region, "b.batch", NOW.plus(3600));
    let found = check(&region, LATER);
    assert_eq!(kinds(&found), ["unanchored"]);
    assert!(found[0].1.contains(&loose.epoch.to_string()), "{found:?}");
    let shown = trace_later(&region, &tag);
    let unanchored = shown.iter().filter(|line| line["marks"][0] == "unanchored");
    assert_eq!(unanchored.count(), 1);
    // One that names another end of the run before.
    let wrong = Previous {
        head: Head(Digest([9; 32])),
        ..device.end()
    };
    let loose = device.run(3, Some(wrong));
    loose.arrives(&region, "b.batch", NOW.plus(3600));
    assert_eq!(kinds(&check(&region, LATER)), ["unanchored"]);
}

#[test]
fn two_bundles_of_one_version_are_found_by_the_authority() {
    let (region, tag, key, mut device) = town();
    let shown = published(&region, "bundle");
    device.bundle = Some(shown);
    device.pass(&tag, &key);
    device.batch(&region, "a.batch", 0);
    assert_eq!(check(&region, LATER), []);
    // The freshness key signs a second bundle of that version, for this device or for the hub.
    let other = ManifestId {
        digest: Digest([9; 32]),
        ..shown
    };
    device.bundle = Some(other);
    device.batch(&region, "a.batch", 0);
    let found = check(&region, LATER);
    assert_eq!(kinds(&found), ["split-view"]);
    assert!(found[0].1.contains(&device.id().to_string()), "{found:?}");
    assert!(found[0].1.contains(&other.digest.to_string()), "{found:?}");
    // A version that was never published.
    device.bundle = Some(ManifestId {
        version: 99,
        ..shown
    });
    let signed = device.alone(&region, "a.batch", 0);
    let served = Receipt {
        manifest: other,
        ..device.receipt(&region, &signed, NOW)
    };
    let served = served.sign(&hub_key(&region));
    fs::write(region.path("batches/a.receipt"), served).unwrap();
    let found = check(&region, LATER);
    assert_eq!(kinds(&found), ["unknown-bundle", "split-view"]);
    assert!(
        found[1].1.contains("the hub has another bundle"),
        "{found:?}"
    );
    // A trace says so too.
    let (_, said) = trace(&region, &["--tag", &tag]);
    assert!(said.contains("split-view: the hub"), "{said}");
}

#[test]
fn a_pipe_that_calls_itself_a_batch_is_named_and_nobody_waits_for_it() {
    let region = Region::new("CN-SD");
    region.ok(&["publish", "bundle"]);
    fs::create_dir(region.path("batches")).unwrap();
    for name in ["x.batch", "x.receipt"] {
        let pipe = region.path("batches").join(name);
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let told = region.refused(&["trace", "check", "batches"]);
        let named = format!("batches/{name}: it is not a regular file\n");
        assert!(told.ends_with(&named), "{told}");
        fs::remove_file(pipe).unwrap();
    }
}
