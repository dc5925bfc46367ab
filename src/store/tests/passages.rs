//! The passage log: receipts, epochs, what is forgotten and when, damage.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::store::{HourCount, counts_by_hour, outbox::WAITING};

/// Who may do what with each file of the log.
fn modes(disk: &Disk) -> Vec<(String, u32)> {
    let files = fs::read_dir(disk.path.parent().unwrap()).unwrap();
    let mode = |file: fs::DirEntry| {
        let name = file.file_name().into_string().unwrap();
        (name, file.metadata().unwrap().permissions().mode() & 0o777)
    };
    let mut modes: Vec<_> = files.map(|file| mode(file.unwrap())).collect();
    modes.retain(|(name, _)| name.starts_with("passages.sqlite"));
    modes.sort();
    modes
}

#[test]
fn only_the_owner_reads_the_log_also_one_that_anybody_could_read_before() {
    let (disk, _passages, _outbox) = log_of(1);
    let private = |suffix: &str| (format!("passages.sqlite{suffix}"), 0o600);
    let expected = ["", "-shm", "-wal"].map(private);
    assert_eq!(modes(&disk), expected);
    drop((_passages, _outbox));
    // As older programs left them, with one that was set aside.
    let aside = disk.path.with_file_name("passages.sqlite.damaged-1");
    fs::write(&aside, "").unwrap();
    fs::write(disk.path.with_file_name("other"), "").unwrap();
    for path in [&disk.path, &aside] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    }
    let _open = open(&disk.path, 2).log;
    let expected = ["", "-shm", "-wal", ".damaged-1"].map(private);
    assert_eq!(modes(&disk), expected);
}

#[test]
fn a_log_that_takes_the_place_of_a_damaged_one_is_the_owners_too() {
    let disk = disk();
    fs::write(&disk.path, "no database").unwrap();
    fs::set_permissions(&disk.path, fs::Permissions::from_mode(0o644)).unwrap();
    let opened = open(&disk.path, 1);
    assert!(opened.set_aside.is_some());
    let modes = modes(&disk);
    assert!(
        modes.len() > 1 && modes.iter().all(|(_, mode)| *mode == 0o600),
        "{modes:?}"
    );
}

#[test]
fn passages_wait_in_order_until_a_receipt_covers_them() {
    let (_disk, mut passages, mut outbox) = log_of(3);
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
    let (_disk, _passages, mut outbox) = log_of(1);
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
    let (_disk, mut passages, mut outbox) = log_of(1);
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
    let (disk, first, mut outbox) = log_of(1);
    drop(first);
    acknowledge_all(&mut outbox);
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
    let explain = format!("EXPLAIN QUERY PLAN {}", WAITING);
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

#[test]
fn only_what_a_receipt_covers_is_forgotten_and_only_after_its_time_of_running() {
    let (_disk, mut passages, mut outbox) = log_of(1);
    acknowledge_all(&mut outbox);
    assert_eq!(outbox.forget(100, 24).unwrap(), 0);
    log(&mut passages, NOW);
    acknowledge_all(&mut outbox);
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
    let (_disk, mut passages, mut outbox) = log_of(1);
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
    let (disk, passages, mut outbox) = log_of(1);
    let covered = receipt(&next(&outbox));
    outbox.acknowledge(&covered).unwrap();
    forget(&mut outbox);
    drop(passages);

    let mut later = open(&disk.path, 2).log;
    log(&mut later, NOW);
    let outgoing = next(&outbox);
    let previous = start_in(&outgoing.records[0]);
    assert_eq!(
        (previous.epoch, previous.next_seq, previous.head),
        (Epoch([1; 16]), covered.next_seq, covered.head)
    );
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
    let (disk, passages, outbox) = log_of(50);
    drop((passages, outbox));
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
    let (disk, _passages, _outbox) = log_of(1);
    let beside = |suffix| fs::read(format!("{}{suffix}", disk.path.display())).unwrap_or_default();
    for suffix in ["", "-wal"] {
        let bytes = beside(suffix);
        assert!(
            !bytes.windows(6).any(|window| window == b"gate-3"),
            "passages.sqlite{suffix}"
        );
    }
}

#[test]
fn counts_are_by_hour_and_outcome_and_a_receipt_takes_nothing_away_from_them() {
    let disk = disk();
    assert_eq!(counts_by_hour(&disk.path, 0).unwrap(), []);
    let mut passages = open(&disk.path, 1).log;
    log(&mut passages, NOW);
    log(&mut passages, NOW);
    log(&mut passages, NOW.plus(3600));
    let hour = (NOW.0 / 3600) as u32;
    let count = |hour, count| HourCount {
        hour,
        outcome: Outcome::Admit,
        count,
    };
    let all = [count(hour, 2), count(hour + 1, 1)];
    assert_eq!(counts_by_hour(&disk.path, 0).unwrap(), all);
    acknowledge_all(&mut Outbox::open(&disk.path).unwrap());
    assert_eq!(counts_by_hour(&disk.path, 0).unwrap(), all);
}
