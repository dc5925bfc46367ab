//! Disks that tear, rot and lie under the log. Each test says how many times it did so.

use gatepost_pass::fixture::Dice;

use super::*;

/// `GATEPOST_FAULTS` times as often as in an ordinary test run.
fn runs(ordinary: u64) -> u64 {
    let factor = std::env::var("GATEPOST_FAULTS").ok();
    ordinary * factor.and_then(|factor| factor.parse().ok()).unwrap_or(1)
}

/// What is on a disk at some moment.
#[derive(Clone)]
struct Snapshot {
    database: Vec<u8>,
    wal: Vec<u8>,
}

fn wal_of(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}-wal", path.display()))
}

impl Snapshot {
    fn of(path: &Path) -> Self {
        Self {
            database: fs::read(path).unwrap(),
            wal: fs::read(wal_of(path)).unwrap_or_default(),
        }
    }

    fn put(&self, path: &Path) {
        fs::write(path, &self.database).unwrap();
        fs::write(wal_of(path), &self.wal).unwrap();
    }
}

/// Some of the sectors that differ have reached the disk, the others not; a file may be as long as before.
fn tear(before: &[u8], after: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut torn = after.to_vec();
    if after.len() > before.len() && dice.index(3) == 0 {
        torn.truncate(before.len() + dice.index(after.len() - before.len()));
    }
    for (index, sector) in torn.chunks_mut(512).enumerate() {
        if dice.index(2) == 0 {
            continue;
        }
        for (at, byte) in sector.iter_mut().enumerate() {
            // What was never written reads as zeros.
            *byte = before.get(index * 512 + at).copied().unwrap_or(0);
        }
    }
    torn
}

/// The records of the first epoch that the log still has, after checking that their chain is whole.
fn whole_records(path: &Path) -> u64 {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut statement = connection
        .prepare("SELECT bytes, head FROM records JOIN epochs USING (ordinal) WHERE epoch = ?1 ORDER BY seq")
        .unwrap();
    let (mut head, mut records) = (Head::START, 0);
    let mut rows = statement.query([[1_u8; 16]]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let bytes: Vec<u8> = row.get(0).unwrap();
        assert_eq!(Record::from_bytes(&bytes).unwrap().seq, records);
        records += 1;
        head = head.after(device(), Epoch([1; 16]), &bytes);
        assert_eq!(head.0.0, row.get::<_, [u8; 32]>(1).unwrap(), "chain");
    }
    records
}

#[test]
fn a_write_that_a_power_cut_tears_costs_nothing_that_was_logged() {
    let mut dice = Dice(1);
    let (mut torn, mut in_checkpoints, mut in_flight_kept) = (0, 0, 0);
    for _ in 0..runs(2) {
        let written = disk();
        let mut passages = open(&written.path, 1).log;
        // So that it is copied back and begun anew many times.
        let often = passages
            .connection()
            .pragma_update(None, "wal_autocheckpoint", 40);
        often.unwrap();
        let mut logged = 1;
        for _ in 0..40 {
            let together = 1 + dice.index(40);
            let before = Snapshot::of(&written.path);
            try_log(&mut passages, together).unwrap();
            let after = Snapshot::of(&written.path);
            let mut cut = before.clone();
            if dice.index(2) == 0 || before.database == after.database {
                // In the middle of the transaction's frames: nothing of it has been told yet.
                cut.wal = tear(&before.wal, &after.wal, &mut dice);
                // SQLite syncs a new header before the frames that follow it.
                let header = cut.wal.len().min(32);
                cut.wal[..header].copy_from_slice(&after.wal[..header]);
            } else {
                // Those were synced, and now their pages are on the way into the database.
                in_checkpoints += 1;
                cut.wal.clone_from(&after.wal);
                cut.database = tear(&before.database, &after.database, &mut dice);
            }
            let other = disk();
            cut.put(&other.path);
            let opened = open(&other.path, 2);
            let aside = opened.set_aside;
            assert!(aside.is_none(), "torn is not damaged: {aside:?}");
            let kept = whole_records(&other.path);
            assert!(
                kept == logged || kept == logged + together as u64,
                "{kept} of {logged} + {together}"
            );
            in_flight_kept += u64::from(kept > logged);
            logged += together as u64;
            torn += 1;
        }
    }
    println!(
        "{torn} torn writes, {in_checkpoints} of them while pages were copied back; {in_flight_kept} times the commit was on the disk"
    );
    assert!(in_checkpoints > 0 && in_flight_kept > 0 && in_flight_kept < torn);
}

#[test]
fn rotten_bytes_anywhere_lose_no_passage_that_the_device_does_not_still_hold() {
    let mut dice = Dice(2);
    let (mut flips, mut aside, mut rescued) = (0, 0, 0);
    let written = disk();
    let mut passages = open(&written.path, 1).log;
    let mut snapshots = Vec::new();
    let mut logged = 1;
    for _ in 0..40 {
        try_log(&mut passages, 25).unwrap();
        logged += 25;
        snapshots.push((Snapshot::of(&written.path), logged));
    }
    for _ in 0..runs(150) {
        let (snapshot, logged) = &snapshots[dice.index(snapshots.len())];
        let mut rotten = snapshot.clone();
        let in_wal = dice.index(2) == 0;
        let bytes = if in_wal {
            &mut rotten.wal
        } else {
            &mut rotten.database
        };
        if bytes.is_empty() {
            continue;
        }
        // A bit, or a whole sector.
        let at = dice.index(bytes.len());
        if dice.index(2) == 0 {
            bytes[at] ^= 1 << dice.index(8);
        } else {
            let end = bytes.len().min(at + 512);
            bytes[at..end].fill(dice.throw() as u8);
        }
        flips += 1;
        let other = disk();
        rotten.put(&other.path);
        let opened = open(&other.path, 2);
        let kept = whole_records(&other.path);
        match opened.set_aside {
            None => {
                // The last transactions can't be told from torn ones.
                let last = if in_wal { 50 } else { 0 };
                assert!(
                    kept + last >= *logged,
                    "{kept} of {logged}, unseen; wal {in_wal}"
                );
            }
            Some(set_aside) => {
                assert_eq!(fs::read(&set_aside.path).unwrap(), rotten.database);
                assert_eq!(fs::read(wal_of(&set_aside.path)).unwrap(), rotten.wal);
                aside += 1;
                rescued += u64::from(kept > 1);
            }
        }
        log(&mut { opened.log }, NOW);
    }
    println!("{flips} rotten files, {aside} set aside, {rescued} of those with records rescued");
    assert!(aside > 0 && rescued > 0);
}
