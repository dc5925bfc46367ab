//! The state of the checkpoint between two frames: bundle, place, what is in view, who passed.

use std::{
    fs,
    time::{Duration, Instant, SystemTime},
};

use gatepost_pass::{Digest, Freshness, Now, Place, Text, Timestamp, policy::TracingKey};
use gatepost_protocol::{Direction, Passage, Seen};

use crate::{
    checkpoint::{
        Judged, Recent, judge,
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
/// Most codes that are kept in view.
const MOST_IN_VIEW: usize = 64;

/// What the loop keeps.
#[derive(Debug)]
pub(super) struct Checkpoint {
    bundle: Option<InstalledBundle>,
    /// When the installed manifest was last written, to notice an import by another process.
    manifest_written: Option<SystemTime>,
    recent: Recent,
    in_view: Vec<(Key, Instant)>,
    direction: Direction,
    place: Text<24>,
    place_name: String,
    /// Passages without a receipt.
    pub(super) unsent: u64,
}

/// What makes two sightings the same: the pass and what was decided on it, or the very code.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Pass(Seen, Outcome),
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
        let written = manifest_written(data);
        let Some(identity) = identity else { return };
        if written == self.manifest_written {
            return;
        }
        self.manifest_written = written;
        match BundleCache::new(data.bundle()).load(&identity.root, clock.now().time) {
            Ok(Some(bundle)) => {
                clock.raise(bundle.newest_signed());
                self.bundle = Some(bundle);
            }
            Ok(None) => {}
            Err(error) => eprintln!("gatepost: the installed bundle does not load: {error}"),
        }
    }

    /// Uses a bundle that was just taken in.
    pub(super) fn install(&mut self, data: &DataDir, bundle: InstalledBundle) {
        self.manifest_written = manifest_written(data);
        self.bundle = Some(bundle);
    }

    /// Judges the codes that were not in view a moment ago.
    pub(super) fn judge_new(
        &mut self,
        codes: &[DecodedCode],
        now: Now,
        at: Instant,
    ) -> Vec<Judged> {
        self.in_view
            .retain(|(_, last)| at.duration_since(*last) < OUT_OF_VIEW);
        let mut judged = Vec::new();
        for code in codes {
            let bundle = self.bundle.as_ref();
            // Without pass-back, or a pass would be new again a frame after it was admitted.
            let plain = judge(&code.content, bundle, &Recent::default(), now);
            let key = key(&code.content, &plain);
            if let Some(seen) = self.in_view.iter_mut().find(|(other, _)| *other == key) {
                seen.1 = at;
                continue;
            }
            if self.in_view.len() == MOST_IN_VIEW {
                self.in_view.remove(0);
            }
            self.in_view.push((key, at));
            let full = judge(&code.content, bundle, &self.recent, now);
            // Whoever was only checked may still come back with what was asked for.
            if full.verdict.outcome == Outcome::Admit {
                self.recent.add(&full.seen, now.time);
            }
            judged.push(full);
        }
        judged
    }

    /// The passage of a verdict, and whom it is sealed to. Nothing for codes that are no attempt to
    /// pass, or when there is no policy that says whom to seal to.
    pub(super) fn passage(&self, judged: &Judged, now: Now) -> Option<(Passage, TracingKey)> {
        let bundle = self.bundle.as_ref()?;
        let no_attempt = [Reason::ForeignCode, Reason::NotAPass];
        if judged
            .verdict
            .reasons
            .iter()
            .any(|reason| no_attempt.contains(reason))
        {
            return None;
        }
        let passage = Passage {
            at: now.time,
            clock: now.clock,
            freshness: bundle.freshness(now.time),
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
}

fn manifest_written(data: &DataDir) -> Option<SystemTime> {
    let manifest = fs::metadata(data.bundle().join("manifest"));
    manifest.and_then(|file| file.modified()).ok()
}

fn key(content: &CodeContent, judged: &Judged) -> Key {
    match (&judged.seen, content) {
        (Seen::Pass { .. }, _) => Key::Pass(judged.seen.clone(), judged.verdict.outcome),
        (Seen::Unverified, CodeContent::Text(text)) => Key::Code(Digest::of(text.as_bytes())),
        (Seen::Unverified, CodeContent::Bytes(bytes)) => Key::Code(Digest::of(bytes)),
    }
}
