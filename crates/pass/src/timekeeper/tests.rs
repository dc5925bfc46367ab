//! What a device makes of clocks that stop, jump and lie, and of signed times that agree or don't.

#![allow(clippy::unwrap_used)]

use super::*;

const DAY: u64 = 24 * 3600;
/// When the newest manifest was signed.
const SIGNED: Timestamp = Timestamp(1_790_000_000);
const FIRST: Boot = Boot([1; 16]);
const SECOND: Boot = Boot([2; 16]);
/// Nobody vouches for a time.
const NOBODY: Range<Timestamp> = Timestamp(0)..Timestamp(0);

fn at(wall: Timestamp, steady: u64) -> Reading {
    Reading { wall, steady }
}

/// A day from the newest manifest on: its fresh time.
fn fresh() -> Range<Timestamp> {
    SIGNED..SIGNED.plus(DAY)
}

/// A device that has just started, with the manifest.
fn started(mark: TimeMark, boot: Boot, wall: Timestamp) -> Timekeeper {
    let mut keeper = Timekeeper::new(mark, boot);
    keeper.signed(SIGNED, at(wall, 5));
    keeper
}

fn state(keeper: &Timekeeper, reading: Reading) -> (u64, ClockTrust, i64) {
    let now = keeper.now(reading);
    (now.time.since(SIGNED), now.clock, keeper.off(reading))
}

#[test]
fn a_clock_is_believed_only_once_something_agreed() {
    let wall = SIGNED.plus(3600);
    let mut keeper = started(TimeMark::default(), FIRST, wall);
    assert_eq!(
        state(&keeper, at(wall, 5)),
        (3600, ClockTrust::Unconfirmed, 0)
    );
    assert_eq!(
        keeper.heard(wall.plus(10), &NOBODY, at(wall, 5)),
        Heard::Agreed
    );
    // The signed time is the better one.
    assert_eq!(state(&keeper, at(wall, 5)), (3610, ClockTrust::Trusted, 0));
    // From here on the steady clock counts.
    assert_eq!(
        state(&keeper, at(wall.plus(70), 65)),
        (3670, ClockTrust::Trusted, 0)
    );
}

#[test]
fn a_clock_set_back_over_a_restart_is_behind_and_the_time_stays_where_it_was_trusted() {
    let wall = SIGNED.plus(3 * DAY);
    let mut before = started(TimeMark::default(), FIRST, wall);
    before.heard(wall, &NOBODY, at(wall, 5));
    let mark = before.mark(at(wall.plus(600), 605));
    let back = SIGNED.plus(600);
    let keeper = started(mark, SECOND, back);
    let (time, clock, off) = state(&keeper, at(back, 30));
    // The machine has run for 30 s since.
    assert_eq!((time, clock), (3 * DAY + 630, ClockTrust::Behind));
    assert_eq!(off, -(3 * DAY as i64) - 30);
}

#[test]
fn what_was_logged_holds_a_clock_that_nobody_ever_confirmed() {
    let wall = SIGNED.plus(3 * DAY);
    let mut before = started(TimeMark::default(), FIRST, wall);
    before.logged(wall, at(wall, 5));
    let keeper = started(before.mark(at(wall, 5)), SECOND, SIGNED);
    assert_eq!(state(&keeper, at(SIGNED, 0)).0, 3 * DAY);
    assert_eq!(keeper.now(at(SIGNED, 0)).clock, ClockTrust::Behind);
    // A signed time that a manifest vouches for puts it right, however it went wrong.
    let mut keeper = keeper;
    let right = SIGNED.plus(3600);
    assert_eq!(keeper.heard(right, &fresh(), at(SIGNED, 0)), Heard::Agreed);
    let mark = keeper.mark(at(SIGNED, 0));
    let again = started(mark, Boot([3; 16]), right.plus(60));
    assert_eq!(
        state(&again, at(right.plus(60), 0)),
        (3660, ClockTrust::Unconfirmed, 0)
    );
}

#[test]
fn what_was_logged_far_ahead_is_forgotten() {
    let in_2099 = Timestamp(4_070_908_800);
    let mut before = started(TimeMark::default(), FIRST, in_2099);
    assert_eq!(before.now(at(in_2099, 5)).clock, ClockTrust::Ahead);
    before.logged(in_2099, at(in_2099, 5));
    let keeper = started(before.mark(at(in_2099, 5)), SECOND, SIGNED.plus(60));
    let state = state(&keeper, at(SIGNED.plus(60), 5));
    assert_eq!(state, (60, ClockTrust::Unconfirmed, 0));
}

