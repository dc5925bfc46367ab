//! The main job: issued, scanned, judged, logged, at the hub.

use std::fs;

use crate::{arguments, support::Said, town::Town};

#[test]
fn a_pass_goes_from_the_desk_through_the_scanner_to_the_hub() {
    let (town, _hub) = Town::enrolled_with_hub();
    town.picture("frames", "1-green.png", &town.pass("G0000001"));
    town.picture("frames", "2-yellow.png", &town.pass("Y0000001"));
    town.picture("frames", "3-red.png", &town.pass("R0000001"));

    town.scan("frames");
    let verdicts = town.verdicts();
    let said = [
        ("1-green", "admit"),
        ("2-yellow", "check"),
        ("3-red", "refuse"),
    ];
    let want: Vec<_> = said
        .map(|(name, outcome)| (format!("{name}.png"), outcome.to_owned()))
        .into();
    assert_eq!(verdicts, want);

    let arrived = town.arrived();
    let classes: Vec<_> = arrived
        .iter()
        .map(|passage| passage["class"].clone())
        .collect();
    assert_eq!(classes, ["admit", "check", "refuse"]);
}

#[test]
fn the_figures_of_a_run_tell_each_verdict_and_when_the_first_picture_came() {
    let town = Town::new();
    town.enrol("");
    town.picture("frames", "1-green.png", &town.pass("G0000001"));
    town.picture("frames", "2-red.png", &town.pass("R0000001"));
    let figures = town.path("vitals.tsv");
    let mut scanner = town.scanner("frames");
    Said::of(scanner.arg("--vitals").arg(&figures).output().unwrap()).well();
    let figures = fs::read_to_string(figures).unwrap();
    let lines = figures
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let lines: Vec<_> = lines.filter(|line| line[0] != "passed").collect();
    let words: Vec<_> = lines.iter().map(|line| (line[0], line.len())).collect();
    assert_eq!(
        words,
        [("first-picture", 2), ("verdict", 6), ("verdict", 6)]
    );
    assert_eq!((lines[1][1], lines[2][1]), ("admit", "refuse"));
    let numbers = lines.iter().flat_map(|line| &line[line.len().min(2)..]);
    for number in numbers {
        assert!(number.parse::<f64>().unwrap() >= 0.0, "{figures}");
    }
}

#[test]
fn check_judges_still_pictures_and_names_issuer_and_document() {
    let town = Town::new();
    town.enrol("");
    let green = town.picture("stills", "green.png", &town.pass("G0000001"));
    let checked = town.check(&green);
    assert_eq!(checked[0]["outcome"], "admit");
    assert_eq!(checked[0]["reasons"][0], "green");
    assert_eq!(
        (&checked[0]["document"], &checked[0]["issuer"]),
        (&"pass".into(), &"CN-SD".into())
    );
    let late = arguments!["check", "--json", "--now", "2099-01-01T00:00:00Z", green];
    let late = town.gatepost(late).well();
    assert!(
        late.out.contains("refuse") && late.out.contains("key-not-allowed"),
        "{}",
        late.out
    );
}

#[test]
fn a_revocation_reaches_the_device_with_the_next_bundle() {
    let town = Town::new();
    town.enrol("");
    let issue = ["issue", "--id", "G0000001", "--name", "王小明", "--json"];
    let issued: serde_json::Value =
        serde_json::from_str(&town.authority(issue).well().out).unwrap();
    let (number, text) = (
        issued["number"].as_str().unwrap(),
        issued["text"].as_str().unwrap(),
    );
    let picture = town.picture("stills", "pass.png", text);
    assert_eq!(town.check(&picture)[0]["outcome"], "admit");
    town.authority(["revoke", number, "--reason", "stolen"])
        .well();
    town.publish();
    town.gatepost(arguments!["import", town.path("bundle")])
        .well();
    let checked = &town.check(&picture)[0];
    assert_eq!(
        (&checked["outcome"], &checked["reasons"][0]),
        (&"refuse".into(), &"revoked".into())
    );
}

#[test]
fn the_device_judges_and_logs_without_any_network() {
    let town = Town::new();
    // Nobody listens on port 9 of this machine's loopback.
    town.enrol("http://127.0.0.1:9");
    town.picture("frames", "1.png", &town.pass("G0000001"));
    let said = town.scan("frames");
    assert!(
        said.err.contains("the hub can't be reached"),
        "{}",
        said.err
    );
    assert_eq!(town.verdicts(), [("1.png".to_owned(), "admit".to_owned())]);
    let doctor = town.gatepost(["doctor", "--offline"]);
    assert!(
        doctor.out.contains("passages: 1 wait for the hub"),
        "{}",
        doctor.out
    );
}
