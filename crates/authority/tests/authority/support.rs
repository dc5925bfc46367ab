//! A region in a temporary directory, and a device that reads its bundles.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

use gatepost_pass::{
    BundleError, BundleFiles, Colour, Digest, Document, IdNumber, Listing, Revocation, Root,
    Timestamp, VerifiedBundle, VerifiedDocument,
    bundle::{Intake, Versions},
    list::{IdentityHasher, ListKind},
};

/// When everything here happens.
pub(crate) const NOW: Timestamp = Timestamp(1_793_520_000);
pub(crate) const NOW_TEXT: &str = "2026-11-01T08:00:00Z";
/// Residents of the standard's own examples.
pub(crate) const WANG: &str = "11010519491231002X";
pub(crate) const LI: &str = "440524188001010014";

/// The keys that `key rotate --all` replaces.
pub(crate) const EVERYDAY_KEYS: [&str; 6] = [
    "documents",
    "lists",
    "policy",
    "freshness",
    "hub",
    "devices",
];

/// An authority's home, and whatever its commands read and write beside it.
pub(crate) struct Region {
    pub(crate) dir: tempfile::TempDir,
}

/// The arguments that make a new authority, for a trial: root keys and all in one home.
pub(crate) const fn init(issuer: &str) -> [&str; 8] {
    [
        "init",
        "--trial",
        "--issuer",
        issuer,
        "--name",
        "Region",
        "--local-name",
        "山东",
    ]
}

/// What `issue --json` says.
pub(crate) struct Issued {
    pub(crate) number: String,
    pub(crate) tag: String,
    pub(crate) text: String,
}

impl Region {
    /// Changes a file of JSON as somebody with an editor would.
    pub(crate) fn change_json(&self, name: &str, change: impl FnOnce(&mut serde_json::Value)) {
        let path = self.path(name);
        let mut json = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        change(&mut json);
        fs::write(&path, json.to_string()).unwrap();
    }

    /// A new authority.
    pub(crate) fn new(issuer: &str) -> Self {
        let region = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        region.ok(&init(issuer));
        region
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.run_at(NOW_TEXT, args)
    }

    pub(crate) fn run_at(&self, now: &str, args: &[&str]) -> Output {
        self.command_at(now, args).output().unwrap()
    }

    /// A command, ready to run.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        self.command_at(NOW_TEXT, args)
    }

    fn command_at(&self, now: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gatepost-authority"));
        command
            .arg("--home")
            .arg(self.path("home"))
            .args(["--now", now])
            .args(args)
            .current_dir(self.dir.path());
        command
    }

    /// Runs a command that must work with that on its standard input, and gives what it prints.
    pub(crate) fn ok_with_input(&self, args: &[&str], input: &str) -> String {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{args:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must work, and gives what it prints.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must work, and gives its messages.
    pub(crate) fn messages(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let messages = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{args:?}: {messages}");
        messages
    }

    /// Starts a command and kills it after that time, if it still runs.
    pub(crate) fn kill_after(&self, delay: Duration, args: &[&str]) {
        let mut command = self.command(args);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        thread::sleep(delay);
        // It may have ended already.
        let _ = child.kill();
        child.wait().unwrap();
    }

    /// The arguments that put another region on the trust list, and these besides.
    pub(crate) fn trust<'a>(issuer: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        let names = ["--name", "Jiangsu", "--local-name", "江苏"];
        [&["trust", "add", "--issuer", issuer][..], &names, more].concat()
    }

    /// Runs a command that must fail with exit code 1, and gives what it says.
    pub(crate) fn refused(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(output.stdout.is_empty(), "{args:?} printed something");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Runs a command that must work and print these words.
    #[track_caller]
    pub(crate) fn says(&self, args: &[&str], words: &str) {
        let told = self.ok(args);
        assert!(told.contains(words), "{told}");
    }

    /// Runs a command that must fail, and say this.
    #[track_caller]
    pub(crate) fn refuses(&self, args: &[&str], why: &str) {
        let told = self.refused(args);
        assert!(told.contains(why), "{told}");
    }

    pub(crate) fn issue(&self, args: &[&str]) -> Issued {
        let told = self.ok(&[&["issue", "--json"], args].concat());
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        let field = |name: &str| told[name].as_str().unwrap().to_owned();
        Issued {
            number: field("number"),
            tag: field("tag"),
            text: field("text"),
        }
    }

    pub(crate) fn root(&self) -> Root {
        Root::pin(&fs::read(self.path("home/root/1.root")).unwrap()).unwrap()
    }

    /// What a new device makes of a bundle.
    pub(crate) fn device(&self, bundle: &str) -> Result<Device, BundleError> {
        let dir = self.path(bundle);
        let manifest = fs::read(dir.join("manifest")).unwrap();
        self.device_with(bundle, &manifest)
    }

    pub(crate) fn device_with(&self, bundle: &str, manifest: &[u8]) -> Result<Device, BundleError> {
        let (files, have) = (Directory(self.path(bundle)), Versions::default());
        let intake = Intake::New(&have);
        VerifiedBundle::verify(&self.root(), manifest, &files, intake, NOW).map(Device)
    }
}

struct Directory(PathBuf);

impl BundleFiles for Directory {
    type Reader = File;

    fn open(&self, digest: &Digest) -> io::Result<File> {
        File::open(self.0.join(digest.to_string()))
    }
}

#[derive(Debug)]
pub(crate) struct Device(pub(crate) VerifiedBundle<File>);

impl Device {
    pub(crate) fn scan(&self, text: &str) -> VerifiedDocument {
        let document = Document::from_text(text).unwrap();
        gatepost_pass::verify(&document, self.0.trust(), NOW).unwrap()
    }

    pub(crate) fn pass(&self, text: &str) -> gatepost_pass::Pass {
        match self.scan(text) {
            VerifiedDocument::Pass(pass) => pass.claims().clone(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn status(&self, issuer: &str, tag: &str) -> Option<Colour> {
        let list = self.0.list(ListKind::Status, issuer.parse().unwrap());
        match list.unwrap().status(&tag.parse().unwrap()).unwrap() {
            Listing::NotListed => None,
            Listing::Listed(colour) => Some(colour),
        }
    }

    /// What the identity list says of a number; nothing without one.
    pub(crate) fn identity(&self, issuer: &str, number: &str) -> Option<Listing> {
        let list = self.0.list(ListKind::Identity, issuer.parse().unwrap())?;
        let mut hasher = IdentityHasher::new(&self.0.identity_salt().unwrap());
        let key = hasher.key(&IdNumber::parse(number).unwrap());
        Some(list.identity(&key).unwrap())
    }

    pub(crate) fn revocation(&self, issuer: &str, number: &str) -> Revocation {
        let list = self.0.list(ListKind::Revocation, issuer.parse().unwrap());
        list.unwrap().revocation(&number.parse().unwrap()).unwrap()
    }
}

/// Every file under a directory, with its bytes.
pub(crate) fn tree(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(dir).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .flat_map(|path| match fs::read(&path) {
            Ok(bytes) => vec![(path, bytes)],
            Err(_) => tree(&path),
        })
        .collect();
    files.sort();
    files
}
