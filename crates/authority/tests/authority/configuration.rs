//! Files that people edit: what is wrong is named, and nothing is published.

use std::fs;

use crate::support::Region;

/// A region whose file was edited, and what `publish` says of it.
fn publish_after(file: &str, from: &str, to: &str) -> String {
    let region = Region::new("CN-SD");
    let path = region.path("home").join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(&path, text.replace(from, to)).unwrap();
    let told = region.refused(&["publish", "bundle"]);
    assert!(told.contains(file), "{told}");
    assert!(!region.path("bundle/manifest").exists());
    told
}

#[test]
fn a_malformed_policy_names_the_line() {
    let told = publish_after("policy.json", "\"risk\": \"medium\",", "\"risk\": medium,");
    assert!(told.contains("line 3 column"), "{told}");
}

#[test]
fn a_word_that_does_not_exist_names_the_line_and_the_choice() {
    let told = publish_after("policy.json", "\"medium\"", "\"extreme\"");
    assert!(
        told.contains("expected one of `low`, `medium`, `high`"),
        "{told}"
    );
    assert!(told.contains("line 3 column"), "{told}");
}

#[test]
fn a_setting_that_does_not_exist_is_refused() {
    let told = publish_after("policy.json", "\"retention-hours\"", "\"retention-days\"");
    assert!(told.contains("unknown field `retention-days`"), "{told}");
}

#[test]
fn a_bundle_can_not_be_fresh_for_longer_than_it_is_usable() {
    let told = publish_after("policy.json", "\"fresh-hours\": 24", "\"fresh-hours\": 169");
    assert!(told.contains("fresh-hours"), "{told}");
}

#[test]
fn a_role_that_does_not_exist_is_refused() {
    let told = publish_after("trust.json", "\"receipt\"", "\"everything\"");
    assert!(told.contains("no kind of document `everything`"), "{told}");
}

#[test]
fn a_trust_list_without_the_own_authority_is_refused() {
    let region = Region::new("CN-SD");
    let path = region.path("home/trust.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"own\"", "\"refuse\"")).unwrap();
    let told = region.refused(&["publish", "bundle"]);
    assert!(
        told.contains("exactly one issuer must be the own authority"),
        "{told}"
    );
}
