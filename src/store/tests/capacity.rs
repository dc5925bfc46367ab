//! Many passages at once, a log that is full, and a log that was damaged.

use gatepost_pass::policy::TracingKey;

use super::*;

fn records(path: &Path) -> i64 {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .query_row("SELECT count(*) FROM records", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn passages_that_come_together_are_one_commit_and_one_chain() {
    let disk = disk();
    let mut passages = open(&disk.path, 1).log;
    let first: Vec<u64> = (1..101).collect();
    assert_eq!(try_log(&mut passages, 100).unwrap(), first);
    assert_eq!(try_log(&mut passages, 2).unwrap(), [101, 102]);
    let outbox = Outbox::open(&disk.path).unwrap();
    let outgoing = next(&outbox);
    let heads = rusqlite::Connection::open(&disk.path).unwrap();
    let last: [u8; 32] = heads
        .query_row(
            "SELECT head FROM records ORDER BY seq DESC LIMIT 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(receipt(&outgoing).head.0.0, last);
    assert_eq!(outgoing.records.len(), 103);
}

#[test]
fn of_passages_that_come_together_either_all_are_in_the_log_or_none() {
    let disk = disk();
    let mut passages = open(&disk.path, 1).log;
    let (passage, good) = (passage(NOW), tracing());
    // The low-order point of X25519: nothing can be sealed to it.
    let bad = TracingKey {
        id: 2,
        key: [0; 32],
    };
    let group = [(&passage, &good), (&passage, &bad)];
    let refused = passages.append_all(&group, &mut random());
    assert!(matches!(refused, Err(LogError::Seal(_))), "{refused:?}");
    assert_eq!(records(&disk.path), 1);
    assert_eq!(log(&mut passages, NOW), 1);
}

#[test]
fn a_log_at_its_cap_gives_up_the_oldest_that_the_hub_holds_and_nothing_else() {
    let disk = disk();
    let cap = Cap { bytes: 400_000 };
    let opened = PassageLog::open(&disk.path, device(), Epoch([1; 16]), NOW, cap);
    let mut passages = opened.unwrap().log;
    let mut outbox = Outbox::open(&disk.path).unwrap();
    try_log(&mut passages, 100).unwrap();
    acknowledge_all(&mut outbox);

    let mut logged = 100;
    let full = loop {
        match try_log(&mut passages, 50) {
            Ok(_) => logged += 50,
            Err(full) => break full,
        }
        assert!(logged < 10_000, "never full");
    };
    assert!(matches!(full, LogError::AllUnsent), "{full}");
    let asked = passages.make_space().unwrap_err();
    assert!(asked.is_full(), "{asked}");
    assert_eq!(outbox.backlog().unwrap().unsent, logged - 100);
    assert_eq!(records(&disk.path), logged as i64 - 100);

    // A receipt makes space again.
    acknowledge_all(&mut outbox);
    passages.make_space().unwrap();
    try_log(&mut passages, 50).unwrap();
    assert_eq!(outbox.backlog().unwrap().unsent, 50);
}

#[test]
fn an_epoch_that_finds_no_room_for_its_first_record_leaves_nothing_for_the_next_to_name() {
    let disk = disk();
    try_log(&mut open(&disk.path, 1).log, 3).unwrap();
    // No more records fit, whatever else does.
    let connection = rusqlite::Connection::open(&disk.path).unwrap();
    connection
        .execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON records
             BEGIN SELECT raise(ABORT, 'no space'); END",
        )
        .unwrap();
    let epoch = Epoch([2; 16]);
    assert!(PassageLog::open(&disk.path, device(), epoch, NOW, Cap::default()).is_err());
    connection.execute_batch("DROP TRIGGER full").unwrap();
    drop(connection);
    drop(open(&disk.path, 3));
    let start = start_of(&disk.path, 2);
    assert_eq!((start.epoch, start.next_seq), (Epoch([1; 16]), 4));
}

#[test]
fn a_disk_without_room_is_full_by_name_and_what_the_hub_holds_makes_way() {
    let (_disk, mut passages, mut outbox) = log_of(100);
    let connection = passages.connection();
    let pages: i64 = connection
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .unwrap();
    connection
        .pragma_update(None, "max_page_count", pages)
        .unwrap();
    let full = loop {
        if let Err(full) = try_log(&mut passages, 1) {
            break full;
        }
    };
    assert!(matches!(full, LogError::Full), "{full}");
    let held = outbox.backlog().unwrap().unsent;
    acknowledge_all(&mut outbox);
    try_log(&mut passages, 1).unwrap();
    assert!(held >= 100);
    assert_eq!(outbox.backlog().unwrap().unsent, 1);
}

#[test]
fn what_can_be_read_of_a_damaged_log_reaches_the_hub_and_the_next_epoch_names_its_last_good_hash() {
    let (disk, passages, outbox) = log_of(60);
    drop((passages, outbox));
    let heads = heads(&disk.path);
    let mut bytes = fs::read(&disk.path).unwrap();
    // The last record that is in the last page of all.
    let last = bytes.len() - 4096;
    bytes[last..].fill(0xff);
    fs::write(&disk.path, &bytes).unwrap();

    let opened = open(&disk.path, 2);
    let aside = opened.set_aside.unwrap();
    assert_eq!(fs::read(&aside.path).unwrap(), bytes, "kept as it was");
    let good = aside.rescued as usize;
    assert!((1..61).contains(&good), "{good} rescued");

    let mut outbox = Outbox::open(&disk.path).unwrap();
    let first = next(&outbox);
    assert_eq!((first.epoch, first.records.len()), (Epoch([1; 16]), good));
    assert_eq!(receipt(&first).head, heads[good - 1]);
    outbox.acknowledge(&receipt(&first)).unwrap();
    drop(opened.log);

    let start = start_of(&disk.path, 2);
    assert_eq!(
        (start.epoch, start.next_seq, start.head),
        (Epoch([1; 16]), good as u64, heads[good - 1])
    );
}

#[test]
fn an_altered_record_ends_what_is_taken_over_from_a_damaged_log() {
    let (disk, passages, outbox) = log_of(10);
    drop((passages, outbox));
    let connection = rusqlite::Connection::open(&disk.path).unwrap();
    connection
        .execute(
            "UPDATE records SET bytes = zeroblob(length(bytes)) WHERE seq = 5",
            [],
        )
        .unwrap();
    drop(connection);
    let mut new = rusqlite::Connection::open_in_memory().unwrap();
    for sql in super::super::database::MIGRATIONS {
        new.execute_batch(sql).unwrap();
    }
    let copied = super::super::intact_records::copy(&disk.path, &mut new, device()).unwrap();
    assert_eq!(copied, 5);
}

#[test]
fn a_parked_epoch_is_seen_waits_a_day_and_goes_again_when_it_is_told_to() {
    let (_disk, _passages, mut outbox) = log_of(1);
    let epoch = Epoch([1; 16]);
    outbox.park(epoch, NOW, "status 409: fork").unwrap();
    let parked = outbox.parked().unwrap();
    assert_eq!((parked[0].epoch, parked[0].since), (epoch, NOW));
    assert_eq!(parked[0].why, "status 409: fork");
    assert_eq!(outbox.backlog().unwrap().parked, 1);
    assert_eq!(outbox.resting(NOW).unwrap(), BTreeSet::from([epoch]));
    assert!(outbox.resting(NOW.plus(DAY)).unwrap().is_empty());
    // A clock that was set back must not hold it for years.
    assert!(outbox.resting(NOW.minus(1)).unwrap().is_empty());

    assert_eq!(outbox.unpark().unwrap(), 1);
    assert!(outbox.resting(NOW).unwrap().is_empty());
    outbox.park(epoch, NOW, "again").unwrap();
    acknowledge_all(&mut outbox);
    assert!(outbox.parked().unwrap().is_empty());
}

fn heads(path: &Path) -> Vec<Head> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut statement = connection
        .prepare("SELECT head FROM records ORDER BY seq")
        .unwrap();
    let heads = statement.query_map([], |row| Ok(Head(gatepost_pass::Digest(row.get(0)?))));
    heads.unwrap().map(Result::unwrap).collect()
}

/// What the first record of the `ordinal`-th epoch names.
fn start_of(path: &Path, ordinal: i64) -> Previous {
    let connection = rusqlite::Connection::open(path).unwrap();
    let bytes: Vec<u8> = connection
        .query_row(
            "SELECT bytes FROM records WHERE ordinal = ?1 AND seq = 0",
            [ordinal],
            |row| row.get(0),
        )
        .unwrap();
    start_in(&bytes)
}
