//! Exchange with the hub: fetch a bundle, push passages. Either may fail without hindering the other,
//! and nothing is forgotten without a receipt.

mod http;
mod worker;

pub use http::{HubClient, HubError};
pub use worker::{SyncNews, spawn};

use gatepost_protocol::{Receipt, batch::sign_batch};

use crate::{
    clock::Clock,
    data::{DataDir, DataError, Identity},
    store::{
        Backlog, BundleCache, CacheError, InstalledBundle, LogError, Outbox, bundles::Intaken,
    },
};

/// Why an exchange stopped. What was not exchanged stays where it is.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The hub could not be reached, or answered with a fault.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// The bundle was not taken in.
    #[error(transparent)]
    Bundle(#[from] CacheError),
    /// The passage log failed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The data directory can't be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The hub's receipt does not count.
    #[error("the hub's receipt does not count: {0}")]
    Receipt(gatepost_pass::DocumentError),
    /// A batch could not be made.
    #[error(transparent)]
    Batch(#[from] gatepost_protocol::BatchError),
    /// There is no trust list yet to check receipts with.
    #[error("there is no bundle on this device yet: import one, or let the hub send it")]
    NoBundle,
    /// Enrolled without a hub.
    #[error("this device was enrolled without a hub: use `gatepost import` from a USB stick")]
    NoHub,
    /// The hub keeps less than it was sent, time after time.
    #[error("the hub takes no more passages now: {waiting} wait here and are sent again later")]
    Stuck {
        /// Passages without a receipt.
        waiting: u64,
    },
}

/// What one exchange did.
#[derive(Debug)]
pub struct Exchanged {
    /// A bundle that was installed.
    pub installed: Option<Box<InstalledBundle>>,
    /// Passages that got their receipt.
    pub sent: u64,
    /// What still waits.
    pub backlog: Backlog,
}

/// Takes the hub's bundle in, when it is another than the installed one.
pub fn fetch_bundle(
    data: &DataDir,
    identity: &Identity,
    hub: &mut HubClient,
    clock: &Clock,
) -> Result<Option<Box<InstalledBundle>>, SyncError> {
    let cache = BundleCache::new(data.bundle());
    let _lock = data.lock("bundle")?;
    let taken = cache.take_in(hub, &identity.root, clock.now().time, &mut |_, _| {})?;
    match taken {
        Intaken::Same => Ok(None),
        Intaken::New(bundle) => {
            clock.raise(bundle.newest_signed());
            Ok(Some(bundle))
        }
    }
}

/// Sends passages until none waits, then forgets what is acknowledged and old enough.
pub fn push_passages(
    data: &DataDir,
    identity: &Identity,
    hub: &mut HubClient,
    clock: &Clock,
) -> Result<u64, SyncError> {
    if !data.passages().exists() {
        return Ok(0);
    }
    let _lock = data.lock("outbox")?;
    let mut outbox = Outbox::open(&data.passages())?;
    let before = outbox.backlog()?.unsent;
    if before == 0 {
        return Ok(0);
    }
    let cache = BundleCache::new(data.bundle());
    let rules = cache
        .load_rules(&identity.root, clock.now().time)?
        .ok_or(SyncError::NoBundle)?;
    let mut waiting = before;
    while let Some(outgoing) = outbox.next()? {
        let batch = sign_batch(
            &identity.certificate,
            &identity.key,
            outgoing.epoch,
            outgoing.before,
            outgoing.records,
        )?;
        let answer = hub.post_batch(&batch)?;
        let receipt = Receipt::verify(&answer, rules.trust(), clock.now().time)
            .map_err(SyncError::Receipt)?;
        clock.raise(receipt.at);
        outbox.acknowledge(&receipt)?;
        let left = outbox.backlog()?.unsent;
        if left >= waiting {
            return Err(SyncError::Stuck { waiting: left });
        }
        waiting = left;
    }
    let keep = u32::from(rules.policy().retention_hours);
    let hour = u32::try_from(clock.now().time.0 / 3600).unwrap_or(u32::MAX);
    outbox.forget(hour.saturating_sub(keep))?;
    Ok(before.saturating_sub(waiting))
}

/// One whole exchange. Passages go out even when the bundle fails, and the first fault is told.
pub fn exchange(
    data: &DataDir,
    identity: &Identity,
    clock: &Clock,
) -> Result<Exchanged, SyncError> {
    if identity.hub.is_empty() {
        return Err(SyncError::NoHub);
    }
    let mut hub = HubClient::new(&identity.hub);
    let fetched = fetch_bundle(data, identity, &mut hub, clock);
    let pushed = push_passages(data, identity, &mut hub, clock);
    let (installed, sent) = (fetched?, pushed?);
    Ok(Exchanged {
        installed,
        sent,
        backlog: backlog(data)?,
    })
}

/// What waits for the hub.
pub fn backlog(data: &DataDir) -> Result<Backlog, LogError> {
    if data.passages().exists() {
        Outbox::open(&data.passages())?.backlog()
    } else {
        Ok(Backlog::default())
    }
}
