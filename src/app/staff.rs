//! Badges: who is on duty, and supervisors who allow what the rules do not.

use std::time::{Duration, Instant};

use gatepost_pass::Pin;
use gatepost_protocol::{Allowed, OverrideWhy};

use super::{Event, scanner::App, session::Overrides, view, workers};
use crate::{
    checkpoint::{
        CheckedBadge, CheckedPin, DutyStatus, GuardDuty, Overriding, PadState, PinPad, Supervisor,
        SupervisorCandidate,
    },
    devices::Sound,
    ui::{Page, UiUpdate},
};

/// How long the duty page says that somebody is on duty before the camera comes back.
const SAY_ON_DUTY: Duration = Duration::from_secs(3);

/// The guard on duty, and the pad on which all PINs are entered.
#[derive(Debug, Default)]
pub(super) struct Staff {
    pub(super) duty: GuardDuty,
    pub(super) pad: PinPad,
    /// What the duty page says of the pad.
    shown: Option<PadState>,
}

impl Staff {
    /// Name of the guard on duty, or empty.
    pub(super) fn guard_name(&self) -> String {
        let name = self.duty.guard().map(|badge| badge.name.to_string());
        name.unwrap_or_default()
    }
}

impl App {
    /// A badge that verifies was shown: a supervisor's word where one is awaited, or else the next guard.
    pub(super) fn badge_shown(&mut self, looked: CheckedBadge, at: Instant) {
        let awaited = self
            .session
            .open()
            .and_then(|standing| match standing.overriding {
                Overrides::ShowBadge(why) | Overrides::BadgeRefused(why) => Some(why),
                Overrides::NotAsked | Overrides::EnterPin(..) => None,
            });
        if let Some(why) = awaited {
            self.supervisor_shown(looked, why);
            return;
        }
        self.close_verdict(at);
        self.ui.send(UiUpdate::Dismiss);
        let now = self.clock.now();
        let place = self.checkpoint.place().id.clone();
        self.staff.duty.show(looked, place.as_str(), now.time);
        self.go_to(Page::Duty);
        self.duty_changed(at);
    }

    /// Tells in sound and by itself going back how a badge or a PIN fared.
    fn duty_changed(&mut self, at: Instant) {
        match self.staff.duty.status() {
            DutyStatus::On(_) => {
                self.play(Sound::Admit);
                self.back_at = Some(at + SAY_ON_DUTY);
            }
            DutyStatus::Fault(_) => self.play(Sound::Refuse),
            DutyStatus::Asking(_) | DutyStatus::Nobody => self.play(Sound::Scanned),
        }
        self.show_duty();
        self.status_soon();
    }

    /// A PIN was entered, for the badge that waits for one: it is checked beside the loop, since its hash
    /// is slow on purpose.
    pub(super) fn pin(&mut self, text: String) {
        let overriding = self.session.open().map(|standing| &standing.overriding);
        let badge = match (overriding, self.staff.duty.status()) {
            (Some(Overrides::EnterPin(_, candidate)), _) => Some(candidate.badge()),
            (_, DutyStatus::Asking(badge)) => Some(badge),
            (_, DutyStatus::On(_) | DutyStatus::Nobody | DutyStatus::Fault(_)) => None,
        };
        if let (Some(badge), Ok(pin)) = (badge, Pin::try_from(text))
            && let Some(entered) = self.staff.pad.enter(badge, pin, Instant::now())
        {
            let events = self.events.clone();
            // A loop that has ended needs no answer.
            workers::beside(move || drop(events.send(Event::PinChecked(entered.check()))));
        }
        self.show_duty();
    }

    /// A PIN was checked: the supervisor's whose word is awaited, or the next guard's. The badge that it
    /// was for may have gone from the pad meanwhile; then it opens nothing.
    pub(super) fn pin_checked(&mut self, pin: &CheckedPin) {
        let at = Instant::now();
        self.staff.pad.checked(pin, at);
        let asked = match self.session.open().map(|standing| &standing.overriding) {
            Some(Overrides::EnterPin(why, candidate)) => Some((*why, candidate.clone())),
            _ => None,
        };
        if let Some((why, candidate)) = asked {
            match candidate.with_pin(pin) {
                Ok(supervisor) => self.allow(&supervisor, why),
                Err(_) => self.show_duty(),
            }
            return;
        }
        if let DutyStatus::Asking(_) = self.staff.duty.status() {
            self.staff.duty.checked(pin);
            self.duty_changed(at);
        } else {
            self.show_duty();
        }
    }

