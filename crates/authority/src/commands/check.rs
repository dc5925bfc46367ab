//! `check`: what lies too near to what, and what ends soon.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use gatepost_pass::{Kind, PublicKey, Root, Sign as _, Signer, Timestamp, TrustList};
use gatepost_system::clock::format_time;
use gatepost_system::files::{self, FileError, directory_of};
use gatepost_system::{say, stick};

use crate::age::{self, MAX_SEALED};
use crate::context::Context;
use crate::durations::DAY;
use crate::home::Home;
use crate::key_files::{self, PublicKeyFile};
use crate::online_key::OnlineKey;
use crate::signed_files;
use crate::signing_keys::SigningKey;

/// Arguments of `check`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Further directories to look for root keys in: sticks that are plugged in, other homes.
    #[arg(value_name = "DIR")]
    dirs: Vec<PathBuf>,
}

/// Something is wrong; each of it was said.
#[derive(Debug, thiserror::Error)]
#[error("{0} things are wrong with the keys of this authority")]
struct FoundError(usize);

/// Seconds before the end of a key, and of a list or root, from which on it is reported.
const KEY_WARNING: u64 = 21 * DAY;
const TRUST_WARNING: u64 = 30 * DAY;

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let mut findings = KeyFindings::default();
    if home.is_trial() {
        findings.add(
            "this is the home of a trial: it can sign everything by itself",
            "make a new home by docs/ceremony.md before anybody relies on it",
        );
    }
    let root = home.newest_root()?;
    root_keys(&home, root.as_ref(), &args.dirs, &mut findings)?;
    open_files(&home, &mut findings)?;
    kept_apart(&home, &mut findings)?;
    left_over(&home, &mut findings)?;
    match root {
        None => findings.add("root 1 is not signed", "`root join` its parts"),
        Some(root) => ends(&home, &root, context.now, &mut findings)?,
    }
    match findings.0.len() {
        0 => {
            say!("nothing is wrong");
            Ok(())
        }
        wrong => Err(FoundError(wrong).into()),
    }
}

/// What is wrong; said as it is found.
#[derive(Default)]
struct KeyFindings(Vec<String>);

impl KeyFindings {
    fn add(&mut self, what: impl Into<String>, remedy: &str) {
        let what = what.into();
        say!("wrong: {what}\n       {remedy}");
        self.0.push(what);
    }
}

/// The secret half of a root key, or what looks like it.
struct RootKey {
    path: PathBuf,
    /// Its public half, where that is known.
    public: Option<PublicKey>,
    sealed: bool,
    device: u64,
}

/// Where root keys lie.
fn root_keys(
    home: &Home,
    root: Option<&Root>,
    dirs: &[PathBuf],
    findings: &mut KeyFindings,
) -> Result<(), FileError> {
    let home_dirs = [home.keys_dir(), home.dir().to_owned()];
    let mut keys: BTreeMap<PathBuf, RootKey> = BTreeMap::new();
    // What the home lies in may be a whole disk.
    let mut paths = files::list(directory_of(home.dir()))?;
    for dir in home_dirs.iter().chain(dirs) {
        paths.extend(files_below(dir, DEEPEST)?);
    }
    for path in paths {
        if let Some(key) = root_key(&path, root) {
            // One file may be reached by two ways.
            let real = fs::canonicalize(&path).unwrap_or(path);
            keys.insert(real, key);
        }
    }
    let keys: Vec<RootKey> = keys.into_values().collect();
    let device = device_of(home.dir());
    for key in &keys {
        let path = key.path.display();
        if home_dirs.iter().any(|dir| key.path.starts_with(dir)) {
            findings.add(
                format!("a root key is in the home: {path}"),
                "move it to a stick of its own, and unplug that",
            );
        } else if Some(key.device) == device {
            findings.add(
                format!("a root key is on the disk of the home: {path}"),
                "move it to a stick of its own, and unplug that",
            );
        }
        if !key.sealed {
            findings.add(
                format!("a root key is not sealed by a passphrase: {path}"),
                "`root new-key` makes a sealed one, `root rotate` puts it in its place",
            );
        }
    }
    for (number, one) in keys.iter().enumerate() {
        for other in &keys[number + 1..] {
            // Of sealed keys without their public halves nobody can tell that they are the same.
            let same = one.public.is_some() && one.public == other.public;
            if one.device == other.device && !same {
                let (one, other) = (one.path.display(), other.path.display());
                findings.add(
                    format!("two root keys are on one disk: {one} and {other}"),
                    "keep each on a stick of its own, in a place of its own",
                );
            }
        }
    }
    let threshold = root.map_or(usize::MAX, |root| usize::from(root.threshold()));
    if keys.len() >= threshold {
        findings.add(
            format!(
                "{} root keys are within reach of the keys in use, and {threshold} sign everything",
                keys.len()
            ),
            "plug in one at a time, and only where `root sign` is run",
        );
    }
    Ok(())
}

