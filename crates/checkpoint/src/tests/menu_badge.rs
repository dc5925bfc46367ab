//! Whose badge opens a locked menu.

use std::time::Instant;

use gatepost_pass::{Badge, Pin, PinVerifier, badge::BadgeRole};
use gatepost_protocol::PinTable;

use super::*;
use crate::{BadgeFault, CheckedPin, ListAnswer, MenuBadge, MenuCandidate, PinPad, PinTries};

fn pin(text: &str) -> Pin {
    text.to_owned().try_into().unwrap()
}

fn verifier(n: u8) -> PinVerifier {
    PinVerifier::new(&pin("4711"), [n; 16])
}

/// A badge with the PIN 4711.
fn with_pin(n: u8, role: BadgeRole) -> Badge {
    Badge {
        pin: Some(verifier(n).digest()),
        ..fixture::badge(n, role)
    }
}

fn table() -> PinTable {
    PinTable::new((1..5).map(|n| (fixture::badge(n, BadgeRole::Guard).number, verifier(n))))
}

/// What this badge does, with another on duty, or nobody.
fn shown(checked: CheckedBadge, on_duty: Option<&Badge>) -> Result<MenuBadge, BadgeFault> {
    MenuBadge::new(checked, on_duty, Some(&table()), "gate-3", NOW)
}

fn fault_of(badge: &Badge, on_duty: Option<&Badge>) -> Option<BadgeFault> {
    shown(Gate::new().badge(badge), on_duty).err()
}

/// The badge whose PIN is asked.
fn asks_pin(badge: &Badge, on_duty: Option<&Badge>) -> MenuCandidate {
    match shown(Gate::new().badge(badge), on_duty) {
        Ok(MenuBadge::AsksPin(candidate)) => candidate,
        other => unreachable!("{other:?}"),
    }
}

/// A PIN that was entered for this badge, checked.
fn checked(candidate: &MenuCandidate, text: &str) -> CheckedPin {
    let mut pad = PinPad::default();
    let kept = |_: &PinTries| Ok::<(), ()>(());
    let entered = pad.enter(candidate.pin(), pin(text), Instant::now(), kept);
    entered.unwrap().unwrap().check()
}

#[test]
fn the_guard_on_duty_opens_it_and_with_a_pin_only_by_that_pin() {
    let plain = fixture::badge(1, BadgeRole::Guard);
    let opened = shown(Gate::new().badge(&plain), Some(&plain));
    assert!(matches!(opened, Ok(MenuBadge::Opens(_))), "{opened:?}");
    let guard = with_pin(2, BadgeRole::Guard);
    let candidate = asks_pin(&guard, Some(&guard));
    assert_eq!(candidate.badge(), &guard);
    assert!(candidate.with_pin(&checked(&candidate, "4712")).is_none());
    assert!(candidate.with_pin(&checked(&candidate, "4711")).is_some());
    // The same PIN of another badge is another PIN.
    let other = asks_pin(&with_pin(3, BadgeRole::Supervisor), None);
    assert!(candidate.with_pin(&checked(&other, "4711")).is_none());
}

#[test]
fn a_guard_who_is_not_on_duty_opens_nothing() {
    let guard = with_pin(2, BadgeRole::Guard);
    let others = [None, Some(fixture::badge(1, BadgeRole::Guard))];
    for on_duty in &others {
        let fault = fault_of(&guard, on_duty.as_ref());
        assert_eq!(fault, Some(BadgeFault::NotASupervisor));
    }
}

#[test]
fn a_supervisor_opens_it_with_a_pin_and_a_lists_word_and_not_without() {
    let supervisor = with_pin(3, BadgeRole::Supervisor);
    let candidate = asks_pin(&supervisor, None);
    assert!(candidate.with_pin(&checked(&candidate, "4711")).is_some());
    let without = fixture::badge(3, BadgeRole::Supervisor);
    assert_eq!(fault_of(&without, None), Some(BadgeFault::NoPin));
    let mut unchecked = Gate::new().badge(&supervisor);
    unchecked.revocation = ListAnswer::Unreadable;
    let fault = shown(unchecked, None).err();
    assert_eq!(fault, Some(BadgeFault::Unchecked));
}

#[test]
fn a_badge_that_was_withdrawn_opens_nothing_even_on_duty() {
    let guard = fixture::badge(1, BadgeRole::Guard);
    let mut gate = Gate::new();
    gate.region.revoked.push(guard.number);
    let fault = shown(gate.badge(&guard), Some(&guard)).err();
    assert_eq!(fault, Some(BadgeFault::Revoked));
}
