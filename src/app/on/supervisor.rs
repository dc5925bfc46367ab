//! A supervisor's word against the verdict on screen: reason, badge, PIN, and the verdict decided
//! once more.

use std::time::Instant;

use gatepost_checkpoint::{CheckedBadge, CheckedPin, Overriding, Supervisor, SupervisorCandidate};
use gatepost_protocol::OverrideWhy;

use super::verdict;
use crate::{
    app::{
        lane::Lane,
        state::verdicts::{OverrideStep, ShownVerdict},
    },
    ui::{Page, UiUpdate},
};

/// The reasons for which a supervisor may allow the verdict are on screen: its time waits.
pub(crate) fn choosing(lane: &mut Lane, number: u32) {
    if lane.verdicts.shows(number)
        && let Some(shown) = lane.verdicts.open_mut()
    {
        shown.set_overriding(OverrideStep::ChooseReason(None));
        shown.wait();
    }
}

/// No supervisor is to allow it after all, at whatever step that was.
pub(crate) fn cancelled(lane: &mut Lane, number: u32) {
    if lane.verdicts.shows(number) {
        give_up(lane);
    }
}

/// A supervisor is to allow the verdict on screen, for this reason.
pub(crate) fn asked(lane: &mut Lane, number: u32, why: OverrideWhy) {
    let member = allowable(lane).filter(|_| lane.verdicts.shows(number));
    if let (Some(member), Some(shown)) = (member, lane.verdicts.open_mut()) {
        let badge = shown.ask_supervisor(member, why);
        shown.wait();
        // Nothing of an earlier PIN is under it.
        lane.show_duty();
        match badge {
            Some(badge) => badge_shown(lane, *badge, why),
            None => verdict::present(lane),
        }
    }
}

/// A badge was shown where a supervisor's is awaited for this reason.
pub(super) fn badge_shown(lane: &mut Lane, badge: CheckedBadge, why: OverrideWhy) {
    let now = lane.now().time;
    let asked = lane.ask_for_pin(badge, now, |lane, candidate| {
        set_step(lane, OverrideStep::EnterPin(why, candidate));
        // The pad lies under the verdict, which comes back with the answer.
        lane.window.send(UiUpdate::Dismiss);
    });
    if let Err(fault) = asked {
        log::warn!("a badge may not allow an override: {fault:?}");
        set_step(lane, OverrideStep::BadgeRefused(why, fault));
        verdict::present(lane);
    }
}

/// A PIN was checked, for the supervisor whose PIN is awaited.
pub(super) fn pin_checked(
    lane: &mut Lane,
    (why, candidate): (OverrideWhy, SupervisorCandidate),
    pin: &CheckedPin,
) {
    match candidate.with_pin(pin) {
        Ok(supervisor) => allow(lane, &supervisor, why),
        Err(_) => lane.show_duty(),
    }
}

/// The PIN pad of an override was left: the verdict comes back as it was.
pub(crate) fn pad_left(lane: &mut Lane) {
    if lane.verdicts.awaits_pin().is_some() {
        give_up(lane);
    }
}

fn give_up(lane: &mut Lane) {
    if let Some(shown) = lane.verdicts.open_mut() {
        shown.set_overriding(OverrideStep::NotAsked);
        shown.resume(Instant::now());
        verdict::present(lane);
    }
}

/// The badge and its PIN are good: the verdict is decided once more, and that is a passage of its
/// own. Whoever has joined the page since was not asked about.
fn allow(lane: &mut Lane, supervisor: &Supervisor, why: OverrideWhy) {
    if lane.window.page() == Page::Duty {
        lane.window.go_to(Page::Scan);
    }
    let member = lane.verdicts.open().map(ShownVerdict::asked_about);
    let allowed = member.and_then(|member| {
        let verdict = &lane.verdicts.member(member)?.verdict;
        Some((member, supervisor.allow(verdict, why)?))
    });
    let Some((member, word)) = allowed else {
        return verdict::present(lane);
    };
    if let Some(shown) = lane.verdicts.open_mut() {
        shown.release();
    }
    verdict::decide_again(lane, member, |observed| observed.allowed = Some(word));
}

/// The code of the verdict on screen that a supervisor could allow.
fn allowable(lane: &Lane) -> Option<usize> {
    let group = lane.verdicts.open()?.group();
    let worst = group.worst();
    let verdict = &group.members().get(worst)?.verdict;
    (verdict.overriding == Overriding::Possible).then_some(worst)
}

fn set_step(lane: &mut Lane, step: OverrideStep) {
    if let Some(shown) = lane.verdicts.open_mut() {
        shown.set_overriding(step);
    }
}