/// Folders in folders that are looked into.
const DEEPEST: usize = 8;

/// All files in a directory and in its folders, as deep as that. No link is gone through; a folder
/// that can't be read, as sticks of other systems have, is passed over.
fn files_below(dir: &Path, deep: usize) -> Result<Vec<PathBuf>, FileError> {
    let mut found = Vec::new();
    for path in files::list(dir)? {
        let is_folder = fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir());
        if !is_folder {
            found.push(path);
        } else if let Some(deep) = deep.checked_sub(1) {
            found.extend(files_below(&path, deep).unwrap_or_default());
        }
    }
    Ok(found)
}

/// A file that holds a root key. A sealed one is known by the public half beside it; where there is
/// none, whatever is sealed counts as one.
fn root_key(path: &Path, root: Option<&Root>) -> Option<RootKey> {
    // What is no file, such as a pipe, may never end.
    let meta = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let (bytes, device) = (files::read(path, MAX_SEALED).ok()?, meta.dev());
    let is_root = |key: &PublicKey| root.is_none_or(|root| root.keys().contains(key));
    if age::is_sealed(&bytes) {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".pub");
        let public = stick::read_text(Path::new(&beside), MAX_SEALED).ok();
        let public = public.and_then(|text| PublicKeyFile::parse(&text));
        let public = public.map(|file| file.key);
        if public.as_ref().is_some_and(|key| !is_root(key)) {
            return None;
        }
        return Some(RootKey {
            path: path.to_owned(),
            public,
            sealed: true,
            device,
        });
    }
    let signer: Signer = std::str::from_utf8(&bytes).ok()?.parse().ok()?;
    let public = signer.secret.public();
    let named = root.is_some_and(|root| root.keys().contains(&public));
    (named || signer.key.0 == 0).then(|| RootKey {
        path: path.to_owned(),
        public: Some(public),
        sealed: false,
        device,
    })
}

fn device_of(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|meta| meta.dev())
}

/// Files that only their owner should be able to read.
fn open_files(home: &Home, findings: &mut KeyFindings) -> Result<(), FileError> {
    let mut private = files::list(&home.keys_dir())?;
    for path in private.clone() {
        if let Ok(OnlineKey::Token(key)) = key_files::read_online(&path) {
            private.extend(key.place.pin.file().map(Path::to_owned));
        }
    }
    private.extend([home.keys_dir(), home.dir().to_owned()]);
    for path in private {
        let mode = fs::metadata(&path).map_or(0, |meta| meta.permissions().mode());
        let public = path.extension().is_some_and(|end| end == "pub");
        if mode & 0o077 != 0 && !public {
            let (path, mode) = (path.display(), mode & 0o777);
            findings.add(
                format!("others can read {path} (mode {mode:o})"),
                "take their rights away: chmod go= on it",
            );
        }
    }
    Ok(())
}

/// Keys that belong elsewhere.
fn kept_apart(home: &Home, findings: &mut KeyFindings) -> Result<(), FileError> {
    for (key, what, remedy) in [
        (
            SigningKey::Wipe,
            "the key that wipes devices",
            "move it to a stick, and give it to `revoke-device --key` when it is needed",
        ),
        (
            SigningKey::Program,
            "the key that releases programs",
            "move it to a stick, and give it to `program sign --key` when it is needed",
        ),
    ] {
        let path = home.key_path(key.name());
        if matches!(key_files::read_online(&path), Ok(OnlineKey::File(_))) {
            findings.add(format!("{what} is in the home: {}", path.display()), remedy);
        }
    }
    for path in files_below(&home.keys_dir(), DEEPEST)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("tracing-") {
            findings.add(
                format!(
                    "a key that opens passages is in the home: {}",
                    path.display()
                ),
                "move it to a stick, and put it back only for `trace open`",
            );
        }
    }
    Ok(())
}

