//! A scanner on a disk that is full or does not sync, and a device that is carried, parked and wiped, by the
//! real programs. What was shown as logged is at the hub once, or still on the device.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::{
    arguments,
    support::{Dice, Town, runs, wait_for},
};

/// A town whose device has pictures of six passes in front of it.
fn town() -> Town {
    let town = Town::new();
    drop(town.hub());
    town.enrol(&town.hub_address());
    for n in 1..=6 {
        let pass = town.pass(&format!("G000000{n}"));
        town.picture("frames", &format!("{n}.png"), &pass);
    }
    town
}

/// Fails now and then where the disk is told to sync; `scripts/faults` builds it.
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
    let town = town();
    let mut dice = Dice::new(3);
    let (rounds, mut logged, mut failed) = (runs(2), 0, 0);
    for _ in 0..rounds {
        let _ = fs::remove_dir_all(town.path("shots"));
        let mut scanner = town.scanner("frames");
        let mut scanner = scanner
            .env("LD_PRELOAD", &library)
            .env("FAIL_ONE_IN", (2 + dice.below(6)).to_string())
            .env("FAIL_SEED", dice.below(1 << 30).to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(500 + dice.below(2500)));
        let _ = scanner.kill();
        let mut said = String::new();
        scanner
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        scanner.wait().unwrap();
        assert!(!said.contains("panicked"), "{said}");
        failed += said.matches("not logged yet").count();
        logged += town.verdicts().len() as u64;
    }
    let _hub = town.hub();
    town.gatepost(["sync"]).well();
    let at_hub = town.arrived_once();
    println!(
        "{rounds} runs, {failed} commits failed, {logged} shown as logged, {at_hub} at the hub"
    );
    assert!(at_hub >= logged);
}

/// A small disk of its own; needs root.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(path: &Path) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=768k", "tmpfs"])
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
    for n in 1..=6 {
        let pass = town.pass(&format!("G000000{n}"));
        town.picture("frames", &format!("{n}.png"), &pass);
    }
    let (mut logged, mut failed) = (0, 0);
    let mut dice = Dice::new(4);
    let rounds = runs(2);
    for _ in 0..rounds {
        let _ = fs::remove_dir_all(town.path("shots"));
        // Fill it up to the last few pages, while the scanner runs.
        let mut scanner = town.scanner("frames");
        let mut scanner = scanner
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_for(|| town.path("device/passages.sqlite-wal").exists());
        thread::sleep(Duration::from_millis(dice.below(900)));
        let ballast = town.path("device/ballast");
        let mut file = fs::File::create(&ballast).unwrap();
        while file.write(&[1; 1024]).is_ok_and(|written| written > 0) {}
        drop(file);
        thread::sleep(Duration::from_millis(700));
        let _ = scanner.kill();
        let mut said = String::new();
        scanner
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        scanner.wait().unwrap();
        assert!(!said.contains("panicked"), "{said}");
        failed += said.matches("the disk is full").count();
        logged += town.verdicts().len() as u64;
        fs::remove_file(ballast).unwrap();
    }
    let _hub = town.hub();
    town.gatepost(["sync"]).well();
    let at_hub = town.arrived_once();
    println!(
        "{rounds} full disks, {failed} commits refused, {logged} shown as logged, {at_hub} at the hub"
    );
    assert!(at_hub >= logged);
}

/// `POST`s a file as `curl --data-binary` does, and gives the answer's body.
fn carry_to_hub(address: &str, batch: &Path) -> Vec<u8> {
    let body = fs::read(batch).unwrap();
    let host = address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let head = format!(
        "POST /v1/batches HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(
        answer.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    answer.split_off(end + 4)
}

#[test]
fn passages_go_by_stick_with_nothing_but_a_web_client_and_are_traced_from_it() {
    let town = Town::new();
    let hub = town.hub();
    town.enrol(&town.hub_address());
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
    let town = Town::new();
    drop(town.hub());
    town.enrol(&town.hub_address());
    town.log_passages(30);
    let order = town.path("bundle/revoked");
    town.authority(arguments![
        "revoke-device",
        town.path("enrolment"),
        "--out",
        &order
    ])
    .well();
    // No hub: it wipes all the same, and keeps what is unsent.
    let wiped = town.gatepost(arguments!["sync", "--revoked", &order]);
    assert!(
        wiped.out.contains("keys, lists and trust are destroyed"),
        "{}",
        wiped.out
    );
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
    let sent = town.gatepost(["sync"]).well();
    assert!(
        sent.out.contains("sent 1 of its last batches"),
        "{}",
        sent.out
    );
    assert_eq!(town.arrived_once(), 30);
}
