//! Lists from one version to the next: salt, deltas, times, `lists verify`, `query`, and power
//! cuts.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::Duration,
};

use gatepost_pass::{
    Colour, Digest, List,
    bundle::FileEntry,
    list::{Delta, ListKind, merge},
};

use crate::support::{Device, LI, NOW, Region, WANG};

const KINDS: [ListKind; 2] = [ListKind::Status, ListKind::Revocation];

/// A region with some persons, one more of whom is red from one bundle to the next.
fn with_persons(count: usize) -> Region {
    let region = Region::new("CN-SD");
    let rows: String = (0..count)
        .map(|n| format!("PERSON{n:05},yellow\n"))
        .collect();
    fs::write(region.path("rows.csv"), format!("id,colour\n{rows}")).unwrap();
    region.ok(&["status", "import", "rows.csv"]);
    region
}

fn publish_with_one_more(region: &Region, n: usize) {
    let id = format!("MORE{n:05}");
    region.ok(&["status", "--id", &id, "--colour", "red"]);
    region.ok(&["publish", "bundle"]);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

fn list_file(region: &Region, bundle: &str, device: &Device, kind: ListKind) -> PathBuf {
    let role = gatepost_pass::FileRole::List(kind, "CN-SD".parse().unwrap());
    let mut files = device.0.manifest().files.as_slice().iter();
    let entry = files.find(|entry| entry.role == role).unwrap();
    region.path(bundle).join(entry.digest.to_string())
}

/// What a device that holds a list makes of the deltas that its bundle names.
fn apply(region: &Region, device: &Device, from: &Path, deltas: &[FileEntry]) -> Vec<u8> {
    let trust = device.0.trust();
    let mut bytes = fs::read(from).unwrap();
    for entry in deltas {
        let path = region.path("bundle").join(entry.digest.to_string());
        let delta = Delta::open(File::open(path).unwrap(), trust, NOW).unwrap();
        let list = List::open(bytes, trust, NOW).unwrap();
        let mut made = Vec::new();
        merge(&list, &delta, &mut made).unwrap();
        bytes = made;
    }
    bytes
}

fn deltas(device: &Device, kind: ListKind, from: u64) -> Option<Vec<FileEntry>> {
    let issuer = "CN-SD".parse().unwrap();
    let deltas = device.0.manifest().deltas_from(kind, issuer, from);
    deltas.map(<[_]>::to_vec)
}

#[test]
fn a_device_that_missed_bundles_makes_the_newest_lists_from_deltas_byte_for_byte() {
    let region = with_persons(3000);
    let lost = region.issue(&["--id", WANG, "--name", "王小明"]);
    region.ok(&["publish", "bundle"]);
    copy(&region.path("bundle"), &region.path("old"));
    let old = region.device("old").unwrap();
    region.ok(&["revoke", &lost.number, "--reason", "lost"]);
    region.ok(&["status", "--id", "PERSON00001", "--colour", "red"]);
    region.ok(&["status", "--id", "PERSON00002", "--colour", "green"]);
    for n in 0..4 {
        publish_with_one_more(&region, n);
    }
    let device = region.device("bundle").unwrap();
    for kind in KINDS {
        let issuer = "CN-SD".parse().unwrap();
        let salts = [&old, &device].map(|d| d.0.list(kind, issuer).unwrap().head().salt);
        assert_eq!(salts[0], salts[1], "the salt stays");
        let deltas = deltas(&device, kind, 1).unwrap();
        assert_eq!(deltas.len(), 4);
        let made = apply(
            &region,
            &device,
            &list_file(&region, "old", &old, kind),
            &deltas,
        );
        let newest = fs::read(list_file(&region, "bundle", &device, kind)).unwrap();
        assert!(made == newest, "{kind:?}");
        if kind == ListKind::Status {
            let told = region.ok(&["inspect", &format!("bundle/{}", deltas[0].digest)]);
            let changes =
                "delta of the status list of CN-SD, version 1 to 2: 1 come, 1 go, 1 change colour";
            assert!(told.contains(changes), "{told}");
        }
    }
    let told = region.ok(&["lists", "verify", "bundle", "--older", "old"]);
    for n in 2..=5 {
        assert_eq!(
            told.matches(&format!("makes version {n}")).count(),
            2,
            "{told}"
        );
    }
    let told = region.ok(&["lists", "verify", "bundle"]);
    assert_eq!(told.matches("makes version 5").count(), 2, "{told}");
    assert_eq!(told.matches("not applied").count(), 6, "{told}");
}

#[test]
fn deltas_lead_on_from_the_last_thirty_versions() {
    let region = with_persons(3000);
    for n in 1..=33 {
        publish_with_one_more(&region, n);
    }
    let device = region.device("bundle").unwrap();
    assert_eq!(deltas(&device, ListKind::Status, 2), None);
    assert_eq!(deltas(&device, ListKind::Status, 3).unwrap().len(), 30);
    region.ok(&["lists", "verify", "bundle"]);
}

#[test]
fn deltas_that_take_more_bytes_together_than_the_list_are_not_named() {
    let region = Region::new("CN-SD");
    region.ok(&["publish", "bundle"]);
    for day in 0..4_usize {
        // Nobody stays for two days.
        let rows = |day: usize, colour: &str| -> String {
            let row = |n| format!("DAY{day}PERSON{n:05},{colour}\n");
            (0..1000).map(row).collect()
        };
        let gone = day.checked_sub(1).map(|gone| rows(gone, "green"));
        let rows = format!(
            "id,colour\n{}{}",
            rows(day, "red"),
            gone.unwrap_or_default()
        );
        fs::write(region.path("rows.csv"), rows).unwrap();
        region.ok(&["status", "import", "rows.csv"]);
        region.ok(&["publish", "bundle"]);
    }
    let device = region.device("bundle").unwrap();
    let list = fs::metadata(list_file(&region, "bundle", &device, ListKind::Status)).unwrap();
    let bytes = |from| {
        let deltas = deltas(&device, ListKind::Status, from)?;
        Some(deltas.iter().map(|entry| entry.length).sum::<u64>())
    };
    assert!(bytes(4).unwrap() < list.len());
    assert!(2 * bytes(4).unwrap() > list.len());
    assert_eq!((bytes(3), bytes(2), bytes(1)), (None, None, None));
    assert!(deltas(&device, ListKind::Revocation, 1).is_some());
}

#[test]
fn a_new_salt_comes_when_it_is_asked_for_and_no_delta_leads_across() {
    let region = with_persons(100);
    region.ok(&["publish", "bundle"]);
    publish_with_one_more(&region, 1);
    let issuer = "CN-SD".parse().unwrap();
    let salt = || {
        let device = region.device("bundle").unwrap();
        device.0.list(ListKind::Status, issuer).unwrap().head().salt
    };
    let before = salt();
    let told = region.ok(&["publish", "--new-salt", "bundle"]);
    assert!(told.contains("0 false"));
    assert_ne!(salt(), before);
    let device = region.device("bundle").unwrap();
    assert_eq!(deltas(&device, ListKind::Status, 2), None);
    assert_eq!(deltas(&device, ListKind::Revocation, 1).unwrap().len(), 2);
    publish_with_one_more(&region, 2);
    let device = region.device("bundle").unwrap();
    assert_eq!(deltas(&device, ListKind::Status, 3).unwrap().len(), 1);
    region.ok(&["lists", "verify", "bundle"]);
}

#[test]
fn a_list_that_rotted_in_the_home_costs_the_delta_and_nothing_else() {
    // With 3000 persons the index is in the chunk that rots, with 40000 it is not.
    for persons in [3000, 40_000] {
        let region = with_persons(persons);
        region.ok(&["publish", "bundle"]);
        let device = region.device("bundle").unwrap();
        let path = list_file(&region, "home/published", &device, ListKind::Status);
        let mut bytes = fs::read(&path).unwrap();
        bytes[5000] ^= 1;
        fs::write(&path, bytes).unwrap();
        let told = region.messages(&["publish", "bundle"]);
        assert!(
            told.contains("no delta to the status list of CN-SD"),
            "{told}"
        );
        let device = region.device("bundle").unwrap();
        assert_eq!(deltas(&device, ListKind::Status, 1), None);
        assert!(deltas(&device, ListKind::Revocation, 1).is_some());
    }
}

#[test]
fn a_status_counts_from_its_beginning_and_no_longer_than_its_end() {
    let region = Region::new("CN-SD");
    let wang = region.issue(&["--id", WANG, "--name", "王小明"]);
    let from_to = [
        "--since",
        "2026-11-02T00:00:00Z",
        "--until",
        "2026-11-04T00:00:00Z",
    ];
    region.ok(&[&["status", "--id", WANG, "--colour", "red"], &from_to[..]].concat());
    let colour_at = |now| {
        let output = region.run_at(now, &["publish", "bundle"]);
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(told.contains("tested 1 enrolled persons"), "{told}");
        let output = region.run_at(now, &["query", "--id", WANG, "--json"]);
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["tag"].as_str().unwrap(), wang.tag);
        told["colour"].as_str().unwrap().to_owned()
    };
    for (now, colour) in [
        ("2026-11-01T23:59:59Z", "green"),
        ("2026-11-02T00:00:00Z", "red"),
        ("2026-11-03T23:59:59Z", "red"),
        ("2026-11-04T00:00:00Z", "green"),
    ] {
        assert_eq!(colour_at(now), colour, "{now}");
    }
    let red = ["status", "--id", WANG, "--colour", "red"];
    let backwards = [&red[..], &["--until", "2026-11-01T08:00:00Z"]].concat();
    region.refuses(&backwards, "ends before it begins");
}

