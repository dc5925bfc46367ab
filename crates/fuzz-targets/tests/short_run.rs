//! A short run of every fuzz target with the same mutations each time; `scripts/fuzz` runs them
//! long.

use gatepost_fuzz_targets::{
    BATCH, DECODE, ENROLMENT, ENVELOPE, FAMILY_PASS, LIST, LIST_DELTA, MANIFEST, MODULES, PADDING,
    PINS, PROPOSAL, RELEASE, STATUS, TIME, TRUST_LIST, Target, WIPE_ORDER, WORDS, mutate,
};
use gatepost_pass::fixture::Dice;

/// Of each target; some 25,000 in all.
const MUTATIONS: usize = 2858;
/// Of those whose inputs are pictures, which take a hundred times as long.
const PICTURES: usize = 100;

fn run(target: Target) {
    for seed in (target.seeds)() {
        (target.run)(&seed);
        for end in 0..seed.len().min(64) {
            (target.run)(&seed[..end]);
        }
    }
    run_mutations(target, MUTATIONS);
}

fn run_mutations(target: Target, count: usize) {
    let seeds = (target.seeds)();
    let mut dice = Dice(2026);
    for _ in 0..count {
        let (one, other) = (dice.index(seeds.len()), dice.index(seeds.len()));
        (target.run)(&mutate(&mut dice, &seeds[one], &seeds[other]));
    }
}

#[test]
fn envelopes_hold() {
    run(ENVELOPE);
}

#[test]
fn family_passes_hold() {
    run(FAMILY_PASS);
}

#[test]
fn trust_lists_hold() {
    run(TRUST_LIST);
}

#[test]
fn proposals_hold() {
    run(PROPOSAL);
}

#[test]
fn manifests_hold() {
    run(MANIFEST);
}

#[test]
fn lists_hold() {
    run(LIST);
}

#[test]
fn deltas_hold() {
    run(LIST_DELTA);
}

#[test]
fn batches_hold() {
    run(BATCH);
}

#[test]
fn releases_hold() {
    run(RELEASE);
}

#[test]
fn times_hold() {
    run(TIME);
}

#[test]
fn statuses_hold() {
    run(STATUS);
}

#[test]
fn wipe_orders_hold() {
    run(WIPE_ORDER);
}

#[test]
fn padding_comes_off_whole_however_it_arrives_or_not_at_all() {
    run(PADDING);
}

#[test]
fn tables_of_pins_hold() {
    run(PINS);
}

#[test]
fn texts_of_strangers_hold() {
    run(WORDS);
}

#[test]
fn enrolments_hold() {
    run(ENROLMENT);
}

#[test]
fn pictures_hold() {
    run_mutations(DECODE, PICTURES);
}

#[test]
fn modules_hold() {
    run_mutations(MODULES, MUTATIONS);
}
