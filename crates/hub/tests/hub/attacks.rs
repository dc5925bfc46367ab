//! What one attacker, or many, can do to a hub and its other devices by being slow, by being many,
//! or by contradicting themselves. The long form, with thousands of them, is `scripts/load`.

use std::{
    fs,
    io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use gatepost_hub::{Limits, fleet::Operators, limits::Rate};
use gatepost_pass::Digest;
use gatepost_protocol::{Body, Epoch, Previous, Record, routes};

use crate::{
    findings::findings,
    fleet::{PASSWORD, fleet, log_in},
    limits::wide,
    process::{Served, command},
    support::{Device, Running, Site, answer, connect_from, request_on},
};

on_every_store! {
    forks_of_one_device_make_no_batch_slower
    a_device_that_repeats_itself_makes_no_batch_slower
    a_device_that_begins_run_after_run_is_put_off_and_shown_and_its_other_runs_are_not
}

/// A connection that announces an upload and sends one byte of it.
fn slow_upload(hub: &Running, from: &str) -> TcpStream {
    let mut stream = TcpStream::connect(hub.address).unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: hub\r\nx-forwarded-for: {from}\r\n\
         content-length: 400000\r\n\r\nx",
        routes::BATCHES
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// Within how much time a hub that is not held up answers, on a busy machine too.
const SOON: Duration = Duration::from_secs(5);

#[test]
fn four_hundred_slow_uploads_of_one_address_keep_no_other_waiting() {
    let (site, device) = (Site::new(), Device::new(1, 5));
    let hub = site.hub_with(site.location.open().unwrap(), wide(), None);
    let mut slow: Vec<_> = (0..400).map(|_| slow_upload(&hub, "192.0.2.1")).collect();
    std::thread::sleep(Duration::from_millis(300));
    let begun = Instant::now();
    let receipt = hub.post_from("192.0.2.2", &device.batch(0..5)).receipt();
    assert_eq!(receipt.next_seq, 5);
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    // The address itself is told to come back.
    assert_eq!(
        hub.post_from("192.0.2.1", b"").refusal(),
        (429, "rate".to_owned())
    );
    let refused = answer(&mut slow.pop().unwrap()).unwrap();
    assert_eq!(refused.refusal(), (429, "rate".to_owned()));
}

#[test]
fn slow_uploads_of_many_addresses_keep_no_other_waiting() {
    let (site, device) = (Site::new(), Device::new(1, 5));
    let hub = site.hub_with(site.location.open().unwrap(), wide(), None);
    let slow = (0..400).map(|n| slow_upload(&hub, &format!("198.51.{}.{}", n / 100, n % 100)));
    let _slow: Vec<_> = slow.collect();
    std::thread::sleep(Duration::from_millis(300));
    let begun = Instant::now();
    let receipt = hub.post_from("192.0.2.2", &device.batch(0..5)).receipt();
    assert_eq!(receipt.next_seq, 5);
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

/// The memory of a program now, in KiB.
fn memory(program: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", program.id())).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn readers_that_do_not_read_hold_little_memory_each() {
    let site = Site::new();
    let name = Digest([7; 32]).to_string();
    fs::write(site.path("bundle").join(&name), vec![7; 8 << 20]).unwrap();
    let hub = Served::start(&site);
    let read_nothing = |count: u64| {
        let ask = |_| {
            let mut stream = TcpStream::connect(hub.address).unwrap();
            let head = format!("GET {}{name} HTTP/1.1\r\nhost: hub\r\n\r\n", routes::FILES);
            stream.write_all(head.as_bytes()).unwrap();
            stream
        };
        let readers: Vec<_> = (0..count).map(ask).collect();
        std::thread::sleep(Duration::from_secs(2));
        readers
    };
    // They use up the large pieces that all share.
    let first = read_nothing(300);
    let before = memory(&hub.child);
    let more = read_nothing(200);
    let each = memory(&hub.child).saturating_sub(before) / 200;
    assert!(each < 48, "{each} KiB each");
    drop((first, more));
}

#[test]
fn an_address_has_so_many_connections_and_no_more() {
    let site = Site::new();
    let hub = Served::start_with(&site, &["--address-connections", "20"]);
    let mut crowd: Vec<_> = (0..30)
        .map(|_| TcpStream::connect(hub.address).unwrap())
        .collect();
    // Those beyond the limit are closed.
    for stream in &mut crowd[20..] {
        stream.set_read_timeout(Some(SOON)).unwrap();
        let end = stream.read(&mut [0]).map_err(|why| why.kind());
        assert!(
            matches!(end, Ok(0) | Err(ErrorKind::ConnectionReset)),
            "{end:?}"
        );
    }
    let other = connect_from(Ipv4Addr::new(127, 0, 0, 2), hub.address);
    let health = request_on(other, "GET", routes::HEALTH, "", b"").unwrap();
    assert_eq!(health.status, 200);
    // A place that is given up is free again.
    drop(crowd);
    let until = Instant::now() + SOON;
    loop {
        let again = TcpStream::connect(hub.address).unwrap();
        if request_on(again, "GET", routes::HEALTH, "", b"").is_ok() {
            break;
        }
        assert!(Instant::now() < until, "the places stay taken");
        std::thread::sleep(Duration::from_millis(50));
    }
}

const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";

fn try_password(to: SocketAddr, from: Ipv4Addr, name: &str, password: &str) -> u16 {
    let body = format!("name={name}&password={}", password.replace(' ', "+"));
    let stream = connect_from(from, to);
    let answer = request_on(stream, "POST", "/fleet/login", FORM, body.as_bytes());
    answer.unwrap().status
}

#[test]
fn a_stranger_who_tries_passwords_locks_no_operator_out() {
    let site = Site::new();
    let hub = site.hub_with(site.location.open().unwrap(), wide(), Some(fleet()));
    let stranger = Ipv4Addr::new(127, 0, 0, 66);
    for n in 0..15 {
        let name = format!("operator{n}");
        assert_eq!(
            try_password(hub.operators, stranger, &name, "a wrong one"),
            403
        );
    }
    let ada = Ipv4Addr::new(127, 0, 0, 2);
    assert_eq!(try_password(hub.operators, ada, "ada", PASSWORD), 303);
    // The stranger has no more tries, not even a right one.
    assert_eq!(try_password(hub.operators, stranger, "ada", PASSWORD), 403);
    log_in(&hub);
}

#[test]
fn many_addresses_have_no_more_tries_at_one_account_than_one() {
    let site = Site::new();
    let hub = site.hub_with(site.location.open().unwrap(), wide(), Some(fleet()));
    let statuses = (0..40).map(|n| {
        let from = Ipv4Addr::new(127, 0, 1, n);
        let last = n == 39;
        let password = if last { PASSWORD } else { "a wrong one" };
        try_password(hub.operators, from, "ada", password)
    });
    let begun = Instant::now();
    let statuses: Vec<u16> = statuses.collect();
    // A second gives one try back.
    if begun.elapsed() < Duration::from_secs(20) {
        assert_eq!(statuses, [403; 40]);
    }
}

#[test]
fn passwords_are_asked_for_over_tls_or_on_a_loopback_address_only() {
    let site = Site::new();
    let hash = Operators::hash(PASSWORD.as_bytes()).unwrap();
    fs::write(site.path("operators"), format!("ada:{hash}\n")).unwrap();
    let operators = site.path("operators");
    let serve = |address: &str, more: &[&str]| {
        let mut child = command(&site)
            .args(["--operator-listen", address])
            .arg("--operators")
            .arg(&operators)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let served = lines.next();
        child.kill().unwrap();
        let mut said = String::new();
        let mut stderr = child.stderr.take().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        child.wait().unwrap();
        (served.is_some(), said)
    };
    for address in ["0.0.0.0:0", "[::]:0"] {
        let (served, said) = serve(address, &[]);
        assert!(!served, "{address} serves passwords in clear");
        assert!(
            said.contains("in clear") && said.contains("--tls-cert"),
            "{said}"
        );
    }
    assert!(serve("127.0.0.1:0", &[]).0);
    let [certificate, key] = ["hub.pem", "tls.key"].map(|name| site.path(name));
    gatepost_hub::tls::make_certificate(&certificate, &key, &["localhost".to_owned()]).unwrap();
    let [certificate, key] = [certificate.to_str().unwrap(), key.to_str().unwrap()];
    assert!(serve("0.0.0.0:0", &["--tls-cert", certificate, "--tls-key", key]).0);
}

impl Device {
    /// The chain again from a record on, every record with other bytes.
    pub(crate) fn forked(&self, from: usize, n: u64) -> Self {
        let mut branch = self.cut(from);
        for bytes in &self.records[from..] {
            let mut record = Record::from_bytes(bytes).unwrap();
            if let Body::Passage(sealed) = &mut record.body {
                sealed.encapped[..8].copy_from_slice(&n.to_le_bytes());
            }
            branch.push(record.to_bytes());
        }
        branch
    }
}

/// How long the quickest of some batches took.
fn quickest(hub: &Running, batches: &[Vec<u8>]) -> Duration {
    let times = batches.iter().map(|batch| {
        let begun = Instant::now();
        hub.acknowledged(batch);
        begun.elapsed()
    });
    times.min().unwrap()
}

/// Compares the time of the last batches with that of the first ones.
#[track_caller]
fn as_quick_as_at_the_start(hub: &Running, batches: &[Vec<u8>]) {
    let first = quickest(hub, &batches[..5]);
    for batch in &batches[5..batches.len() - 5] {
        hub.acknowledged(batch);
    }
    let last = quickest(hub, &batches[batches.len() - 5..]);
    assert!(last < first * 4, "{first:?} at first, {last:?} at last");
}

fn forks_of_one_device_make_no_batch_slower(site: &Site) {
    let hub = site.hub_with(site.location.open().unwrap(), wide(), None);
    let device = Device::new(1, 300);
    hub.acknowledged(&device.batch(0..300));
    let fork = |n| device.forked(1, n).batch(0..300);
    let forks: Vec<_> = (1..=80).map(fork).collect();
    as_quick_as_at_the_start(&hub, &forks);
    // Where each begins and ends, not every record of it.
    assert_eq!(findings(site).len(), 2 * 80);
    assert_eq!(hub.acknowledged(&device.batch(0..300)).head, device.head());
}

fn a_device_that_repeats_itself_makes_no_batch_slower(site: &Site) {
    let hub = site.hub_with(site.location.open().unwrap(), wide(), None);
    let device = Device::new(1, 380);
    // Each holds what was sent already, and one record before it.
    let batches: Vec<_> = (1..=80).rev().map(|n| device.batch(n..n + 300)).collect();
    as_quick_as_at_the_start(&hub, &batches);
    let receipt = hub.acknowledged(&device.batch(0..300));
    assert_eq!((receipt.next_seq, receipt.head), (380, device.head()));
    assert_eq!(site.summary(), "379 passages from 1 devices, 0 findings");
}

fn a_device_that_begins_run_after_run_is_put_off_and_shown_and_its_other_runs_are_not(site: &Site) {
    let few = Rate {
        per_second: 1,
        burst: 3,
    };
    let limits = Limits {
        runs: few,
        ..wide()
    };
    let hub = site.hub_with(site.location.open().unwrap(), limits, None);
    let (device, other) = (Device::new(1, 30), Device::new(2, 2));
    hub.acknowledged(&device.batch(0..2));
    let previous = Previous {
        epoch: device.epoch,
        next_seq: 2,
        head: device.heads[1],
    };
    let run = |n| device.restarted(Epoch([n; 16]), previous).batch(0..1);
    let statuses: Vec<u16> = (100..160).map(|n| hub.post(&run(n)).status).collect();
    assert_eq!(statuses[..2], [200; 2]);
    let put_off = statuses.iter().filter(|status| **status == 429).count();
    assert!(put_off >= 40, "{statuses:?}");
    let begun = Instant::now();
    assert_eq!(hub.acknowledged(&device.batch(2..30)).next_seq, 30);
    assert_eq!(hub.acknowledged(&other.batch(0..2)).next_seq, 2);
    assert!(begun.elapsed() < SOON);
    let shown = findings(site)
        .iter()
        .filter(|(_, kind)| kind == "runs")
        .count();
    assert!((1..=20).contains(&shown), "{shown}");
}
