//! `lists import`: lists and deltas of other regions, as they published them.
//!
//! Each adds or changes the list of its own issuer in `lists/`, never one of ours: the issuer is
//! part of what is signed, and a delta only makes a list with the root that its issuer signed.

use std::{
    collections::BTreeMap,
    error::Error,
    ffi::OsString,
    fs::{File, OpenOptions},
    io::{self, BufWriter, Seek as _},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use gatepost_pass::{
    IssuerId, List, ListError, Timestamp, TrustList,
    bundle::Versions,
    list::{Delta, DeltaError, ListKind, merge},
};
use gatepost_system::chain;
use gatepost_system::files::{self, Action, FileError};
use gatepost_system::{
    say,
    stick::{Entry, StickDir},
};

use crate::{
    context::Context,
    home::Home,
    imported_lists::{self, ImportedList, UnusableList},
    signed_files,
};

/// Arguments of `lists import`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Lists, deltas, or directories that contain them, such as a bundle of another region.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

/// Nothing that was named can be used.
#[derive(Debug, thiserror::Error)]
#[error("no list or delta in it can be used here: nothing was changed")]
struct NothingUsable;

/// A list cannot be written to `lists/`.
#[derive(Debug, thiserror::Error)]
enum ListImportError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The delta does not fit, or is damaged.
    #[error("the delta cannot be applied")]
    Delta(#[from] DeltaError),
    /// The list that was just written is not valid.
    #[error("the list cannot be read back")]
    ReadBack(#[from] ListError),
}

/// Imports lists.
struct ListImport<'a> {
    home: &'a Home,
    trust: TrustList,
    published: Versions,
    now: Timestamp,
    /// The newest lists in `lists/`.
    held: BTreeMap<(ListKind, IssuerId), ImportedList>,
    /// Whether anything could be used.
    useful: bool,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let register = home.register()?;
    let newest_root = home.roots()?.newest;
    let trust = signed_files::trust_list(&home, &register, &newest_root, context.now)?.list;
    let (published, now) = (register.published()?, context.now);
    let mut import = ListImport {
        home: &home,
        held: imported_lists::newest(&home, &trust, &published, now)?,
        trust,
        published,
        now,
        useful: false,
    };
    let mut deltas = Vec::new();
    for path in &args.paths {
        let (directory, names) = files_in(path)?;
        for name in names {
            let file = match directory.file(&name) {
                Ok(file) => file,
                Err(why) => {
                    log::warn!("{}", chain(&why));
                    continue;
                }
            };
            if starts_with(&file, b"GPL1") {
                import.list(&directory.path().join(&name), file)?;
            } else if let Ok(delta) = Delta::open(file, &import.trust, import.now) {
                deltas.push(delta);
            }
        }
    }
    // A chain is applied from its start.
    deltas.sort_by_key(Delta::from_version);
    for delta in &deltas {
        import.delta(delta)?;
    }
    if import.useful {
        Ok(())
    } else {
        Err(NothingUsable.into())
    }
}

/// The files of a directory, or the one file.
fn files_in(path: &Path) -> Result<(StickDir, Vec<OsString>), FileError> {
    match path.file_name() {
        Some(name) if !path.is_dir() => {
            let directory = StickDir::open(files::directory_of(path))?;
            Ok((directory, vec![name.to_owned()]))
        }
        _ => {
            let directory = StickDir::open(path)?;
            let files = directory.entries(|_| true)?.into_iter();
            let files = files.filter(|(_, entry)| *entry == Entry::File);
            let names = files.map(|(name, _)| name.into()).collect();
            Ok((directory, names))
        }
    }
}

fn starts_with(file: &File, magic: &[u8; 4]) -> bool {
    let mut start = [0; 4];
    file.read_exact_at(&mut start, 0).is_ok() && start == *magic
}

impl ListImport<'_> {
    /// Imports a whole list, if it is newer than the one in `lists/`.
    fn list(&mut self, path: &Path, mut source: File) -> Result<(), ListImportError> {
        let opened = source.try_clone().map_err(UnusableList::from);
        let opened = opened
            .and_then(|file| imported_lists::open(file, &self.trust, &self.published, self.now));
        let list = match opened {
            Ok(list) => list,
            Err(why) => {
                log::warn!("{} is left out: {}", path.display(), chain(&why));
                return Ok(());
            }
        };
        let (kind, issuer, version) = (list.head().kind, list.issuer(), list.head().version);
        let held = self.held.get(&(kind, issuer));
        let held = held.map(|held| held.list.head().version);
        if held.is_some_and(|held| held >= version) {
            let kind = kind.name();
            say!("{kind} list of {issuer}: version {version} is no newer than what is here");
            self.useful = true;
            return Ok(());
        }
        let read = FileError::at(Action::Read, path);
        source.rewind().map_err(read)?;
        let new = self.write(kind, issuer, |file, part| {
            let copied = io::copy(&mut source, file);
            copied.map_err(FileError::at(Action::Write, part))?;
            Ok(())
        })?;
        self.keep(kind, issuer, new);
        Ok(())
    }

    /// Applies a delta to the list in `lists/`, if it starts at that version.
    fn delta(&mut self, delta: &Delta<File>) -> Result<(), ListImportError> {
        let (kind, issuer) = (delta.head().kind, delta.issuer());
        let Some(held) = self.held.get(&(kind, issuer)) else {
            return Ok(());
        };
        if delta.fits(&held.list).is_err() || delta.head().as_of > self.now {
            return Ok(());
        }
        let made = self.write(kind, issuer, |file, _| {
            merge(&held.list, delta, &mut BufWriter::new(file))?;
            Ok(())
        });
        match made {
            Ok(new) => self.keep(kind, issuer, new),
            Err(ListImportError::Delta(why)) => {
                log::warn!("a delta of {issuer} is left out: {}", chain(&why));
            }
            Err(why) => return Err(why),
        }
        Ok(())
    }

    /// Writes a list of another region, whole or not at all.
    fn write(
        &self,
        kind: ListKind,
        issuer: IssuerId,
        write: impl FnOnce(&mut File, &Path) -> Result<(), ListImportError>,
    ) -> Result<ImportedList, ListImportError> {
        let dir = self.home.lists_dir();
        let path = dir.join(format!("{issuer}-{}.list", kind.name()));
        // Beside the directory, because every file in it is taken for a list.
        let part = dir.with_extension("part");
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(true);
        let mut file = options
            .open(&part)
            .map_err(FileError::at(Action::Write, &part))?;
        write(&mut file, &part)?;
        file.sync_all()
            .map_err(FileError::at(Action::Write, &part))?;
        files::publish(&part, &path)?;
        let list = List::reopen(file, &self.trust, self.now)?;
        Ok(ImportedList { path, list })
    }

    /// Takes the new list instead of the one that was here.
    fn keep(&mut self, kind: ListKind, issuer: IssuerId, new: ImportedList) {
        let (name, to) = (kind.name(), new.list.head().version);
        self.useful = true;
        match self.held.insert((kind, issuer), new) {
            Some(old) => {
                let from = old.list.head().version;
                say!("{name} list of {issuer}: version {from} became {to}");
            }
            None => say!("{name} list of {issuer}: version {to}"),
        }
    }
}
