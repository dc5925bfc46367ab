//! Codes to verdicts, verdicts to the screen, their passages to the log.

use std::time::{Duration, Instant};

use gatepost_pass::policy::WhenLogFull;
use gatepost_protocol::Temperature;

use super::{
    Sighting,
    checkpoint::{self, Company, Expecting},
    hardware::LogHealth,
    log_writer::{LogRequest, WriterGone},
    scanner::App,
    session::{Overrides, Standing},
    view,
};
use crate::{
    checkpoint::{Basis, Judged, Observed},
    store::{LogError, Logged, LoggedAdmit},
    ui::{Page, SavedState, UiUpdate},
};

/// A verdict that waits for an answer stands at least this long: a thermometer takes its time.
const ANSWER_TIME: Duration = Duration::from_secs(30);

/// Time for a tap to tell all that it means.
const TAP: Duration = Duration::from_millis(200);

impl App {
    /// A frame to its verdicts: each code that is new is judged, shown and logged.
    pub(super) fn sighted(&mut self, sighting: &Sighting) {
        let (now, at) = (self.clock.now(), Instant::now());
        let expecting = match self.session.open().map(|standing| &standing.overriding) {
            Some(Overrides::ShowBadge(_) | Overrides::BadgeRefused(_)) => Expecting::Badge,
            Some(Overrides::NotAsked | Overrides::EnterPin(..)) | None => Expecting::Anyone,
        };
        let sighted = self.checkpoint.sight(&sighting.codes, expecting, now, at);
        let mut company = sighted.company;
        for (judged, text) in sighted.new {
            if self.take_enrolment_code(&judged, text.as_deref()) {
                continue;
            }
            if let Some(badge) = checkpoint::badge(&judged) {
                self.badge_shown(badge.clone(), at);
                continue;
            }
            if let (Some(place), Some(text)) = (checkpoint::place(&judged, now), text) {
                let place = place.clone();
                self.checkpoint.stand_at(&self.data, &place, text);
            }
            if let Some(recorder) = &mut self.recorder {
                let took = sighting.stamps.taken.elapsed();
                recorder.begin(sighting.name.as_deref(), &judged.verdict, took);
            }
            self.vitals.sighted(sighting.stamps);
            self.show(judged, company, at);
            // The others of this frame share its page.
            company = Company::StillInView;
        }
    }

    /// Shows a verdict, on the page of its company where there is one, and logs its passage. Where the policy
    /// says stop and the log has no room, nobody gets one: the page says what to do.
    pub(super) fn show(&mut self, judged: Judged, company: Company, at: Instant) {
        if self.stopped() && checkpoint::is_attempt(&judged) {
            self.alarm();
            return self.go_to(Page::Scan);
        }
        let again = |standing: &Standing<_>| {
            let members = standing.group().members().iter();
            members.clone().any(|member| member.seen == judged.seen)
                && judged.seen != gatepost_protocol::Seen::Unverified
        };
        let shared = company == Company::StillInView && !self.session.open().is_some_and(again);
        let joined = if shared {
            self.session.join(judged).map_err(|full| full.0)
        } else {
            Err(judged)
        };
        let member = match joined {
            Ok(member) => member,
            Err(judged) => {
                self.close_verdict(at);
                self.session.show(judged, at, Duration::ZERO);
                0
            }
        };
        self.restart_time(at);
        self.present();
        self.settle(member, at);
        self.ask_thermometer();
    }

    /// Sends the page to the window.
    pub(super) fn present(&mut self) {
        let Some(standing) = self.session.open() else {
            return;
        };
        let reader = self.devices.thermometer.is_some();
        let offset = self.checkpoint.utc_offset();
        let number = self.session.number();
        let shown = view::verdict(number, standing, reader, offset);
        let (outcome, saved) = (standing.group().outcome(), self.saved(standing));
        let lasts = self.show_time();
        self.ui.send(UiUpdate::Verdict(shown));
        self.vitals.presented(outcome, &self.ui);
        if saved != SavedState::Saving {
            self.ui.send(UiUpdate::Saved(saved));
        }
        self.signal(outcome, lasts);
    }

