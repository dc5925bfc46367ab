//! Who is on duty: badges in every state, PINs, and time.

use std::time::{Duration, Instant};

use gatepost_pass::{Badge, Pin, PinHash, Revocation, Site, badge::BadgeRole};

use super::*;
use crate::checkpoint::{
    BadgeFault, DutyStatus, EnteredPin, GuardDuty, ListAnswer, PadState, PinPad,
};

fn guard(n: u8) -> Badge {
    fixture::badge(n, BadgeRole::Guard)
}

fn with_pin(n: u8, pin: &str) -> Badge {
    let badge = guard(n);
    Badge {
        pin: Some(PinHash::of(&self::pin(pin), badge.number)),
        ..badge
    }
}

fn pin(text: &str) -> Pin {
    text.to_owned().try_into().unwrap()
}

/// Enters a PIN and waits until it is checked.
fn enter(duty: &mut GuardDuty, pad: &mut PinPad, badge: &Badge, text: &str, at: Instant) {
    let entered = pad.enter(badge, pin(text), at).unwrap();
    check_pin(duty, pad, entered, at);
}

/// A PIN that was entered before is checked now.
fn check_pin(duty: &mut GuardDuty, pad: &mut PinPad, entered: EnteredPin, at: Instant) {
    let checked = entered.check();
    pad.checked(&checked, at);
    duty.checked(&checked);
}

fn shown(badge: &Badge) -> GuardDuty {
    let mut duty = GuardDuty::default();
    duty.show(Gate::new().badge(badge), "gate-3", NOW);
    duty
}

/// A badge that was just shown, whose PIN is asked.
fn asked(badge: &Badge) -> (GuardDuty, PinPad, Instant) {
    (shown(badge), PinPad::default(), Instant::now())
}

#[test]
fn a_badge_without_a_pin_signs_its_guard_on_and_the_next_one_takes_over() {
    let mut duty = shown(&guard(1));
    assert_eq!(duty.guard(), Some(&guard(1)));
    duty.show(Gate::new().badge(&guard(2)), "gate-3", NOW);
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
        duty.show(gate.badge(&badge), "gate-3", now);
        assert_eq!(duty.status(), DutyStatus::Fault(fault));
        assert_eq!(duty.guard(), None);
    }
}

#[test]
fn a_list_that_can_not_answer_keeps_no_guard_from_duty() {
    let mut checked = Gate::new().badge(&guard(1));
    checked.revocation = ListAnswer::Unreadable;
    let mut duty = GuardDuty::default();
    duty.show(checked, "gate-3", NOW);
    assert_eq!(duty.guard(), Some(&guard(1)));
}

#[test]
fn a_pin_is_asked_and_the_guard_before_stays_on_duty_meanwhile() {
    let (mut duty, mut pad) = (shown(&guard(1)), PinPad::default());
    let next = with_pin(2, "4711");
    duty.show(Gate::new().badge(&next), "gate-3", NOW);
    assert_eq!(duty.status(), DutyStatus::Asking(&next));
    assert_eq!(duty.guard(), Some(&guard(1)));
    let at = Instant::now();
    enter(&mut duty, &mut pad, &next, "4712", at);
    assert_eq!(pad.state(at), PadState::Open(Some(4)));
    enter(&mut duty, &mut pad, &next, "4711", at);
    assert_eq!(duty.status(), DutyStatus::On(&next));
    assert_eq!(pad.state(at), PadState::Open(None));
}

#[test]
fn five_wrong_pins_lock_the_pad_for_a_wait_that_doubles_and_no_new_scan_opens_it() {
    let badge = with_pin(2, "4711");
    let (mut duty, mut pad, mut at) = asked(&badge);
    for _ in 0..5 {
        enter(&mut duty, &mut pad, &badge, "0000", at);
    }
    assert_eq!(pad.state(at), PadState::Locked(30));
    // Neither the right PIN nor the same badge again: nothing is looked at.
    duty.show(Gate::new().badge(&badge), "gate-3", NOW);
    assert!(pad.enter(&badge, pin("4711"), at).is_none());
    assert_eq!(duty.status(), DutyStatus::Asking(&badge));
    at += Duration::from_secs(29);
    assert_eq!(pad.state(at), PadState::Locked(1));
    at += Duration::from_secs(1);
    assert_eq!(pad.state(at), PadState::Open(Some(1)));
    for wait in [60, 120, 240, 480, 900, 900] {
        enter(&mut duty, &mut pad, &badge, "0000", at);
        assert_eq!(pad.state(at), PadState::Locked(wait));
        at += Duration::from_secs(wait.into());
    }
    enter(&mut duty, &mut pad, &badge, "4711", at);
    assert_eq!(duty.guard(), Some(&badge));
}

#[test]
fn while_a_pin_is_checked_no_other_is_looked_at_until_it_is_given_up() {
    let badge = with_pin(2, "4711");
    let (mut duty, mut pad, at) = asked(&badge);
    let first = pad.enter(&badge, pin("4711"), at).unwrap();
    assert_eq!(pad.state(at), PadState::Checking);
    assert!(pad.enter(&badge, pin("0000"), at).is_none());
    assert_eq!(duty.status(), DutyStatus::Asking(&badge));
    let late = at + Duration::from_secs(10);
    assert_eq!(pad.state(late), PadState::Open(None));
    // It comes after all, and is taken.
    check_pin(&mut duty, &mut pad, first, late);
    assert_eq!(duty.guard(), Some(&badge));
}

#[test]
fn a_right_pin_signs_nobody_else_on_who_came_while_it_was_checked() {
    let (first, second) = (with_pin(2, "4711"), with_pin(3, "4711"));
    let (mut duty, mut pad, at) = asked(&first);
    let entered = pad.enter(&first, pin("4711"), at).unwrap();
    duty.show(Gate::new().badge(&second), "gate-3", NOW);
    check_pin(&mut duty, &mut pad, entered, at);
    assert_eq!(duty.status(), DutyStatus::Asking(&second));
    assert_eq!((duty.guard(), pad.state(at)), (None, PadState::Open(None)));
}

#[test]
fn a_wrong_pin_counts_also_when_its_badge_has_gone_meanwhile() {
    let badge = with_pin(2, "4711");
    let (mut duty, mut pad, at) = asked(&badge);
    let entered = pad.enter(&badge, pin("0000"), at).unwrap();
    duty.sign_off();
    check_pin(&mut duty, &mut pad, entered, at);
    assert_eq!(duty.status(), DutyStatus::Nobody);
    assert_eq!(pad.state(at), PadState::Open(Some(4)));
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
