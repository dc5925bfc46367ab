//! Exchange with the hub: fetch a bundle, push passages. Either may fail without hindering the other,
//! and nothing is forgotten without a receipt.

mod http;
mod tls;
mod worker;

pub mod enrol;
pub mod stick;
pub mod wipe;

#[cfg(test)]
mod tests;

pub use http::{Contact, HubClient, HubError, Patience};
pub use wipe::Order;
pub use worker::{SyncNews, spawn};

use std::{collections::BTreeSet, io, path::Path, time::Duration};

use gatepost_pass::Rules;
use gatepost_protocol::{DeviceStatus, Epoch, Receipt, batch::sign_batch, device::device_id};

use crate::{
    clock::Clock,
    data::{DataDir, DataError, Identity},
    store::{
        Backlog, BundleCache, CacheError, InstalledBundle, LogError, Outbox, Outgoing, Progress,
        bundles::{Intaken, Step},
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
    /// A directory of batches and receipts.
    #[error("{path}: {why}")]
    File {
        /// The file or directory.
        path: String,
        /// What the system said.
        why: io::Error,
    },
    /// The order to wipe this device does not count.
    #[error("the order to wipe this device does not count: {0}")]
    Order(gatepost_protocol::device::CertificateError),
    /// The hub's receipt covers nothing new.
    #[error("the hub took a batch of epoch {epoch} and acknowledged nothing new: it waits here")]
    Stuck {
        /// Whose records wait.
        epoch: Epoch,
    },
}

impl SyncError {
    /// Whether another batch may fare better: the hub answered, and this batch is what it dislikes.
    pub fn is_about_the_batch(&self) -> bool {
        match self {
            Self::Hub(HubError::Refused { status, .. }) => {
                (400..500).contains(status) && ![401, 403, 404, 408, 429].contains(status)
            }
            Self::Log(LogError::Receipt) | Self::Batch(_) => true,
            _ => false,
        }
    }
}

/// What one exchange did, each half by itself.
#[derive(Debug)]
pub struct Exchanged {
    /// A bundle that was installed, if there was a newer one.
    pub fetched: Result<Option<Box<InstalledBundle>>, SyncError>,
    /// Passages that got their receipt.
    pub pushed: Result<u64, SyncError>,
    /// Whether the authority wants this device wiped.
    pub order: Result<Order, SyncError>,
    /// Whether the hub was there.
    pub contact: Contact,
    /// How long the hub wants to be left alone.
    pub rest: Option<Duration>,
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
    let mut tell = |step| match step {
        Step::Here { .. } => {}
        Step::Merged { .. } | Step::Mended { .. } | Step::Whole { .. } => {
            eprintln!("gatepost: {step}");
        }
    };
    let taken = cache.take_in(hub, &identity.root, clock.now().time, &mut tell)?;
    match taken {
        Intaken::Same => Ok(None),
        Intaken::New(bundle) => {
            clock.raise(bundle.manifest().issued_at);
            Ok(Some(bundle))
        }
    }
}

/// Sends passages until none waits, then forgets what is acknowledged and old enough. A batch that the
/// hub refuses is parked in the log, and the rest goes on.
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
    let rules = rules(data, identity, clock)?;
    let pushed = push_all(&mut outbox, identity, hub, clock, &rules);
    let keep = u32::from(rules.policy().retention_hours);
    let hour = u32::try_from(clock.now().time.0 / 3600).unwrap_or(u32::MAX);
    outbox.forget(hour.saturating_sub(keep))?;
    pushed
}