#[test]
fn a_dead_clock_gets_going_by_a_signed_time_that_the_manifest_vouches_for() {
    let mut keeper = started(TimeMark::default(), FIRST, Timestamp(5));
    assert_eq!(keeper.now(at(Timestamp(5), 5)).clock, ClockTrust::Behind);
    let right = SIGNED.plus(7 * 3600);
    assert_eq!(
        keeper.heard(right, &fresh(), at(Timestamp(5), 5)),
        Heard::Agreed
    );
    let (time, clock, off) = state(&keeper, at(Timestamp(65), 65));
    assert_eq!((time, clock), (7 * 3600 + 60, ClockTrust::Trusted));
    assert!(
        off < -1_700_000_000,
        "the clock itself is still named: {off}"
    );
    // The network's time comes later, and sets the clock right: no reason for distrust.
    let right = right.plus(120);
    assert_eq!(state(&keeper, at(right, 125)).1, ClockTrust::Trusted);
}

#[test]
fn the_hubs_key_alone_moves_no_clock_by_more_than_minutes() {
    for (wall, said) in [
        (SIGNED.plus(3600), SIGNED.plus(3600 + 301)),
        (SIGNED.plus(3600), SIGNED.plus(6 * DAY)),
        (SIGNED.plus(DAY + 301), SIGNED.plus(DAY)),
        (Timestamp(0), SIGNED.plus(2 * DAY)),
    ] {
        let mut keeper = started(TimeMark::default(), FIRST, wall);
        let before = keeper.now(at(wall, 5)).time;
        let heard = keeper.heard(said, &NOBODY, at(wall, 5));
        assert_eq!(heard, Heard::Contradicted);
        let now = keeper.now(at(wall, 5));
        assert_eq!(now.time, before);
        assert!(matches!(now.clock, ClockTrust::Ahead | ClockTrust::Behind));
    }
}

#[test]
fn many_signed_times_lead_a_trusted_clock_no_further_than_one() {
    let wall = SIGNED.plus(3600);
    let mut keeper = started(TimeMark::default(), FIRST, wall);
    keeper.heard(wall, &NOBODY, at(wall, 5));
    for n in 1..200 {
        let reading = at(wall.plus(60 * n), 5 + 60 * n);
        let said = keeper.now(reading).time.plus(290);
        keeper.heard(said, &fresh(), reading);
    }
    let reading = at(wall.plus(12_000), 12_005);
    let ahead = keeper.now(reading).time.since(wall.plus(12_000));
    assert!(ahead <= ONE_STEP, "{ahead} s ahead");
}

#[test]
fn a_signed_time_does_not_bring_back_what_was_trusted_though_a_manifest_vouches() {
    let wall = SIGNED.plus(20 * 3600);
    let mut before = started(TimeMark::default(), FIRST, wall);
    before.heard(wall, &NOBODY, at(wall, 5));
    assert_eq!(
        before.heard(SIGNED.plus(60), &fresh(), at(wall, 5)),
        Heard::Contradicted
    );
    let mark = before.mark(at(wall, 5));
    let mut keeper = started(mark, SECOND, SIGNED.plus(60));
    let heard = keeper.heard(SIGNED.plus(60), &fresh(), at(SIGNED.plus(60), 5));
    assert_eq!(heard, Heard::Contradicted);
    assert!(keeper.now(at(SIGNED, 5)).time >= wall);
}

#[test]
fn a_clock_forty_days_ahead_is_named_by_a_signed_time_and_put_right_by_two_keys() {
    let (right, wall) = (SIGNED.plus(3600), SIGNED.plus(3600 + 40 * DAY));
    let mut keeper = started(TimeMark::default(), FIRST, wall);
    keeper.heard(right, &NOBODY, at(wall, 5));
    let ahead = (3600 + 40 * DAY, ClockTrust::Ahead, 40 * DAY as i64);
    assert_eq!(state(&keeper, at(wall, 5)), ahead);
    keeper.heard(right, &fresh(), at(wall, 5));
    let trusted = (3600, ClockTrust::Trusted, 40 * DAY as i64);
    assert_eq!(state(&keeper, at(wall, 5)), trusted);
}

