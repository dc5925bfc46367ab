//! `kill -9` at any moment: what was shown as logged is never lost, and nothing arrives twice.

use std::{process::Stdio, thread, time::Duration};

use gatepost_pass::fixture::Dice;

use crate::{
    arguments,
    support::{runs, wait_for},
    town::Town,
};

#[test]
fn every_passage_that_was_logged_reaches_the_hub_once_whenever_the_scanner_dies() {
    let rounds = runs(12);
    let mut dice = Dice(1);
    let (town, _) = Town::enrolled_with_hub();
    town.pictures("frames", 6);
    let mut logged = 0;
    for round in 0..rounds {
        let _ = std::fs::remove_dir_all(town.path("shots"));
        // Every third round the hub runs, so that a kill also hits while passages are sent.
        let hub = (round % 3 == 0).then(|| town.hub());
        let mut scanner = town
            .scanner("frames")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Any moment, from before the log is open until after the last passage.
        if dice.below(4) > 0 {
            wait_for(|| !town.verdicts().is_empty());
        }
        thread::sleep(Duration::from_micros(dice.below(1_300_000)));
        scanner.kill().unwrap();
        scanner.wait().unwrap();
        logged += town.verdicts().len() as u64;
        drop(hub);
    }

    let _hub = town.hub();
    town.gatepost(["sync"]).well();
    town.gatepost(["sync"]).well();
    let at_hub = town.arrived_once();
    println!(
        "{rounds} kills of the scanner, {logged} passages shown as logged, {at_hub} at the hub"
    );
    // One may have been committed without having been shown, never the reverse.
    assert!(at_hub >= logged, "{at_hub} of {logged} arrived");
    assert!(at_hub <= logged + rounds, "{at_hub} for {logged}");
}

#[test]
fn every_passage_counts_once_whenever_the_hub_dies_while_batches_travel() {
    let rounds = runs(6);
    let mut dice = Dice(2);
    let (town, _) = Town::enrolled_with_hub();
    let (mut logged, mut broken_off) = (0, 0);
    for _ in 0..rounds {
        // Two or three batches an epoch.
        let passages = 500 + dice.below(700);
        town.log_passages(passages);
        logged += passages;
        let hub = town.hub();
        let mut sync = town.start(["sync"]);
        thread::sleep(Duration::from_micros(dice.below(250_000)));
        // SIGKILL.
        drop(hub);
        broken_off += u64::from(!sync.wait().unwrap().success());
    }
    let _hub = town.hub();
    town.gatepost(["sync"]).well();
    let at_hub = town.arrived_once();
    println!(
        "{rounds} kills of the hub, {broken_off} of them in a sync, {logged} passages logged, \
         {at_hub} at the hub"
    );
    assert_eq!(at_hub, logged);
    assert!(broken_off > 0);
}

#[test]
fn an_import_killed_at_any_moment_leaves_the_old_or_the_new_bundle() {
    const ROUNDS: u64 = 25;
    let town = Town::new();
    town.enrol("");
    let picture = town.picture("stills", "1.png", &town.pass("G0000001"));
    for round in 0..ROUNDS {
        town.publish();
        let mut import = town.start(arguments!["import", town.path("bundle")]);
        // Half a millisecond later each round, over the length of an import.
        thread::sleep(Duration::from_micros(round * 500));
        import.kill().unwrap();
        import.wait().unwrap();
        assert_eq!(town.check(&picture)[0]["outcome"], "admit", "round {round}");
    }
    // Whatever an import left, the next one completes it, by delta.
    town.publish();
    let last = town.gatepost(arguments!["import", town.path("bundle")]);
    assert!(last.well().err.contains("made from"));
}