fn push_all(
    outbox: &mut Outbox,
    identity: &Identity,
    hub: &mut HubClient,
    clock: &Clock,
    rules: &Rules,
) -> Result<u64, SyncError> {
    let (mut sent, mut first_fault) = (0, None);
    let now = clock.now().time;
    let (mut parked, mut went_back) = (outbox.resting(now)?, BTreeSet::new());
    while let Some(outgoing) = outbox.next(&parked)? {
        let epoch = outgoing.epoch;
        match push_one(outbox, outgoing, identity, hub, clock, rules) {
            Ok(Progress::Forward { passages }) => sent += passages,
            Ok(Progress::Back) if went_back.insert(epoch) => {}
            Ok(Progress::Back | Progress::Nothing) => {
                let fault = SyncError::Stuck { epoch };
                outbox.park(epoch, now, &fault.to_string())?;
                parked.insert(epoch);
                first_fault.get_or_insert(fault);
            }
            Err(fault) if fault.is_about_the_batch() => {
                outbox.park(epoch, now, &fault.to_string())?;
                parked.insert(epoch);
                first_fault.get_or_insert(fault);
            }
            Err(fault) => return Err(fault),
        }
    }
    first_fault.map_or(Ok(sent), Err)
}

fn push_one(
    outbox: &mut Outbox,
    outgoing: Outgoing,
    identity: &Identity,
    hub: &mut HubClient,
    clock: &Clock,
    rules: &Rules,
) -> Result<Progress, SyncError> {
    let Outgoing {
        epoch,
        before,
        records,
    } = outgoing;
    let batch = sign_batch(&identity.certificate, &identity.key, epoch, before, records)?;
    let answer = hub.post_batch(&batch)?;
    let receipt =
        Receipt::verify(&answer, rules.trust(), clock.now().time).map_err(SyncError::Receipt)?;
    // Of another device or another batch: nothing of it counts.
    if (receipt.device, receipt.epoch) != (device_id(&identity.key.public()), epoch) {
        return Err(LogError::Receipt.into());
    }
    let progress = outbox.acknowledge(&receipt)?;
    // A hub whose clock is far off must not drag the floor along.
    if receipt.at < rules.manifest().hard_expiry {
        clock.raise(receipt.at);
    }
    Ok(progress)
}

/// The rules that the installed bundle holds.
fn rules(data: &DataDir, identity: &Identity, clock: &Clock) -> Result<Rules, SyncError> {
    let cache = BundleCache::new(data.bundle());
    cache
        .load_rules(&identity.root, clock.now().time)?
        .ok_or(SyncError::NoBundle)
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> SyncError {
    let path = path.display().to_string();
    move |why| SyncError::File { path, why }
}

/// One whole exchange: neither half hinders the other.
pub fn exchange(
    data: &DataDir,
    identity: &Identity,
    clock: &Clock,
) -> Result<Exchanged, SyncError> {
    if identity.hub.is_empty() {
        return Err(SyncError::NoHub);
    }
    let mut hub = HubClient::of(identity)?;
    let fetched = fetch_bundle(data, identity, &mut hub, clock);
    let pushed = push_passages(data, identity, &mut hub, clock);
    let order = wipe::fetch(data, identity, &mut hub, clock);
    tell_status(data, identity, &mut hub, clock);
    Ok(Exchanged {
        fetched,
        pushed,
        order,
        contact: hub.contact(),
        rest: hub.rest(),
        backlog: backlog(data)?,
    })
}

/// Tells the hub how this device is doing, for the fleet page. A hub that does not listen changes nothing.
fn tell_status(data: &DataDir, identity: &Identity, hub: &mut HubClient, clock: &Clock) {
    let now = clock.now();
    let bundle = BundleCache::new(data.bundle()).load(&identity.root, now.time);
    let (Ok(Some(bundle)), Ok(backlog)) = (bundle, backlog(data)) else {
        return;
    };
    let status = DeviceStatus {
        certificate: identity.certificate.clone(),
        at: now.time,
        clock: now.clock,
        bundle: bundle.manifest().version,
        freshness: bundle.freshness(now.time),
        backlog: backlog.unsent,
        parked: u32::try_from(backlog.parked).unwrap_or(u32::MAX),
    };
    let _ = hub.post_status(&status.sign(&identity.key));
}

/// What waits for the hub.
pub fn backlog(data: &DataDir) -> Result<Backlog, LogError> {
    if data.passages().exists() {
        Outbox::open(&data.passages())?.backlog()
    } else {
        Ok(Backlog::default())
    }
}
