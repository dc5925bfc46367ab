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
    Body, Epoch, Head, Outcome, Receipt, Record,
    device::device_id,
    fixture::{passage, random, tracing},
};
use tempfile::TempDir;

use crate::clock::Clock;

use super::{
    BundleCache, CacheError, Cap, LogError, Outbox, PassageLog, VerifiedReceipt,
    bundles::InstallOutcome, outbox::Acknowledged,
};

mod attacks;
mod capacity;
mod deltas;
mod disks;
mod mending;
mod migrations;
mod model;
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

#[test]
fn passages_wait_in_order_until_a_receipt_covers_them() {
    let disk = disk();
    let mut passages = open(&disk.path, 1).log;
    for _ in 0..3 {
        log(&mut passages, NOW);
    }
    let mut outbox = Outbox::open(&disk.path).unwrap();
    assert_eq!(outbox.backlog().unwrap().unsent, 3);
    let outgoing = next(&outbox);
    assert_eq!((outgoing.before, outgoing.records.len()), (Head::START, 4));
    outbox.acknowledge(&receipt(&outgoing)).unwrap();
    assert_eq!(outbox.backlog().unwrap().unsent, 0);
    assert!(outbox.next(&BTreeSet::new()).unwrap().is_none());

    log(&mut passages, NOW);
    let more = next(&outbox);
    assert_eq!(more.before, receipt(&outgoing).head);
    assert_eq!(Record::from_bytes(&more.records[0]).unwrap().seq, 4);
}

#[test]
fn a_receipt_for_another_chain_deletes_and_acknowledges_nothing() {
    let disk = disk();
    let mut passages = open(&disk.path, 1).log;
    log(&mut passages, NOW);
    let mut outbox = Outbox::open(&disk.path).unwrap();
    let good = *receipt(&next(&outbox));
    for bad in [
        Receipt {
            head: Head::START,
            ..good
        },
        Receipt {
            epoch: Epoch([9; 16]),
            ..good
        },
        Receipt {
            next_seq: good.next_seq + 1,
            ..good
        },
        Receipt {
            next_seq: u64::MAX,
            ..good
        },
    ] {
        assert!(
            matches!(
                outbox.acknowledge(&VerifiedReceipt::unchecked(bad)),
                Err(LogError::Receipt)
            ),
            "{bad:?}"
        );
    }
    assert_eq!(forget(&mut outbox), 0);
    assert_eq!(outbox.backlog().unwrap().unsent, 1);
}

#[test]
fn a_hub_that_lost_its_newest_records_gets_them_again_while_they_are_held() {
    let disk = disk();
    let mut passages = open(&disk.path, 1).log;
    log(&mut passages, NOW);
    let mut outbox = Outbox::open(&disk.path).unwrap();
    let early = receipt(&next(&outbox));
    let forward = outbox.acknowledge(&early).unwrap();
    assert_eq!(forward, Acknowledged::Forward { passages: 1 });
    log(&mut passages, NOW);
    let late = receipt(&next(&outbox));
    outbox.acknowledge(&late).unwrap();
    assert_eq!(outbox.acknowledge(&late).unwrap(), Acknowledged::Nothing);
    assert_eq!(outbox.acknowledge(&early).unwrap(), Acknowledged::Back);
    assert_eq!(outbox.backlog().unwrap().unsent, 1);
    outbox.acknowledge(&late).unwrap();
    forget(&mut outbox);
    assert_eq!(outbox.acknowledge(&early).unwrap(), Acknowledged::Nothing);
}

#[test]
fn a_parked_epoch_does_not_hold_up_the_next_one() {
    let disk = disk();
    log(&mut open(&disk.path, 1).log, NOW);
    log(&mut open(&disk.path, 2).log, NOW);
    let outbox = Outbox::open(&disk.path).unwrap();
    let parked = BTreeSet::from([Epoch([1; 16])]);
    assert_eq!(outbox.next(&parked).unwrap().unwrap().epoch, Epoch([2; 16]));
}

