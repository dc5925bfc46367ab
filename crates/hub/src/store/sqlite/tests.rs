//! What the file itself guarantees: whose it is, and that batches stay in it as their devices
//! signed them.

#![allow(clippy::unwrap_used)]

use gatepost_protocol::Epoch;
use tempfile::TempDir;

use super::*;
use crate::store::{FindingKind, RecordPosition, fixture::start};

#[test]
fn a_batch_that_brings_nothing_new_takes_no_room() {
    let directory = TempDir::new().unwrap();
    let store = SqliteStore::open(&directory.path().join("hub")).unwrap();
    let batches = || -> i64 {
        let connection = store.writer();
        let count = "SELECT count(*) FROM batches";
        connection.query_row(count, [], |row| row.get(0)).unwrap()
    };
    let send = |hour| {
        let kept = store.keep(&[start(1, hour)]).unwrap()[0];
        (kept.new, kept.findings, batches())
    };
    assert_eq!(send(7), (1, 0, 1));
    assert_eq!(send(7), (0, 0, 1));
    assert_eq!(send(8), (0, 1, 2));
    assert_eq!(send(8), (0, 0, 2));
    assert_eq!(send(7), (0, 0, 2));
}

/// A database as the first version left it: a fork, a break, two batches of one epoch, one that
/// only forks.
#[test]
fn a_database_of_schema_1_is_brought_up_and_loses_nothing() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("hub");
    let (first, fork) = (start(1, 7), start(1, 8));
    {
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch(include_str!("schema-1.sql"))
            .unwrap();
        connection
            .execute_batch(
                "PRAGMA application_id = 0x47504842; PRAGMA user_version = 1;
                 INSERT INTO devices VALUES (3, zeroblob(16), 'gate 3');
                 INSERT INTO epochs VALUES (5, 3, zeroblob(16), NULL, 1, zeroblob(32));",
            )
            .unwrap();
        for (id, signed) in [(10, &first.signed), (11, &fork.signed)] {
            let insert = "INSERT INTO batches VALUES (?1, 1000 + ?1, ?2)";
            connection.execute(insert, params![id, signed]).unwrap();
        }
        connection
            .execute_batch(
                "INSERT INTO records VALUES (5, 0, 7, NULL, zeroblob(32), zeroblob(32), 10, 0, 9);
                 INSERT INTO records VALUES (5, 1, 7, 2, zeroblob(32), zeroblob(32), 10, 0, 9);
                 INSERT INTO findings VALUES (5, 0, 0, zeroblob(32), 11);",
            )
            .unwrap();
    }
    let store = SqliteStore::open(&path).unwrap();
    let mut seen = Vec::new();
    let totals = store.visit(&ArrivalFilter::ALL, &mut |arrived| {
        seen.push(arrived);
        ControlFlow::Continue(())
    });
    let totals = totals.unwrap();
    assert_eq!(
        (totals.passages, totals.devices, totals.findings),
        (1, 1, 1)
    );
    let position = RecordPosition {
        device: DeviceId([0; 16]),
        epoch: Epoch([0; 16]),
        seq: 0,
    };
    let kept = |number, signed: &Vec<u8>| ArrivedItem::Batch {
        first: position,
        number,
        signed: signed.clone(),
    };
    let found = FindingRow {
        position,
        kind: FindingKind::Fork,
        at: Timestamp(1011),
    };
    let expected = [
        kept(10, &first.signed),
        kept(11, &fork.signed),
        ArrivedItem::Finding(found),
    ];
    assert_eq!(seen, expected);
    let device = &store.devices(Paging { skip: 0, take: 9 }).unwrap()[0];
    assert_eq!((device.seen, device.waiting), (Timestamp(1010), 1));
    drop(store);
    // Once brought up, it opens as it is.
    SqliteStore::open(&path).unwrap();
    SqliteStore::open_to_read(&path).unwrap();
}

#[test]
fn a_commit_is_on_disk_when_it_returns() {
    let directory = TempDir::new().unwrap();
    let store = SqliteStore::open(&directory.path().join("hub")).unwrap();
    let connection = store.writer();
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    assert_eq!(number("synchronous"), Ok(2));
    let mode: String = connection
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_the_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("hub");
    let _store = SqliteStore::open(&path).unwrap();
    for name in ["hub", "hub-wal"] {
        let data = std::fs::metadata(directory.path().join(name)).unwrap();
        assert_eq!(data.permissions().mode() & 0o077, 0, "{name}");
    }
}

#[test]
fn a_database_of_another_program_or_a_newer_one_is_left_as_it_is() {
    let directory = TempDir::new().unwrap();
    for (setup, foreign) in [
        ("CREATE TABLE notes (text)", true),
        ("PRAGMA application_id = 7", true),
        ("PRAGMA application_id = 0x47504842", true),
        (
            "PRAGMA application_id = 0x47504842; PRAGMA user_version = 99",
            false,
        ),
    ] {
        let path = directory.path().join("other");
        Connection::open(&path)
            .unwrap()
            .execute_batch(setup)
            .unwrap();
        let before = std::fs::read(&path).unwrap();
        for opened in [SqliteStore::open(&path), SqliteStore::open_to_read(&path)] {
            match opened.unwrap_err() {
                HubStoreError::Foreign => assert!(foreign, "{setup}"),
                HubStoreError::Newer(99) => assert!(!foreign, "{setup}"),
                other => unreachable!("{setup}: {other}"),
            }
        }
        assert_eq!(std::fs::read(&path).unwrap(), before, "{setup}");
        std::fs::remove_file(&path).unwrap();
    }
}
