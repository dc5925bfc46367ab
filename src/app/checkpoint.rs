//! The state of the checkpoint between two frames: bundle, place, direction, what is in view, who passed.

use std::{
    fs::File,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use gatepost_pass::{
    Digest, Freshness, List, Now, Place, Text, Timestamp,
    list::ListKind,
    policy::{TracingKey, WhenLogFull},
};
use gatepost_protocol::{Direction, Passage, Seen};

use super::kept::{self, Standpoint};
use crate::{
    checkpoint::{
        Basis, Case, CheckedDocument, Judge, Judged, Observed, Outcome, Reason, RecentPassages,
        freshness_for,
    },
    clock::Clock,
    config::Config,
    data::{DataDir, Identity},
    decode::CodeContent,
    store::{BundleCache, InstalledBundle},
};

/// A code that was out of view for so long counts as shown anew.
pub(super) const OUT_OF_VIEW: Duration = Duration::from_secs(3);
/// How long a bundle that does not load is left alone.
const RELOAD: Duration = Duration::from_secs(60);
/// Most codes that are kept in view.
const MOST_IN_VIEW: usize = 64;

/// What the loop keeps.
#[derive(Debug)]
pub(super) struct Checkpoint {
    bundle: Option<Arc<InstalledBundle>>,
    /// When the installed manifest was last written, to notice an import by another process.
    manifest_written: Option<SystemTime>,
    /// After a load that failed: not before this.
    load_after: Option<Instant>,
    recent: RecentPassages,
    in_view: Vec<(Key, Instant)>,
    direction: Direction,
    place: Standpoint,
}

/// The codes of a frame that were not in view a moment ago.
#[derive(Debug)]
pub(super) struct Sighted {
    /// Each, judged, with its text.
    pub(super) new: Vec<(Judged, Option<String>)>,
    /// Others in the same frame were in view before: what is new belongs to them.
    pub(super) company: Company,
}

/// Whether codes of a frame were in view before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Company {
    Alone,
    StillInView,
}

/// What the guard was asked to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expecting {
    /// Whatever comes: where somebody tries to pass, nothing else in the frame counts.
    Anyone,
    /// A badge, which counts even beside a pass.
    Badge,
}

/// What makes two sightings the same: the pass and what was said of it, or the very code.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Pass(Seen, Vec<Reason>),
    Code(Digest),
}

impl Checkpoint {
    /// The state that the data directory holds. A bundle that does not load is reported, and the
    /// scanner says that it is not set up.
    pub(super) fn load(
        data: &DataDir,
        identity: Option<&Identity>,
        clock: &Clock,
        config: &Config,
    ) -> Self {
        let id: Text<24> = config.place.as_str().try_into().unwrap_or_default();
        let mut checkpoint = Self {
            bundle: None,
            manifest_written: None,
            load_after: None,
            recent: RecentPassages::default(),
            in_view: Vec::new(),
            direction: kept::direction(data).unwrap_or(config.direction),
            place: Standpoint {
                name: id.to_string(),
                id,
                code: None,
            },
        };
        checkpoint.reload_if_changed(data, identity, clock);
        let kept = checkpoint
            .bundle
            .as_ref()
            .and_then(|bundle| kept::place(data, bundle.trust(), clock.now().time));
        if let Some(place) = kept {
            checkpoint.place = place;
        }
        checkpoint
    }

    /// Loads the installed bundle when its manifest was replaced.
    pub(super) fn reload_if_changed(
        &mut self,
        data: &DataDir,
        identity: Option<&Identity>,
        clock: &Clock,
    ) {
        let cache = BundleCache::new(data.bundle());
        let written = cache.written();
        let Some(identity) = identity else { return };
        let early = self.load_after.is_some_and(|after| Instant::now() < after);
        if written == self.manifest_written || early {
            return;
        }
        self.load_after = None;
        self.manifest_written = written;
        match cache.load(&identity.root, clock.now().time) {
            Ok(Some(bundle)) => {
                clock.raise(bundle.manifest().issued_at);
                for why in bundle.unopened().values() {
                    eprintln!("gatepost: {why}");
                }
                self.bundle = Some(Arc::new(bundle));
            }
            Ok(None) => {}
            Err(error) => {
                eprintln!("gatepost: the installed bundle does not load: {error}");
                // Perhaps a passing fault: look again, but not at every tick.
                self.manifest_written = None;
                self.load_after = Some(Instant::now() + RELOAD);
            }
        }
    }

