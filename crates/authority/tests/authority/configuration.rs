//! Files that people edit: what is wrong is named, and nothing is published.

use std::fs;

use crate::support::Region;

/// Checks that `publish` refuses a file in which something was replaced, names the file and says
/// these things, and publishes nothing.
#[track_caller]
fn is_refused(file: &str, edit: [&str; 2], expected: &[&str]) {
    is_refused_saying(&[&[file], expected].concat(), file, edit);
}

#[track_caller]
fn is_refused_saying(expected: &[&str], file: &str, [from, to]: [&str; 2]) {
    let region = Region::new("CN-SD");
    let path = region.path("home").join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(&path, text.replace(from, to)).unwrap();
    let told = region.refused(&["publish", "bundle"]);
    for expected in expected {
        assert!(told.contains(expected), "{expected} in {told}");
    }
    assert!(!region.path("bundle/manifest").exists());
}

#[test]
fn a_malformed_policy_names_the_line() {
    let (quoted, bare) = (r#""when-expired": "refuse""#, r#""when-expired": refuse"#);
    is_refused("policy.json", [quoted, bare], &["line 5 column"]);
}

#[test]
fn a_word_that_does_not_exist_names_the_line_and_the_choice() {
    let choice = "expected `refuse` or `check`";
    let edit = ["\"refuse\"", "\"perhaps\""];
    is_refused("policy.json", edit, &[choice, "line 5 column"]);
}

#[test]
fn a_setting_that_does_not_exist_is_refused() {
    let edit = ["\"retention-hours\"", "\"retention-days\""];
    is_refused("policy.json", edit, &["unknown field `retention-days`"]);
}

#[test]
fn a_bundle_can_not_be_fresh_for_longer_than_it_is_usable() {
    let edit = ["\"fresh-hours\": 24", "\"fresh-hours\": 169"];
    is_refused("policy.json", edit, &["fresh-hours"]);
}

#[test]
fn a_role_that_does_not_exist_is_refused() {
    is_refused(
        "trust.json",
        ["\"receipt\"", "\"everything\""],
        &["no kind of document `everything`"],
    );
}

#[test]
fn a_trust_list_without_the_own_authority_is_refused() {
    let own = "exactly one issuer must be the own authority";
    is_refused_saying(&[own], "trust.json", ["\"own\"", "\"refuse\""]);
}

#[test]
fn what_a_supervisor_may_allow_is_named_and_nothing_forged_has_a_name() {
    let forged = "\"supervisor-may-allow\": [\"bad-signature\"]";
    is_refused(
        "policy.json",
        ["\"supervisor-may-allow\": []", forged],
        &["unknown variant `bad-signature`", "`live-code-needed`"],
    );
}

#[test]
fn too_many_questions_are_refused_by_their_key() {
    let seven = format!("\"questions\": [{}]", ["\"q\""; 7].join(","));
    let edit = ["\"questions\": []", &seven];
    is_refused("policy.json", edit, &["questions has at most 6"]);
}

#[test]
fn a_policy_of_before_desks_and_questions_still_counts() {
    let region = Region::new("CN-SD");
    region.change_json("home/policy.json", |policy| {
        let settings = policy.as_object_mut().unwrap();
        for key in ["desks", "questions"] {
            assert!(settings.remove(key).is_some(), "{key}");
        }
    });
    region.ok(&["publish", "bundle"]);
}

#[test]
fn settings_are_taken_into_the_policy_all_or_none() {
    let region = Region::new("CN-SD");
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/policy.json");
    let floors = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/floors.json");
    let told = region.refused(&["policy", "set", demo]);
    assert!(told.contains("what a supervisor may allow"), "{told}");
    region.ok(&["trust", "floors", floors]);
    region.ok(&["policy", "set", demo]);
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    let policy = device.0.policy();
    assert_eq!(policy.desks.as_slice()[0].phone.as_str(), "0531-12345");
    assert_eq!(policy.questions.as_slice().len(), 2);
    let gate = &policy.places.as_map()[&"gate".parse().unwrap()];
    let rules = gate.rules.as_map().values().next().unwrap();
    assert!(!rules.overridable.is_empty() && policy.declare.is_some());
    let path = region.path("home/policy.json");
    let before = fs::read_to_string(&path).unwrap();
    let wrong = region.path("wrong.json");
    fs::write(&wrong, r#"{"help": "Nobody", "risc": "low"}"#).unwrap();
    region.refuses(&["policy", "set", wrong.to_str().unwrap()], "risc");
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
}
