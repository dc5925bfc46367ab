//! `lists verify`: every list and delta of a bundle's directory. Findings are named, all of them.
//!
//! A delta is applied where the list that it begins at is at hand: the bundle before leaves its lists in
//! the directory, and older copies of the bundle can be named. What it makes begins the next delta.

use std::{
    env,
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
};

use gatepost_pass::{
    BundleFiles as _, Digest, FileRole, IssuerId, List, Rules, Timestamp, TrustList,
    bundle::{FileEntry, Intake},
    list::{Delta, ListKind, merge},
};

use crate::{
    Context,
    bundle_dir::{BundleDir, digest_of},
    deltas,
    error::{Error, at},
    home::Home,
    signing,
};

/// What `lists verify` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Directory of the bundle.
    dir: PathBuf,
    /// Older copies of the bundle, whose lists deltas may begin at.
    #[arg(long, value_name = "DIR")]
    older: Vec<PathBuf>,
}

/// What is checked, and against what.
struct Check {
    dir: BundleDir,
    trust: TrustList,
    now: Timestamp,
    said: Vec<String>,
    findings: Vec<String>,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let dir = BundleDir::at(&args.dir);
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
        // As a device judges it, so that an old bundle is not found wrong for its age.
        Ok(rules) => (rules.trust().clone(), rules.manifest().issued_at),
        Err(why) => {
            findings.push(format!("bundle: {why}"));
            (own_trust(&home, context.now)?, context.now)
        }
    };
    let mut check = Check {
        dir,
        trust,
        now,
        said: Vec::new(),
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
    check.said.iter().for_each(|line| println!("{line}"));
    check.findings.iter().for_each(|line| eprintln!("{line}"));
    match check.findings.len() {
        0 => Ok(()),
        found => Err(Error::Findings(found)),
    }
}

fn own_trust(home: &Home, now: Timestamp) -> Result<TrustList, Error> {
    let (_, trust) = signing::trust_list(home, &home.store()?, &home.roots()?.newest, now)?;
    Ok(trust)
}

impl Check {
    /// Lists in a directory that can be read: whether they belong there is not the question here.
    fn lists_in(&self, dir: &Path) -> Result<Vec<List<File>>, Error> {
        let mut lists = Vec::new();
        for entry in dir.read_dir().map_err(at("read", dir))? {
            let path = entry.map_err(at("read", dir))?.path();
            let list = File::open(&path)
                .ok()
                .and_then(|file| List::reopen(file, &self.trust, self.now).ok());
            lists.extend(list);
        }
        Ok(lists)
    }

    /// Checks a list's file, signature, chunks and records; gives its version when they are right.
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
                self.findings.push(format!("{name}: {why}"));
                return None;
            }
        };
        let head = list.head();
        if (head.kind, list.issuer(), head.count) != (kind, issuer, entry.records) {
            let why = "its kind, issuer or count is not what the manifest says";
            self.findings.push(format!("{name}: {why}"));
            return None;
        }
        self.said.push(format!(
            "{name}, version {}: {} records, {} bytes, {} chunks: all as signed",
            head.version,
            head.count,
            entry.length,
            list.chunks()
        ));
        Some(head.version)
    }

    /// Whether a file is there with the bytes that the manifest names.
    fn file(&mut self, name: &str, entry: &FileEntry) -> bool {
        if self.dir.holds(entry) {
            return true;
        }
        let (path, digest) = (self.dir.path(&entry.digest), entry.digest);
        let why = match File::open(path) {
            Err(why) => format!("file {digest} can't be read: {why}"),
            Ok(_) => format!("file {digest} is not the one that the manifest names"),
        };
        self.findings.push(format!("{name}: {why}"));
        false
    }

    /// Says which chunks of a list are not as signed.
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
    ) -> Result<(), Error> {
        let (kind, issuer, version) = list;
        let mut made: Option<(Digest, List<File>)> = None;
        let mut to = None;
        for entry in files {
            let FileRole::Delta { from_version, .. } = entry.role else {
                continue;
            };
            if deltas::of_list(entry.role) != Some((kind, issuer)) {
                continue;
            }
            let word = kind.name();
            let name = format!("delta of the {word} list of {issuer} from version {from_version}");
            if let Some(to) = to.filter(|to| *to != from_version) {
                let why = format!("the one before it leads to version {to}");
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
                    let why = "signature and form right; not applied, for its list is not at hand";
                    self.said.push(format!("{name}: {why}"));
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
                self.findings.push(format!("{name}: {why}"));
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
    ) -> Result<Option<(Digest, List<File>)>, Error> {
        let (temporary, to) = (env::temp_dir(), delta.head().version);
        let mut file = tempfile::tempfile().map_err(at("write", &temporary))?;
        if let Err(why) = merge(base, delta, &mut BufWriter::new(&mut file)) {
            self.findings.push(format!("{name}: {why}"));
            return Ok(None);
        }
        let (digest, _) = digest_of(&mut file).map_err(at("read", &temporary))?;
        self.said.push(format!("{name}: makes version {to}"));
        match List::reopen(file, &self.trust, self.now) {
            Ok(list) => Ok(Some((digest, list))),
            Err(why) => {
                self.findings.push(format!("{name}: what it makes: {why}"));
                Ok(None)
            }
        }
    }
}

/// What a delta is for, by its own word.
fn role_of(delta: &Delta<File>) -> FileRole {
    FileRole::Delta {
        kind: delta.head().kind,
        issuer: delta.issuer(),
        from_version: delta.from_version(),
    }
}
