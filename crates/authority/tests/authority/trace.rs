//! Opening passages: only on the record, only what devices signed, whichever tracing key sealed it.

use std::fs;

use gatepost_pass::ProgramVersion;
use gatepost_protocol::{Personal, Seen};
use serde_json::json;

use crate::{
    logging_device::{LoggingDevice, open, town, trace, tracing_key},
    support::{NOW_TEXT, Region, WANG},
};

#[test]
fn who_gave_an_id_number_is_found_like_who_showed_a_pass() {
    let (region, tag, key, mut device) = town();
    device.pass(&tag, &key);
    device.log(Seen::IdNumber(Personal(WANG.try_into().unwrap())), &key);
    device.log(Seen::Unverified, &key);
    device.batch(&region, "a.batch", 0);
    let (shown, said) = trace(&region, &["--id", WANG]);
    assert_eq!(shown.len(), 2, "{said}");
    assert!(
        shown.iter().all(|line| line["persons"][0] == *tag),
        "{shown:?}"
    );
}

#[test]
fn who_allowed_which_program_is_found_by_the_place() {
    let (region, _, key, mut device) = town();
    let allowed = Seen::ProgramAllowed {
        by: "staff-3".try_into().unwrap(),
        running: ProgramVersion::new(1, 4, 0),
        version: ProgramVersion::new(1, 3, 0),
    };
    device.log(allowed, &key);
    device.batch(&region, "a.batch", 0);
    let (shown, said) = trace(&region, &["--place", "gate-3"]);
    assert_eq!(shown.len(), 1, "{said}");
    let program = json!({"by": "staff-3", "running": "1.4.0", "version": "1.3.0"});
    assert_eq!(shown[0]["program"], program);
}

#[test]
fn passages_sealed_to_the_old_and_the_new_tracing_key_open_side_by_side() {
    let (region, tag, old, mut device) = town();
    device.pass(&tag, &old);
    region.ok(&["key", "tracing"]);
    let new = tracing_key(&region);
    assert_eq!((old.id, new.id), (1, 2));
    device.pass(&tag, &new);
    device.pass(&"0".repeat(32), &new);
    device.batch(&region, "a.batch", 0);

    let (shown, said) = trace(&region, &["--id", WANG]);
    assert_eq!(shown.len(), 2, "{said}");
    assert!(
        said.contains("2 of 3 opened records of 1 batches"),
        "{said}"
    );
    assert_eq!(shown[0]["persons"][0], tag);
    assert_eq!(shown[0]["place"], "gate-3");
    assert_eq!(
        (&shown[0]["outcome"], &shown[0]["reasons"][0]),
        (&"admit".into(), &"green".into())
    );
    assert_eq!(shown[0]["clock"], "trusted");
    assert_eq!(trace(&region, &["--place", "gate-3"]).0.len(), 3);
    assert_eq!(trace(&region, &["--place", "gate-4"]).0.len(), 0);

    // A key that is kept elsewhere opens nothing here; the other one still does.
    fs::rename(region.path("home/keys/tracing-1.key"), region.path("safe")).unwrap();
    let (shown, said) = trace(&region, &["--tag", &tag]);
    assert_eq!(shown.len(), 1);
    assert!(
        said.contains("1 records: sealed to tracing key 1"),
        "{said}"
    );
}

#[test]
fn a_hub_that_invents_alters_or_leaves_out_records_is_found_out() {
    let (region, tag, key, mut device) = town();
    for _ in 0..4 {
        device.pass(&tag, &key);
    }
    device.batch(&region, "late.batch", 3);
    // Invented: signed by a key that no authority certified as this device's.
    let mut forger = LoggingDevice::new(&region, 2);
    forger.pass(&tag, &key);
    forger.certificate = device.certificate.clone();
    forger.batch(&region, "invented.batch", 0);
    // Altered.
    let path = region.path("batches/late.batch");
    let mut altered = fs::read(&path).unwrap();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    fs::write(region.path("batches/altered.batch"), altered).unwrap();

    let (shown, said) = trace(&region, &["--tag", &tag]);
    assert_eq!(shown.len(), 2, "{said}");
    assert!(said.contains("records 0 to 2 are not here"), "{said}");
    for file in ["invented.batch", "altered.batch"] {
        assert!(said.contains(&format!("{file}: not read: ")), "{said}");
    }
    // The device itself and its clone sign different records for one position.
    let mut clone = LoggingDevice::new(&region, 1);
    clone.pass(&tag, &key);
    clone.batch(&region, "clone.batch", 0);
    device.batch(&region, "early.batch", 0);
    let (shown, said) = trace(&region, &["--tag", &tag]);
    assert_eq!(shown.len(), 5, "{said}");
    assert!(said.contains("two records at 1: a cloned disk"), "{said}");
    assert!(!said.contains("are not here"), "{said}");
}