#[test]
fn a_run_without_passages_is_told_with_the_next_one_that_has_some() {
    let disk = disk();
    let mut first = open(&disk.path, 1).log;
    log(&mut first, NOW);
    drop(first);
    let mut outbox = Outbox::open(&disk.path).unwrap();
    let outgoing = next(&outbox);
    outbox.acknowledge(&receipt(&outgoing)).unwrap();
    drop(open(&disk.path, 2));
    assert!(
        outbox.next(&BTreeSet::new()).unwrap().is_none(),
        "nothing to tell"
    );
    let mut third = open(&disk.path, 3).log;
    log(&mut third, NOW);
    let mut told = Vec::new();
    while let Some(outgoing) = outbox.next(&BTreeSet::new()).unwrap() {
        told.push((outgoing.epoch, outgoing.records.len()));
        outbox.acknowledge(&receipt(&outgoing)).unwrap();
    }
    assert_eq!(told, [(Epoch([2; 16]), 1), (Epoch([3; 16]), 2)]);
}

#[test]
fn what_waits_is_found_without_an_index_that_is_made_for_the_question() {
    let disk = disk();
    drop(open(&disk.path, 1));
    let log = rusqlite::Connection::open(&disk.path).unwrap();
    let explain = format!("EXPLAIN QUERY PLAN {}", super::outbox::WAITING);
    let mut statement = log.prepare(&explain).unwrap();
    let steps = statement
        .query_map([], |row| row.get::<_, String>(3))
        .unwrap();
    let plan: Vec<_> = steps.map(Result::unwrap).collect();
    assert!(
        plan.iter().any(|step| step.contains("SEARCH r")),
        "{plan:?}"
    );
    assert!(
        !plan.iter().any(|step| step.contains("AUTOMATIC")),
        "{plan:?}"
    );
}

/// Forgets all that a receipt covers, however short it has been.
fn forget(outbox: &mut Outbox) -> usize {
    outbox.forget(0, 0).unwrap();
    outbox.forget(1, 0).unwrap()
}

#[test]
fn only_what_a_receipt_covers_is_forgotten_and_only_after_its_time_of_running() {
    let disk = disk();
    let mut passages = open(&disk.path, 1).log;
    log(&mut passages, NOW);
    let mut outbox = Outbox::open(&disk.path).unwrap();
    outbox.acknowledge(&receipt(&next(&outbox))).unwrap();
    assert_eq!(outbox.forget(100, 24).unwrap(), 0);
    log(&mut passages, NOW);
    outbox.acknowledge(&receipt(&next(&outbox))).unwrap();
    assert_eq!(outbox.forget(110, 24).unwrap(), 0);
    log(&mut passages, NOW);
    assert_eq!(outbox.forget(124, 24).unwrap(), 0);
    assert_eq!(outbox.forget(125, 24).unwrap(), 2);
    assert_eq!(outbox.forget(134, 24).unwrap(), 0);
    assert_eq!(outbox.forget(135, 24).unwrap(), 1);
    assert_eq!(outbox.backlog().unwrap().unsent, 1);
    let rest = next(&outbox);
    assert_eq!(Record::from_bytes(&rest.records[0]).unwrap().seq, 3);
    assert_eq!(outbox.forget(9999, 0).unwrap(), 0);
}

#[test]
fn what_a_hub_lost_and_got_again_is_kept_for_its_time_once_more() {
    let disk = disk();
    let mut passages = open(&disk.path, 1).log;
    log(&mut passages, NOW);
    let mut outbox = Outbox::open(&disk.path).unwrap();
    let early = receipt(&next(&outbox));
    outbox.acknowledge(&early).unwrap();
    log(&mut passages, NOW);
    let late = receipt(&next(&outbox));
    outbox.acknowledge(&late).unwrap();
    outbox.forget(100, 24).unwrap();
    assert_eq!(outbox.acknowledge(&early).unwrap(), Acknowledged::Back);
    outbox.forget(110, 24).unwrap();
    outbox.acknowledge(&late).unwrap();
    assert_eq!(outbox.forget(125, 24).unwrap(), 0);
    assert_eq!(outbox.forget(150, 24).unwrap(), 3);
}

