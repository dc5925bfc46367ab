//! A disk that keeps only what was synced for certain: everything that a power cut may leave.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    rc::Rc,
};

use gatepost_system::files::{Action, FileError};
use tempfile::TempDir;

use crate::store::disk::{Disk, FileSystem};

/// What goes wrong with a disk.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    None,
    /// From this operation on nothing happens any more: the process was killed.
    Killed(usize),
    /// From this writing operation on there is no space; half of the last write fits.
    Full(usize),
}

/// The real file system, which records the operations and fails where it is told to.
#[derive(Clone, Debug)]
pub(super) struct Recorder {
    root: PathBuf,
    fault: Fault,
    pub(super) ops: Rc<RefCell<Vec<Op>>>,
}

impl Recorder {
    pub(super) fn new(folder: &TempDir, fault: Fault) -> Self {
        Self {
            root: folder.path().to_owned(),
            fault,
            ops: Rc::default(),
        }
    }

    fn name(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap().to_owned()
    }

    fn refused(&self, why: io::ErrorKind) -> FileError {
        FileError::at(Action::Write, &self.root)(why.into())
    }

    /// Does what an operation says, or fails at it.
    fn step(&self, op: Op, act: impl FnOnce() -> Result<(), FileError>) -> Result<(), FileError> {
        let mut ops = self.ops.borrow_mut();
        let writes = |op: &Op| matches!(op, Op::Create(_) | Op::Append(..));
        match self.fault {
            Fault::Killed(at) if ops.len() >= at => Err(self.refused(io::ErrorKind::Interrupted)),
            Fault::Full(at) if writes(&op) && ops.iter().filter(|op| writes(op)).count() >= at => {
                if let Op::Append(path, bytes) = &op {
                    FileSystem.append(&self.root.join(path), &bytes[..bytes.len() / 2])?;
                }
                Err(self.refused(io::ErrorKind::StorageFull))
            }
            _ => {
                ops.push(op);
                act()
            }
        }
    }
}

impl Disk for Recorder {
    fn create(&self, path: &Path) -> Result<(), FileError> {
        self.step(Op::Create(self.name(path)), || FileSystem.create(path))
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        let op = Op::Append(self.name(path), bytes.to_vec());
        self.step(op, || FileSystem.append(path, bytes))
    }

    fn overwrite(&self, path: &Path, bytes: &[u8], offset: u64) -> Result<(), FileError> {
        let op = Op::Overwrite(self.name(path), bytes.to_vec(), offset as usize);
        self.step(op, || FileSystem.overwrite(path, bytes, offset))
    }

    fn sync(&self, path: &Path) -> Result<(), FileError> {
        self.step(Op::Sync(self.name(path)), || FileSystem.sync(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        let op = Op::Rename(self.name(from), self.name(to));
        self.step(op, || FileSystem.rename(from, to))
    }

    fn sync_directory(&self, path: &Path) -> Result<(), FileError> {
        let op = Op::SyncDirectory(self.name(path));
        self.step(op, || FileSystem.sync_directory(path))
    }

    fn remove(&self, path: &Path) -> Result<(), FileError> {
        self.step(Op::Remove(self.name(path)), || FileSystem.remove(path))
    }
}

/// One change to storage; paths are relative to the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Create(PathBuf),
    Append(PathBuf, Vec<u8>),
    Overwrite(PathBuf, Vec<u8>, usize),
    Sync(PathBuf),
    Rename(PathBuf, PathBuf),
    SyncDirectory(PathBuf),
    Remove(PathBuf),
}

/// Bytes of a file: what was written, and what of it a cut can no longer take.
#[derive(Clone, Debug, Default)]
pub(super) struct Inode {
    bytes: Vec<u8>,
    durable: Vec<u8>,
}

/// What happens to bytes that were written and not synced.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unsynced {
    Kept,
    /// The file has the length that was last synced (ext4 with delayed allocation: often nothing).
    Lost,
    Half,
    /// The length is there, the bytes are not (XFS).
    Zeros,
}

/// A change of names that a power cut can still undo.
#[derive(Clone, Debug)]
pub(super) enum Naming {
    Give(PathBuf, usize),
    Take(PathBuf),
    Move(PathBuf, PathBuf, usize),
}

/// A disk as it is after a cut: what was synced, and any part of what was not.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    inodes: Vec<Inode>,
    /// Names as the program sees them.
    names: BTreeMap<PathBuf, usize>,
    /// Names that are on the disk for certain.
    durable: BTreeMap<PathBuf, usize>,
    pending: Vec<Naming>,
}