#[test]
fn a_jump_ends_the_trust_and_the_time_in_use_runs_on() {
    let wall = SIGNED.plus(3600);
    let mut keeper = started(TimeMark::default(), FIRST, wall);
    keeper.heard(wall, &NOBODY, at(wall, 5));
    for (jump, clock) in [
        (120, ClockTrust::Trusted),
        (121, ClockTrust::Ahead),
        (-120, ClockTrust::Trusted),
        (-121, ClockTrust::Behind),
        (-3 * DAY as i64, ClockTrust::Behind),
    ] {
        let jumped = Timestamp(wall.plus(60).0.saturating_add_signed(jump));
        let now = keeper.now(at(jumped, 65));
        assert_eq!((now.time, now.clock), (wall.plus(60), clock), "{jump} s");
    }
    // Whoever agrees next confirms the time in use; the wall clock is what it is.
    keeper.heard(wall.plus(60), &NOBODY, at(wall.plus(DAY), 65));
    let now = keeper.now(at(wall.plus(DAY + 60), 125));
    assert_eq!((now.time, now.clock), (wall.plus(120), ClockTrust::Trusted));
}

#[test]
fn a_supervisor_sets_any_time_but_one_before_a_signed_one() {
    let wall = SIGNED.plus(400 * DAY);
    let mut keeper = started(TimeMark::default(), FIRST, wall);
    // A slip of the finger, trusted and kept.
    keeper.set(SIGNED.plus(300 * DAY), at(wall, 5)).unwrap();
    let mut keeper = started(keeper.mark(at(wall, 5)), SECOND, SIGNED.plus(DAY));
    assert_eq!(
        keeper.now(at(SIGNED.plus(DAY), 5)).clock,
        ClockTrust::Behind
    );
    let before = keeper.set(SIGNED.minus(60), at(wall, 5));
    assert_eq!(before, Err(BeforeSigned));
    keeper.set(SIGNED.plus(DAY), at(wall, 5)).unwrap();
    let now = keeper.now(at(wall.plus(60), 65));
    assert_eq!(
        (now.time, now.clock),
        (SIGNED.plus(DAY + 60), ClockTrust::Trusted)
    );
}

#[test]
fn a_clock_past_the_end_of_the_devices_own_papers_is_ahead() {
    let wall = SIGNED.plus(30 * DAY);
    let mut keeper = started(TimeMark::default(), FIRST, wall);
    keeper.papers_end(SIGNED.plus(20 * DAY));
    let ahead = (30 * DAY, ClockTrust::Ahead, 10 * DAY as i64);
    assert_eq!(state(&keeper, at(wall, 5)), ahead);
    // The papers have really run out, says the hub.
    keeper.heard(wall, &NOBODY, at(wall, 5));
    assert_eq!(
        state(&keeper, at(wall, 5)),
        (30 * DAY, ClockTrust::Trusted, 0)
    );
}

#[test]
fn running_time_counts_over_restarts_and_no_clock_changes_it() {
    let mut keeper = started(TimeMark::default(), FIRST, SIGNED);
    keeper
        .set(SIGNED.plus(9 * 365 * DAY), at(SIGNED, 5))
        .unwrap();
    assert_eq!(keeper.ran(3605), 3605);
    let mark = keeper.mark(at(Timestamp(0), 3605));
    // The program starts again, and then the machine.
    let same = Timekeeper::new(mark, FIRST);
    assert_eq!((same.ran(4000), same.boots()), (4000, 1));
    let next = Timekeeper::new(mark, SECOND);
    assert_eq!((next.ran(100), next.boots()), (3705, 2));
}

#[test]
fn the_mark_is_read_back_and_rubbish_is_not() {
    let wall = SIGNED.plus(3600);
    let mut keeper = started(TimeMark::default(), FIRST, wall);
    keeper.heard(wall, &NOBODY, at(wall, 5));
    keeper.heard(wall.plus(DAY), &NOBODY, at(wall, 5));
    let mark = keeper.mark(at(wall, 5));
    let bytes = mark.to_bytes();
    assert!(bytes.len() <= TimeMark::MAX);
    assert_eq!(TimeMark::from_bytes(&bytes), Ok(mark));
    for end in 0..bytes.len() {
        assert!(TimeMark::from_bytes(&bytes[..end]).is_err());
    }
    assert!(TimeMark::from_bytes(&[bytes.as_slice(), &[0]].concat()).is_err());
}