#[test]
fn a_query_is_answered_from_the_published_list_and_from_nothing_newer() {
    let region = Region::new("CN-SD");
    region.refuses(&["query", "--id", WANG], "nothing was published yet");
    region.ok(&["status", "--id", LI, "--colour", "yellow"]);
    region.ok(&["publish", "bundle"]);
    region.ok(&["status", "--id", WANG, "--colour", "red"]);
    let wang = region.ok(&["query", "--id", WANG]);
    assert!(
        wang.ends_with(" is green on status list 1 of CN-SD, as of 2026-11-01T08:00:00Z\n"),
        "{wang}"
    );
    assert!(region.ok(&["query", "--id", LI]).contains("is yellow on"));
    region.ok(&["publish", "bundle"]);
    let told = region.ok_with_input(&["query", "--id", "-", "--json"], &format!("{WANG}\n"));
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["colour"], "red");
    assert_eq!(told["issuer"], "CN-SD");
    assert_eq!(told["list_version"], 2);
    assert_eq!(told["as_of"], "2026-11-01T08:00:00Z");
    let tag = told["tag"].as_str().unwrap();
    assert!(
        region
            .ok(&["query", "--tag", tag])
            .contains("is red on status list 2")
    );
    // The very bytes that went out.
    let device = region.device("bundle").unwrap();
    assert_eq!(device.status("CN-SD", tag), Some(Colour::Red));
    let file = |bundle| fs::read(list_file(&region, bundle, &device, ListKind::Status)).unwrap();
    assert!(file("bundle") == file("home/published"));
}

