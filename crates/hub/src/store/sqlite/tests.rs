//! What the file itself promises: whose it is, and that the device's own word stays whole in it.

#![allow(clippy::unwrap_used)]

use gatepost_pass::{
    SecretKey,
    fixture::{NOW, devices, trust},
};
use gatepost_protocol::{Body, DeviceRequest, Record, batch::sign_batch};
use tempfile::TempDir;

use super::*;

/// A batch of an epoch's start, with the bytes it was verified from. Another hour makes another record
/// of the same number.
fn batch(hour: u32) -> (VerifiedBatch, Vec<u8>) {
    let secret = SecretKey::from_seed(&[1; 32]);
    let request = DeviceRequest::sign("gate 3".try_into().unwrap(), &secret);
    let request = DeviceRequest::verify(&request).unwrap();
    let certificate = request.certify(&devices(), NOW, NOW.plus(1));
    let start = Record {
        seq: 0,
        hour,
        body: Body::EpochStart(None),
    };
    let records = vec![start.to_bytes()];
    let signed = sign_batch(&certificate, &secret, Epoch([2; 16]), Head::START, records).unwrap();
    let batch = VerifiedBatch::verify(&signed, &trust(), NOW).unwrap();
    (batch, signed)
}

#[test]
fn a_record_and_the_signed_batch_around_it_can_be_read_again() {
    let directory = TempDir::new().unwrap();
    let store = SqliteStore::open(&directory.path().join("hub")).unwrap();
    let (batch, signed) = batch(7);
    store.keep(&batch, &signed, NOW).unwrap();
    let read: (Vec<u8>, Vec<u8>) = store
        .connection()
        .query_row(
            "SELECT substr(signed, start + 1, length), signed
             FROM records JOIN batches ON batches.id = batch",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!(read, (batch.records()[0].1.clone(), signed));
}

#[test]
fn a_batch_that_brings_nothing_new_takes_no_room() {
    let directory = TempDir::new().unwrap();
    let store = SqliteStore::open(&directory.path().join("hub")).unwrap();
    let batches = || -> i64 {
        let connection = store.connection();
        let count = "SELECT count(*) FROM batches";
        connection.query_row(count, [], |row| row.get(0)).unwrap()
    };
    let send = |hour| {
        let (batch, signed) = batch(hour);
        let kept = store.keep(&batch, &signed, NOW).unwrap();
        (kept.new, kept.findings, batches())
    };
    assert_eq!(send(7), (1, 0, 1));
    assert_eq!(send(7), (0, 0, 1));
    assert_eq!(send(8), (0, 1, 2));
    assert_eq!(send(8), (0, 0, 2));
    assert_eq!(send(7), (0, 0, 2));
}

#[test]
fn bytes_that_are_not_the_batch_are_refused_and_leave_nothing() {
    let directory = TempDir::new().unwrap();
    let store = SqliteStore::open(&directory.path().join("hub")).unwrap();
    let (batch, signed) = batch(7);
    for wrong in [&b""[..], &signed[1..signed.len() - 1], &[0; 300]] {
        let kept = store.keep(&batch, wrong, NOW);
        assert!(matches!(kept, Err(StoreError::Failed(_))));
    }
    let totals = store.visit(&mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(totals, Totals::default());
}

#[test]
fn a_commit_is_on_disk_when_it_returns() {
    let directory = TempDir::new().unwrap();
    let store = SqliteStore::open(&directory.path().join("hub")).unwrap();
    let connection = store.connection();
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
                StoreError::Foreign => assert!(foreign, "{setup}"),
                StoreError::Newer(99) => assert!(!foreign, "{setup}"),
                other => unreachable!("{setup}: {other}"),
            }
        }
        assert_eq!(std::fs::read(&path).unwrap(), before, "{setup}");
        std::fs::remove_file(&path).unwrap();
    }
}
