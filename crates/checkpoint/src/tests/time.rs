//! Time through `judge`: dead clocks, jumps, old bundles and old lists. Nothing is bricked, and
//! every verdict and passage says on what time and on how old data it rests.

use gatepost_pass::{
    Freshness, TimeMark, Timekeeper,
    timekeeper::{Boot, Reading},
};

use super::*;
use crate::freshness_for;

/// 2099-01-01T00:00:00Z.
const IN_2099: Timestamp = Timestamp(4_070_908_800);
/// The steady clock when the device had started.
const STARTED: u64 = 5;

/// What both clocks say when the device has started.
fn started_at(wall: Timestamp) -> Reading {
    let steady = STARTED;
    Reading { wall, steady }
}

/// A device whose newest signed time is [`SIGNED`], seen as it started, with a clock that was
/// confirmed then.
fn confirmed() -> Timekeeper {
    let mut keeper = unconfirmed();
    let reading = started_at(SIGNED);
    keeper.set(SIGNED, reading).unwrap();
    keeper
}

/// The same where nothing has confirmed the clock.
fn unconfirmed() -> Timekeeper {
    let mut keeper = Timekeeper::new(TimeMark::default(), Boot([1; 16]));
    let reading = started_at(SIGNED);
    keeper.signed(SIGNED, reading);
    keeper
}

/// `seconds` after the start, while the wall clock says `wall`.
fn after(keeper: &Timekeeper, seconds: u64, wall: Timestamp) -> Now {
    let steady = STARTED + seconds;
    keeper.now(Reading { wall, steady })
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
        let now = after(&unconfirmed(), seconds, Timestamp(seconds));
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
        assert_eq!(marked, (ClockTrust::Behind, Freshness::Fresh));
    }
}

#[test]
fn a_dead_clock_does_not_bring_an_expired_pass_back() {
    let old = with_validity(SIGNED.minus(14 * DAY), SIGNED);
    for wall in [Timestamp(0), SIGNED.minus(DAY)] {
        let gate = gate(after(&unconfirmed(), 0, wall));
        assert!(gate.says(&old).1.contains(&Reason::Expired), "{wall}");
    }
}

#[test]
fn a_clock_at_2099_is_marked_and_nothing_is_admitted_on_it_by_mistake() {
    let now = after(&unconfirmed(), 10, IN_2099);
    assert_eq!(now.clock, ClockTrust::Ahead);
    let (outcome, reasons) = gate(now).says(&paper(1));
    assert_eq!(outcome, Outcome::Refuse);
    assert!(reasons.contains(&Reason::ClockUntrusted), "{reasons:?}");
    let (clock, freshness) = marks(&gate(now), &paper(1));
    assert_eq!((clock, freshness), (ClockTrust::Ahead, Freshness::Expired));
}

#[test]
fn a_clock_once_at_2099_and_back_bricks_nothing() {
    let mut keeper = unconfirmed();
    assert_eq!(after(&keeper, 10, IN_2099).clock, ClockTrust::Ahead);
    let back = after(&keeper, 20, SIGNED.plus(20));
    assert_eq!(back.clock, ClockTrust::Unconfirmed);
    assert_eq!(gate(back).says(&paper(1)), admit());
    // A bundle that is signed later holds the time up as ever.
    let reading = started_at(IN_2099);
    keeper.signed(SIGNED.plus(100), reading);
    assert_eq!(after(&keeper, 0, Timestamp(0)).time, SIGNED.plus(100));
}

#[test]
fn a_jump_back_changes_no_time_and_a_small_one_is_not_marked() {
    for keeper in [confirmed(), unconfirmed()] {
        for (back, expected) in [
            (0, admit()),
            (120, admit()),
            (121, admit_with(Reason::ClockUntrusted)),
            (30 * DAY, admit_with(Reason::ClockUntrusted)),
        ] {
            let now = after(&keeper, 60, SIGNED.plus(60).minus(back));
            assert_eq!(now.time, SIGNED.plus(60));
            assert_eq!(gate(now).says(&paper(1)), expected, "{back} s back");
        }
    }
}

#[test]
fn a_jump_forward_of_a_confirmed_clock_is_marked_and_ages_nothing() {
    for days in [0, 1, 7, 40, 9 * 365] {
        let gate = gate(after(&confirmed(), 60, SIGNED.plus(60 + days * DAY)));
        let (clock, expected) = match days {
            0 => (ClockTrust::Trusted, admit()),
            _ => (ClockTrust::Ahead, admit_with(Reason::ClockUntrusted)),
        };
        assert_eq!(
            marks(&gate, &paper(1)),
            (clock, Freshness::Fresh),
            "{days} days"
        );
        assert_eq!(gate.says(&paper(1)), expected, "{days} days");
    }
}

#[test]
fn a_clock_that_nothing_confirmed_is_named_once_it_would_explain_why_the_data_look_expired() {
    for (days, clock, freshness) in [
        (0, ClockTrust::Unconfirmed, Freshness::Fresh),
        (1, ClockTrust::Unconfirmed, Freshness::Stale),
        (7, ClockTrust::Unconfirmed, Freshness::Expired),
        (399, ClockTrust::Unconfirmed, Freshness::Expired),
        (401, ClockTrust::Ahead, Freshness::Expired),
    ] {
        let gate = gate(after(&unconfirmed(), 0, SIGNED.plus(days * DAY)));
        assert_eq!(marks(&gate, &paper(1)), (clock, freshness), "{days} days");
        let named = gate.says(&paper(1)).1.contains(&Reason::ClockUntrusted);
        assert_eq!(named, freshness == Freshness::Expired, "{days} days");
    }
}

