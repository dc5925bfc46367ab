//! What the file itself guarantees: whose it is, and that batches stay in it as their devices
//! signed them.

#![allow(clippy::unwrap_used)]

use tempfile::TempDir;

use super::*;
use crate::store::fixture::start;

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
        let kept = store.keep(&[start(1, hour)]).unwrap().remove(0);
        (kept.new, kept.findings, batches())
    };
    assert_eq!(send(7), (1, 0, 1));
    assert_eq!(send(7), (0, 0, 1));
    assert_eq!(send(8), (0, 1, 2));
    assert_eq!(send(8), (0, 0, 2));
    assert_eq!(send(7), (0, 0, 2));
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

#[test]
fn a_database_of_the_first_schema_keeps_its_devices_and_takes_their_programs() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("hub");
    let first = include_str!("schema-1.sql");
    let old = "PRAGMA application_id = 0x47504842; PRAGMA user_version = 1;
         INSERT INTO devices (device, name, seen, told, ahead, clock, freshness, backlog, parked)
         VALUES (zeroblob(16), 'gate 3', 7, 7, 0, 0, 0, 0, 0)";
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(first).unwrap();
    connection.execute_batch(old).unwrap();
    drop(connection);
    let store = SqliteStore::open(&path).unwrap();
    let devices = store.devices(Paging { skip: 0, take: 9 }).unwrap();
    assert_eq!(devices[0].name, "gate 3");
    assert_eq!(devices[0].status.unwrap().program, None);
}
