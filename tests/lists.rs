//! Lists on a device: they come by delta, their age and size are shown, and rot is repaired.

use std::{fs, process::Stdio};

use gatepost_pass::list::ListKind;

use crate::{arguments, support::wait_for, town::Town};

#[test]
fn a_device_that_missed_bundles_catches_up_by_deltas_from_a_stick_and_from_the_hub() {
    let (town, _hub) = Town::enrolled_with_hub();
    let picture = town.picture("stills", "1.png", &town.pass("G0000001"));
    assert_eq!(town.check(&picture)[0]["outcome"], "admit");
    for (command, colour, outcome) in [("import", "yellow", "check"), ("sync", "red", "refuse")] {
        town.publish();
        let change = ["status", "--id", "G0000001", "--colour", colour];
        town.authority(change).well();
        town.publish();
        let arguments = match command {
            "import" => arguments![command, town.path("bundle")],
            _ => arguments![command],
        };
        let said = town.gatepost(arguments).well();
        let merged = "Status list of CN-SD: made from the installed one, deltas applied: 2";
        assert!(said.err.contains(merged), "{command}: {}", said.err);
        assert_eq!(town.check(&picture)[0]["outcome"], outcome);
    }
    let doctor = town.gatepost(["doctor"]);
    let line = "ok    Status list of CN-SD: version ";
    assert!(doctor.out.contains(line), "{}", doctor.out);
    assert!(doctor.out.contains(", 3 records, as of "), "{}", doctor.out);
}

#[test]
fn a_rotten_list_is_named_by_doctor_answers_nothing_and_is_mended_by_an_import() {
    let town = Town::new();
    town.enrol("");
    // A green pass whose holder has become red since.
    let picture = town.picture("stills", "1.png", &town.pass("G0000001"));
    town.authority(["status", "--id", "G0000001", "--colour", "red"])
        .well();
    town.publish();
    town.gatepost(arguments!["import", town.path("bundle")])
        .well();
    assert_eq!(town.check(&picture)[0]["outcome"], "refuse");
    let (path, whole) = town.rot(ListKind::Status);
    let judged = &town.check(&picture)[0];
    assert_eq!(judged["outcome"], "check");
    assert_eq!(judged["reasons"][0], "list-unreadable");
    let doctor = town.gatepost(["doctor"]);
    assert!(!doctor.well);
    let fault = "FAULT Status list of CN-SD: ";
    assert!(doctor.out.contains(fault), "{}", doctor.out);
    assert!(doctor.out.contains("chunk 0"), "{}", doctor.out);

    let import = town.gatepost(arguments!["import", town.path("bundle")]);
    assert!(
        import
            .well()
            .err
            .contains("repaired, damaged parts fetched again: 1")
    );
    assert_eq!(fs::read(path).unwrap(), whole);
    assert_eq!(town.check(&picture)[0]["outcome"], "refuse");
    assert!(!town.gatepost(["doctor"]).out.contains("damaged"));
}

#[test]
fn doctor_and_the_scanner_name_the_damaged_chunk_of_a_long_list_and_stick_or_hub_mend_it() {
    let town = Town::new();
    let rows = (0..40_000).map(|n| format!("G{n:07},red\n"));
    fs::write(
        town.path("rows.csv"),
        format!("id,colour\n{}", rows.collect::<String>()),
    )
    .unwrap();
    town.authority(arguments!["status", "import", town.path("rows.csv")])
        .well();
    town.publish();
    let _hub = town.hub();
    town.enrol(&town.hub_address());
    let (path, whole) = town.rot(ListKind::Status);
    let doctor = town.gatepost(["doctor"]);
    let named = "40002 records";
    assert!(doctor.out.contains(named), "{}", doctor.out);
    assert!(
        doctor.out.contains("; damaged chunks: 0: "),
        "{}",
        doctor.out
    );
    town.gatepost(arguments!["import", town.path("bundle")])
        .well();
    assert_eq!(fs::read(&path).unwrap(), whole, "the stick mends it too");

    town.rot(ListKind::Status);
    town.picture("frames", "1.png", &town.pass("G0000001"));
    fs::write(town.path("device/config.toml"), "sync_seconds = 1\n").unwrap();
    let said = scan_until(&town, |log| {
        log.contains("repaired, damaged parts fetched again: 1")
    });
    let found = "Status list of CN-SD, chunk 0: list: chunk 0 is not what the issuer signed";
    assert!(said.contains(found), "{said}");
    assert_eq!(fs::read(&path).unwrap(), whole);
}

#[test]
fn a_scanner_whose_list_no_longer_opens_says_so_and_the_hub_mends_it() {
    let (town, _hub) = Town::enrolled_with_hub();
    town.picture("frames", "1.png", &town.pass("G0000001"));
    fs::write(town.path("device/config.toml"), "sync_seconds = 1\n").unwrap();
    let (path, whole) = town.rot(ListKind::Status);
    let said = scan_until(&town, |_| fs::read(&path).unwrap() == whole);
    assert!(
        said.contains("the status list of CN-SD is not valid: list: chunk 0 "),
        "{said}"
    );
}

/// Runs the scanner until a condition on its log holds, and returns the log.
fn scan_until(town: &Town, mut holds: impl FnMut(&str) -> bool) -> String {
    let log = town.path("log");
    let mut scanner = town
        .scanner("frames")
        .args(["--pace", "60000"])
        .stdout(Stdio::null())
        .stderr(fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    wait_for(|| holds(&fs::read_to_string(&log).unwrap()));
    scanner.kill().unwrap();
    scanner.wait().unwrap();
    fs::read_to_string(log).unwrap()
}