#[test]
fn a_jump_either_way_and_back_again_changes_no_later_verdict() {
    for keeper in [confirmed(), unconfirmed()] {
        let jumps = [
            Timestamp(0),
            IN_2099,
            SIGNED.minus(DAY),
            SIGNED.plus(9 * DAY),
        ];
        for (n, wall) in jumps.into_iter().enumerate() {
            let seconds = 10 * (n as u64 + 1);
            after(&keeper, seconds, wall);
            let now = after(&keeper, seconds + 1, SIGNED.plus(seconds + 1));
            assert_eq!(gate(now).says(&paper(1)), admit(), "after {wall}");
        }
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
fn an_expired_bundle_under_a_dead_clock_looks_no_fresher_than_what_was_trusted() {
    let mut before = confirmed();
    let later = started_at(SIGNED.plus(8 * DAY));
    before.set(later.wall, later).unwrap();
    // The device restarts, and its clock is dead.
    let keeper = Timekeeper::new(before.mark(later), Boot([2; 16]));
    let gate = gate(after(&keeper, 0, Timestamp(0)));
    let marked = marks(&gate, &paper(1));
    assert_eq!(marked, (ClockTrust::Behind, Freshness::Expired));
    let expected = gate.says(&paper(1)).1;
    assert!(expected.contains(&Reason::ExpiredData) && expected.contains(&Reason::ClockUntrusted));
}

#[test]
fn after_a_restart_with_the_clock_set_back_three_days_an_expired_pass_is_refused_and_marked() {
    // Nothing but the hub's word, or what was logged, was newer than the bundle.
    let day_three = started_at(SIGNED.plus(3 * DAY));
    let mut by_hub = unconfirmed();
    by_hub.heard(day_three.wall, &(SIGNED..SIGNED), day_three);
    let mut by_log = unconfirmed();
    by_log.logged(day_three.wall, day_three);
    let pass = with_validity(SIGNED.minus(DAY), SIGNED.plus(2 * DAY));
    for before in [by_hub, by_log] {
        let mut keeper = Timekeeper::new(before.mark(day_three), Boot([2; 16]));
        let back = started_at(SIGNED);
        keeper.signed(SIGNED, back);
        let gate = gate(after(&keeper, 10, SIGNED.plus(10)));
        let (outcome, reasons) = gate.says(&pass);
        assert_eq!(outcome, Outcome::Refuse);
        assert!(reasons.contains(&Reason::Expired) && reasons.contains(&Reason::ClockUntrusted));
        assert_eq!(gate.now.clock, ClockTrust::Behind);
    }
}

#[test]
fn a_live_code_is_never_admitted_on_a_clock_that_is_not_trusted() {
    let six_days = SIGNED.plus(6 * DAY);
    // A photo of a live code, and the clock set back to the moment at which it was taken.
    for (clock, code, named) in [
        (ClockTrust::Unconfirmed, SIGNED, Reason::ClockUntrusted),
        (ClockTrust::Behind, SIGNED, Reason::ClockUntrusted),
        (ClockTrust::Ahead, SIGNED, Reason::ClockUntrusted),
        (ClockTrust::Behind, SIGNED.minus(91), Reason::LiveCodeOld),
        (ClockTrust::Unconfirmed, six_days, Reason::LiveCodeOld),
    ] {
        let time = SIGNED;
        let (outcome, reasons) = gate(Now { time, clock }).says_of_live(code);
        assert_eq!(outcome, Outcome::Check, "{clock:?}");
        assert!(reasons.contains(&named), "{reasons:?}");
        assert!(reasons.contains(&Reason::ClockUntrusted), "{reasons:?}");
    }
    assert_eq!(Gate::at(SIGNED).says_of_live(SIGNED), admit());
}

#[test]
fn a_six_day_old_photo_of_a_live_code_is_old_after_a_restart_with_the_clock_set_back() {
    let now = started_at(SIGNED.plus(6 * DAY));
    let mut before = unconfirmed();
    before.heard(now.wall, &(SIGNED..SIGNED), now);
    let mut keeper = Timekeeper::new(before.mark(now), Boot([2; 16]));
    let back = started_at(SIGNED);
    keeper.signed(SIGNED, back);
    let (outcome, reasons) = gate(keeper.now(back)).says_of_live(SIGNED);
    assert_eq!(outcome, Outcome::Check);
    let both = [Reason::LiveCodeOld, Reason::ClockUntrusted];
    assert!(
        both.iter().all(|reason| reasons.contains(reason)),
        "{reasons:?}"
    );
}

#[test]
fn a_live_code_that_is_dated_ahead_lives_no_longer_than_one_dated_now() {
    for ahead in [0, 1, 45, 90] {
        let code = live_code(&phone(1), SIGNED.plus(ahead), &fixture::holder());
        let mut live = LiveCodes::default();
        for (after, expected) in [
            (0, admit()),
            (90, admit()),
            (91, check(Reason::LiveCodeOld)),
            (180, check(Reason::LiveCodeOld)),
        ] {
            let says = Gate::at(SIGNED.plus(after)).says_with(&mut live, &code);
            assert_eq!(says, expected, "{ahead} s ahead, {after} s later");
        }
    }
    let far = live_code(&phone(1), SIGNED.plus(91), &fixture::holder());
    let says = Gate::at(SIGNED).says_with(&mut LiveCodes::default(), &far);
    assert_eq!(says, check(Reason::LiveCodeOld));
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
