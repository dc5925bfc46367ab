//! Root, trust list and keys end; the authority says so before, and renews.

use gatepost_pass::Timestamp;

use crate::support::{NOW, Region};

const DAY: u64 = 24 * 3600;

#[test]
fn online_keys_sign_for_ninety_days_and_are_rotated_by_one_command() {
    let region = Region::new("CN-SD");
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    let own = device.0.trust().issuer("CN-SD".parse().unwrap()).unwrap();
    let ends = |id: u16| {
        let mut keys = own.keys.as_slice().iter();
        keys.find(|key| key.id.0 == id).unwrap().until
    };
    // Lists, policy, freshness, hub.
    for id in 2..=5 {
        assert_eq!(ends(id), NOW.plus(90 * DAY), "key {id}");
    }
    // What documents and devices have signed may hang on a wall or lie in a device for a year.
    assert_eq!(
        (ends(1), ends(6)),
        (NOW.plus(456 * DAY), NOW.plus(456 * DAY))
    );
    assert_eq!(ends(7), NOW.plus(5 * 365 * DAY));

    let quiet = region.messages(&["publish", "bundle"]);
    assert!(!quiet.contains("key rotate"), "{quiet}");
    let soon = "2027-01-02T08:00:00Z";
    let warned = region.run_at(soon, &["publish", "bundle"]);
    let told = String::from_utf8(warned.stderr).unwrap();
    assert!(warned.status.success(), "{told}");
    for key in [
        "documents",
        "lists",
        "policy",
        "freshness",
        "hub",
        "devices",
    ] {
        assert!(
            told.contains(&format!("`key rotate {key}`")),
            "{key}: {told}"
        );
    }
    assert!(!told.contains("key wipe"), "{told}");
    let rotated = region.run_at(soon, &["key", "rotate", "lists"]);
    assert!(rotated.status.success());
    let told = region.run_at(soon, &["publish", "bundle"]).stderr;
    let told = String::from_utf8(told).unwrap();
    assert!(
        !told.contains("key lists") && told.contains("key hub"),
        "{told}"
    );
}

#[test]
fn a_trust_list_says_when_it_ends_and_is_renewed() {
    let region = Region::new("CN-SD");
    let told = region.ok(&["trust", "show"]);
    assert!(told.contains("trust list until 2027-11-01"), "{told}");
    assert!(told.contains("root 1 until 2031-10-31"), "{told}");
    region.ok(&["publish", "bundle"]);
    let expires = || -> Timestamp { region.device("bundle").unwrap().0.trust().expires() };
    assert_eq!(expires(), NOW.plus(365 * DAY));
    region.ok(&["trust", "renew", "--days", "20"]);
    let told = region.messages(&["publish", "bundle"]);
    assert!(told.contains("the trust list ends 2026-11-21"), "{told}");
    assert_eq!(expires(), NOW.plus(20 * DAY));
    region.ok(&["trust", "renew"]);
    let told = region.messages(&["publish", "bundle"]);
    assert!(!told.contains("trust list"), "{told}");
    assert_eq!(region.device("bundle").unwrap().0.trust().version(), 3);
}
