//! Who is on duty: badges in every state, PINs, and time.

use std::time::{Duration, Instant};

use gatepost_pass::{Badge, Pin, PinVerifier, Revocation, Site, badge::BadgeRole};
use gatepost_protocol::PinTable;

use super::*;
use crate::{
    BadgeFault, DutyStatus, EnteredPin, GuardDuty, ListAnswer, PadState, PinOf, PinPad, PinTries,
};

fn guard(n: u8) -> Badge {
    fixture::badge(n, BadgeRole::Guard)
}

/// A badge with a PIN.
fn with_pin(n: u8, pin: &str) -> Badge {
    Badge {
        pin: Some(verifier(n, pin).digest()),
        ..guard(n)
    }
}

/// What its PIN is checked against.
fn verifier(n: u8, pin: &str) -> PinVerifier {
    PinVerifier::new(&self::pin(pin), [n; 16])
}

/// What a device checks the PINs of these badges against.
fn table(pins: &[(u8, &str)]) -> PinTable {
    PinTable::new(
        pins.iter()
            .map(|(n, pin)| (guard(*n).number, verifier(*n, pin))),
    )
}

fn pin(text: &str) -> Pin {
    text.to_owned().try_into().unwrap()
}

/// A disk that takes everything.
fn kept(_: &PinTries) -> Result<(), ()> {
    Ok(())
}

/// Enters a PIN and waits until it is checked.
fn enter(duty: &mut GuardDuty, pad: &mut PinPad, text: &str, at: Instant) {
    let entered = pad.enter(asks(duty), pin(text), at, kept).unwrap().unwrap();
    check_pin(duty, pad, entered);
}

/// A PIN that was entered before is checked now.
fn check_pin(duty: &mut GuardDuty, pad: &mut PinPad, entered: EnteredPin) {
    let checked = entered.check();
    pad.checked(&checked, kept).unwrap();
    duty.checked(&checked);
}

/// Whose PIN is asked.
fn asks(duty: &GuardDuty) -> PinOf {
    match duty.status() {
        DutyStatus::Asking(_, of) => of,
        other => unreachable!("{other:?}"),
    }
}

fn show(duty: &mut GuardDuty, badge: &Badge, table: &PinTable) {
    duty.show(Gate::new().badge(badge), Some(table), "gate-3", NOW);
}

fn shown(badge: &Badge) -> GuardDuty {
    let mut duty = GuardDuty::default();
    show(&mut duty, badge, &PinTable::default());
    duty
}

/// A badge that was just shown, whose PIN is asked.
fn asked(n: u8, pin: &str) -> (Badge, GuardDuty, PinPad, Instant) {
    let (badge, mut duty) = (with_pin(n, pin), GuardDuty::default());
    show(&mut duty, &badge, &table(&[(n, pin)]));
    (badge, duty, PinPad::default(), Instant::now())
}

/// Enters wrong PINs until the badge waits.
fn exhaust(duty: &mut GuardDuty, pad: &mut PinPad, at: Instant) {
    for _ in 0..5 {
        enter(duty, pad, "0000", at);
    }
    assert_eq!(pad.state(&asks(duty), at), PadState::Locked(30));
}

#[test]
fn a_badge_without_a_pin_signs_its_guard_on_and_the_next_one_takes_over() {
    let mut duty = shown(&guard(1));
    assert_eq!(duty.guard(), Some(&guard(1)));
    show(&mut duty, &guard(2), &PinTable::default());
    assert_eq!(duty.status(), DutyStatus::On(&guard(2)));
    duty.sign_off();
    assert_eq!((duty.status(), duty.guard()), (DutyStatus::Nobody, None));
}

