//! A small town for tests: an authority, a hub, a device, and pictures of codes.

use std::{
    collections::BTreeSet,
    ffi::{OsStr, OsString},
    fs::{self, OpenOptions},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use gatepost::store::passages::MOST_TOGETHER;
use gatepost_pass::{
    FileRole,
    bundle::{FileEntry, files_named},
    list::ListKind,
};
use gatepost_scene::{Carrier, Code, ErrorCorrection, View, render};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    arguments,
    support::{Said, lines, log_together, open_log, program, wait_for},
};

/// A folder with everything in it; removed when dropped.
pub struct Town {
    folder: TempDir,
}

impl Town {
    /// An authority that has published a bundle with one yellow and one red person.
    pub fn new() -> Self {
        let town = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let init = [
            "init",
            "--trial",
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

    /// The same, with a device that is enrolled with the hub, which runs.
    pub fn enrolled_with_hub() -> (Self, Hub) {
        let town = Self::new();
        let hub = town.hub();
        town.enrol(&town.hub_address());
        (town, hub)
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

    /// With another standard output than a pipe that is read; `out` is empty then.
    #[track_caller]
    pub fn gatepost_into(
        &self,
        output: Stdio,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Said {
        let mut gatepost = self.command("device");
        let process = gatepost
            .args(arguments)
            .stdout(output)
            .stderr(Stdio::piped());
        Said::of(process.spawn().unwrap().wait_with_output().unwrap())
    }

    /// On another device than the usual one.
    #[track_caller]
    pub fn gatepost_on(
        &self,
        device: &str,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Said {
        Said::of(self.command(device).args(arguments).output().unwrap())
    }

    /// The scanner's program on a device.
    fn command(&self, device: &str) -> Command {
        let mut gatepost = program("gatepost");
        gatepost.arg("--data").arg(self.path(device));
        gatepost
    }

    /// A command on the usual device that is to be killed, or watched while it runs.
    pub fn start(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Child {
        let mut gatepost = self.command("device");
        let quiet = gatepost
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        quiet.spawn().unwrap()
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

    /// Pictures of the green passes of that many persons, in `folder`.
    pub fn pictures(&self, folder: &str, count: u32) {
        for n in 1..=count {
            let pass = self.pass(&format!("G000000{n}"));
            self.picture(folder, &format!("{n}.png"), &pass);
        }
    }

    /// `gatepost check --json` on pictures: one value a verdict.
    #[track_caller]
    pub fn check(&self, path: &Path) -> Vec<Value> {
        lines(&self.gatepost(arguments!["check", "--json", path]).well())
    }

    /// The scanner without a window, over a folder of pictures.
    pub fn scanner(&self, frames: &str) -> Command {
        let mut scanner = self.command("device");
        scanner
            .args(["run", "--offscreen", "400x240", "--once", "--frames"])
            .arg(self.path(frames))
            .arg("--record")
            .arg(self.path("shots"));
        scanner
    }

    /// Runs the scanner until it ends.
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

    /// The same with more arguments; its log goes into a file.
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

    /// Changes a byte in the first page of an installed list; returns its path and its bytes
    /// before.
    pub fn rot(&self, kind: ListKind) -> (PathBuf, Vec<u8>) {
        let manifest = fs::read(self.path("device/bundle/manifest")).unwrap();
        let mut entries = files_named(&manifest).unwrap().into_iter();
        let of_kind = |entry: &FileEntry| match entry.role {
            FileRole::List(found, _) => found == kind,
            _ => false,
        };
        let digest = entries.find(of_kind).unwrap().digest.to_string();
        let path = self.path("device/bundle/files").join(digest);
        let bytes = fs::read(&path).unwrap();
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        file.write_all_at(&[bytes[5000] ^ 1], 5000).unwrap();
        (path, bytes)
    }

    /// Logs passages in a new epoch, as the scanner does, without its camera.
    pub fn log_passages(&self, count: u64) {
        let mut log = open_log(&self.path("device")).unwrap();
        for first in (0..count).step_by(MOST_TOGETHER) {
            log_together(&mut log, (count - first).min(MOST_TOGETHER as u64)).unwrap();
        }
    }

    /// Number of passages at the hub, after checking that none is there twice and nothing
    /// contradicts itself.
    #[track_caller]
    pub fn arrived_once(&self) -> u64 {
        let arrived = self.arrived();
        let places = arrived
            .iter()
            .map(|p| format!("{} {} {}", p["device"], p["epoch"], p["seq"]));
        let places: BTreeSet<String> = places.collect();
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

    /// The contradictions that the hub has found.
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
