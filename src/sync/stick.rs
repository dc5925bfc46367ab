//! Passages by USB stick: batches as files, and receipts back.
//!
//! A batch file is what the hub's `POST /v1/batches` takes, and a receipt file is what it answers,
//! so that a web client is enough to carry the stick to the hub:
//! `curl --data-binary @NAME.batch https://HUB/v1/batches --output NAME.receipt`

use std::{
    path::Path,
    time::{Duration, Instant},
};

use gatepost_pass::{ManifestId, envelope::MAX_CODE};
use gatepost_protocol::{
    Record,
    batch::{BATCH_FILE, RECEIPT_FILE, sign_batch},
    device::device_id,
};
use gatepost_system::{chain, files::Access, stick::StickDir};

use super::{bundle::rules, error::SyncError};
use crate::{
    clock::Clock,
    data::{DataDir, Identity},
    store::{Acknowledged, LogError, Outbox, VerifiedReceipt},
};

/// How long receipts are read.
const LOOK_TIME: Duration = Duration::from_secs(60);

/// What was exchanged with a stick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// Number of passages that got their receipt.
    pub acknowledged: u64,
    /// Number of batches that were written.
    pub written: u64,
}

/// Takes the receipts in a directory, then writes everything that has none as batches into it.
/// Batches that got their receipt are removed from it, so that a stick does not fill up. The log is
/// locked only while nothing waits for the stick.
///
/// # Errors
/// When the directory cannot be read or written, or the log fails. Receipts of other devices, and
/// those that are not valid, are left where they are.
pub fn carry(
    data: &DataDir,
    identity: &Identity,
    clock: &Clock,
    dir: &Path,
) -> Result<Carried, SyncError> {
    if !data.passages().exists() {
        return Ok(Carried::default());
    }
    let stick = StickDir::create(dir, Access::Shared)?;
    let receipts = receipts_on(&stick)?;
    let (acknowledged, done, bundle) = take(data, identity, clock, receipts)?;
    for name in done {
        // A file that cannot be removed does no harm.
        let batch = Path::new(&name).with_extension(BATCH_FILE);
        let _ = stick.remove(batch.as_os_str());
        let _ = stick.remove(&name);
    }
    let outbox = Outbox::open(&data.passages())?;
    let written = write_unsent(&outbox, identity, Some(bundle), &stick)?;
    Ok(Carried {
        acknowledged,
        written,
    })
}

/// Takes receipts, by their file's name. Returns how many passages got theirs, and the names of the
/// receipts that have done their work, and the bundle in use.
fn take(
    data: &DataDir,
    identity: &Identity,
    clock: &Clock,
    receipts: Vec<(String, Vec<u8>)>,
) -> Result<(u64, Vec<String>, ManifestId), SyncError> {
    let _lock = data.lock("outbox")?;
    let mut outbox = Outbox::open(&data.passages())?;
    let rules = rules(data, identity, clock)?;
    let (device, now) = (device_id(&identity.key.public()), clock.now().time);
    let (mut passages, mut done) = (0, Vec::new());
    for (name, bytes) in receipts {
        let receipt = match VerifiedReceipt::verify(&bytes, &rules, now) {
            Ok(receipt) if receipt.device == device => receipt,
            Ok(_) => continue,
            Err(why) => {
                log::warn!("{name} is not a valid receipt: {}", chain(&why));
                continue;
            }
        };
        let Some(known) = outbox.acknowledged(receipt.epoch)? else {
            continue;
        };
        // A stick also brings old receipts: unlike those of a hub that answers now, they cannot
        // report that the hub has lost records.
        if receipt.next_seq > known {
            match outbox.acknowledge(&receipt) {
                Ok(Acknowledged::Forward { passages: more }) => passages += more,
                Ok(Acknowledged::Nothing | Acknowledged::Back) => {}
                Err(LogError::Receipt) => continue,
                Err(fault) => return Err(fault.into()),
            }
        }
        done.push(name);
    }
    let keep = rules.policy().retention_hours;
    outbox.forget(clock.hours_run(), keep.into())?;
    Ok((passages, done, rules.manifest_id()))
}

/// Writes everything without a receipt as signed batches, each on the disk before the next. Returns
/// their number.
pub(super) fn write_unsent(
    outbox: &Outbox,
    identity: &Identity,
    bundle: Option<ManifestId>,
    to: &StickDir,
) -> Result<u64, SyncError> {
    let device = device_id(&identity.key.public());
    let mut written = 0;
    outbox.each_unsent(device, |outgoing| {
        let first = outgoing.records.first();
        let first = first.and_then(|record| Record::from_bytes(record).ok());
        let seq = first.map_or(0, |record| record.seq);
        let epoch = outgoing.epoch;
        let (before, records) = (outgoing.before, outgoing.records);
        let (certificate, key) = (&identity.certificate, &identity.key);
        let batch = sign_batch(certificate, key, bundle, epoch, before, records)?;
        let name = format!("{device}-{epoch}-{seq:08}.{BATCH_FILE}");
        to.replace(name, Access::Shared, &batch)?;
        written += 1;
        Ok::<_, SyncError>(())
    })?;
    Ok(written)
}

/// Receipts with their files' names, in the order of their epoch and position. What cannot be read
/// is left where it is, and what comes after [`LOOK_TIME`] waits for the next time.
fn receipts_on(stick: &StickDir) -> Result<Vec<(String, Vec<u8>)>, SyncError> {
    let ends = |name: &str| {
        Path::new(name)
            .extension()
            .is_some_and(|end| end == RECEIPT_FILE)
    };
    let (begun, mut receipts) = (Instant::now(), Vec::new());
    for (name, _) in stick.entries(ends)? {
        if begun.elapsed() > LOOK_TIME {
            break;
        }
        if let Ok(bytes) = stick.read(&name, MAX_CODE) {
            receipts.push((name, bytes));
        }
    }
    Ok(receipts)
}
