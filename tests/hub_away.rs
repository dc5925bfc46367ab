//! A hub that is away for as long as it likes, and a device that syncs more often than it must.

use crate::{arguments, town::Town};

#[test]
fn passages_wait_for_the_hub_and_count_once() {
    let (town, _) = Town::enrolled_with_hub();
    let sync = || town.gatepost(["sync"]);
    town.pictures("frames", 4);
    town.scan("frames");
    assert_eq!(town.verdicts().len(), 4);
    sync().fails("the hub can't be reached");

    let hub = town.hub();
    sync().prints("sent 4 passages, 0 wait");
    sync().prints("sent 0 passages, 0 wait");
    assert_eq!(town.arrived().len(), 4);
    drop(hub);

    // The device continues in a new epoch, and only the new passages are sent.
    town.scan("frames");
    let _hub = town.hub();
    sync().prints("sent 4 passages, 0 wait");
    assert_eq!(town.arrived().len(), 8);
}

#[test]
fn the_hub_hands_a_newer_bundle_out() {
    let (town, _hub) = Town::enrolled_with_hub();
    town.gatepost(["sync"]).prints("the bundle is up to date");
    town.publish();
    town.gatepost(["sync"]).prints("installed bundle 2");
}

#[test]
fn a_bundle_that_goes_back_is_refused_by_name_and_the_installed_one_stays() {
    let town = Town::new();
    town.enrol("");
    let copy = town.path("old");
    std::fs::create_dir(&copy).unwrap();
    for file in std::fs::read_dir(town.path("bundle")).unwrap().flatten() {
        std::fs::copy(file.path(), copy.join(file.file_name())).unwrap();
    }
    town.publish();
    town.gatepost(arguments!["import", town.path("bundle")])
        .well();
    town.gatepost(arguments!["import", &copy])
        .fails("goes back from version 2 to 1");
    let picture = town.picture("stills", "1.png", &town.pass("G0000001"));
    assert_eq!(town.check(&picture)[0]["outcome"], "admit");
}
