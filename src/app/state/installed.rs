//! The installed bundle as the loop holds it: loaded again when another process or thread replaced
//! it, and asked for what its policy and its lists say.

use std::{
    fs::File,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use gatepost_pass::{
    Freshness, List, Timestamp, VerifiedBundle,
    list::ListKind,
    policy::{Policy, WhenLogFull},
};
use gatepost_protocol::{Outcome, PinTable, SealedPins};
use gatepost_system::chain;

use crate::{
    clock::Clock,
    data::{DataDir, Identity},
    store::{BundleCache, InstalledBundle},
};

/// How long a bundle that does not load is left alone.
const RELOAD: Duration = Duration::from_secs(60);

/// The bundle that is in force; nothing before the first one is installed.
#[derive(Debug, Default)]
pub(crate) struct Installed {
    bundle: Option<Arc<InstalledBundle>>,
    /// What its file of PINs says to this device.
    pins: Option<PinTable>,
    /// Which bundle of this run it is: changes with each load, even of the same version.
    generation: u64,
    /// When the installed manifest was last written, to notice an import by another process.
    manifest_written: Option<SystemTime>,
    /// After a load that failed: not before this.
    load_after: Option<Instant>,
}

impl Installed {
    /// Loads the installed bundle when its manifest was replaced. One that does not load is
    /// reported, and what was in force before stays so.
    pub(crate) fn reload_if_changed(
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
        match cache.load(&identity.root, clock) {
            Ok(Some(bundle)) => {
                for why in bundle.unopened().values() {
                    log::warn!("{}", chain(why));
                }
                self.pins = pins(&bundle, identity);
                self.replace(Arc::new(bundle));
            }
            Ok(None) => {}
            Err(error) => {
                log::error!("the installed bundle does not load: {}", chain(&error));
                // Perhaps a passing fault: look again, but not at every tick.
                self.manifest_written = None;
                self.load_after = Some(Instant::now() + RELOAD);
            }
        }
    }

    fn replace(&mut self, bundle: Arc<InstalledBundle>) {
        self.bundle = Some(bundle);
        self.generation += 1;
    }

    pub(crate) fn bundle(&self) -> Option<&VerifiedBundle<File>> {
        self.bundle.as_deref()
    }

    /// What the PINs of badges are checked against; nothing where the bundle does not say that to
    /// this device.
    pub(crate) fn pins(&self) -> Option<&PinTable> {
        self.pins.as_ref()
    }

    /// To be asked beside the loop.
    pub(crate) fn shared(&self) -> Option<Arc<InstalledBundle>> {
        self.bundle.clone()
    }

    /// Changes whenever another bundle is in force.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Version of its manifest.
    pub(crate) fn version(&self) -> Option<u64> {
        self.bundle().map(|bundle| bundle.manifest().version)
    }

    fn policy(&self) -> Option<&Policy> {
        self.bundle().map(VerifiedBundle::policy)
    }

    /// How long a verdict stands.
    pub(crate) fn show_time(&self, outcome: Outcome) -> Duration {
        let [admit, check, refuse] = self
            .policy()
            .map_or([3, 6, 6], |policy| policy.show_seconds);
        let seconds = match outcome {
            Outcome::Admit => admit,
            Outcome::Check => check,
            Outcome::Refuse => refuse,
        };
        Duration::from_secs(seconds.max(1).into())
    }

    /// What to do while the log has no space.
    pub(crate) fn when_log_full(&self) -> WhenLogFull {
        let policy = self.policy();
        policy.map_or(WhenLogFull::Stop, |policy| policy.when_log_full)
    }

    /// Minutes east of UTC.
    pub(crate) fn utc_offset(&self) -> i16 {
        self.policy().map_or(0, |policy| policy.utc_offset_minutes)
    }

    /// How old trust and lists are, and when they were signed; nothing without a bundle.
    pub(crate) fn freshness(&self, now: Timestamp) -> Option<(Freshness, Timestamp)> {
        let bundle = self.bundle()?;
        let oldest = bundle.lists().map(|list| list.head().as_of).min();
        let signed = oldest.unwrap_or(bundle.manifest().issued_at);
        Some((bundle.freshness(now), signed))
    }

    /// How many persons and passes are listed; who is on an identity list too is counted once.
    pub(crate) fn listed(&self) -> u64 {
        let lists = self.bundle().into_iter().flat_map(VerifiedBundle::lists);
        let heads = lists.map(List::head);
        let once = heads.map(|head| match head.kind {
            ListKind::Status | ListKind::Revocation => head.count,
            ListKind::Identity => 0,
        });
        once.sum()
    }
}

/// Opens the bundle's file of PINs with the device's key.
fn pins(bundle: &InstalledBundle, identity: &Identity) -> Option<PinTable> {
    let opened = SealedPins::open(bundle.pins()?, &identity.key);
    opened
        .inspect_err(|why| log::warn!("no PIN of a badge can be checked: {}", chain(why)))
        .ok()
}
