//! Root, trust list and keys end; the authority says so before, and renews.

use std::fs;

use gatepost_pass::Timestamp;

use crate::support::{NOW, Region};

const DAY: u64 = 24 * 3600;

#[test]
fn online_keys_sign_for_ninety_days_and_what_hangs_on_walls_outlives_them_by_a_year() {
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
    let year_more = NOW.plus((90 + 365) * DAY);
    assert_eq!((ends(1), ends(6)), (year_more, year_more));
    assert_eq!(ends(7), NOW.plus(5 * 365 * DAY));
}

#[test]
fn publish_says_when_root_or_trust_list_end_and_a_renewed_one_is_signed() {
    let region = Region::new("CN-SD");
    let quiet = region.messages(&["publish", "bundle"]);
    assert!(!quiet.contains("ends soon"), "{quiet}");
    let expires = || -> Timestamp { region.device("bundle").unwrap().0.trust().expires() };
    assert_eq!(expires(), NOW.plus(365 * DAY));
    let path = region.path("home/trust.json");
    let mut trust: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    trust["until"] = "2026-11-21T08:00:00Z".into();
    fs::write(&path, trust.to_string()).unwrap();
    let told = region.messages(&["publish", "bundle"]);
    assert!(
        told.contains("the trust list ends soon, on 2026-11-21"),
        "{told}"
    );
    assert_eq!(expires(), NOW.plus(20 * DAY));
    region.ok(&["trust", "renew"]);
    let told = region.messages(&["publish", "bundle"]);
    assert!(!told.contains("ends soon"), "{told}");
    assert_eq!(expires(), NOW.plus(365 * DAY));
    assert_eq!(region.device("bundle").unwrap().0.trust().version(), 3);
}