    pub(super) fn sign_off(&mut self) {
        self.staff.duty.sign_off();
        self.show_duty();
        self.status_soon();
    }

    /// A supervisor is to allow the verdict on screen, for this reason.
    pub(super) fn override_asked(&mut self, number: u32, why: OverrideWhy) {
        let possible = self.session.shows(number) && self.allowable().is_some();
        if let (true, Some(standing)) = (possible, self.session.open_mut()) {
            standing.overriding = Overrides::ShowBadge(why);
            standing.hold();
            self.present();
        }
    }

    /// The code of the verdict on screen that a supervisor could allow.
    fn allowable(&self) -> Option<usize> {
        let group = self.session.open()?.group();
        let worst = group.worst();
        let verdict = &group.members().get(worst)?.verdict;
        (verdict.overriding == Overriding::Possible).then_some(worst)
    }

    fn supervisor_shown(&mut self, looked: CheckedBadge, why: OverrideWhy) {
        let now = self.clock.now();
        let place = self.checkpoint.place().id.clone();
        match SupervisorCandidate::new(looked, place.as_str(), now.time)
            .map(SupervisorCandidate::without_pin)
        {
            Ok(Ok(supervisor)) => self.allow(&supervisor, why),
            Ok(Err(candidate)) => {
                self.overriding(Overrides::EnterPin(why, *candidate));
                // The pad lies under the verdict, which comes back with the answer.
                self.ui.send(UiUpdate::Dismiss);
                self.go_to(Page::Duty);
            }
            Err(fault) => {
                eprintln!("gatepost: a badge for an override does not count: {fault:?}");
                self.overriding(Overrides::BadgeRefused(why));
                self.present();
            }
        }
    }

    fn overriding(&mut self, step: Overrides) {
        if let Some(standing) = self.session.open_mut() {
            standing.overriding = step;
        }
    }

    /// The word counts: the verdict is decided once more, and that is a passage of its own.
    fn allow(&mut self, supervisor: &Supervisor, why: OverrideWhy) {
        self.leave_pad();
        let allowed = self.allowable().and_then(|member| {
            let verdict = &self.session.member(member)?.verdict;
            Some((member, supervisor.allow(verdict, why)?))
        });
        match allowed {
            Some((member, word)) => self.set_aside(member, word),
            None => self.present(),
        }
    }

    fn set_aside(&mut self, member: usize, word: Allowed) {
        if let Some(standing) = self.session.open_mut() {
            standing.release();
        }
        self.decide_again(member, |observed| observed.allowed = Some(word));
    }

    /// The PIN pad of an override was left: the verdict comes back as it was.
    pub(super) fn pad_left(&mut self) {
        let step = self.session.open().map(|standing| &standing.overriding);
        if matches!(step, Some(Overrides::EnterPin(..))) {
            self.overriding(Overrides::NotAsked);
            self.present();
        }
    }

    fn leave_pad(&mut self) {
        if self.page == Page::Duty {
            self.go_to(Page::Scan);
        }
    }

    pub(super) fn tick_duty(&mut self, at: Instant) {
        let (now, place) = (self.clock.now(), self.checkpoint.place().id.clone());
        let before = self.staff.duty.guard().is_some();
        let bundle = self.checkpoint.bundle().map(|bundle| &**bundle);
        self.staff.duty.tick(bundle, place.as_str(), now.time);
        let lost = before && self.staff.duty.guard().is_none();
        if lost {
            self.play(Sound::Error);
            self.back_at = None;
            self.go_to(Page::Duty);
        } else if self.page == Page::Duty && self.staff.shown != Some(self.staff.pad.state(at)) {
            self.show_duty();
        }
    }

    pub(super) fn show_duty(&mut self) {
        let candidate = match self.session.open().map(|standing| &standing.overriding) {
            Some(Overrides::EnterPin(_, candidate)) => Some(candidate.badge()),
            _ => None,
        };
        let at = Instant::now();
        let duty = view::duty(&self.staff, candidate, at);
        self.staff.shown = Some(self.staff.pad.state(at));
        self.ui.send(UiUpdate::Duty(duty));
    }
}
