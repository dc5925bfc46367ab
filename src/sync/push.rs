//! Passages to the hub: batch by batch, until each has its receipt. Nothing is deleted without one.

use std::collections::BTreeSet;

use gatepost_pass::Rules;
use gatepost_protocol::{
    batch::{MAX_RECORDS, sign_batch},
    device::device_id,
};
use gatepost_system::chain;

use super::{bundle::rules, error::SyncError, http::HubClient};
use crate::{
    clock::Clock,
    data::{DataDir, Identity},
    store::{Acknowledged, Backlog, LogError, Outbox, Outgoing, VerifiedReceipt},
};

/// Sends the passages that wait now, then deletes what is acknowledged and old enough. A batch that
/// the hub refuses is parked in the log, where the hub has proven its key, and the rest is sent.
/// Returns how many passages were acknowledged.
///
/// Where none waits, filler is sent: from outside, it looks as if some had. What is logged
/// meanwhile waits for the next time, or else a second request would tell of it.
pub fn push_passages(
    data: &DataDir,
    identity: &Identity,
    hub: &mut HubClient,
    clock: &Clock,
) -> Result<u64, SyncError> {
    if !data.passages().exists() {
        hub.post_filler()?;
        return Ok(0);
    }
    let _lock = data.lock("outbox")?;
    let mut outbox = Outbox::open(&data.passages())?;
    let rules = rules(data, identity, clock)?;
    let pushed = push_all(&mut outbox, identity, hub, clock, &rules);
    let keep = rules.policy().retention_hours;
    outbox.forget(clock.hours_run(), keep.into())?;
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
    let (mut done, mut went_back) = (outbox.resting(now)?, BTreeSet::new());
    let mut waited = false;
    while let Some(outgoing) = outbox.next(&done)? {
        waited = true;
        let epoch = outgoing.epoch;
        let is_last = outgoing.records.len() < MAX_RECORDS;
        let fault = match push_one(outbox, outgoing, identity, hub, clock, rules) {
            Ok(Acknowledged::Forward { passages }) => {
                sent += passages;
                if is_last {
                    done.insert(epoch);
                }
                continue;
            }
            Ok(Acknowledged::Back) if went_back.insert(epoch) => continue,
            Ok(Acknowledged::Back | Acknowledged::Nothing) => SyncError::Stuck { epoch },
            Err(fault) if fault.is_about_the_batch() => fault,
            Err(fault) => return Err(fault),
        };
        // Who only sits at the hub's address must not keep passages back for a day: then the rest
        // is sent, and the next sync tries this batch again.
        if hub.is_pinned() {
            outbox.park(epoch, now, &chain(&fault))?;
        }
        done.insert(epoch);
        first_fault.get_or_insert(fault);
    }
    if !waited {
        hub.post_filler()?;
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
) -> Result<Acknowledged, SyncError> {
    let Outgoing {
        epoch,
        before,
        records,
    } = outgoing;
    let bundle = Some(rules.manifest_id());
    let (certificate, key) = (&identity.certificate, &identity.key);
    let batch = sign_batch(certificate, key, bundle, epoch, before, records)?;
    let answer = hub.post_batch(&batch)?;
    let device = device_id(&identity.key.public());
    let receipt = VerifiedReceipt::verify(&answer, rules, clock.now().time);
    let receipt = receipt.map_err(SyncError::Receipt)?;
    // A receipt of another device or for another batch acknowledges nothing.
    if (receipt.device, receipt.epoch) != (device, epoch) {
        return Err(LogError::Receipt.into());
    }
    Ok(outbox.acknowledge(&receipt)?)
}

/// The passages that wait for the hub.
pub fn backlog(data: &DataDir) -> Result<Backlog, LogError> {
    if data.passages().exists() {
        Outbox::open(&data.passages())?.backlog()
    } else {
        Ok(Backlog::default())
    }
}
