//! `lists verify`: checks every list and delta in a bundle's directory, and reports all findings.
//!
//! A delta is applied if the list that it starts at is available: the previous bundle leaves its
//! lists in the directory, and older copies of the bundle can be named. The next delta starts at
//! its result.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use gatepost_pass::bundle::{FileEntry, Intake};
use gatepost_pass::list::{Delta, ListKind, merge};
use gatepost_pass::{
    BundleFiles as _, Digest, FileRole, IssuerId, List, Rules, Timestamp, TrustList,
};
use gatepost_system::chain;
use gatepost_system::files::{Action, FileError};
use gatepost_system::say;
use gatepost_system::stick::StickDir;

use crate::bundle_dir::{BundleDir, digest_of};
use crate::context::Context;
use crate::deltas::list_of_delta;
use crate::home::Home;
use crate::signed_files;

/// Arguments of `lists verify`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Directory of the bundle.
    dir: PathBuf,
    /// Older copies of the bundle, whose lists deltas may start at.
    #[arg(long, value_name = "DIR")]
    older: Vec<PathBuf>,
}

/// Something is wrong with the bundle.
#[derive(Debug, thiserror::Error)]
#[error("{0} findings: this bundle must not be distributed")]
struct BundleFindings(usize);

/// Checks a bundle's lists and deltas.
struct ListCheck {
    dir: BundleDir,
    trust: TrustList,
    now: Timestamp,
    /// What was found right, a line each.
    passed: Vec<String>,
    /// What was found wrong, a line each.
    findings: Vec<String>,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let dir = BundleDir::at(&args.dir)?;
    let manifest = dir.manifest()?;
    let mut findings = Vec::new();
    let roots = home.roots()?;
    let rules = Rules::verify(
        &roots.first,
        &manifest,
        &dir,
        Intake::Installed,
        context.now,
    );
    let (trust, now) = match rules {
        // Checked as of its own date, so that age alone is not a finding.
        Ok(rules) => (rules.trust().clone(), rules.manifest().issued_at),
        Err(why) => {
            findings.push(format!("bundle: {}", chain(&why)));
            (own_trust(&home, context.now)?, context.now)
        }
    };
    let mut check = ListCheck {
        dir,
        trust,
        now,
        passed: Vec::new(),
        findings,
    };
    let mut bases = Vec::new();
    for dir in [&args.dir].into_iter().chain(&args.older) {
        bases.extend(check.lists_in(dir)?);
    }
    let files = check.dir.files()?;
    for entry in &files {
        if let FileRole::List(kind, issuer) = entry.role
            && let Some(version) = check.list(kind, issuer, entry)
        {
            check.deltas((kind, issuer, version), entry, &files, &bases)?;
        }
    }
    check.passed.iter().for_each(|line| say!("{line}"));
    check.findings.iter().for_each(|line| log::error!("{line}"));
    match check.findings.len() {
        0 => Ok(()),
        found => Err(BundleFindings(found).into()),
    }
}

/// The trust list that would be published now, for a bundle whose own cannot be used.
fn own_trust(home: &Home, now: Timestamp) -> Result<TrustList, Box<dyn Error>> {
    let (register, root) = (home.register()?, home.roots()?.newest);
    Ok(signed_files::trust_list(home, &register, &root, now)?.list)
}

impl ListCheck {
    /// The lists in a directory that can be read, whether or not they belong there.
    fn lists_in(&self, dir: &Path) -> Result<Vec<List<File>>, FileError> {
        let mut lists = Vec::new();
        let dir = StickDir::open(dir)?;
        for (name, _) in dir.entries(|_| true)? {
            let file = dir.file(&name).ok();
            let list = file.and_then(|file| List::reopen(file, &self.trust, self.now).ok());
            lists.extend(list);
        }
        Ok(lists)
    }

    /// Checks a list's file, signature, chunks and records; returns its version when they are
    /// right.
    fn list(&mut self, kind: ListKind, issuer: IssuerId, entry: &FileEntry) -> Option<u64> {
        let name = format!("{} list of {issuer}", kind.name());
        if !self.file(&name, entry) {
            self.name_damage(&name, entry);
            return None;
        }
        let opened = self.dir.open(&entry.digest).map_err(Into::into);
        let list = match opened.and_then(|file| List::open(file, &self.trust, self.now)) {
            Ok(list) => list,
            Err(why) => {
                self.findings.push(format!("{name}: {}", chain(&why)));
                return None;
            }
        };
        let head = list.head();
        if (head.kind, list.issuer(), head.count) != (kind, issuer, entry.records) {
            let why = "its kind, issuer or count is not what the manifest says";
            self.findings.push(format!("{name}: {why}"));
            return None;
        }
        self.passed.push(format!(
            "{name}, version {}: {} records, {} bytes, {} chunks: all as signed",
            head.version,
            head.count,
            entry.length,
            list.chunks()
        ));
        Some(head.version)
    }