#[test]
fn every_trace_leaves_a_signed_entry_with_its_reason_before_anything_is_opened() {
    let (region, tag, key, mut device) = town();
    device.pass(&tag, &key);
    device.batch(&region, "a.batch", 0);
    let asked = |case| open(case, NOW_TEXT, &["--tag", &tag]);
    let mut unasked = asked("case 17");
    unasked.retain(|arg| !["--reason", "case 17"].contains(arg));
    let unasked = region.run(&unasked);
    assert!(!unasked.status.success() && unasked.stdout.is_empty());

    trace(&region, &["--tag", &tag]);
    trace(&region, &["--place", "gate-3"]);
    let path = region.path("home/trace.audit");
    let log = fs::read_to_string(&path).unwrap();
    assert_eq!(log.lines().count(), 5);
    for word in [
        "\"begun\":{\"key\":",
        "officer 4",
        "case 17",
        &tag,
        "place gate-3",
        "\"opened\":1",
    ] {
        assert!(log.contains(word), "{word}");
    }
    let told = region.ok(&["trace", "verify-audit"]);
    assert!(told.starts_with("5 entries in order"), "{told}");
    let head = told.trim_end().rsplit(' ').next().unwrap().to_owned();

    // A question that was never answered is there too: the entry is written before the keys are
    // read.
    fs::write(region.path("home/keys/tracing-1.key"), "no key").unwrap();
    let torn = region.run(&asked("case 18"));
    assert!(!torn.status.success() && torn.stdout.is_empty());
    assert!(fs::read_to_string(&path).unwrap().contains("case 18"));

    // Whatever is done to the log, tracing stops until somebody has looked.
    let lines: Vec<&str> = log.lines().collect();
    let whole = |lines: &[&str]| {
        lines
            .iter()
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    for (bad, what) in [
        (log.replacen("case 17", "case 71", 1), "not signed"),
        (whole(&[lines[0], lines[2], lines[3]]), "does not follow"),
        (
            whole(&[lines[0], lines[2], lines[1], lines[3]]),
            "does not follow",
        ),
        (whole(&lines[1..]), "does not name the key"),
        (log[..log.len() - 20].to_owned(), "damaged"),
        (log.trim_end().to_owned(), "damaged"),
        ("{}\n".to_owned(), "damaged"),
    ] {
        fs::write(&path, &bad).unwrap();
        let said = region.refused(&["trace", "verify-audit"]);
        assert!(said.contains(what), "{what}: {said}");
        assert!(region.refused(&asked("case 19")).contains(what));
        assert_eq!(fs::read_to_string(&path).unwrap(), bad, "left as it was");
    }
    // A log whose last lines were removed is valid in itself; a hash that was noted shows it.
    fs::write(&path, whole(&lines[..2])).unwrap();
    region.ok(&["trace", "verify-audit"]);
    region.refuses(
        &["trace", "verify-audit", "--head", &head],
        "removed from the end",
    );
}

#[test]
fn a_window_without_an_end_is_refused() {
    let region = Region::new("CN-SD");
    region.ok(&["publish", "bundle"]);
    fs::create_dir(region.path("batches")).unwrap();
    let open = [
        "trace", "open", "batches", "--reason", "case 17", "--place", "gate-3", "--from",
    ];
    for (from, until) in [
        ("2020-01-01T00:00:00Z", "2026-11-02T00:00:00Z"),
        (NOW_TEXT, NOW_TEXT),
    ] {
        let said = region.refused(&[&open[..], &[from, "--until", until]].concat());
        assert!(said.contains("at most 92 days"), "{said}");
    }
}
