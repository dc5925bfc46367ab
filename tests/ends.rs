//! What vouches for the lists ends: the device says so in time.

use std::fs;

use gatepost_system::clock::{format_time, now};
use serde_json::Value;

use crate::town::Town;

#[test]
fn doctor_tells_the_end_of_root_and_trust_list_and_the_latter_thirty_days_ahead() {
    let (town, _hub) = Town::enrolled_with_hub();
    let doctor = town.gatepost(["doctor"]);
    for line in ["ok    root: until ", "ok    trust list: until "] {
        assert!(doctor.out.contains(line), "{}", doctor.out);
    }
    let path = town.path("home/trust.json");
    let mut trust: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    trust["until"] = format_time(now().plus(29 * 24 * 3600)).into();
    fs::write(&path, trust.to_string()).unwrap();
    town.publish();
    town.gatepost(["sync"]).well();
    let doctor = town.gatepost(["doctor"]);
    assert!(!doctor.well);
    assert!(
        doctor.out.contains("FAULT trust list: ends "),
        "{}",
        doctor.out
    );
    town.authority(["trust", "renew"]).well();
    town.publish();
    town.gatepost(["sync"]).well();
    let doctor = town.gatepost(["doctor"]);
    assert!(
        doctor.out.contains("ok    trust list: until "),
        "{}",
        doctor.out
    );
}
