//! A person by ID number, through the real programs: authority, bundle, device.

use std::{fs, io::Write, process::Stdio};

use gatepost_pass::list::ListKind;
use serde_json::Value;

use crate::{
    arguments,
    support::{Said, program},
    town::Town,
};

const WANG: &str = "11010519491231002X";
const LI: &str = "440524188001010014";

/// A town whose device has an identity list: Wang is red, Li yellow.
fn town() -> Town {
    let town = Town::new();
    town.authority(["identity", "on"]).well();
    let rows = format!("id,colour\n{WANG},red\n{LI},yellow\nH0123456,green\n");
    fs::write(town.path("rows.csv"), rows).unwrap();
    for command in ["status", "identity"] {
        town.authority(arguments![command, "import", town.path("rows.csv")])
            .well();
    }
    town.publish();
    town.enrol("");
    town
}

/// `gatepost check --id -` with this on its standard input.
fn check(town: &Town, number: &str) -> Said {
    let mut child = program("gatepost")
        .arg("--data")
        .arg(town.path("device"))
        .args(["check", "--json", "--id", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(number.as_bytes()).unwrap();
    drop(stdin);
    Said::of(child.wait_with_output().unwrap())
}

fn answer(said: &Said) -> String {
    let line: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(line["lists"][0]["issuer"], "CN-SD");
    assert_eq!(line["answer"], line["lists"][0]["answer"]);
    line["answer"].as_str().unwrap().to_owned()
}

#[test]
fn a_device_knows_a_listed_person_by_id_number_and_follows_by_delta() {
    let town = town();
    for (number, expected) in [
        (WANG, "red"),
        (" １１０１０５ 19491231 002x \n", "red"),
        (LI, "yellow"),
        ("H0123456", "not-listed"),
    ] {
        assert_eq!(answer(&check(&town, number).well()), expected, "{number}");
    }
    let wrong = check(&town, "110105194912310021");
    assert!(!wrong.well && wrong.out.is_empty());
    assert!(wrong.err.contains("check digit"), "{}", wrong.err);
    assert!(!wrong.err.contains("110105"), "{}", wrong.err);

    town.authority(["status", "--id", WANG, "--colour", "green"])
        .well();
    town.authority(["status", "--id", "H0123456", "--colour", "red"])
        .well();
    town.publish();
    let said = town
        .gatepost(arguments!["import", town.path("bundle")])
        .well();
    let merged = "Identity list of CN-SD: made from the installed one, deltas applied: 1";
    assert!(said.err.contains(merged), "{}", said.err);
    assert_eq!(answer(&check(&town, WANG).well()), "not-listed");
    assert_eq!(answer(&check(&town, "H0123456").well()), "red");
}

#[test]
fn a_region_that_leaves_the_identity_list_out_says_no_list() {
    let town = town();
    town.authority(["identity", "off"]).well();
    town.publish();
    town.gatepost(arguments!["import", town.path("bundle")])
        .well();
    assert_eq!(answer(&check(&town, WANG).well()), "no-list");
}

#[test]
fn an_identity_list_that_rots_is_unreadable_and_never_not_listed() {
    let town = town();
    town.rot(ListKind::Identity);
    for number in [WANG, "H0123456"] {
        let said = check(&town, number);
        assert!(!said.well);
        assert_eq!(answer(&said), "unreadable");
    }
    // The next import repairs it.
    town.gatepost(arguments!["import", town.path("bundle")])
        .well();
    assert_eq!(answer(&check(&town, WANG).well()), "red");
}