#[test]
fn a_badge_that_does_not_count_signs_nobody_on_and_says_why() {
    let mut gate = Gate::new();
    gate.region.revoked.push(guard(9).number);
    let elsewhere = Badge {
        sites: vec![Site::Place("gate-4".try_into().unwrap())]
            .try_into()
            .unwrap(),
        ..guard(1)
    };
    for (badge, now, fault) in [
        (guard(1), SIGNED.plus(30 * DAY), BadgeFault::Expired),
        (guard(9), NOW, BadgeFault::Revoked),
        (elsewhere, NOW, BadgeFault::OtherPlace),
    ] {
        let mut duty = GuardDuty::default();
        duty.show(gate.badge(&badge), None, "gate-3", now);
        assert_eq!(duty.status(), DutyStatus::Fault(fault));
        assert_eq!(duty.guard(), None);
    }
}

#[test]
fn a_list_that_can_not_answer_keeps_no_guard_from_duty() {
    let mut checked = Gate::new().badge(&guard(1));
    checked.revocation = ListAnswer::Unreadable;
    let mut duty = GuardDuty::default();
    duty.show(checked, None, "gate-3", NOW);
    assert_eq!(duty.guard(), Some(&guard(1)));
}

#[test]
fn a_pin_is_asked_and_the_guard_before_stays_on_duty_meanwhile() {
    let (mut duty, mut pad) = (shown(&guard(1)), PinPad::default());
    let next = with_pin(2, "4711");
    show(&mut duty, &next, &table(&[(2, "4711")]));
    let of = asks(&duty);
    assert_eq!(duty.status(), DutyStatus::Asking(&next, of));
    assert_eq!(duty.guard(), Some(&guard(1)));
    let at = Instant::now();
    enter(&mut duty, &mut pad, "4712", at);
    assert_eq!(pad.state(&of, at), PadState::Open(Some(4)));
    enter(&mut duty, &mut pad, "4711", at);
    assert_eq!(duty.status(), DutyStatus::On(&next));
    assert_eq!(pad.state(&of, at), PadState::Open(None));
}

#[test]
fn a_badge_whose_pin_can_not_be_checked_here_yet_signs_nobody_on_and_says_so() {
    let badge = with_pin(2, "4711");
    let others = [table(&[(3, "4711")]), table(&[(2, "0000")])];
    for table in [
        None,
        Some(&PinTable::default()),
        Some(&others[0]),
        Some(&others[1]),
    ] {
        let mut duty = GuardDuty::default();
        duty.show(Gate::new().badge(&badge), table, "gate-3", NOW);
        assert_eq!(duty.status(), DutyStatus::Fault(BadgeFault::PinNotHere));
        assert_eq!(duty.guard(), None);
    }
}

#[test]
fn five_wrong_pins_lock_the_badge_for_a_wait_that_doubles_and_no_new_scan_opens_it() {
    let (badge, mut duty, mut pad, mut at) = asked(2, "4711");
    let of = asks(&duty);
    exhaust(&mut duty, &mut pad, at);
    // Neither the right PIN nor the same badge again: nothing is looked at.
    show(&mut duty, &badge, &table(&[(2, "4711")]));
    assert!(pad.enter(of, pin("4711"), at, kept).unwrap().is_none());
    assert_eq!(duty.status(), DutyStatus::Asking(&badge, of));
    at += Duration::from_secs(29);
    assert_eq!(pad.state(&of, at), PadState::Locked(1));
    at += Duration::from_secs(1);
    assert_eq!(pad.state(&of, at), PadState::Open(Some(1)));
    for wait in [60, 120, 240, 480, 960, 1920, 3600, 3600] {
        enter(&mut duty, &mut pad, "0000", at);
        assert_eq!(pad.state(&of, at), PadState::Locked(wait));
        at += Duration::from_secs(wait.into());
    }
    enter(&mut duty, &mut pad, "4711", at);
    assert_eq!(duty.guard(), Some(&badge));
}

