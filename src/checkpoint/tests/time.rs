//! Time through `judge`: dead clocks, jumps, old bundles and old lists. Nothing is bricked, and
//! every verdict and passage says on what time and on how old data it rests.

use std::time::Duration;

use gatepost_pass::{Floor, Freshness};

use super::*;
use crate::checkpoint::freshness_for;

/// 2099-01-01T00:00:00Z.
const IN_2099: Timestamp = Timestamp(4_070_908_800);
const BOOT: Duration = Duration::from_secs(5);

/// A device whose newest signed time is [`SIGNED`], seen at boot.
fn floor() -> Floor {
    Floor::new(SIGNED, BOOT)
}

/// `seconds` after boot, while the wall clock says `wall`.
fn after(floor: &Floor, seconds: u64, wall: Timestamp) -> Now {
    floor.now(wall, BOOT + Duration::from_secs(seconds))
}

fn gate(now: Now) -> Gate {
    Gate { now, ..Gate::new() }
}

fn admit_with(remark: Reason) -> (Outcome, Vec<Reason>) {
    (Outcome::Admit, vec![Reason::Green, remark])
}

/// What the passage of a pass is marked with: clock and freshness.
fn marks(gate: &Gate, bytes: &[u8]) -> (ClockTrust, Freshness) {
    let bundle = gate.region.verified();
    let judged = gate.judge(&to_text(bytes));
    let freshness = freshness_for(&bundle, &judged.seen, gate.now.time);
    (gate.now.clock, freshness)
}

#[test]
fn a_clock_that_is_dead_at_boot_gives_the_floor_and_every_verdict_says_so() {
    for seconds in [0, 60, 3600] {
        let now = after(&floor(), seconds, Timestamp(seconds));
        assert_eq!(now.time, SIGNED.plus(seconds), "the floor moves on");
        let gate = gate(now);
        assert_eq!(gate.says(&paper(1)), admit_with(Reason::ClockUntrusted));
        let red = gate.says(&paper(102));
        assert_eq!(red.0, Outcome::Refuse);
        assert!(red.1.contains(&Reason::ClockUntrusted));
        let mut forged = paper(1);
        *forged.last_mut().unwrap() ^= 1;
        assert!(gate.says(&forged).1.contains(&Reason::ClockUntrusted));
        let marked = marks(&gate, &paper(1));
        assert_eq!(marked, (ClockTrust::BehindFloor, Freshness::Fresh));
    }
}

#[test]
fn a_dead_clock_does_not_bring_an_expired_pass_back() {
    let old = with_validity(SIGNED.minus(14 * DAY), SIGNED);
    for wall in [Timestamp(0), SIGNED.minus(DAY)] {
        let gate = gate(after(&floor(), 0, wall));
        assert!(gate.says(&old).1.contains(&Reason::Expired), "{wall}");
    }
}

#[test]
fn a_clock_at_2099_is_marked_and_nothing_is_admitted_on_it_by_mistake() {
    let now = after(&floor(), 10, IN_2099);
    assert_eq!(now.clock, ClockTrust::FarAhead);
    let (outcome, reasons) = gate(now).says(&paper(1));
    assert_eq!(outcome, Outcome::Refuse);
    assert!(reasons.contains(&Reason::ClockUntrusted), "{reasons:?}");
    let (clock, freshness) = marks(&gate(now), &paper(1));
    assert_eq!(
        (clock, freshness),
        (ClockTrust::FarAhead, Freshness::Expired)
    );
}

#[test]
fn a_clock_once_at_2099_and_back_bricks_nothing() {
    let mut floor = floor();
    assert_eq!(after(&floor, 10, IN_2099).clock, ClockTrust::FarAhead);
    let back = after(&floor, 20, SIGNED.plus(20));
    assert_eq!(back.clock, ClockTrust::Trusted);
    assert_eq!(gate(back).says(&paper(1)), admit());
    // A bundle that is signed later raises the floor as ever.
    floor.raise(SIGNED.plus(100), BOOT);
    assert_eq!(after(&floor, 0, Timestamp(0)).time, SIGNED.plus(100));
}

#[test]
fn a_jump_back_takes_the_floor_and_a_small_one_is_not_marked() {
    for (back, expected) in [
        (0, admit()),
        (120, admit()),
        (121, admit_with(Reason::ClockUntrusted)),
        (30 * DAY, admit_with(Reason::ClockUntrusted)),
    ] {
        let now = after(&floor(), 60, SIGNED.plus(60).minus(back));
        assert_eq!(now.time, SIGNED.plus(60));
        assert_eq!(gate(now).says(&paper(1)), expected, "{back} s back");
    }
}

#[test]
fn a_jump_forward_ages_the_data_and_is_marked_once_it_is_far() {
    for (days, clock, freshness) in [
        (0, ClockTrust::Trusted, Freshness::Fresh),
        (1, ClockTrust::Trusted, Freshness::Stale),
        (7, ClockTrust::Trusted, Freshness::Expired),
        (399, ClockTrust::Trusted, Freshness::Expired),
        (401, ClockTrust::FarAhead, Freshness::Expired),
    ] {
        let gate = gate(after(&floor(), 0, SIGNED.plus(days * DAY)));
        assert_eq!(marks(&gate, &paper(1)), (clock, freshness), "{days} days");
        let expected = gate.says(&paper(1)).1;
        let untrusted = expected.contains(&Reason::ClockUntrusted);
        assert_eq!(untrusted, clock != ClockTrust::Trusted, "{days} days");
    }
}

