//! A small town for tests: an authority, a hub, a device, and pictures of codes.

use std::{
    collections::BTreeSet,
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use gatepost::{
    data::DataDir,
    store::{Cap, LogError, PassageLog, passages::MOST_TOGETHER},
};
use gatepost_pass::Timestamp;
use gatepost_protocol::{Epoch, device::device_id, fixture};
use gatepost_scene::{Carrier, Code, ErrorCorrection, View, render};
use serde_json::Value;
use tempfile::TempDir;

/// A folder with everything in it; gone when dropped.
pub struct Town {
    folder: TempDir,
}

/// What a program said.
pub struct Said {
    pub well: bool,
    pub out: String,
    pub err: String,
}

impl Said {
    #[track_caller]
    pub fn of(output: Output) -> Self {
        let said = Self {
            well: output.status.success(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!said.err.contains("panicked"), "{}", said.err);
        said
    }

    #[track_caller]
    pub fn well(self) -> Self {
        assert!(self.well, "{}\n{}", self.out, self.err);
        self
    }
}

/// A program of the workspace. `scripts/test` builds all of them before it tests.
pub fn program(name: &str) -> Command {
    let here = Path::new(env!("CARGO_BIN_EXE_gatepost"));
    let path = here.with_file_name(name);
    assert!(
        path.exists(),
        "{} is missing: run `cargo build --workspace` first",
        path.display()
    );
    Command::new(path)
}

/// Arguments of mixed kinds.
#[macro_export]
macro_rules! arguments {
    ($($argument:expr),* $(,)?) => {
        vec![$(std::ffi::OsString::from($argument)),*]
    };
}

impl Town {
    /// An authority that has published a bundle with one yellow and one red person.
    pub fn new() -> Self {
        let town = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let init = [
            "init",
            "--issuer",
            "CN-SD",
            "--name",
            "Shandong",
            "--local-name",
            "山东",
        ];
        town.authority(init).well();
        town.authority(["status", "--id", "Y0000001", "--colour", "yellow"])
            .well();
        town.authority(["status", "--id", "R0000001", "--colour", "red"])
            .well();
        town.publish();
        town
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[track_caller]
    pub fn authority(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Said {
        let mut authority = program("gatepost-authority");
        authority
            .arg("--home")
            .arg(self.path("home"))
            .args(arguments);
        Said::of(authority.output().unwrap())
    }

    pub fn publish(&self) {
        self.authority(arguments!["publish", self.path("bundle")])
            .well();
    }

    #[track_caller]
    pub fn gatepost(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Said {
        self.gatepost_on("device", arguments)
    }

    /// On another device than the usual one.
    #[track_caller]
    pub fn gatepost_on(
        &self,
        device: &str,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Said {
        let mut gatepost = program("gatepost");
        gatepost
            .arg("--data")
            .arg(self.path(device))
            .args(arguments);
        Said::of(gatepost.output().unwrap())
    }

    /// Enrols the device with a hub at `address` and imports the bundle.
    pub fn enrol(&self, address: &str) {
        self.enrol_with(address, &[]);
    }

    /// The same, with keys of the hub to pin.
    pub fn enrol_with(&self, address: &str, pins: &[&str]) {
        let (request, enrolment) = (self.path("request"), self.path("enrolment"));
        let ask: Vec<OsString> = arguments![
            "enrol",
            "request",
            "--name",
            "North gate",
            "--out",
            &request
        ];
        self.gatepost(ask).well();
        let mut answer = arguments!["enrol", &request, "--hub", address, "--out", &enrolment];
        for pin in pins {
            answer.extend(arguments!["--hub-pin", pin]);
        }
        self.authority(answer).well();
        self.gatepost(arguments!["enrol", "accept", enrolment])
            .well();
        self.gatepost(arguments!["import", self.path("bundle")])
            .well();
    }

    /// A green paper pass of that person, as text.
    pub fn pass(&self, id: &str) -> String {
        let said = self
            .authority(["issue", "--id", id, "--name", "王小明"])
            .well();
        said.out.trim_end_matches(['\r', '\n']).to_owned()
    }

    /// A picture of a code as a hand-held camera sees it, in `folder`.
    pub fn picture(&self, folder: &str, name: &str, text: &str) -> PathBuf {
        let folder = self.path(folder);
        fs::create_dir_all(&folder).unwrap();
        let code = Code::new(text, ErrorCorrection::Medium).unwrap();
        let path = folder.join(name);
        render(&code, &View::hand_held(7, Carrier::Paper))
            .save(&path)
            .unwrap();
        path
    }

    /// `gatepost check --json` on pictures: one value a verdict.
    #[track_caller]
    pub fn check(&self, path: &Path) -> Vec<Value> {
        lines(&self.gatepost(arguments!["check", "--json", path]).well())
    }

    /// The scanner without a window, over a folder of pictures.
    pub fn scanner(&self, frames: &str) -> Command {
        let mut scanner = program("gatepost");
        scanner
            .arg("--data")
            .arg(self.path("device"))
            .args(["run", "--offscreen", "400x240", "--once", "--frames"])
            .arg(self.path(frames))
            .arg("--record")
            .arg(self.path("shots"));
        scanner
    }

    /// Runs the scanner to its end, which comes by itself.
    #[track_caller]
    pub fn scan(&self, frames: &str) -> Said {
        let mut scanner = self.scanner(frames);
        let mut process = scanner
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_for(|| process.try_wait().unwrap().is_some());
        Said::of(process.wait_with_output().unwrap()).well()
    }

    /// What the scanner recorded: file and outcome of every verdict whose passage was logged.
    pub fn verdicts(&self) -> Vec<(String, String)> {
        let table = fs::read_to_string(self.path("shots/verdicts.tsv")).unwrap_or_default();
        let whole = table.lines().skip(1).filter(|line| line.ends_with(".png"));
        let fields = whole.map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
        fields
            .map(|fields| (fields[0].clone(), fields[1].clone()))
            .collect()
    }

    /// A hub on a free port, or on the one that an earlier hub of this town had.
    pub fn hub(&self) -> Hub {
        self.hub_with(&[])
    }

    /// The same, told more; its log goes into a file.
    pub fn hub_with(&self, more: &[OsString]) -> Hub {
        let address = self.path("hub.address");
        let before = fs::read_to_string(&address).unwrap_or_default();
        let listen = before
            .trim()
            .strip_prefix("http://")
            .unwrap_or("127.0.0.1:0")
            .to_owned();
        let _ = fs::remove_file(&address);
        let process = program("gatepost-hub")
            .args(["serve", "--listen", &listen, "--bundle"])
            .arg(self.path("bundle"))
            .arg("--data")
            .arg(self.path("hub.sqlite"))
            .arg("--root")
            .arg(self.path("home/root/1.root"))
            .arg("--key")
            .arg(self.path("home/keys/hub.key"))
            .arg("--enrol")
            .arg(self.path("enrol"))
            .arg("--port-file")
            .arg(&address)
            .args(more)
            .stdout(Stdio::null())
            .stderr(fs::File::create(self.path("hub.log")).unwrap())
            .spawn()
            .unwrap();
        let hub = Hub { process };
        wait_for(|| address.exists());
        hub
    }

    pub fn hub_log(&self) -> String {
        fs::read_to_string(self.path("hub.log")).unwrap()
    }

    pub fn hub_address(&self) -> String {
        fs::read_to_string(self.path("hub.address"))
            .unwrap()
            .trim()
            .to_owned()
    }

    /// Logs passages in a new epoch, as the scanner does, without its camera.
    pub fn log_passages(&self, count: u64) {
        let mut log = open_log(&self.path("device")).unwrap();
        for first in (0..count).step_by(MOST_TOGETHER) {
            log_together(&mut log, (count - first).min(MOST_TOGETHER as u64)).unwrap();
        }
    }

    /// How many passages are at the hub; none of them twice, and nothing that contradicts itself.
    #[track_caller]
    pub fn arrived_once(&self) -> u64 {
        let arrived = self.arrived();
        let places: BTreeSet<String> = arrived
            .iter()
            .map(|p| format!("{} {} {}", p["device"], p["epoch"], p["seq"]))
            .collect();
        assert_eq!(places.len(), arrived.len(), "a passage counts twice");
        assert_eq!(self.findings(), Vec::<Value>::new());
        arrived.len() as u64
    }

    fn listed(&self) -> Vec<Value> {
        let mut list = program("gatepost-hub");
        list.args(["passages", "--json", "--data"])
            .arg(self.path("hub.sqlite"));
        lines(&Said::of(list.output().unwrap()).well())
    }

    /// What the hub found not to fit together.
    pub fn findings(&self) -> Vec<Value> {
        let listed = self.listed().into_iter();
        listed.filter(|value| value["what"] == "finding").collect()
    }

    /// Passages at the hub: device, epoch, seq and class of each.
    pub fn arrived(&self) -> Vec<Value> {
        let listed = self.listed().into_iter();
        listed.filter(|value| value["what"] == "passage").collect()
    }
}

/// A device's passage log, in a new epoch.
pub fn open_log(device: &Path) -> Result<PassageLog, LogError> {
    let data = DataDir::open(device).unwrap();
    let id = device_id(&data.identity().unwrap().key.public());
    let mut epoch = [0; 16];
    getrandom::fill(&mut epoch).unwrap();
    let epoch = Epoch(epoch);
    PassageLog::open(&data.passages(), id, epoch, now(), Cap::default()).map(|opened| opened.log)
}

/// Logs so many passages in one commit.
pub fn log_together(log: &mut PassageLog, count: u64) -> Result<(), LogError> {
    let (passage, key) = (fixture::passage(now()), fixture::tracing());
    let group = vec![(&passage, &key); count as usize];
    log.append_all(&group, &mut fixture::random()).map(|_| ())
}

fn now() -> Timestamp {
    Timestamp(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs(),
    )
}

/// How often something is tried: `GATEPOST_FAULTS` times as often as in an ordinary test run.
pub fn runs(ordinary: u64) -> u64 {
    let factor = std::env::var("GATEPOST_FAULTS").ok();
    ordinary * factor.and_then(|factor| factor.parse().ok()).unwrap_or(1)
}

fn lines(said: &Said) -> Vec<Value> {
    said.out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A running hub; killed when dropped.
pub struct Hub {
    process: Child,
}

impl Hub {
    /// Sends SIGHUP.
    pub fn hang_up(&self) {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args(["-HUP", &id]).status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits until something holds; a test that waits for a minute has failed.
#[track_caller]
pub fn wait_for(mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "waited for a minute");
        thread::sleep(Duration::from_millis(10));
    }
}