impl Model {
    /// A disk on which everything in the folder was synced long ago.
    pub(super) fn of(folder: &TempDir) -> Self {
        let mut model = Self::default();
        for directory in ["", "files"] {
            for entry in fs::read_dir(folder.path().join(directory)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    let bytes = fs::read(&path).unwrap();
                    let name = path.strip_prefix(folder.path()).unwrap().to_owned();
                    model.durable.insert(name, model.inodes.len());
                    let durable = bytes.clone();
                    model.inodes.push(Inode { bytes, durable });
                }
            }
        }
        model.names = model.durable.clone();
        model
    }

    pub(super) fn apply(&mut self, op: &Op) {
        match op {
            Op::Create(path) => {
                let inode = *self.names.entry(path.clone()).or_insert_with(|| {
                    self.inodes.push(Inode::default());
                    let inode = self.inodes.len() - 1;
                    self.pending.push(Naming::Give(path.clone(), inode));
                    inode
                });
                self.inodes[inode].bytes.clear();
            }
            Op::Append(path, bytes) => self.inodes[self.names[path]].bytes.extend(bytes),
            Op::Overwrite(path, bytes, at) => {
                self.inodes[self.names[path]].bytes[*at..at + bytes.len()].copy_from_slice(bytes);
            }
            Op::Sync(path) => {
                let inode = &mut self.inodes[self.names[path]];
                inode.durable = inode.bytes.clone();
            }
            Op::Rename(from, to) => {
                let inode = self.names.remove(from).unwrap();
                self.names.insert(to.clone(), inode);
                let (from, to) = (from.clone(), to.clone());
                self.pending.push(Naming::Move(from, to, inode));
            }
            Op::Remove(path) => {
                self.names.remove(path);
                self.pending.push(Naming::Take(path.clone()));
            }
            Op::SyncDirectory(directory) => {
                // Exactly the names in it, no others.
                let inside = |name: &Path| name.parent() == Some(directory);
                self.durable.retain(|name, _| !inside(name));
                let names = self.names.iter().filter(|(name, _)| inside(name));
                self.durable
                    .extend(names.map(|(name, inode)| (name.clone(), *inode)));
                self.pending.retain(|naming| match naming {
                    Naming::Give(name, _) | Naming::Take(name) | Naming::Move(_, name, _) => {
                        !inside(name)
                    }
                });
            }
        }
    }

    /// Which unsynced names survive: any first few, all but one, or one alone.
    pub(super) fn survivors(&self) -> Vec<Vec<Naming>> {
        let pending = &self.pending;
        let all = pending.len();
        let mut survivors: Vec<Vec<Naming>> = (0..=all).map(|n| pending[..n].to_vec()).collect();
        for i in 0..all {
            survivors.push(vec![pending[i].clone()]);
            let mut rest = pending.clone();
            rest.remove(i);
            survivors.push(rest);
        }
        survivors
    }

    /// The files that a device finds when the power is back.
    pub(super) fn after_cut(&self, survivors: &[Naming], unsynced: Unsynced) -> Files {
        let mut names = self.durable.clone();
        for naming in survivors {
            match naming {
                Naming::Give(name, inode) => {
                    names.insert(name.clone(), *inode);
                }
                Naming::Take(name) => {
                    names.remove(name);
                }
                Naming::Move(from, to, inode) => {
                    if names.get(from) == Some(inode) {
                        names.remove(from);
                    }
                    names.insert(to.clone(), *inode);
                }
            }
        }
        let left = |inode: usize| {
            let Inode { bytes, durable } = &self.inodes[inode];
            match unsynced {
                _ if bytes == durable => durable.clone(),
                Unsynced::Kept => bytes.clone(),
                Unsynced::Lost => durable.clone(),
                // Written over in place: what was there before and has not changed stays.
                Unsynced::Half | Unsynced::Zeros if bytes.len() == durable.len() => {
                    in_place(durable, bytes, unsynced)
                }
                Unsynced::Half => bytes[..bytes.len() / 2].to_vec(),
                Unsynced::Zeros => vec![0; bytes.len()],
            }
        };
        names
            .into_iter()
            .map(|(name, inode)| (name, left(inode)))
            .collect()
    }
}

/// A file of which a part was written over: half of the part is, or all of it became zeros.
fn in_place(durable: &[u8], bytes: &[u8], unsynced: Unsynced) -> Vec<u8> {
    let other = |at: &usize| durable[*at] != bytes[*at];
    let first = (0..bytes.len()).find(other).unwrap_or_default();
    let end = (0..bytes.len()).rfind(other).map_or(first, |last| last + 1);
    let mut left = durable.to_vec();
    match unsynced {
        Unsynced::Half => {
            let middle = first.midpoint(end);
            left[first..middle].copy_from_slice(&bytes[first..middle]);
        }
        _ => left[first..end].fill(0),
    }
    left
}

/// Names and bytes.
pub(super) type Files = BTreeMap<PathBuf, Vec<u8>>;

pub(super) fn folder_with(files: &Files) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("files")).unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// Cuts the power after every operation, in every way, and hands over the disk that is left.
pub(super) fn cut_everywhere(before: Model, ops: &[Op], mut check: impl FnMut(&TempDir, &str)) {
    let (mut model, mut seen) = (before, BTreeSet::new());
    for done in 0..=ops.len() {
        for survivors in model.survivors() {
            for unsynced in [
                Unsynced::Kept,
                Unsynced::Lost,
                Unsynced::Half,
                Unsynced::Zeros,
            ] {
                let files = model.after_cut(&survivors, unsynced);
                let what = format!("cut after {done}, unsynced {unsynced:?}, {survivors:?}");
                if !seen.contains(&files) {
                    check(&folder_with(&files), &what);
                    seen.insert(files);
                }
            }
        }
        if let Some(op) = ops.get(done) {
            model.apply(op);
        }
    }
}
