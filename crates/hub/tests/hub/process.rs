//! The program as an operator runs it.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use gatepost_pass::fixture::NOW;
use gatepost_protocol::{
    Receipt,
    padding::{self, pad},
    routes,
};

use crate::support::{Device, Site, request, trust};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_gatepost-hub");

/// A hub as a program of its own; it ends with the test.
pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
}

impl Served {
    pub(crate) fn start(site: &Site) -> Self {
        Self::start_with(site, &[])
    }

    pub(crate) fn start_with(site: &Site, more: &[&str]) -> Self {
        let mut child = command(site)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap();
        let address = address.parse().unwrap();
        Self { child, address }
    }

    fn post(&self, batch: &[u8]) -> std::io::Result<Receipt> {
        let answer = request(self.address, "POST", routes::BATCHES, "", batch)?;
        assert_eq!(answer.status, 200);
        Receipt::verify(&answer.body, &trust(), NOW).map_err(std::io::Error::other)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A hub that takes the published keys of tests.
pub(crate) fn command(site: &Site) -> Command {
    let mut command = serve(site);
    command.arg("--allow-published-key");
    // One device sends record after record here.
    command.args(["--rate-device", "100000:100000"]);
    command
}

pub(crate) fn serve(site: &Site) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    for (option, name) in [
        ("--bundle", "bundle"),
        ("--root", "root"),
        ("--key", "hub.key"),
        ("--port-file", "port"),
    ] {
        command.arg(option).arg(site.path(name));
    }
    command.args(&site.data);
    command
}

pub(crate) fn passages(data: &[String; 2], more: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.arg("passages").args(data).args(more);
    command.output().unwrap()
}

fn signal(served: &mut Served, signal: &str) {
    let id = served.child.id().to_string();
    let sent = Command::new("kill").args([signal, &id]).status();
    assert!(sent.unwrap().success());
}

on_every_store! {
    receipts_given_are_held_after_a_kill
    a_listing_works_while_the_hub_serves
    a_batch_under_way_is_finished_before_the_end
}

fn receipts_given_are_held_after_a_kill(site: &Site) {
    let mut device = Device::new(1, 1);
    let mut acknowledged = 0;
    for round in 0..4 {
        let mut served = Served::start(site);
        let begin = device.records.len() - 1;
        device.pass(200);
        let told = AtomicU64::new(0);
        std::thread::scope(|scope| {
            let sender = scope.spawn(|| {
                // One after the other, from the last one on that may have been lost.
                for seq in begin..device.records.len() {
                    let sent = served.post(&device.batch(seq.saturating_sub(1)..seq + 1));
                    let Ok(receipt) = sent else { break };
                    told.store(receipt.next_seq, Ordering::SeqCst);
                }
            });
            // Killed while batches are on their way, each round at another one.
            let until = begin as u64 + 5 + 7 * round;
            while told.load(Ordering::SeqCst) < until && !sender.is_finished() {
                std::thread::yield_now();
            }
            let id = served.child.id().to_string();
            let killed = Command::new("kill").args(["-KILL", &id]).status();
            assert!(killed.unwrap().success());
        });
        served.child.wait().unwrap();
        let held = site.held();
        let told = told.into_inner();
        assert!(told > acknowledged, "round {round} acknowledged nothing");
        acknowledged = told;
        let all: Vec<u64> = (0..held.len() as u64).collect();
        assert_eq!(held, all, "round {round}");
        assert!(held.len() as u64 >= told, "round {round}");
        device = device.cut(held.len());
    }
    let served = Served::start(site);
    let receipt = served.post(&device.batch(0..1)).unwrap();
    assert_eq!(receipt.next_seq, device.records.len() as u64);
    assert_eq!(receipt.head, device.head());
}

fn a_listing_works_while_the_hub_serves(site: &Site) {
    let device = Device::new(1, 3);
    let served = Served::start(site);
    served.post(&device.batch(0..3)).unwrap();
    let listed = passages(&site.data, &[]);
    let text = String::from_utf8(listed.stdout).unwrap();
    let last = text.lines().next_back();
    assert_eq!(last, Some("2 passages from 1 devices, 0 findings"));
    let listed = passages(&site.data, &["--json"]);
    assert_eq!(String::from_utf8(listed.stdout).unwrap().lines().count(), 4);
}

fn a_batch_under_way_is_finished_before_the_end(site: &Site) {
    let device = Device::new(1, 60);
    let batch = device.batch(0..60);
    let mut served = Served::start(site);
    let mut stream = TcpStream::connect(served.address).unwrap();
    let head = format!(
        "POST /v1/batches HTTP/1.1\r\nhost: hub\r\ncontent-length: {}\r\n\r\n",
        batch.len()
    );
    let (first, rest) = batch.split_at(batch.len() / 2);
    stream
        .write_all(&[head.as_bytes(), first].concat())
        .unwrap();
    std::thread::sleep(Duration::from_millis(200));
    signal(&mut served, "-TERM");
    // No new ones are taken, while the old one still is.
    let until = Instant::now() + Duration::from_secs(5);
    while TcpStream::connect(served.address).is_ok() {
        assert!(Instant::now() < until, "the hub still takes connections");
        std::thread::sleep(Duration::from_millis(20));
    }
    stream.write_all(rest).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 "));
    assert!(served.child.wait().unwrap().success());
    assert_eq!(site.summary(), "59 passages from 1 devices, 0 findings");
}

#[test]
fn the_log_is_json_and_names_no_person_place_or_address() {
    let site = Site::new();
    let hash = Command::new(PROGRAM)
        .arg("password")
        .stdin(
            fs::File::open({
                fs::write(site.path("password"), "a long secret phrase\n").unwrap();
                site.path("password")
            })
            .unwrap(),
        )
        .output()
        .unwrap();
    let hash = String::from_utf8(hash.stdout).unwrap();
    fs::write(site.path("operators"), format!("adalovelace:{hash}")).unwrap();
    let log = site.path("log");
    let mut child = command(&site)
        .args(["--operator-listen", "127.0.0.1:0", "--keep-days", "1"])
        .arg("--operators")
        .arg(site.path("operators"))
        .stdout(Stdio::piped())
        .stderr(fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let addresses: Vec<SocketAddr> = lines
        .take(2)
        .map(|line| line.unwrap().rsplit('/').next().unwrap().parse().unwrap())
        .collect();
    let mut served = Served {
        child,
        address: addresses[0],
    };
    let device = Device::new(1, 20);
    served.post(&device.batch(0..20)).unwrap();
    let mut fork = device.cut(5);
    fork.pass(1);
    served.post(&fork.batch(5..6)).unwrap();
    let send = |address, path, body: &[u8]| {
        let form =
            "content-type: application/x-www-form-urlencoded\r\nx-forwarded-for: 203.0.113.77\r\n";
        request(address, "POST", path, form, body).unwrap().status
    };
    assert_eq!(
        send(addresses[0], routes::BATCHES, b"rubbish of someone"),
        400
    );
    assert_eq!(
        send(
            addresses[0],
            routes::STATUS,
            &pad(&crate::limits::status(&device, 3), &padding::STATUS).unwrap()
        ),
        204
    );
    let operators = addresses[1];
    assert_eq!(
        send(
            operators,
            "/fleet/login",
            b"name=adalovelace&password=wrong"
        ),
        403
    );
    let right = b"name=adalovelace&password=a+long+secret+phrase";
    assert_eq!(send(operators, "/fleet/login", right), 303);
    signal(&mut served, "-TERM");
    assert!(served.child.wait().unwrap().success());
    let log = fs::read_to_string(log).unwrap();
    let events: Vec<String> = log
        .lines()
        .map(|line| {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(event["at"].as_str().unwrap().ends_with('Z'), "{line}");
            // Which device, at what minute, with how much, would say when people passed.
            if event["device"].is_string() {
                assert!(event["at"].as_str().unwrap().ends_with(":00:00Z"), "{line}");
                let counted = event
                    .as_object()
                    .unwrap()
                    .values()
                    .any(|value| value.is_number());
                assert!(!counted, "{line}");
            }
            let level = match event["event"].as_str().unwrap() {
                "batch refused" | "login refused" => "warning",
                "bundle in use" | "login" => "info",
                _ => event["level"].as_str().unwrap(),
            };
            assert_eq!(event["level"], level, "{line}");
            event["event"].as_str().unwrap().to_owned()
        })
        .collect();
    for event in [
        "bundle in use",
        "finding",
        "batch refused",
        "login",
        "login refused",
    ] {
        let found = events.iter().any(|found| found == event);
        assert!(found, "{event} is not in\n{log}");
    }
    for word in [
        "gate 3",
        "north gate",
        "ada",
        "secret",
        "wrong",
        "127.0.0.1",
        "203.0.113",
        "rubbish",
        "$argon2",
    ] {
        assert!(!log.contains(word), "{word} is in\n{log}");
    }
}

#[test]
fn the_address_stands_on_stdout_and_in_the_port_file() {
    let site = Site::new();
    let served = Served::start(&site);
    let file = fs::read_to_string(site.path("port")).unwrap();
    assert_eq!(file, format!("http://{}\n", served.address));
    let answer = request(served.address, "GET", routes::HEALTH, "", b"").unwrap();
    assert_eq!(answer.status, 200);
}

#[test]
fn a_termination_signal_ends_it_in_order() {
    for name in ["TERM", "INT"] {
        let site = Site::new();
        let mut served = Served::start(&site);
        signal(&mut served, &format!("-{name}"));
        assert!(served.child.wait().unwrap().success());
    }
}

#[test]
fn a_hangup_does_not_end_a_hub_without_a_certificate() {
    let site = Site::new();
    let mut served = Served::start(&site);
    signal(&mut served, "-HUP");
    let answer = request(served.address, "GET", routes::HEALTH, "", b"").unwrap();
    assert_eq!(answer.status, 200);
    signal(&mut served, "-TERM");
    assert!(served.child.wait().unwrap().success());
}

#[test]
fn a_damaged_database_is_refused_by_name_and_left_as_it_is() {
    let site = Site::new();
    {
        let device = Device::new(1, 200);
        site.hub().acknowledged(&device.batch(0..200));
    }
    let path = site.path("hub.sqlite");
    let good = fs::read(&path).unwrap();
    let mut middle = good.clone();
    middle[8192..16384].fill(0xA5);
    for damaged in [vec![0xA5; 10_000], good[..good.len() / 2].to_vec(), middle] {
        fs::write(&path, &damaged).unwrap();
        let served = command(&site).output().unwrap();
        assert!(!served.status.success());
        let said = String::from_utf8(served.stderr).unwrap();
        assert!(said.contains("hub.sqlite"), "{said}");
        assert!(said.contains("damaged"), "{said}");
        let listed = passages(&site.data, &[]);
        assert!(!listed.status.success());
        assert_eq!(fs::read(&path).unwrap(), damaged);
    }
}
