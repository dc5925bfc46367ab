//! What vouches for the lists ends: the device says so in time.

use crate::town::Town;

#[test]
fn doctor_tells_the_end_of_root_and_trust_list_and_the_latter_thirty_days_ahead() {
    let (town, _hub) = Town::enrolled_with_hub();
    let doctor = town.gatepost(["doctor"]);
    for line in ["ok    root: until ", "ok    trust list: until "] {
        assert!(doctor.out.contains(line), "{}", doctor.out);
    }
    town.authority(["trust", "renew", "--days", "29"]).well();
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