#[test]
fn a_jump_either_way_and_back_again_changes_no_later_verdict() {
    let floor = floor();
    let jumps = [
        Timestamp(0),
        IN_2099,
        SIGNED.minus(DAY),
        SIGNED.plus(9 * DAY),
    ];
    for (n, wall) in jumps.into_iter().enumerate() {
        let seconds = 10 * (n as u64 + 1);
        after(&floor, seconds, wall);
        let now = after(&floor, seconds + 1, SIGNED.plus(seconds + 1));
        assert_eq!(gate(now).says(&paper(1)), admit(), "after {wall}");
    }
}

#[test]
fn freshness_has_three_states_with_edges_to_the_second_and_marks_verdict_and_passage() {
    let pass = with_validity(SIGNED, SIGNED.plus(14 * DAY));
    for (at, freshness, expected) in [
        (DAY - 1, Freshness::Fresh, admit()),
        (DAY, Freshness::Stale, admit_with(Reason::StaleData)),
        (7 * DAY - 1, Freshness::Stale, admit_with(Reason::StaleData)),
        (7 * DAY, Freshness::Expired, refuse(Reason::ExpiredData)),
    ] {
        let gate = Gate::at(SIGNED.plus(at));
        assert_eq!(gate.says(&pass), expected, "{at} s");
        assert_eq!(marks(&gate, &pass), (ClockTrust::Trusted, freshness));
    }
}

#[test]
fn each_lists_own_as_of_marks_the_passes_of_its_issuer() {
    for (age, freshness, expected) in [
        (0, Freshness::Fresh, admit()),
        (DAY, Freshness::Stale, admit_with(Reason::StaleData)),
        (7 * DAY, Freshness::Expired, refuse(Reason::ExpiredData)),
    ] {
        let mut gate = Gate::new();
        // Measured at the second at which the manifest was signed.
        gate.now.time = SIGNED;
        gate.region.list_age = age as i64;
        assert_eq!(gate.says(&paper(1)), expected, "lists {age} s old");
        assert_eq!(marks(&gate, &paper(1)).1, freshness);
        // Whoever has no list here is not marked by the own one's age.
        let other = foreign_paper("CN-JS");
        assert_eq!(gate.says(&other), check(Reason::NoList));
        assert_eq!(marks(&gate, &other).1, Freshness::Fresh);
    }
}

#[test]
fn an_expired_bundle_under_a_dead_clock_looks_no_fresher_than_its_floor() {
    let mut floor = floor();
    // The device has seen a newer signed time than its bundle's, a receipt of the hub, say.
    floor.raise(SIGNED.plus(8 * DAY), BOOT);
    let gate = gate(after(&floor, 0, Timestamp(0)));
    let marked = marks(&gate, &paper(1));
    assert_eq!(marked, (ClockTrust::BehindFloor, Freshness::Expired));
    let expected = gate.says(&paper(1)).1;
    assert!(expected.contains(&Reason::ExpiredData) && expected.contains(&Reason::ClockUntrusted));
}

#[test]
fn an_old_live_code_is_old_whatever_the_clock_is_worth() {
    let old = SIGNED.minus(91);
    let trusted = gate(after(&floor(), 0, SIGNED));
    assert_eq!(trusted.says_of_live(old), check(Reason::LiveCodeOld));
    let dead = gate(after(&floor(), 0, Timestamp(0)));
    assert!(dead.says_of_live(old).1.contains(&Reason::LiveCodeOld));
}

#[test]
fn another_region_is_recognised_to_the_second_and_guided_after_that() {
    let mut region = Region::default();
    let mut issuers = region.trust.issuers.as_slice().to_vec();
    issuers[2].until = SIGNED.plus(7200);
    region.trust.issuers = issuers.try_into().unwrap();
    let pass = foreign_paper("CN-BJ");
    let mut gate = Gate {
        region,
        ..Gate::new()
    };
    gate.now.time = SIGNED.plus(7199);
    assert_eq!(gate.says(&pass), check(Reason::ConvertPass));
    gate.now.time = SIGNED.plus(7200);
    assert_eq!(gate.says(&pass), check(Reason::IssuerRefused));
}

#[test]
fn another_regions_colours_are_mapped_before_they_count() {
    use gatepost_pass::{Recognition, trust::ColourMap};
    let strict = ColourMap {
        green: Colour::Yellow,
        yellow: Colour::Red,
        red: Colour::Red,
    };
    for (map, colour, expected) in [
        (ColourMap::SAME, Colour::Green, None),
        (ColourMap::SAME, Colour::Red, Some(Reason::Red)),
        (strict, Colour::Green, Some(Reason::Yellow)),
        (strict, Colour::Yellow, Some(Reason::Red)),
    ] {
        let mut gate = Gate::new();
        let mut issuers = gate.region.trust.issuers.as_slice().to_vec();
        issuers[1].recognition = Recognition::Accept(map);
        gate.region.trust.issuers = issuers.try_into().unwrap();
        let person = gatepost_pass::Subject {
            colour,
            ..fixture::subject(1)
        };
        let subjects = vec![person].try_into().unwrap();
        let pass = Pass {
            subjects,
            ..fixture::paper_pass(1)
        };
        let reasons = gate.says(&foreign("CN-JS").sign(Kind::Pass, &pass)).1;
        let of_colour = |reason: &Reason| matches!(reason, Reason::Yellow | Reason::Red);
        assert_eq!(reasons.into_iter().find(of_colour), expected, "{colour:?}");
    }
}
