//! The state of the checkpoint between two frames: bundle, place, what is in view, who passed.

use std::time::{Duration, Instant, SystemTime};

use gatepost_pass::{
    Digest, Freshness, List, Now, Place, Text, Timestamp, list::ListKind, policy::TracingKey,
};
use gatepost_protocol::{Direction, Passage, Seen};

use crate::{
    checkpoint::{
        Judged, Recent, freshness_for, judge,
        verdict::{Outcome, Reason},
    },
    clock::Clock,
    config::Config,
    data::{DataDir, Identity},
    decode::{CodeContent, DecodedCode},
    files,
    store::{BundleCache, InstalledBundle},
    sync,
};

/// A code that was out of view for so long counts as shown anew.
const OUT_OF_VIEW: Duration = Duration::from_secs(3);
/// How long a bundle that does not load is left alone.
const RELOAD: Duration = Duration::from_secs(60);
/// Most codes that are kept in view.
const MOST_IN_VIEW: usize = 64;

/// What the loop keeps.
#[derive(Debug)]
pub(super) struct Checkpoint {
    bundle: Option<InstalledBundle>,
    /// When the installed manifest was last written, to notice an import by another process.
    manifest_written: Option<SystemTime>,
    /// After a load that failed: not before this.
    load_after: Option<Instant>,
    recent: Recent,
    in_view: Vec<(Key, Instant)>,
    direction: Direction,
    place: Text<24>,
    place_name: String,
    /// Passages without a receipt.
    pub(super) unsent: u64,
}

/// What is on screen when a frame comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Showing {
    /// The camera's picture.
    Preview,
    /// A verdict.
    Verdict,
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
        let place = config.place.as_str().try_into().unwrap_or_default();
        let mut checkpoint = Self {
            bundle: None,
            manifest_written: None,
            load_after: None,
            recent: Recent::default(),
            in_view: Vec::new(),
            direction: config.direction,
            place,
            place_name: config.place.clone(),
            unsent: sync::backlog(data)
                .map(|backlog| backlog.unsent)
                .unwrap_or_default(),
        };
        checkpoint.reload_if_changed(data, identity, clock);
        checkpoint.restore_place(data, clock.now());
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
                self.bundle = Some(bundle);
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

    /// Judges the one code of a frame whose turn it is: the weightiest that was not in view a moment
    /// ago. Codes that are no attempt to pass count only where there is no other; and while the verdict
    /// on one pass is `showing`, another in the same frame waits, so that nothing is logged unseen.
    pub(super) fn judge_next(
        &mut self,
        codes: &[DecodedCode],
        showing: Showing,
        now: Now,
        at: Instant,
    ) -> Option<Judged> {
        self.tick(at);
        let bundle = self.bundle.as_ref();
        // Without pass-back, or a pass would be new again a frame after it was admitted.
        let plain = |code: &DecodedCode| {
            let judged = judge(&code.content, bundle, &Recent::default(), now);
            (key(&code.content, &judged), judged, code.content.clone())
        };
        let mut found: Vec<_> = codes.iter().map(plain).collect();
        if found.iter().any(|(_, judged, _)| is_attempt(judged)) {
            found.retain(|(_, judged, _)| is_attempt(judged));
        }
        let mut still_in_view = false;
        for (key, ..) in &found {
            if let Some(seen) = self.in_view.iter_mut().find(|(other, _)| other == key) {
                seen.1 = at;
                still_in_view = true;
            }
        }
        if still_in_view && showing == Showing::Verdict {
            return None;
        }
        found.retain(|(key, ..)| self.in_view.iter().all(|(other, _)| other != key));
        let (key, _, content) = found
            .into_iter()
            .max_by_key(|(_, judged, _)| judged.verdict.outcome)?;
        let judged = judge(&content, bundle, &self.recent, now);
        if self.in_view.len() == MOST_IN_VIEW {
            self.in_view.remove(0);
        }
        self.in_view.push((key, at));
        // Whoever was only checked may still come back with what was asked for.
        if judged.verdict.outcome == Outcome::Admit {
            self.recent.add(&judged.seen, at);
        }
        Some(judged)
    }

    /// The passage of a verdict, and whom it is sealed to. Nothing for codes that are no attempt to
    /// pass, or when there is no policy that says whom to seal to.
    pub(super) fn passage(&self, judged: &Judged, now: Now) -> Option<(Passage, TracingKey)> {
        let bundle = self.bundle.as_ref()?;
        if !is_attempt(judged) {
            return None;
        }
        let passage = Passage {
            at: now.time,
            clock: now.clock,
            freshness: freshness_for(bundle, &judged.seen, now.time),
            place: self.place.clone(),
            direction: self.direction,
            outcome: judged.verdict.outcome,
            reasons: judged.verdict.reasons.clone().try_into().ok()?,
            seen: judged.seen.clone(),
            guard: None,
        };
        Some((passage, bundle.policy().tracing_key))
    }

    /// Stands at a scanned place from now on, also after a restart.
    pub(super) fn stand_at(&mut self, data: &DataDir, place: &Place) {
        self.place = place.id.clone();
        self.place_name = place.name.to_string();
        if let Err(error) = files::replace(&data.place(), &gatepost_pass::encode(place)) {
            eprintln!("gatepost: the place could not be kept: {error}");
        }
    }

    fn restore_place(&mut self, data: &DataDir, now: Now) {
        let Ok(bytes) = files::read_limited(&data.place(), 512) else {
            return;
        };
        let Ok(place) = gatepost_pass::decode::<Place>("place", &bytes) else {
            return;
        };
        if now.time < place.not_after.start() {
            self.place = place.id;
            self.place_name = place.name.to_string();
        }
    }

    pub(super) fn place_name(&self) -> &str {
        &self.place_name
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
        let lists = self.bundle.iter().flat_map(InstalledBundle::lists);
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

fn key(content: &CodeContent, judged: &Judged) -> Key {
    match (&judged.seen, content) {
        (Seen::Pass { .. }, _) => Key::Pass(judged.seen.clone(), judged.verdict.reasons.clone()),
        (Seen::Unverified, CodeContent::Text(text)) => Key::Code(Digest::of(text.as_bytes())),
        (Seen::Unverified, CodeContent::Bytes(bytes)) => Key::Code(Digest::of(bytes)),
    }
}