    /// Moves on in time: what is too old is forgotten, also when nobody comes by.
    pub(super) fn tick(&mut self, at: Instant) {
        self.recent.tick(at);
        self.in_view
            .retain(|(_, last)| at.saturating_duration_since(*last) < OUT_OF_VIEW);
    }

    /// Judges each code of a frame that was not in view a moment ago. Codes that are no attempt to pass
    /// count only where there is none.
    pub(super) fn sight(
        &mut self,
        codes: &[CodeContent],
        expecting: Expecting,
        now: Now,
        at: Instant,
    ) -> Sighted {
        self.tick(at);
        let none = RecentPassages::default();
        // Without pass-back, or a pass would be new again a frame after it was admitted.
        let plain = |content: &CodeContent| {
            let judged = self.judge(&none, now).code(content);
            (key(content, &judged), judged, content.clone())
        };
        let mut found: Vec<_> = codes.iter().map(plain).collect();
        let is_awaited = |judged: &Judged| expecting == Expecting::Badge && badge(judged).is_some();
        if found.iter().any(|(_, judged, _)| is_attempt(judged)) {
            found.retain(|(_, judged, _)| is_attempt(judged) || is_awaited(judged));
        }
        let mut company = Company::Alone;
        for (key, ..) in &found {
            if let Some(seen) = self.in_view.iter_mut().find(|(other, _)| other == key) {
                seen.1 = at;
                company = Company::StillInView;
            }
        }
        found.retain(|(key, ..)| self.in_view.iter().all(|(other, _)| other != key));
        let mut new = Vec::new();
        for (key, _, content) in found {
            if self.in_view.len() == MOST_IN_VIEW {
                self.in_view.remove(0);
            }
            self.in_view.push((key, at));
            let judged = self.judge(&self.recent, now).code(&content);
            let text = match content {
                CodeContent::Text(text) => Some(text),
                CodeContent::Bytes(_) => None,
            };
            new.push((judged, text));
        }
        Sighted { new, company }
    }

