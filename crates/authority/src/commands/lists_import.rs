//! `lists import`: lists and deltas of other regions, as they published them.
//!
//! Each becomes or changes the list of its own issuer in `lists/`, never one of ours: whose it is stands
//! under the signature, and a delta makes a list only with the root that its issuer signed.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter},
    path::{Path, PathBuf},
};

use gatepost_pass::{
    IssuerId, List, Timestamp, TrustList,
    bundle::Versions,
    list::{Delta, ListKind, merge},
};

use crate::{
    Context,
    error::{Error, at},
    files,
    foreign::{self, Foreign},
    home::Home,
    signing,
};

/// What `lists import` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Lists, deltas, or directories that hold them, such as a bundle of another region.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

/// Takes lists in.
struct Import<'a> {
    home: &'a Home,
    trust: TrustList,
    before: Versions,
    now: Timestamp,
    /// The newest lists that are here.
    held: BTreeMap<(ListKind, IssuerId), Foreign>,
    /// Whether anything could be used.
    useful: bool,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let store = home.store()?;
    let (_, trust) = signing::trust_list(&home, &store, &home.roots()?.newest, context.now)?;
    let (before, now) = (store.published()?, context.now);
    let mut import = Import {
        home: &home,
        held: foreign::newest(&home, &trust, &before, now)?,
        trust,
        before,
        now,
        useful: false,
    };
    let mut deltas = Vec::new();
    for path in &args.paths {
        for path in files_in(path)? {
            if starts_with(&path, b"GPL1") {
                import.list(&path)?;
            } else if let Ok(file) = File::open(&path)
                && let Ok(delta) = Delta::open(file, &import.trust, import.now)
            {
                deltas.push(delta);
            }
        }
    }
    // A chain is taken from its front.
    deltas.sort_by_key(Delta::from_version);
    for delta in &deltas {
        import.delta(delta)?;
    }
    if import.useful {
        Ok(())
    } else {
        Err(Error::NoLists)
    }
}

/// The files of a directory, or the one file.
fn files_in(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = path.read_dir().map_err(at("read", path))?;
    let paths = entries.map(|entry| Ok(entry.map_err(at("read", path))?.path()));
    paths.collect()
}

fn starts_with(path: &Path, magic: &[u8; 4]) -> bool {
    let mut start = [0; 4];
    let read = File::open(path).and_then(|mut file| io::Read::read_exact(&mut file, &mut start));
    read.is_ok() && start == *magic
}

impl Import<'_> {
    /// A whole list, if it is newer than the one that is here.
    fn list(&mut self, path: &Path) -> Result<(), Error> {
        let list = match foreign::open(path, &self.trust, &self.before, self.now) {
            Ok(list) => list,
            Err(why) => {
                eprintln!("warning: {} is left out: {why}", path.display());
                return Ok(());
            }
        };
        let (kind, issuer, version) = (list.head().kind, list.issuer(), list.head().version);
        let held = self.held.get(&(kind, issuer));
        let held = held.map(|held| held.list.head().version);
        if held.is_some_and(|held| held >= version) {
            let word = kind.name();
            println!("{word} list of {issuer}: version {version} is no newer than what is here");
            self.useful = true;
            return Ok(());
        }
        let mut source = File::open(path).map_err(at("read", path))?;
        let new = self.write(kind, issuer, |file| {
            io::copy(&mut source, file).map_err(at("copy", path))?;
            Ok(())
        })?;
        self.keep(kind, issuer, new);
        Ok(())
    }

    /// What a delta makes of the list that is here, if it leads on from that.
    fn delta(&mut self, delta: &Delta<File>) -> Result<(), Error> {
        let (kind, issuer) = (delta.head().kind, delta.issuer());
        let Some(held) = self.held.get(&(kind, issuer)) else {
            return Ok(());
        };
        if delta.fits(&held.list).is_err() || delta.head().as_of > self.now {
            return Ok(());
        }
        let made = self.write(kind, issuer, |file| {
            merge(&held.list, delta, &mut BufWriter::new(file)).map_err(Error::Delta)
        });
        match made {
            Ok(new) => self.keep(kind, issuer, new),
            Err(Error::Delta(why)) => eprintln!("warning: a delta of {issuer} is left out: {why}"),
            Err(why) => return Err(why),
        }
        Ok(())
    }

    /// Writes a list of another region, whole or not at all.
    fn write(
        &self,
        kind: ListKind,
        issuer: IssuerId,
        write: impl FnOnce(&mut File) -> Result<(), Error>,
    ) -> Result<Foreign, Error> {
        let dir = self.home.lists_dir();
        let path = dir.join(format!("{issuer}-{}.list", kind.name()));
        // Beside the directory: whatever is in it counts as a list.
        let part = dir.with_extension("part");
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(true);
        let mut file = options.open(&part).map_err(at("write", &part))?;
        write(&mut file)?;
        file.sync_all().map_err(at("write", &part))?;
        fs::rename(&part, &path).map_err(at("write", &path))?;
        files::sync_dir(&dir)?;
        let list = List::reopen(file, &self.trust, self.now).map_err(Error::Answers)?;
        Ok(Foreign { path, list })
    }

    /// The new list takes the place of the one that was here.
    fn keep(&mut self, kind: ListKind, issuer: IssuerId, new: Foreign) {
        let (word, to) = (kind.name(), new.list.head().version);
        self.useful = true;
        match self.held.insert((kind, issuer), new) {
            Some(old) => {
                let from = old.list.head().version;
                println!("{word} list of {issuer}: version {from} became {to}");
            }
            None => println!("{word} list of {issuer}: version {to}"),
        }
    }
}
