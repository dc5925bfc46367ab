//! What a network, a hub's own database and its files say about when people passed, and how many.

use std::{
    collections::BTreeSet,
    fs,
    time::{Duration, Instant, UNIX_EPOCH},
};

use gatepost_hub::{
    Limits,
    export::export,
    store::{ArrivalFilter, Paging},
};
use gatepost_pass::fixture::NOW;
use gatepost_protocol::{
    Receipt,
    padding::{self, unpad},
};
use rusqlite::{Connection, types::Value};

use crate::support::{Answer, Device, Site, file_names, trust};

/// Seconds into its hour.
const LATE: u64 = 1234;

#[test]
fn the_size_of_an_upload_and_of_its_answer_does_not_say_how_many_passed() {
    let (site, mut device) = (Site::new(), Device::new(1, 40));
    let hub = site.hub();
    let cut = |answer: &Answer| (answer.status, answer.body.len());
    let filler = hub.upload(&[]);
    assert_eq!(cut(&filler), (200, padding::ANSWER[0]));
    assert!(unpad(&filler.body, &padding::ANSWER).unwrap().is_empty());
    for range in [0..1, 1..3, 3..40] {
        let batch = device.batch(range.clone());
        let answer = hub.upload(&batch);
        assert_eq!(cut(&answer), cut(&filler), "{range:?}");
        assert_eq!(answer.head_without_date(), filler.head_without_date());
        let receipt = unpad(&answer.body, &padding::ANSWER).unwrap();
        let receipt = Receipt::verify(&receipt, &trust(), NOW).unwrap();
        assert_eq!(receipt.next_seq, range.end as u64);
    }
    let sizes = [1, 5, 20, 45].map(|count| {
        device.pass(count);
        let all = device.records.len();
        padding::pad(&device.batch(all - count..all), &padding::UPLOAD)
            .unwrap()
            .len()
    });
    assert_eq!(BTreeSet::from(sizes), BTreeSet::from([16 << 10]));
    assert_eq!(site.summary(), "39 passages from 1 devices, 0 findings");
}

#[test]
fn the_time_of_an_answer_does_not_say_whether_anybody_passed() {
    let (site, device) = (Site::new(), Device::new(1, 2));
    let hub = site.hub();
    let timed = |batch: &[u8]| {
        let begun = Instant::now();
        assert_eq!(hub.upload(batch).status, 200);
        begun.elapsed()
    };
    let batch = device.batch(0..2);
    // Neither comes before the other could have.
    let beat = Duration::from_millis(250);
    let (filler, first, again) = (timed(&[]), timed(&batch), timed(&batch));
    for took in [filler, first, again] {
        assert!(took >= beat, "{took:?}");
    }
}

#[test]
fn no_table_and_no_file_says_more_than_the_hour() {
    let (site, device) = (Site::new(), Device::new(1, 6));
    let hub = site.hub_at(|| NOW.plus(LATE), Limits::default());
    let receipt = hub.acknowledged(&device.batch(0..4));
    assert_eq!(receipt.at, NOW, "a receipt says the hour");
    hub.acknowledged(&device.forked(2, 9).batch(0..4));
    assert_eq!(
        hub.post_status(&crate::limits::status(&device, 3)).status,
        204
    );
    let store = site.location.open().unwrap();
    store
        .request_revocation(device.id(), NOW.plus(LATE))
        .unwrap();
    store.note_runs(device.id(), NOW.plus(LATE)).unwrap();
    let row = &store.devices(Paging { skip: 0, take: 1 }).unwrap()[0];
    let at = row.status.map(|status| (status.at, status.offset));
    // The report itself is from five seconds past the hour, by the device's clock.
    assert_eq!(
        (row.seen, row.revocation, at),
        (NOW, Some(NOW), Some((NOW, 5 - LATE as i64)))
    );
    let findings = store.findings(Paging { skip: 0, take: 9 }).unwrap();
    assert!(findings.len() >= 3 && findings.iter().all(|finding| finding.at == NOW));
    drop((hub, store));

    let database = Connection::open(site.path("hub.sqlite")).unwrap();
    let mut tables = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap();
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(tables.len() >= 5);
    for table in tables {
        let mut all = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = all.column_count();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                // No number is a time in seconds, or any finer unit.
                if let Value::Integer(number) = row.get(column).unwrap() {
                    assert!(number < 1_000_000, "{table}, column {column}: {number}");
                }
            }
        }
    }

    let store = site.location.open_to_read().unwrap();
    let to = site.path("export");
    export(&*store, &ArrivalFilter::ALL, &to).unwrap();
    assert!(!file_names(&to).is_empty());
    for name in file_names(&to) {
        let modified = fs::metadata(to.join(name)).unwrap().modified().unwrap();
        let modified = modified.duration_since(UNIX_EPOCH).unwrap();
        assert_eq!((modified.as_secs() % 3600, modified.subsec_nanos()), (0, 0));
    }
}
