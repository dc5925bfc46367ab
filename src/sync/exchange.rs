//! One sync with the hub: time, bundle, passages, orders, status, program. No part of it hinders
//! the others.

use std::time::Duration;

use gatepost_pass::Timestamp;
use gatepost_protocol::DeviceStatus;
use gatepost_system::{
    chain,
    clock::{format_time, parse_time},
    files::{self, Access},
};

use super::{
    bundle::fetch_bundle,
    error::SyncError,
    http::{Contact, HubClient},
    program::update_program,
    push::{backlog, push_passages},
    time,
    wipe::{self, Order},
};
use crate::{
    clock::Clock,
    data::{DataDir, Identity},
    program::{ProgramRecord, UpdateOutcome, Updater},
    store::{Backlog, BundleCache, InstalledBundle},
};

/// What one sync is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Bundle and orders, which have nothing to do with who passes: whoever watches the network may
    /// see when they are fetched.
    Fetch,
    /// The same, then passages and this device's status.
    Upload,
}

/// The results of one sync, part by part.
#[derive(Debug)]
pub struct Exchanged {
    /// The bundle that was installed, if there was a newer one.
    pub fetched: Result<Option<Box<InstalledBundle>>, SyncError>,
    /// Number of passages that got their receipt; nothing when none were to be sent.
    pub pushed: Option<Result<u64, SyncError>>,
    /// Whether the authority wants this device wiped.
    pub order: Result<Order, SyncError>,
    /// What came of looking for a newer program; nothing where none is looked for.
    pub program: Option<Result<UpdateOutcome, SyncError>>,
    /// Whether the hub answered at all.
    pub contact: Contact,
    /// How long the hub asks to be left alone.
    pub rest: Option<Duration>,
    /// The passages that still wait.
    pub backlog: Backlog,
}

/// Syncs with the hub once. Without an updater, no program is looked for.
pub fn exchange(
    data: &DataDir,
    identity: &Identity,
    clock: &Clock,
    errand: Errand,
    updater: Option<&mut Updater>,
) -> Result<Exchanged, SyncError> {
    let mut hub = HubClient::of(identity)?;
    // First of all: what follows is judged by it.
    time::agree(data, identity, &mut hub, clock);
    let mut fetched = fetch_bundle(data, identity, &mut hub, clock);
    if time::agree_by(data, identity, &mut hub, clock, fetched.as_ref().err()) {
        fetched = fetch_bundle(data, identity, &mut hub, clock);
    }
    let pushed = (errand == Errand::Upload).then(|| {
        let pushed = push_passages(data, identity, &mut hub, clock);
        post_status(data, identity, &mut hub, clock);
        pushed
    });
    let order = wipe::fetch(data, identity, &mut hub, clock);
    // Last of all, because it may take minutes: no order waits for it, and no hub that is away.
    let wiped = matches!(order, Ok(Order::Wipe));
    let updater = updater.filter(|_| hub.contact() == Contact::Answered && !wiped);
    let program = updater.map(|updater| {
        let quiet = &mut |_: u64, _: u64| {};
        update_program(data, identity, clock, updater, &mut hub, None, quiet)
    });
    let all = fetched.is_ok() && !matches!(pushed, Some(Err(_))) && order.is_ok();
    if all && hub.contact() == Contact::Answered {
        keep_last_sync(data, clock);
    }
    Ok(Exchanged {
        fetched,
        pushed,
        order,
        program,
        contact: hub.contact(),
        rest: hub.rest(),
        backlog: backlog(data)?,
    })
}

/// How exactly it is remembered over a restart when an exchange went through: nobody needs it to
/// the second, and a card stands only so many writes.
const REMEMBERED_TO: u64 = 10 * 60;

/// Remembers that an exchange went through. What can't be kept is only not known after a restart.
fn keep_last_sync(data: &DataDir, clock: &Clock) {
    let now = clock.now().time;
    // One from a time to come is of a clock that was wrong.
    let is_near = |kept| kept <= now && now.since(kept) < REMEMBERED_TO;
    if last_sync(data).is_some_and(is_near) {
        return;
    }
    let text = format_time(now);
    if let Err(fault) = files::replace(&data.last_sync(), Access::Shared, text.as_bytes()) {
        log::warn!("{}", chain(&fault));
    }
}

/// When an exchange went through last, also before the program was restarted.
pub fn last_sync(data: &DataDir) -> Option<Timestamp> {
    let text = files::read_text(&data.last_sync(), 64).ok()?;
    parse_time(text.trim()).ok()
}

/// Reports this device's status to the hub, for the fleet page. A hub that does not take it changes
/// nothing.
fn post_status(data: &DataDir, identity: &Identity, hub: &mut HubClient, clock: &Clock) {
    let bundle = BundleCache::new(data.bundle()).load(&identity.root, clock);
    let (Ok(Some(bundle)), Ok(backlog)) = (bundle, backlog(data)) else {
        return;
    };
    let now = clock.now();
    let status = DeviceStatus {
        certificate: identity.certificate.clone(),
        at: now.time,
        clock: now.clock,
        bundle: Some(bundle.rules().manifest_id()),
        freshness: bundle.freshness(now.time),
        backlog: backlog.unsent,
        parked: u32::try_from(backlog.parked).unwrap_or(u32::MAX),
        program: ProgramRecord::status(data),
    };
    let _ = hub.post_status(&status.sign(&identity.key));
}