/// Keys that another one has taken over from: what they signed needs their public halves only.
fn left_over(home: &Home, findings: &mut KeyFindings) -> Result<(), FileError> {
    let signing = SigningKey::ALL
        .iter()
        .filter_map(|name| home.signer(*name).ok());
    let signing: Vec<_> = signing.map(|key| key.public()).collect();
    for path in files::list(&home.keys_dir())? {
        let waits = path.to_string_lossy().ends_with(".next.key");
        let Ok(OnlineKey::File(key)) = key_files::read_online(&path) else {
            continue;
        };
        // Number 0 is a root key's, which is reported on its own.
        if !waits && key.key.0 != 0 && !signing.contains(&key.secret.public()) {
            findings.add(
                format!(
                    "a key that signs no more is in the home: {}",
                    path.display()
                ),
                "remove it: what it signed is checked without it",
            );
        }
    }
    Ok(())
}

/// What ends, and when.
fn ends(
    home: &Home,
    root: &Root,
    now: Timestamp,
    findings: &mut KeyFindings,
) -> Result<(), Box<dyn Error>> {
    let register = home.register()?;
    end(
        "the root",
        root.expires(),
        now,
        "`root rotate` proposes the next",
        findings,
    );
    let Some(signed) = register.signed(signed_files::TRUST_LIST)? else {
        say!("no trust list is signed yet: `publish`, or `root join` its parts");
        return Ok(());
    };
    let trust = TrustList::verify(root, &signed.bytes)?;
    end(
        "the trust list",
        trust.expires(),
        now,
        "`trust renew` proposes the next",
        findings,
    );
    let own = trust.issuer(trust.own());
    let keys = || own.into_iter().flat_map(|own| own.keys.as_slice());
    let listed = |name: SigningKey| {
        let mut kinds = keys().flat_map(|key| key.roles.kinds());
        kinds.any(|kind| name.roles().contains(&kind))
    };
    for name in SigningKey::ALL {
        if name.is_first() || listed(name) {
            key_end(home, &trust, name, now, findings);
        }
    }
    Ok(())
}

/// Something that ends, and has to be replaced before.
struct EndOfUse<'a> {
    what: &'a str,
    at: Timestamp,
    /// How long before its end it is to be replaced, in seconds.
    warning: u64,
    remedy: &'a str,
}

impl EndOfUse<'_> {
    /// Whether it has ended or ends soon; that is a finding.
    fn is_due(&self, now: Timestamp, findings: &mut KeyFindings) -> bool {
        let what = self.what;
        let until = format_time(self.at);
        if now >= self.at {
            findings.add(format!("{what} has ended, on {until}"), self.remedy);
        } else if now.plus(self.warning) >= self.at {
            findings.add(format!("{what} ends soon, on {until}"), self.remedy);
        } else {
            return false;
        }
        true
    }
}

/// The end of what only root keys can replace.
fn end(what: &str, at: Timestamp, now: Timestamp, remedy: &str, findings: &mut KeyFindings) {
    let ending = EndOfUse {
        what,
        at,
        warning: TRUST_WARNING,
        remedy,
    };
    if !ending.is_due(now, findings) {
        say!("{what} lasts until {}", format_time(at));
    }
}

/// The end of the key that signs under this name.
fn key_end(
    home: &Home,
    trust: &TrustList,
    name: SigningKey,
    now: Timestamp,
    findings: &mut KeyFindings,
) {
    let own = trust.issuer(trust.own());
    let entries = own.map_or(&[][..], |own| own.keys.as_slice());
    let (what, remedy) = (
        format!("the key {}", name.name()),
        "`key rotate --all` makes the next",
    );
    let entry = match home.signer(name) {
        Ok(key) => entries
            .iter()
            .find(|entry| entry.key == key.public() && entry.id == key.key()),
        // It may be kept elsewhere; the trust list knows it by what it may sign.
        Err(_) => {
            let signs = |kind: &Kind| name.roles().contains(kind);
            let entries = entries.iter();
            let same = entries.filter(|entry| entry.roles.kinds().any(|kind| signs(&kind)));
            same.max_by_key(|entry| entry.until)
        }
    };
    let Some(entry) = entry else {
        findings.add(format!("{what} is not on the trust list"), remedy);
        return;
    };
    // What it signed may be valid for longer; it is to sign no longer itself.
    let end = entry.until.minus(name.outlived());
    let key = EndOfUse {
        what: &what,
        at: end,
        warning: KEY_WARNING,
        remedy,
    };
    if !key.is_due(now, findings) {
        let [until, rotate] = [end, end.minus(KEY_WARNING)].map(format_time);
        say!("{what} signs until {until}; rotate it by {rotate}");
    }
}