#[test]
fn a_new_epoch_names_where_the_one_before_stood_even_after_forgetting() {
    let disk = disk();
    let mut passages = open(&disk.path, 1).log;
    log(&mut passages, NOW);
    let mut outbox = Outbox::open(&disk.path).unwrap();
    let covered = receipt(&next(&outbox));
    outbox.acknowledge(&covered).unwrap();
    forget(&mut outbox);
    drop(passages);

    let mut later = open(&disk.path, 2).log;
    log(&mut later, NOW);
    let outgoing = next(&outbox);
    let start = Record::from_bytes(&outgoing.records[0]).unwrap();
    let Body::EpochStart(Some(previous)) = start.body else {
        panic!("no start: {start:?}")
    };
    assert_eq!(
        (previous.epoch, previous.next_seq),
        (Epoch([1; 16]), covered.next_seq)
    );
    assert_eq!(previous.head, covered.head);
}

#[test]
fn a_damaged_log_is_set_aside_and_a_new_one_begun() {
    let disk = disk();
    let garbage = vec![0x5a; 8192];
    fs::write(&disk.path, &garbage).unwrap();
    let mut opened = open(&disk.path, 1);
    let aside = opened.set_aside.unwrap();
    assert_eq!(fs::read(aside.path).unwrap(), garbage);
    assert_eq!(log(&mut opened.log, NOW), 1);
}

#[test]
fn a_log_with_damaged_pages_is_set_aside() {
    let disk = disk();
    let mut passages = open(&disk.path, 1).log;
    for _ in 0..50 {
        log(&mut passages, NOW);
    }
    drop(passages);
    let mut bytes = fs::read(&disk.path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0xff);
    fs::write(&disk.path, bytes).unwrap();
    assert!(open(&disk.path, 2).set_aside.is_some());
}

