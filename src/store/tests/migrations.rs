//! Every schema that was ever shipped, as a dump of a real log, comes up to this program's.

use super::*;

/// Dumps of logs that the programs of their time wrote, and whose they are: six passages in two
/// epochs, three acknowledged. A new schema adds its own here; none is ever edited.
const SHIPPED: [(&str, &str, &str); 2] = [
    (
        "1",
        "58452549b5a9e325ca41f44668beefef",
        include_str!("schemas/1.sql"),
    ),
    (
        "2",
        "58452549b5a9e325ca41f44668beefef",
        include_str!("schemas/2.sql"),
    ),
];

fn open_of(device: &str, path: &Path) -> super::super::Opened {
    let (device, epoch) = (device.parse().unwrap(), Epoch([9; 16]));
    PassageLog::open(path, device, epoch, NOW, Cap::default()).unwrap()
}

fn load(dump: &str, path: &Path) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(dump).unwrap();
}

#[test]
fn a_log_of_every_shipped_schema_opens_keeps_its_passages_and_takes_new_ones() {
    for (name, device, dump) in SHIPPED {
        let disk = disk();
        load(dump, &disk.path);
        let mut opened = open_of(device, &disk.path);
        assert!(opened.set_aside.is_none(), "schema {name}");
        log(&mut opened.log, NOW);
        let mut outbox = Outbox::open(&disk.path).unwrap();
        assert_eq!(outbox.backlog().unwrap().unsent, 4, "schema {name}");
        let first = next(&outbox);
        let records: Vec<Record> = first
            .records
            .iter()
            .map(|bytes| Record::from_bytes(bytes).unwrap())
            .collect();
        assert_eq!(records[0].seq, 0, "schema {name}");
        assert_eq!(records.len(), 4, "schema {name}");
        outbox.park(first.epoch, NOW, "why").unwrap();
        assert_eq!(forget(&mut outbox), 4, "schema {name}");
        assert_eq!(outbox.backlog().unwrap().unsent, 4, "schema {name}");
    }
}

#[test]
fn the_shipped_schemas_and_the_migrations_are_as_many() {
    let known = super::super::database::MIGRATIONS.len();
    assert_eq!(
        SHIPPED.len(),
        known - 1,
        "dump the schema before the newest one"
    );
}

#[test]
fn every_shipped_schema_ends_as_the_same_tables() {
    let tables = |path: &Path| -> Vec<String> {
        let connection = rusqlite::Connection::open(path).unwrap();
        let mut statement = connection
            .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .unwrap();
        let rows = statement
            .query_map([], |row| row.get::<_, String>(0))
            .unwrap();
        rows.map(|sql| sql.unwrap().split_whitespace().collect())
            .collect()
    };
    let new = disk();
    drop(open(&new.path, 1));
    for (name, device, dump) in SHIPPED {
        let old = disk();
        load(dump, &old.path);
        drop(open_of(device, &old.path));
        assert_eq!(tables(&old.path), tables(&new.path), "schema {name}");
    }
}
