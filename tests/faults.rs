//! A scanner on a disk that is full or does not sync, and a device that is carried, parked and
//! wiped, by the real programs. What was shown as logged is at the hub once, or still on the
//! device.

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use gatepost::store::LogError;
use gatepost_pass::fixture::Dice;

use crate::{
    arguments,
    support::{log_together, open_log, post, runs},
    town::Town,
};

const WRITER: &str = "GATEPOST_WRITER";

/// Logs passages until it is killed, and reports each commit once it is done. The tests below run
/// it on bad disks; by itself it does nothing.
#[test]
fn a_writer_for_the_other_tests() {
    let Some(device) = std::env::var_os(WRITER) else {
        return;
    };
    // Even opening may fail on such a disk.
    let refused = |why: LogError| {
        println!("refused: {why}");
        thread::sleep(Duration::from_millis(2));
    };
    let opened = (0..500).find_map(|_| open_log(Path::new(&device)).map_err(refused).ok());
    let Some(mut log) = opened else { return };
    let mut dice = Dice(std::process::id().into());
    for _ in 0..5000 {
        let together = 1 + dice.below(4);
        match log_together(&mut log, together) {
            Ok(()) => {
                println!("logged {together}");
                // So that the small disk is full of ballast, not of passages.
                thread::sleep(Duration::from_millis(1));
            }
            Err(why) => refused(why),
        }
    }
}

/// The writer, in its own process.
fn writer(town: &Town) -> Command {
    let mut writer = Command::new(std::env::current_exe().unwrap());
    writer
        .args([
            "faults::a_writer_for_the_other_tests",
            "--exact",
            "--nocapture",
        ])
        .env(WRITER, town.path("device"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    writer
}

/// What a writer has printed before it was killed.
#[derive(Default)]
struct WriterReport {
    logged: u64,
    refused: u64,
    reasons: BTreeSet<String>,
}

impl WriterReport {
    fn kill(&mut self, mut writer: Child) {
        writer.kill().unwrap();
        let output = writer.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!errors.contains("panicked"), "{errors}");
        // The last line may be incomplete.
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        for line in text
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
        {
            if let Some((_, why)) = line.trim().split_once("refused: ") {
                self.refused += 1;
                self.reasons.insert(why.to_owned());
            } else if let Some((_, count)) = line.trim().split_once("logged ") {
                self.logged += count.parse::<u64>().unwrap();
            }
        }
    }

    /// Checks that all of it is at the hub, once.
    fn arrives(&self, town: &Town, what: &str) {
        let _hub = town.hub();
        town.gatepost(["sync"]).well();
        let at_hub = town.arrived_once();
        let (logged, refused, reasons) = (self.logged, self.refused, &self.reasons);
        println!(
            "{what}: {refused} commits refused {reasons:?}, {logged} passages reported as logged, \
             {at_hub} at the hub"
        );
        assert!(at_hub >= logged && refused > 0 && logged > 0);
    }
}

/// A library that makes some syncs of the disk fail; `scripts/faults` builds it.
fn failing_sync() -> Option<PathBuf> {
    let path = PathBuf::from(std::env::var_os("GATEPOST_FAILING_SYNC")?);
    path.exists().then_some(path)
}

#[test]
fn a_sync_that_fails_never_shows_a_passage_as_logged_that_is_not() {
    let Some(library) = failing_sync() else {
        println!("SKIPPED: needs the library that scripts/faults builds (GATEPOST_FAILING_SYNC)");
        return;
    };
    let (town, _) = Town::enrolled_with_hub();
    let (mut dice, mut report) = (Dice(3), WriterReport::default());
    let rounds = runs(2);
    for _ in 0..rounds {
        let writer = writer(&town)
            .env("LD_PRELOAD", &library)
            .env("FAIL_ONE_IN", (4 + dice.below(30)).to_string())
            .env("FAIL_SEED", dice.below(1 << 30).to_string())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(100 + dice.below(900)));
        report.kill(writer);
    }
    report.arrives(&town, &format!("{rounds} runs with failing syncs"));
}