    /// The time that the verdict on screen is given.
    fn show_time(&self) -> Duration {
        let Some(standing) = self.session.open() else {
            return Duration::ZERO;
        };
        let time = self.checkpoint.show_time(standing.group().outcome());
        match standing.group().asked() {
            Some(_) => time.max(ANSWER_TIME),
            None => time,
        }
    }

    pub(super) fn restart_time(&mut self, at: Instant) {
        let lasts = self.show_time();
        if let Some(standing) = self.session.open_mut() {
            standing.restart(at, lasts);
        }
    }

    /// Logs the passage of a code whose verdict waits for nothing, and remembers who was admitted.
    fn settle(&mut self, member: usize, at: Instant) {
        let Some(judged) = self.session.member(member) else {
            return;
        };
        if judged.verdict.question().is_none() {
            self.log_passage(member, at);
        }
    }

    /// Sends the passage of a code to the log, where it has one.
    fn log_passage(&mut self, member: usize, at: Instant) {
        let Some(judged) = self.session.member(member).cloned() else {
            return;
        };
        let guard = self.staff.duty.guard().map(|badge| badge.id.clone());
        let passage = self.checkpoint.passage(&judged, guard, self.clock.now());
        self.checkpoint.passed(&judged, at);
        match (passage, &self.enrolled) {
            (Some((passage, key)), Some(known)) => {
                let number = self.session.sent(member);
                let request = LogRequest {
                    number,
                    passage,
                    key,
                };
                match known.log.append(request) {
                    Ok(()) => self.waiting += 1,
                    Err(WriterGone) => self.session.not_logged(member),
                }
            }
            _ if checkpoint::is_attempt(&judged) => self.session.not_logged(member),
            _ => self.session.nothing_to_log(member),
        }
        self.show_saved();
    }

    /// Tells the window how far the passages of the verdict on screen are.
    fn show_saved(&mut self) {
        let Some(saved) = self.session.open().map(|standing| self.saved(standing)) else {
            return;
        };
        if saved != SavedState::Saving {
            self.ui.send(UiUpdate::Saved(saved));
            self.picture();
        }
    }

    /// The log's answer. Only what belongs to the verdict on screen may mark it as logged; a failure is
    /// shown whichever verdict it was for, and the writer goes on trying. The gate opens here and nowhere
    /// else: when all of a verdict is on the disk, and it admits.
    pub(super) fn logged(&mut self, passage: u32, result: Result<Logged, LogError>) {
        let (now, at) = (self.clock.now(), Instant::now());
        let answer = match result {
            Ok(logged) => {
                self.waiting = self.waiting.saturating_sub(1);
                self.vitals.logged();
                self.hub.logged(now);
                self.log_told(Ok(()), at);
                Ok(logged.admit)
            }
            Err(error) => {
                self.log_told(Err(&error), at);
                self.ui.send(UiUpdate::Saved(self.not_logged()));
                Err(error)
            }
        };
        let told = self.session.logged(passage, answer, at);
        if let (Some(admit), Some(gate)) = (told.admit, &self.devices.gate) {
            gate.open(admit);
        }
        self.status_soon();
        if told.on_screen {
            self.show_saved();
        }
    }

    /// The log has no room, or has some again.
    pub(super) fn log_room(&mut self, room: Result<(), LogError>) {
        self.log_told(room.as_ref().map(|_| ()), Instant::now());
        self.status_soon();
    }

