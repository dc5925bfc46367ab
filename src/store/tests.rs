//! The passage log and the bundle cache under faults.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use gatepost_pass::{
    BundleError, SecretKey, Timestamp,
    fixture::{self, DAY, NOW, Region},
};
use gatepost_protocol::{
    Body, Epoch, Head, Outcome, Previous, Receipt, Record,
    device::device_id,
    fixture::{passage, random, tracing},
};
use tempfile::TempDir;

use crate::clock::Clock;

use super::{
    BundleCache, CacheError, Cap, LogError, Outbox, PassageLog, VerifiedReceipt,
    bundles::{BundleOrigin, InstallOutcome},
    outbox::Acknowledged,
};

mod attacks;
mod bundles;
mod capacity;
mod deltas;
mod disks;
mod mending;
mod migrations;
mod model;
mod passages;
mod power;
mod rot;
mod sticks;

use sticks::{Changed, Stick, stick};

fn clock() -> Clock {
    Clock::still(NOW)
}

fn device() -> gatepost_pass::DeviceId {
    device_id(&SecretKey::from_seed(&[42; 32]).public())
}

fn open(path: &Path, epoch: u8) -> super::Opened {
    PassageLog::open(path, device(), Epoch([epoch; 16]), NOW, Cap::default()).unwrap()
}

fn try_log(log: &mut PassageLog, count: usize) -> Result<Vec<u64>, LogError> {
    let (passage, key) = (passage(NOW), tracing());
    let logged = log.append_all(&vec![(&passage, &key); count], &mut random())?;
    Ok(logged.iter().map(|logged| logged.seq).collect())
}

fn log(log: &mut PassageLog, at: Timestamp) -> u64 {
    let (passage, key) = (passage(at), tracing());
    let logged = log.append_all(&[(&passage, &key)], &mut random());
    logged.unwrap()[0].seq
}

struct Disk {
    _folder: TempDir,
    path: PathBuf,
}

fn disk() -> Disk {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("passages.sqlite");
    Disk {
        _folder: folder,
        path,
    }
}

/// The next records to send.
fn next(outbox: &Outbox) -> super::Outgoing {
    outbox.next(&BTreeSet::new()).unwrap().unwrap()
}

/// What an honest hub answers to a batch that reaches it.
fn receipt(outgoing: &super::Outgoing) -> VerifiedReceipt {
    let (epoch, before) = (outgoing.epoch, outgoing.before);
    let records = &outgoing.records;
    VerifiedReceipt::unchecked(gatepost_protocol::fixture::receipt(
        device(),
        epoch,
        before,
        records,
    ))
}

/// Forgets all that a receipt covers, however short it has been.
fn forget(outbox: &mut Outbox) -> usize {
    outbox.forget(0, 0).unwrap();
    outbox.forget(1, 0).unwrap()
}

/// A log in its first epoch with so many passages, and its outbox.
fn log_of(passages: usize) -> (Disk, PassageLog, Outbox) {
    let disk = disk();
    let mut log = open(&disk.path, 1).log;
    try_log(&mut log, passages).unwrap();
    let outbox = Outbox::open(&disk.path).unwrap();
    (disk, log, outbox)
}

/// The receipts of an honest hub for all that waits come in.
fn acknowledge_all(outbox: &mut Outbox) {
    while let Some(outgoing) = outbox.next(&BTreeSet::new()).unwrap() {
        outbox.acknowledge(&receipt(&outgoing)).unwrap();
    }
}

/// What an epoch's first record names.
fn start_in(record: &[u8]) -> Previous {
    match Record::from_bytes(record).unwrap().body {
        Body::EpochStart(Some(previous)) => previous,
        other => panic!("no start: {other:?}"),
    }
}

fn cache(folder: &TempDir) -> BundleCache {
    fs::create_dir_all(folder.path().join("files")).unwrap();
    BundleCache::new(folder.path().to_owned())
}

fn take(cache: &BundleCache, origin: &mut Stick<'_>) -> Result<InstallOutcome, CacheError> {
    cache.install(origin, &fixture::root(), &clock(), &mut |_| {})
}

fn installed(cache: &BundleCache) -> u64 {
    cache
        .load(&fixture::root(), &clock())
        .unwrap()
        .unwrap()
        .manifest()
        .version
}

fn second() -> Region {
    Region {
        version: 2,
        issued_at: fixture::SIGNED.plus(60),
        ..Region::default()
    }
}

/// The error of a device that has the first bundle and is given this one. The first stays in use,
/// and the next honest one gets in.
fn refused(origin: &mut dyn BundleOrigin) -> CacheError {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(&folder);
    take(&cache, &mut stick(&Region::default())).unwrap();
    let names = || -> BTreeSet<_> {
        let files = fs::read_dir(folder.path().join("files")).unwrap().flatten();
        files.map(|file| file.file_name()).collect()
    };
    let before = names();
    let error = cache
        .install(origin, &fixture::root(), &clock(), &mut |_| {})
        .unwrap_err();
    assert_eq!(installed(&cache), 1, "the old bundle is in use");
    assert!(names().is_superset(&before), "its files are there");
    take(&cache, &mut stick(&second())).unwrap();
    assert_eq!(installed(&cache), 2, "the honest next one gets in");
    error
}