#[test]
fn the_right_pin_of_another_badge_gives_no_tries_back() {
    let (badge, mut duty, mut pad, at) = asked(2, "4711");
    let of = asks(&duty);
    exhaust(&mut duty, &mut pad, at);
    // The thief's own badge, whose PIN he knows.
    show(&mut duty, &with_pin(3, "1234"), &table(&[(3, "1234")]));
    assert_eq!(pad.state(&asks(&duty), at), PadState::Open(None));
    enter(&mut duty, &mut pad, "1234", at);
    assert_eq!(pad.state(&of, at), PadState::Locked(30));
    show(&mut duty, &badge, &table(&[(2, "4711")]));
    assert!(pad.enter(of, pin("4711"), at, kept).unwrap().is_none());
}

#[test]
fn switching_the_device_off_gives_no_tries_back_and_shortens_no_wait() {
    let (_, mut duty, mut pad, at) = asked(2, "4711");
    let of = asks(&duty);
    for left in [4, 3, 2, 1] {
        let disk = entered_and_cut(&mut pad, of, at);
        pad = PinPad::new(disk, at);
        assert_eq!(pad.state(&of, at), PadState::Open(Some(left)));
    }
    let disk = entered_and_cut(&mut pad, of, at);
    // 29 of the 30 seconds later, by whatever clock.
    let later = at + Duration::from_secs(29);
    pad = PinPad::new(disk.clone(), later);
    assert_eq!(pad.state(&of, later), PadState::Locked(30));
    let over = later + Duration::from_secs(30);
    let mut kept_again = None;
    pad.tick(None, over, |tries| -> Result<(), ()> {
        kept_again = Some(tries.clone());
        Ok(())
    })
    .unwrap();
    // What was waited is not waited again, and no try comes back for it.
    let pad = PinPad::new(kept_again.unwrap(), over);
    assert_eq!(pad.state(&of, over), PadState::Open(Some(1)));
    duty.sign_off();
}

/// The device loses its power while a PIN is checked: what was on the disk by then.
fn entered_and_cut(pad: &mut PinPad, of: PinOf, at: Instant) -> PinTries {
    let mut disk = None;
    let entered = pad.enter(of, pin("0000"), at, |tries| -> Result<(), ()> {
        disk = Some(tries.to_bytes());
        Ok(())
    });
    drop(entered);
    PinTries::from_bytes(&disk.unwrap()).unwrap()
}

#[test]
fn where_tries_can_not_be_kept_no_pin_is_looked_at() {
    let (_, duty, mut pad, at) = asked(2, "4711");
    let entered = pad.enter(asks(&duty), pin("4711"), at, |_| Err("disk full"));
    assert_eq!(entered.map(|_| ()), Err("disk full"));
    // And it was counted all the same.
    assert_eq!(pad.state(&asks(&duty), at), PadState::Open(Some(4)));
}

#[test]
fn where_the_file_of_tries_is_damaged_no_badge_has_a_free_one() {
    let (badge, mut duty, _, at) = asked(2, "4711");
    let of = asks(&duty);
    let mut pad = PinPad::new(PinTries::damaged(), at);
    assert_eq!(pad.state(&of, at), PadState::Open(Some(1)));
    enter(&mut duty, &mut pad, "0000", at);
    assert_eq!(pad.state(&of, at), PadState::Locked(60));
    let at = at + Duration::from_secs(60);
    enter(&mut duty, &mut pad, "4711", at);
    assert_eq!(
        (duty.guard(), pad.state(&of, at)),
        (Some(&badge), PadState::Open(None))
    );
}

#[test]
fn tries_are_kept_of_badges_whose_pin_can_be_checked_alone_and_read_back() {
    let (_, mut duty, mut pad, at) = asked(2, "4711");
    let of = asks(&duty);
    exhaust(&mut duty, &mut pad, at);
    pad.tick(Some(&table(&[(2, "4711")])), at, kept).unwrap();
    assert_eq!(pad.state(&of, at), PadState::Locked(30));
    pad.tick(
        Some(&table(&[(3, "4711")])),
        at + Duration::from_secs(30),
        kept,
    )
    .unwrap();
    assert_eq!(pad.state(&of, at), PadState::Open(None));
    for bytes in [&[0xff; 7][..], &[], &[0; PinTries::MAX + 1]] {
        assert!(PinTries::from_bytes(bytes).is_err());
    }
}

