//! The lock of the menu: what it refuses while it is shut, and the badge that opens it.

use std::time::Instant;

use gatepost_checkpoint::{CheckedBadge, CheckedPin, MenuBadge, MenuOpener};
use gatepost_pass::Freshness;

use super::setting;
use crate::{
    app::{lane::Lane, present::signal},
    devices::Sound,
    ui::{Page, UiCommand, UiUpdate},
};

/// Whether the lock refuses what a finger asks for: it leads to the page that asks for a badge.
pub(crate) fn refuses(lane: &mut Lane, command: &UiCommand) -> bool {
    let Some(wanted) = behind_lock(command) else {
        return false;
    };
    // A device that can read no badge is opened by none: new lists are the way out.
    let only_way_out = wanted == Page::Update && !reads_badges(lane);
    if !lane.menu_lock.is_shut(Instant::now()) || only_way_out {
        return false;
    }
    // The window has switched already.
    setting::show_again(lane);
    lane.menu_lock.asked(wanted);
    lane.window.go_to(Page::Unlock);
    show(lane);
    true
}

/// On which page it is, what is locked; nothing for what everybody may do. What is needed to scan
/// stays open, and so does what lets somebody read the screen. A new place and a new time ask for a
/// badge themselves: by a clock that was set far ahead no badge counts, and behind this lock nobody
/// could put it right.
fn behind_lock(command: &UiCommand) -> Option<Page> {
    match command {
        UiCommand::Screen(_) | UiCommand::Volume(_) | UiCommand::Camera(_) => Some(Page::Menu),
        UiCommand::UndoMove => Some(Page::Place),
        UiCommand::Update | UiCommand::AllowProgram | UiCommand::Opened(Page::Update) => {
            Some(Page::Update)
        }
        UiCommand::DismissVerdict(_)
        | UiCommand::HoldVerdict(_)
        | UiCommand::Temperature(..)
        | UiCommand::ChooseOverride(_)
        | UiCommand::CancelOverride(_)
        | UiCommand::Override(..)
        | UiCommand::Opened(_)
        | UiCommand::Direction(_)
        | UiCommand::IdNumber(_)
        | UiCommand::ByHand(_)
        | UiCommand::Pin(_)
        | UiCommand::SignOff
        | UiCommand::MovePlace(_)
        | UiCommand::StayAtPlace(_)
        | UiCommand::SetClock(_)
        | UiCommand::SyncNow
        | UiCommand::SwitchLanguage(_)
        | UiCommand::TextSize(_)
        | UiCommand::Brightness(_)
        | UiCommand::LessMotion(_)
        | UiCommand::Torch(_)
        | UiCommand::TryDevice(_)
        | UiCommand::Key(_)
        | UiCommand::Quit => None,
    }
}

/// Whether there are lists to check a badge with.
fn reads_badges(lane: &Lane) -> bool {
    let freshness = lane.checkpoint.installed.freshness(lane.now().time);
    freshness.is_some_and(|(freshness, _)| freshness != Freshness::Expired)
}

/// A badge was shown where the lock asks for one.
pub(super) fn badge_shown(lane: &mut Lane, badge: CheckedBadge, at: Instant) {
    let now = lane.now().time;
    let place = lane.checkpoint.station.place().id.clone();
    let on_duty = lane.staff.duty.guard();
    let pins = lane.checkpoint.installed.pins();
    match MenuBadge::new(badge, on_duty, pins, place.as_str(), now) {
        Ok(MenuBadge::Opens(opener)) => open(lane, opener, at),
        Ok(MenuBadge::AsksPin(candidate)) => {
            lane.menu_lock.asks_pin(candidate, at);
            lane.window.go_to(Page::Duty);
            lane.show_duty();
        }
        Err(fault) => {
            log::warn!("a badge does not open the menu: {fault:?}");
            lane.menu_lock.refused();
            signal::play(&lane.devices, Sound::Refuse);
        }
    }
    show(lane);
}

/// A PIN was checked, for the badge whose PIN is awaited.
pub(super) fn pin_checked(lane: &mut Lane, pin: &CheckedPin) {
    let candidate = lane.menu_lock.awaits_pin();
    match candidate.and_then(|candidate| candidate.with_pin(pin)) {
        Some(opener) => open(lane, opener, Instant::now()),
        None => lane.show_duty(),
    }
}

fn open(lane: &mut Lane, opener: MenuOpener, at: Instant) {
    let wanted = lane.menu_lock.open(opener, at);
    signal::play(&lane.devices, Sound::Scanned);
    show(lane);
    lane.window.lead_to(wanted);
}

/// The page that asks for the badge, or the pad for its PIN, was left.
pub(crate) fn left(lane: &mut Lane) {
    lane.menu_lock.cancel();
    show(lane);
}

/// Time passes: it shuts, and a PIN is not waited for any longer.
pub(crate) fn tick(lane: &mut Lane, at: Instant) {
    if lane.menu_lock.tick(at) && lane.window.page() == Page::Duty {
        lane.window.go_to(Page::Scan);
    }
    show(lane);
}

/// Shows whether it is shut, where that has changed.
pub(super) fn show(lane: &mut Lane) {
    if let Some(view) = lane.menu_lock.changed(Instant::now()) {
        lane.window.send(UiUpdate::Lock(view));
    }
}