    /// How writing the log went. Where it has no room and the policy says stop, the verdict goes too: from
    /// then on nobody is judged.
    fn log_told(&mut self, told: Result<(), &LogError>, at: Instant) {
        let health = match told {
            Ok(()) => LogHealth::Works,
            Err(error) if error.is_full() => LogHealth::Full(self.checkpoint.when_log_full()),
            Err(_) => LogHealth::Failing,
        };
        let before = self.notices.log_told(health);
        // A full log is told once: it may last.
        if let (Err(error), true) = (told, health != before || health == LogHealth::Failing) {
            eprintln!("gatepost: passages can't be logged: {error}");
            self.alarm();
        }
        self.show_notices();
        if let (true, Some(standing)) = (self.stopped(), self.session.open()) {
            let members = standing.group().members().to_vec();
            self.ui.send(UiUpdate::Dismiss);
            self.close_verdict(at);
            // Whoever was shown as admitted comes again, and has not passed by then.
            for judged in &members {
                self.checkpoint.withdrawn(judged);
            }
        }
    }

    /// Whether nobody is judged now.
    fn stopped(&self) -> bool {
        self.notices.log() == LogHealth::Full(WhenLogFull::Stop)
    }

    /// The word for a passage that is not on the disk.
    fn not_logged(&self) -> SavedState {
        match self.notices.log() {
            LogHealth::Full(_) => SavedState::WithoutLog,
            LogHealth::Works | LogHealth::Failing => SavedState::NotLogged,
        }
    }

    /// How far the passages of a verdict are.
    fn saved(&self, standing: &Standing<LoggedAdmit>) -> SavedState {
        match standing.saved() {
            SavedState::NotLogged => self.not_logged(),
            saved => saved,
        }
    }

    /// A question of the verdict on screen was answered.
    pub(super) fn answered(&mut self, number: u32, temperature: Temperature) {
        let asked = self
            .session
            .open()
            .and_then(|standing| standing.group().asked());
        if let (true, Some((member, _))) = (self.session.shows(number), asked) {
            self.decide_again(member, |observed| observed.temperature = Some(temperature));
        }
    }

    /// Decides once more on a code of the verdict on screen, with more known than before.
    pub(super) fn decide_again(&mut self, member: usize, more: impl FnOnce(&mut Observed)) {
        let at = Instant::now();
        let judge = self.checkpoint.judge_now(self.clock.now());
        let again = |judged: Judged| {
            let mut observed = match &judged.basis {
                Basis::Rules { observed, .. } => observed.clone(),
                Basis::NotSetUp(_) => Observed::default(),
            };
            more(&mut observed);
            judge.again(judged, observed)
        };
        if let Some(standing) = self.session.open_mut() {
            standing.overriding = Overrides::NotAsked;
            standing.decide_again(member, again, (at, Duration::ZERO));
        }
        self.restart_time(at);
        self.present();
        self.settle(member, at);
        self.ask_thermometer();
    }

    /// The verdict was tapped to stay.
    pub(super) fn held(&mut self, number: u32) {
        if self.session.shows(number)
            && let Some(standing) = self.session.open_mut()
        {
            standing.hold();
            self.ui.send(UiUpdate::TimeLeft(1.0));
        }
    }

    /// The verdict was closed in the window.
    pub(super) fn dismissed(&mut self, number: u32) {
        if self.session.shows(number) {
            self.close_verdict(Instant::now());
        }
    }

    /// The verdict goes: what waits for an answer is logged as it stands, and a page that was only the way
    /// to it goes too, with what was typed there.
    pub(super) fn close_verdict(&mut self, at: Instant) {
        if self.session.open().is_none() {
            return;
        }
        for member in self.session.close(at) {
            self.log_passage(member, at);
        }
        if let Some(lamp) = &self.devices.lamp {
            lamp.off();
        }
        if matches!(self.page, Page::IdEntry | Page::ByHand | Page::NoCode) {
            // Not at once: the tap that closed the verdict may lead on to another page.
            self.back_at = Some(at + TAP);
        }
    }

    fn picture(&mut self) {
        if self.recorder.is_some() {
            self.show_status();
        }
        if let Some(recorder) = &mut self.recorder
            && let Err(error) = recorder.finish(&self.ui)
        {
            eprintln!("gatepost: recording: {error}");
        }
    }
}