    /// Whether a file is there with the digest that the manifest names.
    fn file(&mut self, name: &str, entry: &FileEntry) -> bool {
        if self.dir.holds(entry) {
            return true;
        }
        let digest = entry.digest;
        let why = match self.dir.open(&entry.digest) {
            Err(why) => format!("file {digest} cannot be read: {why}"),
            Ok(_) => format!("file {digest} is not the one that the manifest names"),
        };
        self.findings.push(format!("{name}: {why}"));
        false
    }

    /// Reports which chunks of a list are not as signed.
    fn name_damage(&mut self, name: &str, entry: &FileEntry) {
        let opened = self.dir.open(&entry.digest).map_err(Into::into);
        let damage = opened.and_then(|file| List::damage(file, &self.trust, self.now));
        for span in damage.into_iter().flatten() {
            let (from, to) = (span.start, span.end - 1);
            let line = format!("{name}: bytes {from} to {to} are not as signed: fetch them again");
            self.findings.push(line);
        }
    }

    /// Checks the deltas that lead to a list, in their order, and applies them.
    fn deltas(
        &mut self,
        list: (ListKind, IssuerId, u64),
        newest: &FileEntry,
        files: &[FileEntry],
        bases: &[List<File>],
    ) -> Result<(), FileError> {
        let (kind, issuer, version) = list;
        let mut made: Option<(Digest, List<File>)> = None;
        let mut to = None;
        for entry in files {
            let FileRole::Delta { from_version, .. } = entry.role else {
                continue;
            };
            if list_of_delta(entry.role) != Some((kind, issuer)) {
                continue;
            }
            let kind = kind.name();
            let name = format!("delta of the {kind} list of {issuer} from version {from_version}");
            if let Some(to) = to.filter(|to| *to != from_version) {
                let why = format!("the previous delta leads to version {to}");
                self.findings.push(format!("{name}: {why}"));
            }
            let Some(delta) = self.delta(&name, entry) else {
                (made, to) = (None, None);
                continue;
            };
            to = Some(delta.head().version);
            let before = made.take().map(|(_, list)| list);
            let base = before
                .as_ref()
                .or_else(|| bases.iter().find(|list| delta.fits(list).is_ok()));
            made = match base {
                Some(base) => self.apply(&name, base, &delta)?,
                None => {
                    let why = "signature and form right; not applied, its list is not available";
                    self.passed.push(format!("{name}: {why}"));
                    None
                }
            };
        }
        if let Some(to) = to.filter(|to| *to != version) {
            let line = format!("deltas of {issuer} end at version {to}, and the list is {version}");
            self.findings.push(line);
        }
        if made.is_some_and(|(digest, _)| digest != newest.digest) {
            let line = format!("deltas of {issuer} do not lead to the bytes of the list");
            self.findings.push(line);
        }
        Ok(())
    }

    /// Opens a delta, if it is what the manifest says.
    fn delta(&mut self, name: &str, entry: &FileEntry) -> Option<Delta<File>> {
        if !self.file(name, entry) {
            return None;
        }
        let opened = self.dir.open(&entry.digest).map_err(Into::into);
        match opened.and_then(|file| Delta::open(file, &self.trust, self.now)) {
            Ok(delta) if role_of(&delta) == entry.role => Some(delta),
            Ok(_) => {
                let why = "its kind, issuer or first version is not what the manifest says";
                self.findings.push(format!("{name}: {why}"));
                None
            }
            Err(why) => {
                self.findings.push(format!("{name}: {}", chain(&why)));
                None
            }
        }
    }

    /// The list that a delta makes of another, with the digest of its file.
    fn apply(
        &mut self,
        name: &str,
        base: &List<File>,
        delta: &Delta<File>,
    ) -> Result<Option<(Digest, List<File>)>, FileError> {
        let (temporary, to) = (env::temp_dir(), delta.head().version);
        let file = tempfile::tempfile();
        let mut file = file.map_err(FileError::at(Action::Create, &temporary))?;
        if let Err(why) = merge(base, delta, &mut BufWriter::new(&mut file)) {
            self.findings.push(format!("{name}: {}", chain(&why)));
            return Ok(None);
        }
        let digest = digest_of(&mut file);
        let (digest, _) = digest.map_err(FileError::at(Action::Read, &temporary))?;
        self.passed.push(format!("{name}: makes version {to}"));
        match List::reopen(file, &self.trust, self.now) {
            Ok(list) => Ok(Some((digest, list))),
            Err(why) => {
                let why = chain(&why);
                self.findings.push(format!("{name}: what it makes: {why}"));
                Ok(None)
            }
        }
    }
}

/// The role of a delta, as signed in it.
fn role_of(delta: &Delta<File>) -> FileRole {
    FileRole::Delta {
        kind: delta.head().kind,
        issuer: delta.issuer(),
        from_version: delta.from_version(),
    }
}