#[test]
fn lists_verify_names_everything_that_is_wrong_with_a_directory() {
    let region = with_persons(40_000);
    for n in 0..3 {
        publish_with_one_more(&region, n);
    }
    let device = region.device("bundle").unwrap();
    let status = list_file(&region, "bundle", &device, ListKind::Status);
    let deltas = deltas(&device, ListKind::Status, 1).unwrap();
    let delta = |n: usize| region.path("bundle").join(deltas[n].digest.to_string());
    let found = || {
        let output = region.run(&["lists", "verify", "bundle"]);
        let told = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), told)
    };
    assert_eq!(found(), (Some(0), String::new()));
    let with = |path: &Path, change: &dyn Fn(&mut Vec<u8>), expected: &[&str]| {
        let right = fs::read(path).unwrap();
        let mut wrong = right.clone();
        change(&mut wrong);
        fs::write(path, wrong).unwrap();
        let (code, told) = found();
        assert_eq!(code, Some(1), "{told}");
        for expected in expected {
            assert!(told.contains(expected), "{expected} in {told}");
        }
        fs::write(path, right).unwrap();
    };
    // The second chunk: 4096 bytes of head, 65536 of the first.
    let flipped: &dyn Fn(&mut Vec<u8>) = &|bytes| bytes[70_000] ^= 1;
    let named = ["bytes 69632 to 135167 are not as signed", "is not the one"];
    with(&status, flipped, &named);
    with(
        &status,
        &|bytes| bytes.truncate(5000),
        &["status list of CN-SD", "is not the one"],
    );
    with(
        &delta(0),
        &|bytes| bytes[0] ^= 1,
        &["from version 1: file", "is not the one"],
    );
    with(&delta(1), &Vec::clear, &["from version 2: file"]);
    let other = fs::read(delta(1)).unwrap();
    with(
        &delta(0),
        &|bytes| bytes.clone_from(&other),
        &["from version 1"],
    );
    fs::remove_file(delta(0)).unwrap();
    let (code, told) = found();
    assert!(
        code == Some(1) && told.contains("from version 1: file"),
        "{told}"
    );
    assert!(told.contains("cannot be read"), "{told}");
}

#[test]
fn a_publish_that_is_killed_at_any_moment_leaves_a_bundle_that_works() {
    let region = with_persons(2000);
    region.ok(&["publish", "bundle"]);
    for delay in 0..24 {
        region.ok(&[
            "status",
            "--id",
            &format!("KILLED{delay:05}"),
            "--colour",
            "red",
        ]);
        let delay = Duration::from_millis(delay * 3);
        region.kill_after(delay, &["publish", "bundle"]);
        region.device("bundle").unwrap();
        region.device("home/published").unwrap();
        region.ok(&["lists", "verify", "bundle"]);
    }
    region.ok(&["publish", "bundle"]);
    let names = |bundle: &str| {
        let entries = fs::read_dir(region.path(bundle)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect::<Vec<_>>()
    };
    for bundle in ["bundle", "home/published"] {
        for name in names(bundle) {
            assert!(
                name == "manifest" || name.parse::<Digest>().is_ok(),
                "{name}"
            );
        }
    }
    let device = region.device("bundle").unwrap();
    assert_eq!(
        device.0.lists().map(|list| list.head().count).max(),
        Some(2024)
    );
}
