//! The checkpoint between two frames: what is judged with, where it stands, what is in view, who
//! passed.

use std::{fs::File, time::Instant};

use gatepost_checkpoint::{Judge, Judged, LiveCodes, RecentPassages, freshness_for};
use gatepost_decode::CodeContent;
use gatepost_pass::{Now, RulesHere, Text, policy::TracingKey};
use gatepost_protocol::{Outcome, Passage, Reason, Seen};

use super::{
    in_view::{Expecting, Grounds, InView, Sighted},
    installed::Installed,
    station::{Station, StationPlace},
};
use crate::{
    clock::Clock,
    config::Config,
    data::{DataDir, Identity},
};

/// What people are judged with.
#[derive(Debug)]
pub(crate) struct Checkpoint {
    pub(crate) installed: Installed,
    pub(crate) station: Station,
    in_view: InView,
    recent: RecentPassages,
    live: LiveCodes,
}

impl Checkpoint {
    /// As the data directory holds it. A bundle that does not load is reported, and the scanner
    /// says that it is not set up.
    pub(crate) fn load(
        data: &DataDir,
        identity: Option<&Identity>,
        clock: &Clock,
        config: &Config,
    ) -> Self {
        let mut installed = Installed::default();
        installed.reload_if_changed(data, identity, clock);
        let mut station = Station::load(data, config);
        if let Some(bundle) = installed.bundle() {
            station.restore_place(data, bundle.trust(), clock.now().time);
        }
        Self {
            installed,
            station,
            in_view: InView::default(),
            recent: RecentPassages::default(),
            live: LiveCodes::default(),
        }
    }

    /// Moves on in time: what is too old is forgotten, also when nobody comes by.
    pub(crate) fn tick(&mut self, at: Instant) {
        self.recent.tick(at);
        self.in_view.tick(at);
    }

    /// Judges each code of a frame that is new, and gives those that were not in view a moment ago.
    pub(crate) fn sight(
        &mut self,
        codes: &[CodeContent],
        expecting: Expecting,
        now: Now,
        at: Instant,
    ) -> Sighted {
        self.recent.tick(at);
        let grounds = Grounds {
            bundle: self.installed.generation(),
            now,
        };
        // Without pass-back, or a pass would be new again a frame after it was admitted.
        let none = RecentPassages::default();
        let judge = judge(&self.installed, &self.station, &none, now);
        let live = &mut self.live;
        let code =
            |content: &CodeContent| judge.with_live_codes(judge.code(content.as_text()), live);
        let mut sighted = self.in_view.sight(codes, expecting, grounds, at, code);
        let judge = self.judge(now);
        let with_pass_back = |(judged, text)| (judge.with_pass_back(judged), text);
        sighted.new = sighted.new.into_iter().map(with_pass_back).collect();
        sighted
    }

    /// What cases are judged with now.
    pub(crate) fn judge(&self, now: Now) -> Judge<'_, File> {
        judge(&self.installed, &self.station, &self.recent, now)
    }

    /// What holds where the device stands; nothing without a bundle.
    pub(crate) fn rules_here(&self, now: Now) -> Option<RulesHere<'_>> {
        self.rules_at(self.station.place(), now)
    }

    /// What would hold there.
    pub(crate) fn rules_at(&self, place: &StationPlace, now: Now) -> Option<RulesHere<'_>> {
        let policy = self.installed.bundle()?.policy();
        Some(policy.rules_at(place.class.as_ref(), place.area.as_ref(), now))
    }

    /// Remembers who was admitted. Whoever was only checked may still come back with what was asked
    /// for.
    pub(crate) fn passed(&mut self, judged: &Judged, at: Instant) {
        if judged.verdict.outcome == Outcome::Admit {
            self.recent.add(&judged.seen, self.station.direction(), at);
        }
    }

    /// Takes that back: the verdict was withdrawn.
    pub(crate) fn withdrawn(&mut self, judged: &Judged) {
        if judged.verdict.outcome == Outcome::Admit {
            self.recent.forget(&judged.seen, self.station.direction());
        }
    }

    /// The entry in the log of what somebody did beside a verdict, shaped as a passage, and whom it
    /// is sealed to. It opens no gate, and counts as something that the guard had to look at.
    pub(crate) fn act(
        &self,
        done: Seen,
        reason: Reason,
        guard: Option<Text<24>>,
        now: Now,
    ) -> Option<(Passage, TracingKey)> {
        let bundle = self.installed.bundle()?;
        let passage = Passage {
            at: now.time,
            clock: now.clock,
            freshness: bundle.freshness(now.time),
            place: self.station.place().id.clone(),
            direction: self.station.direction(),
            outcome: Outcome::Check,
            reasons: vec![reason].try_into().ok()?,
            seen: done,
            guard,
            temperature: None,
            allowed: None,
        };
        Some((passage, bundle.policy().tracing_key))
    }

    /// The passage of a verdict, and whom it is sealed to. Nothing for codes that are no attempt to
    /// pass, or when there is no policy that says whom to seal to.
    pub(crate) fn passage(
        &self,
        judged: &Judged,
        guard: Option<Text<24>>,
        now: Now,
    ) -> Option<(Passage, TracingKey)> {
        let bundle = self.installed.bundle()?;
        if !judged.is_attempt() {
            return None;
        }
        let observed = judged.observed();
        let passage = Passage {
            at: now.time,
            clock: now.clock,
            freshness: freshness_for(bundle, &judged.seen, now.time),
            place: self.station.place().id.clone(),
            direction: self.station.direction(),
            outcome: judged.verdict.outcome,
            reasons: judged.verdict.reasons.clone().try_into().ok()?,
            seen: judged.seen.clone(),
            guard,
            temperature: observed.temperature,
            allowed: observed.allowed,
        };
        Some((passage, bundle.policy().tracing_key))
    }
}

fn judge<'a>(
    installed: &'a Installed,
    station: &'a Station,
    recent: &'a RecentPassages,
    now: Now,
) -> Judge<'a, File> {
    Judge {
        bundle: installed.bundle(),
        class: station.place().class.as_ref(),
        area: station.place().area.as_ref(),
        recent,
        direction: station.direction(),
        now,
    }
}
