//! `policy explain`, the classes of place and areas of a policy, and place codes that name them.

use std::{fs, path::PathBuf};

use gatepost_pass::VerifiedDocument;

use crate::support::Region;

fn docs(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "docs", name]
        .iter()
        .collect()
}

/// A region of five classes of place and two areas: the example of `docs/rules-by-place.md`.
fn regional() -> Region {
    let region = Region::new("CN-SD");
    let floors = docs("rules-by-place-floors.json");
    region.ok(&["trust", "floors", floors.to_str().unwrap()]);
    let example = docs("rules-by-place.json");
    region.ok(&["policy", "set", example.to_str().unwrap()]);
    region
}

/// After a change of the rules, write it anew with `GATEPOST_GOLDEN_REWRITE=1` and read the
/// difference.
#[test]
fn the_table_of_the_document_is_what_devices_decide() {
    let region = regional();
    let at = ["--at", "2026-12-01T00:00:00Z"];
    let explain = |more: &[&str]| {
        let command = [&["policy", "explain"], &at[..], more].concat();
        region.ok(&command)
    };
    let low = ["--area", "pingyin"];
    let mut told = vec![explain(&[]), explain(&low)];
    for class in ["gate", "hospital", "crossing"] {
        told.push(explain(&["--class", class, "--area", "lixia"]));
    }
    told.push(explain(&["--class", "street", "--area", "pingyin"]));
    let table = told.join("\n");

    let path = docs("rules-by-place.md");
    let document = fs::read_to_string(&path).unwrap();
    let (start, end) = ("```text\n", "```\n");
    let begin = document.find(start).unwrap() + start.len();
    let length = document[begin..].find(end).unwrap();
    if std::env::var_os("GATEPOST_GOLDEN_REWRITE").is_some() {
        let (before, after) = (&document[..begin], &document[begin + length..]);
        fs::write(&path, [before, &table, after].concat()).unwrap();
        return;
    }
    assert_eq!(&document[begin..begin + length], table);
}

#[test]
fn a_class_is_explained_as_of_the_date_that_its_rules_have_then() {
    let region = regional();
    let gate = |at| {
        let command = ["policy", "explain", "--class", "gate", "--at", at, "--json"];
        let told: serde_json::Value = serde_json::from_str(&region.ok(&command)).unwrap();
        let people = told["decisions"].as_array().unwrap().clone();
        let green = people.iter().find(|one| one["person"] == "green, on paper");
        green.unwrap()["reasons"][0].as_str().unwrap().to_owned()
    };
    assert_eq!(gate("2027-01-31T15:59:59Z"), "green");
    assert_eq!(gate("2027-01-31T16:00:00Z"), "take-temperature");
    assert_eq!(gate("2027-02-21T16:00:00Z"), "green");
}

#[test]
fn a_place_code_names_class_and_area_of_the_policy_and_no_others() {
    let region = regional();
    let place = ["place", "--id", "h-1", "--name", "省立医院"];
    let with = |more: &[&'static str]| [&place[..], more].concat();
    let told = region.refused(&with(&["--class", "airport"]));
    assert!(told.contains("no class airport"), "{told}");
    assert!(
        told.contains("bus, crossing, gate, hospital, street"),
        "{told}"
    );
    let told = region.refused(&with(&["--area", "atlantis"]));
    assert!(told.contains("it has lixia, pingyin"), "{told}");
    let output = region.run(&with(&["--class", "Hospital"]));
    assert_eq!(output.status.code(), Some(2), "no name of a class");

    let code = region.ok(&with(&["--class", "hospital", "--area", "lixia"]));
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    let VerifiedDocument::Place(place) = device.scan(code.trim_end()) else {
        panic!("a place code");
    };
    let claims = place.claims();
    assert_eq!(claims.class.as_ref().unwrap().as_str(), "hospital");
    assert_eq!(claims.area.as_ref().unwrap().as_str(), "lixia");
    assert_eq!(device.0.policy().places.as_map().len(), 5);
}

#[test]
fn two_rules_of_a_class_that_begin_together_are_refused() {
    let region = Region::new("CN-SD");
    let settings = region.path("twice.json");
    let gate = r#"{"places": {"gate": {"name": "G", "local-name": "门", "rules": [{}, {}]}}}"#;
    fs::write(&settings, gate).unwrap();
    let told = region.refused(&["policy", "set", settings.to_str().unwrap()]);
    assert!(told.contains("begin at the same time"), "{told}");
}

/// The floors that `init` writes hold every class.
#[test]
fn a_class_that_is_looser_than_the_floors_is_not_taken_in() {
    let region = Region::new("CN-SD");
    let example = docs("rules-by-place.json");
    region.refuses(
        &["policy", "set", example.to_str().unwrap()],
        "without-code",
    );
}