/// A small disk of its own; needs root.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(path: &Path) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=96m", "tmpfs"])
            .arg(path);
        let done = mount.stderr(Stdio::null()).status().ok()?.success();
        done.then(|| Self(path.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_shows_no_passage_as_logged_that_is_not_and_room_brings_it_back() {
    let town = Town::new();
    let Some(_disk) = SmallDisk::mount(&town.path("device")) else {
        println!("SKIPPED: a small disk can't be mounted here (needs root)");
        return;
    };
    drop(town.hub());
    town.enrol(&town.hub_address());
    let (mut dice, mut report) = (Dice(4), WriterReport::default());
    let rounds = runs(2);
    for _ in 0..rounds {
        let writer = writer(&town).spawn().unwrap();
        // Filled up to the last byte while it writes, and emptied while it waits.
        thread::sleep(Duration::from_millis(50 + dice.below(300)));
        let ballast = town.path("device/ballast");
        let mut file = fs::File::create(&ballast).unwrap();
        for piece in [1 << 16, 512] {
            while file.write(&vec![1; piece]).is_ok_and(|written| written > 0) {}
        }
        drop(file);
        thread::sleep(Duration::from_millis(100 + dice.below(300)));
        fs::remove_file(ballast).unwrap();
        thread::sleep(Duration::from_millis(dice.below(200)));
        report.kill(writer);
        // Some of it is sent, so that the small disk lasts.
        let _hub = town.hub();
        town.gatepost(["sync"]).well();
    }
    report.arrives(&town, &format!("{rounds} full disks"));
}

/// Sends a batch as `curl --data-binary` does, and returns the receipt.
fn carry_to_hub(address: &str, batch: &Path) -> Vec<u8> {
    let (status, receipt) = post(address, "/v1/batches", &fs::read(batch).unwrap());
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&receipt));
    receipt
}

#[test]
fn passages_go_by_stick_with_nothing_but_a_web_client_and_are_traced_from_it() {
    let (town, hub) = Town::enrolled_with_hub();
    town.log_passages(700);
    let stick = town.path("stick");
    fs::create_dir(&stick).unwrap();
    let carry = || {
        town.gatepost(arguments!["sync", "--dir", &stick])
            .well()
            .out
    };
    assert_eq!(
        carry(),
        "0 passages have their receipt, 2 batches written\n"
    );
    for entry in fs::read_dir(&stick).unwrap().flatten() {
        let receipt = carry_to_hub(&town.hub_address(), &entry.path());
        fs::write(entry.path().with_extension("receipt"), receipt).unwrap();
    }
    let copy = town.path("copy");
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(&stick).unwrap().flatten() {
        fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
    }
    assert_eq!(
        carry(),
        "700 passages have their receipt, 0 batches written\n"
    );
    assert_eq!(fs::read_dir(&stick).unwrap().count(), 0);
    assert_eq!(town.arrived_once(), 700);
    drop(hub);
    // The very same files are evidence; this town's tracing key did not seal them.
    let traced = town.authority(arguments![
        "trace",
        "open",
        &copy,
        "--reason",
        "test of the stick",
        "--place",
        "gate-3",
        "--from",
        "2026-01-01T00:00:00Z",
        "--until",
        "2026-03-01T00:00:00Z"
    ]);
    assert!(traced.well().err.contains("of 2 batches"));
}

#[test]
fn a_device_that_the_authority_gives_up_wipes_itself_and_its_last_passages_arrive() {
    let (town, _) = Town::enrolled_with_hub();
    town.log_passages(30);
    let order = town.path("bundle/revoked");
    town.authority(arguments![
        "revoke-device",
        town.path("enrolment"),
        "--list",
        &order
    ])
    .well();
    // Without a hub it wipes nevertheless, and keeps what is unsent.
    let wiped = town.gatepost(arguments!["sync", "--revoked", &order]);
    assert!(wiped.out.contains("keys, lists and trust are destroyed"));
    for gone in [
        "device.key",
        "enrolment",
        "bundle/manifest",
        "passages.sqlite",
    ] {
        assert!(!town.path("device").join(gone).exists(), "{gone}");
    }
    assert_eq!(fs::read_dir(town.path("device/unsent")).unwrap().count(), 2);
    let _hub = town.hub();
    town.gatepost(["sync"]).prints("sent 1 of its last batches");
    assert_eq!(town.arrived_once(), 30);
}
