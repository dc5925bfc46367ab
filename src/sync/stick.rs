//! Passages by USB stick: batches as files, and receipts back.
//!
//! A batch file is what the hub's `POST /v1/batches` takes, and a receipt file is what it answers,
//! so that a web client is enough to carry the stick to the hub:
//! `curl --data-binary @NAME.batch https://HUB/v1/batches --output NAME.receipt`

use std::{
    fs,
    path::{Path, PathBuf},
};

use gatepost_pass::{ManifestId, envelope::MAX_CODE};
use gatepost_protocol::{
    Record,
    batch::{BATCH_FILE, RECEIPT_FILE, sign_batch},
    device::device_id,
};
use gatepost_system::{
    chain,
    files::{self, Access, Action, FileError},
};

use super::{bundle::rules, error::SyncError};
use crate::{
    clock::Clock,
    data::{DataDir, Identity},
    store::{Acknowledged, LogError, Outbox, VerifiedReceipt},
};

/// Largest number of files on a stick that are looked at.
const MOST_FILES: usize = 20_000;

/// What was exchanged with a stick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// Number of passages that got their receipt.
    pub acknowledged: u64,
    /// Number of batches that were written.
    pub written: u64,
}

/// Takes the receipts in a directory, then writes everything that has none as batches into it.
/// Batches that got their receipt are removed from it, so that a stick does not fill up.
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
    let mut carried = Carried::default();
    if !data.passages().exists() {
        return Ok(carried);
    }
    let _lock = data.lock("outbox")?;
    let mut outbox = Outbox::open(&data.passages())?;
    let rules = rules(data, identity, clock)?;
    let device = device_id(&identity.key.public());
    for path in receipts_in(dir)? {
        let Ok(bytes) = files::read(&path, MAX_CODE) else {
            continue;
        };
        let receipt = match VerifiedReceipt::verify(&bytes, &rules, device, clock) {
            Ok(receipt) if receipt.device == device => receipt,
            Ok(_) => continue,
            Err(why) => {
                log::warn!("{} is not a valid receipt: {}", path.display(), chain(&why));
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
                Ok(Acknowledged::Forward { passages }) => carried.acknowledged += passages,
                Ok(Acknowledged::Nothing | Acknowledged::Back) => {}
                Err(LogError::Receipt) => continue,
                Err(fault) => return Err(fault.into()),
            }
        }
        for done in [path.with_extension(BATCH_FILE), path] {
            // A file that cannot be removed does no harm.
            let _ = fs::remove_file(done);
        }
    }
    carried.written = write_unsent(&outbox, identity, Some(rules.manifest_id()), dir)?;
    Ok(carried)
}

/// Writes everything without a receipt as signed batches, each on the disk before the next. Returns
/// their number.
pub(super) fn write_unsent(
    outbox: &Outbox,
    identity: &Identity,
    bundle: Option<ManifestId>,
    dir: &Path,
) -> Result<u64, SyncError> {
    fs::create_dir_all(dir).map_err(FileError::at(Action::Create, dir))?;
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
        let path = dir.join(format!("{device}-{epoch}-{seq:08}.{BATCH_FILE}"));
        files::replace(&path, Access::Shared, &batch)?;
        written += 1;
        Ok::<_, SyncError>(())
    })?;
    Ok(written)
}

fn receipts_in(dir: &Path) -> Result<Vec<PathBuf>, SyncError> {
    let mut receipts: Vec<PathBuf> = fs::read_dir(dir)
        .map_err(FileError::at(Action::Read, dir))?
        .take(MOST_FILES)
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == RECEIPT_FILE))
        .collect();
    // In the order of their epoch and position.
    receipts.sort();
    Ok(receipts)
}