#[test]
fn a_log_of_a_newer_program_is_left_alone() {
    let disk = disk();
    drop(open(&disk.path, 1));
    let connection = rusqlite::Connection::open(&disk.path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let error =
        PassageLog::open(&disk.path, device(), Epoch([2; 16]), NOW, Cap::default()).unwrap_err();
    assert!(matches!(
        error,
        LogError::Newer {
            found: 99,
            known: 3
        }
    ));
}

#[test]
fn nothing_readable_of_a_passage_is_on_the_disk() {
    let disk = disk();
    let mut passages = open(&disk.path, 1).log;
    log(&mut passages, NOW);
    let beside = |suffix| fs::read(format!("{}{suffix}", disk.path.display())).unwrap_or_default();
    for suffix in ["", "-wal"] {
        let bytes = beside(suffix);
        assert!(
            !bytes.windows(6).any(|window| window == b"gate-3"),
            "passages.sqlite{suffix}"
        );
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

#[test]
fn a_bundle_is_taken_in_once_and_replaced_by_a_newer_one() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(&folder);
    assert!(cache.load(&fixture::root(), &clock()).unwrap().is_none());
    let first = Region::default();
    assert!(matches!(
        take(&cache, &mut stick(&first)),
        Ok(InstallOutcome::Installed(_))
    ));
    assert!(matches!(
        take(&cache, &mut stick(&first)),
        Ok(InstallOutcome::AlreadyInstalled)
    ));
    assert!(matches!(
        take(&cache, &mut stick(&second())),
        Ok(InstallOutcome::Installed(_))
    ));
    assert_eq!(installed(&cache), 2);
    let back = take(&cache, &mut stick(&first));
    assert!(matches!(
        back,
        Err(CacheError::Bundle(BundleError::Rollback { .. }))
    ));
    assert_eq!(installed(&cache), 2);
}

#[test]
fn a_copy_that_breaks_off_anywhere_leaves_the_old_bundle_and_goes_on_later() {
    let region = second();
    let first = Region::default();
    first.manifest();
    region.manifest();
    // What both name is on the device already.
    let (here, there) = (first.files.0.borrow(), region.files.0.borrow());
    let new = there
        .iter()
        .filter(|(digest, _)| !here.contains_key(digest));
    let total: u64 = new.map(|(_, bytes)| bytes.len() as u64).sum();
    drop((here, there));
    for budget in (0..total).step_by(23) {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        take(&cache, &mut stick(&Region::default())).unwrap();
        let error = take(
            &cache,
            &mut Stick {
                budget,
                ..stick(&region)
            },
        );
        assert!(
            matches!(error, Err(CacheError::Origin { .. })),
            "after {budget} bytes"
        );
        assert_eq!(installed(&cache), 1);
        take(&cache, &mut stick(&region)).unwrap();
        assert_eq!(installed(&cache), 2);
    }
}

#[test]
fn an_altered_file_is_named_and_fetched_again() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(&folder);
    let region = Region::default();
    let manifest = region.manifest();
    let whole = region.files.0.borrow().clone();
    for bytes in region.files.0.borrow_mut().values_mut() {
        bytes[0] ^= 1;
    }
    let mut bad = Stick::new(&region, manifest);
    assert!(matches!(
        take(&cache, &mut bad),
        Err(CacheError::Bundle(BundleError::WrongFile(_)))
    ));
    *region.files.0.borrow_mut() = whole;
    assert!(matches!(
        take(&cache, &mut bad),
        Ok(InstallOutcome::Installed(_))
    ));
}

#[test]
fn an_installed_bundle_that_rots_is_mended_or_replaced_and_nothing_goes_back() {
    for mend_with in [1, 2] {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        take(&cache, &mut stick(&Region::default())).unwrap();
        for file in fs::read_dir(folder.path().join("files")).unwrap().flatten() {
            fs::write(file.path(), b"rotten").unwrap();
        }
        assert!(cache.load(&fixture::root(), &clock()).is_err());
        let old = Region {
            version: 0,
            ..Region::default()
        };
        let back = take(&cache, &mut stick(&old));
        assert!(matches!(
            back,
            Err(CacheError::Bundle(BundleError::Rollback { .. }))
        ));
        let region = if mend_with == 1 {
            Region::default()
        } else {
            second()
        };
        assert!(matches!(
            take(&cache, &mut stick(&region)),
            Ok(InstallOutcome::Installed(_))
        ));
        assert_eq!(installed(&cache), mend_with);
    }
}

#[test]
fn a_forged_manifest_fetches_nothing_large_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(&folder);
    let region = Region::default();
    let mut forged = stick(&region);
    *forged.manifest.last_mut().unwrap() ^= 1;
    let error = take(&cache, &mut forged);
    assert!(matches!(
        error,
        Err(CacheError::Bundle(BundleError::Document { .. }))
    ));
    assert_eq!(
        fs::read_dir(folder.path().join("files")).unwrap().count(),
        0
    );
}

#[test]
fn a_bundle_that_expired_on_the_way_is_not_taken_in() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(&folder);
    let region = Region::default();
    let late = fixture::SIGNED.plus(8 * DAY);
    let late = Clock::still(late);
    let taken = cache.install(&mut stick(&region), &fixture::root(), &late, &mut |_| {});
    assert!(matches!(
        taken,
        Err(CacheError::Bundle(BundleError::Expired))
    ));
}

#[test]
fn counts_are_by_hour_and_outcome_and_a_receipt_takes_nothing_away_from_them() {
    let disk = disk();
    assert_eq!(super::counts_by_hour(&disk.path, 0).unwrap(), []);
    let mut passages = open(&disk.path, 1).log;
    log(&mut passages, NOW);
    log(&mut passages, NOW);
    log(&mut passages, NOW.plus(3600));
    let hour = (NOW.0 / 3600) as u32;
    let count = |hour, count| super::HourCount {
        hour,
        outcome: Outcome::Admit,
        count,
    };
    let all = [count(hour, 2), count(hour + 1, 1)];
    assert_eq!(super::counts_by_hour(&disk.path, 0).unwrap(), all);
    let mut outbox = Outbox::open(&disk.path).unwrap();
    let outgoing = next(&outbox);
    outbox.acknowledge(&receipt(&outgoing)).unwrap();
    assert_eq!(super::counts_by_hour(&disk.path, 0).unwrap(), all);
}