#[test]
fn while_a_pin_is_checked_no_other_is_looked_at_until_it_is_given_up() {
    let (badge, mut duty, mut pad, at) = asked(2, "4711");
    let of = asks(&duty);
    let first = pad.enter(of, pin("4711"), at, kept).unwrap().unwrap();
    assert_eq!(pad.state(&of, at), PadState::Checking);
    assert!(pad.enter(of, pin("0000"), at, kept).unwrap().is_none());
    assert_eq!(duty.status(), DutyStatus::Asking(&badge, of));
    let late = at + Duration::from_secs(10);
    assert_eq!(pad.state(&of, late), PadState::Open(Some(4)));
    // It comes after all, and is taken.
    check_pin(&mut duty, &mut pad, first);
    assert_eq!(duty.guard(), Some(&badge));
}

#[test]
fn a_right_pin_signs_nobody_else_on_who_came_while_it_was_checked() {
    let (_, mut duty, mut pad, at) = asked(2, "4711");
    let entered = pad.enter(asks(&duty), pin("4711"), at, kept).unwrap();
    let second = with_pin(3, "4711");
    show(&mut duty, &second, &table(&[(3, "4711")]));
    check_pin(&mut duty, &mut pad, entered.unwrap());
    let of = asks(&duty);
    assert_eq!(duty.status(), DutyStatus::Asking(&second, of));
    assert_eq!(
        (duty.guard(), pad.state(&of, at)),
        (None, PadState::Open(None))
    );
}

#[test]
fn a_wrong_pin_counts_also_when_its_badge_has_gone_meanwhile() {
    let (_, mut duty, mut pad, at) = asked(2, "4711");
    let of = asks(&duty);
    let entered = pad.enter(of, pin("0000"), at, kept).unwrap().unwrap();
    duty.sign_off();
    check_pin(&mut duty, &mut pad, entered);
    assert_eq!(duty.status(), DutyStatus::Nobody);
    assert_eq!(pad.state(&of, at), PadState::Open(Some(4)));
}

#[test]
fn duty_ends_when_the_badge_ends_is_withdrawn_or_the_device_moves() {
    let gate = Gate::new();
    let bundle = gate.region.verified();
    let scoped = Badge {
        sites: vec![Site::Prefix("gate-".try_into().unwrap())]
            .try_into()
            .unwrap(),
        ..guard(1)
    };
    let end = SIGNED.plus(30 * DAY);
    let mut revoking = Gate::new();
    revoking.region.revoked.push(scoped.number);
    let revoking = revoking.region.verified();
    for (bundle, place, now, fault) in [
        (&bundle, "gate-4", end.minus(1), None),
        (&bundle, "gate-4", end, Some(BadgeFault::Expired)),
        (&bundle, "bus-1", NOW, Some(BadgeFault::OtherPlace)),
        (&revoking, "gate-3", NOW, Some(BadgeFault::Revoked)),
    ] {
        let mut duty = shown(&scoped);
        duty.tick(Some(bundle), place, now);
        assert_eq!(duty.guard().is_none(), fault.is_some());
        let expected = fault.map_or(DutyStatus::On(&scoped), DutyStatus::Fault);
        assert_eq!(duty.status(), expected);
    }
    let mut alone = shown(&scoped);
    alone.tick::<Vec<u8>>(None, "gate-3", NOW);
    assert_eq!(alone.guard(), Some(&scoped));
}

#[test]
fn a_badge_of_another_region_or_a_forged_one_is_no_badge() {
    let other = foreign("CN-JS").sign(Kind::Badge, &guard(1));
    assert_eq!(Gate::new().says(&other), refuse(Reason::KeyNotAllowed));
    let mut forged = documents().sign(Kind::Badge, &guard(1));
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(Gate::new().says(&forged), refuse(Reason::BadSignature));
    let good = Gate::new().badge(&guard(1));
    assert_eq!(good.revocation, ListAnswer::Found(Revocation::Valid));
}