    /// What cases are judged with now.
    pub(super) fn judge_now(&self, now: Now) -> Judge<'_, File> {
        self.judge(&self.recent, now)
    }

    fn judge<'a>(&'a self, recent: &'a RecentPassages, now: Now) -> Judge<'a, File> {
        Judge {
            bundle: self.bundle.as_deref(),
            recent,
            direction: self.direction,
            now,
        }
    }

    /// Remembers who was admitted. Whoever was only checked may still come back with what was asked for.
    pub(super) fn passed(&mut self, judged: &Judged, at: Instant) {
        if judged.verdict.outcome == Outcome::Admit {
            self.recent.add(&judged.seen, self.direction, at);
        }
    }

    /// Takes that back: the verdict was withdrawn.
    pub(super) fn withdrawn(&mut self, judged: &Judged) {
        if judged.verdict.outcome == Outcome::Admit {
            self.recent.forget(&judged.seen, self.direction);
        }
    }

    /// The passage of a verdict, and whom it is sealed to. Nothing for codes that are no attempt to
    /// pass, or when there is no policy that says whom to seal to.
    pub(super) fn passage(
        &self,
        judged: &Judged,
        guard: Option<Text<24>>,
        now: Now,
    ) -> Option<(Passage, TracingKey)> {
        let bundle = self.bundle.as_ref()?;
        if !is_attempt(judged) {
            return None;
        }
        let observed = match &judged.basis {
            Basis::Rules { observed, .. } => observed.clone(),
            Basis::NotSetUp(_) => Observed::default(),
        };
        let passage = Passage {
            at: now.time,
            clock: now.clock,
            freshness: freshness_for(bundle, &judged.seen, now.time),
            place: self.place.id.clone(),
            direction: self.direction,
            outcome: judged.verdict.outcome,
            reasons: judged.verdict.reasons.clone().try_into().ok()?,
            seen: judged.seen.clone(),
            guard,
            temperature: observed.temperature,
            allowed: observed.allowed,
        };
        Some((passage, bundle.policy().tracing_key))
    }

    /// Stands at a scanned place from now on, also after a restart.
    pub(super) fn stand_at(&mut self, data: &DataDir, place: &Place, code: String) {
        kept::keep_place(data, &code);
        self.place = Standpoint::of(place, code);
    }

    pub(super) fn place(&self) -> &Standpoint {
        &self.place
    }

    pub(super) fn direction(&self) -> Direction {
        self.direction
    }

    /// People go this way from now on, also after a restart.
    pub(super) fn turn(&mut self, data: &DataDir, direction: Direction) {
        self.direction = direction;
        kept::keep_direction(data, direction);
    }

    pub(super) fn bundle(&self) -> Option<&Arc<InstalledBundle>> {
        self.bundle.as_ref()
    }

    /// How long a verdict stands.
    pub(super) fn show_time(&self, outcome: Outcome) -> Duration {
        let [admit, check, refuse] = self
            .bundle
            .as_ref()
            .map_or([3, 6, 6], |bundle| bundle.policy().show_seconds);
        let seconds = match outcome {
            Outcome::Admit => admit,
            Outcome::Check => check,
            Outcome::Refuse => refuse,
        };
        Duration::from_secs(seconds.max(1).into())
    }

    /// What to do while the log has no room.
    pub(super) fn when_log_full(&self) -> WhenLogFull {
        let policy = self.bundle.as_ref().map(|bundle| bundle.policy());
        policy.map_or(WhenLogFull::Stop, |policy| policy.when_log_full)
    }

    pub(super) fn utc_offset(&self) -> i16 {
        self.bundle
            .as_ref()
            .map_or(0, |bundle| bundle.policy().utc_offset_minutes)
    }

    /// How old trust and lists are, and when they were signed; nothing without a bundle.
    pub(super) fn freshness(&self, now: Timestamp) -> Option<(Freshness, Timestamp)> {
        let bundle = self.bundle.as_ref()?;
        let oldest = bundle.lists().map(|list| list.head().as_of).min();
        Some((
            bundle.freshness(now),
            oldest.unwrap_or(bundle.manifest().issued_at),
        ))
    }

    /// How many persons and passes are listed; who is on an identity list too counts once.
    pub(super) fn listed(&self) -> u64 {
        let lists = self.bundle.iter().flat_map(|bundle| bundle.lists());
        let heads = lists.map(List::head);
        let once = heads.filter(|head| head.kind != ListKind::Identity);
        once.map(|head| head.count).sum()
    }
}

/// Whether somebody tried to pass with it: not so for a place code, a badge or somebody else's code.
pub(super) fn is_attempt(judged: &Judged) -> bool {
    let no_attempt = [Reason::ForeignCode, Reason::NotAPass];
    !judged
        .verdict
        .reasons
        .iter()
        .any(|reason| no_attempt.contains(reason))
}

/// The verified badge that was shown, if it was one.
pub(super) fn badge(judged: &Judged) -> Option<&crate::checkpoint::CheckedBadge> {
    match &judged.basis {
        Basis::Rules {
            case: Case::Code(Ok(CheckedDocument::Badge(looked))),
            ..
        } => Some(looked),
        _ => None,
    }
}

/// The place on a verified place code that still counts, if it was one.
pub(super) fn place(judged: &Judged, now: Now) -> Option<&Place> {
    match &judged.basis {
        Basis::Rules {
            case: Case::Code(Ok(CheckedDocument::Place(place))),
            ..
        } => Some(place.claims()).filter(|place| now.time < place.not_after.start()),
        _ => None,
    }
}

fn key(content: &CodeContent, judged: &Judged) -> Key {
    match (&judged.seen, content) {
        (Seen::Unverified, CodeContent::Text(text)) => Key::Code(Digest::of(text.as_bytes())),
        (Seen::Unverified, CodeContent::Bytes(bytes)) => Key::Code(Digest::of(bytes)),
        (seen, _) => Key::Pass(seen.clone(), judged.verdict.reasons.clone()),
    }
}
