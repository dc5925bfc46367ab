//! Power cuts, kills and full disks at every step of taking a bundle in: the old or the new bundle loads
//! whole, never neither, and the next try succeeds.

use std::{cell::RefCell, rc::Rc};

use super::{
    model::{Model, Op, Unsynced, folder_with},
    *,
};
use crate::store::disk::{Disk, FileSystem};

/// What goes wrong with a disk.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    /// From this operation on nothing happens any more: the process was killed.
    Killed(usize),
    /// From this writing operation on there is no room; half of what was written last fits.
    Full(usize),
}

/// The real file system, which writes down what is done to it and fails where it is told to.
#[derive(Clone, Debug)]
struct Recorder {
    root: PathBuf,
    fault: Fault,
    ops: Rc<RefCell<Vec<Op>>>,
}

impl Recorder {
    fn new(folder: &TempDir, fault: Fault) -> Self {
        Self {
            root: folder.path().to_owned(),
            fault,
            ops: Rc::default(),
        }
    }

    fn name(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap().to_owned()
    }

    fn step(&self, op: Op, act: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let mut ops = self.ops.borrow_mut();
        let writes = |op: &Op| matches!(op, Op::Create(_) | Op::Append(..));
        match self.fault {
            Fault::Killed(at) if ops.len() >= at => Err(io::ErrorKind::Interrupted.into()),
            Fault::Full(at) if writes(&op) && ops.iter().filter(|op| writes(op)).count() >= at => {
                if let Op::Append(path, bytes) = &op {
                    FileSystem.append(&self.root.join(path), &bytes[..bytes.len() / 2])?;
                }
                Err(io::ErrorKind::StorageFull.into())
            }
            _ => {
                ops.push(op);
                act()
            }
        }
    }
}

impl Disk for Recorder {
    fn create(&self, path: &Path) -> io::Result<()> {
        self.step(Op::Create(self.name(path)), || FileSystem.create(path))
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let op = Op::Append(self.name(path), bytes.to_vec());
        self.step(op, || FileSystem.append(path, bytes))
    }

    fn overwrite(&self, path: &Path, bytes: &[u8], offset: u64) -> io::Result<()> {
        let op = Op::Overwrite(self.name(path), bytes.to_vec(), offset as usize);
        self.step(op, || FileSystem.overwrite(path, bytes, offset))
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.step(Op::Sync(self.name(path)), || FileSystem.sync(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let op = Op::Rename(self.name(from), self.name(to));
        self.step(op, || FileSystem.rename(from, to))
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        let op = Op::SyncDirectory(self.name(path));
        self.step(op, || FileSystem.sync_directory(path))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step(Op::Remove(self.name(path)), || FileSystem.remove(path))
    }
}

/// Bundle `version`, of which every file differs from those of other versions.
fn version(version: u64) -> Region {
    let mut region = Region {
        version,
        issued_at: fixture::SIGNED.plus(version * 60),
        ..Region::default()
    };
    region.trust.version = version;
    region.policy.version = version;
    region
}

/// A cache that holds the bundles up to `installed`; 0 for none.
fn holding(installed: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(&folder);
    for number in 1..=installed {
        take(&cache, &mut stick(&version(number))).unwrap();
    }
    folder
}

/// Takes the next bundle in on a disk with a fault.
fn next(folder: &TempDir, next: u64, fault: Fault) -> (Result<Intaken, CacheError>, Vec<Op>) {
    let disk = Recorder::new(folder, fault);
    let cache = BundleCache::on(disk.clone(), folder.path().to_owned());
    let region = version(next);
    let taken = cache.take_in(&mut stick(&region), &fixture::root(), NOW, &mut |_| {});
    let ops = disk.ops.borrow().clone();
    (taken, ops)
}

/// Which bundle loads after a restart. Panics when one is there and does not load.
fn loads(cache: &BundleCache) -> u64 {
    let bundle = cache.load(&fixture::root(), NOW).unwrap();
    bundle.map_or(0, |bundle| bundle.manifest().version)
}

/// After a restart the old or the new bundle is there, nothing goes back, and the new one can be had.
fn recovers(folder: &TempDir, old: u64, what: &str) -> u64 {
    let cache = cache(folder);
    let found = loads(&cache);
    assert!([old, old + 1].contains(&found), "{what}: {found} loads");
    if found > 1 {
        let back = take(&cache, &mut stick(&version(found - 1)));
        assert!(
            matches!(back, Err(CacheError::Bundle(BundleError::Rollback { .. }))),
            "{what}: {back:?}"
        );
        assert_eq!(loads(&cache), found, "{what}: a refused bundle did harm");
    }
    // A part that was spoilt by the cut is found and thrown away, one a try; there are four files.
    let region = version(old + 1);
    let taken = (0..5).any(|_| take(&cache, &mut stick(&region)).is_ok());
    assert!(taken, "{what}: the next tries fail");
    assert_eq!(loads(&cache), old + 1, "{what}");
    found
}

#[test]
fn a_process_killed_at_any_step_leaves_the_old_or_the_new_bundle() {
    for old in [0, 2] {
        let whole = next(&holding(old), old + 1, Fault::None).1.len();
        let mut seen = BTreeSet::new();
        for at in 0..=whole {
            let folder = holding(old);
            let _ = next(&folder, old + 1, Fault::Killed(at));
            seen.insert(recovers(&folder, old, &format!("killed at step {at}")));
        }
        assert_eq!(seen, BTreeSet::from([old, old + 1]));
    }
}

#[test]
fn a_disk_that_is_full_at_any_write_leaves_the_old_bundle_and_room_for_the_log() {
    let writes = |ops: &[Op]| {
        let writes = ops
            .iter()
            .filter(|op| matches!(op, Op::Create(_) | Op::Append(..)));
        writes.count()
    };
    let size = |folder: &TempDir| -> u64 {
        let files = fs::read_dir(folder.path().join("files")).unwrap().flatten();
        files.map(|file| file.metadata().unwrap().len()).sum()
    };
    let whole = writes(&next(&holding(2), 3, Fault::None).1);
    let mut refused = 0;
    for at in 0..whole {
        let folder = holding(2);
        // What bundle 1 left lies there once more until the first sweep.
        take(&cache(&folder), &mut stick(&version(2))).unwrap();
        let before = size(&folder);
        let (taken, _) = next(&folder, 3, Fault::Full(at));
        let told = match taken {
            Err(CacheError::Store(why)) => {
                assert_eq!(why.kind(), io::ErrorKind::StorageFull);
                refused += 1;
                2
            }
            Ok(Intaken::New(_)) => 3,
            other => panic!("full at write {at}: {other:?}"),
        };
        assert_eq!(loads(&cache(&folder)), told, "full at write {at}");
        if told == 2 && at < 8 {
            assert!(size(&folder) <= before, "full at write {at}: room is lost");
        }
        recovers(&folder, 2, &format!("full at write {at}"));
    }
    assert!(
        refused >= 10,
        "four files and the manifest, two writes each"
    );
}

/// Cuts the power after every operation, in every way, and hands over the disk that is left.
fn cut_everywhere(before: Model, ops: &[Op], mut check: impl FnMut(&TempDir, &str)) {
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

#[test]
fn power_cut_at_any_write_with_unsynced_bytes_and_names_lost_leaves_the_old_or_the_new_bundle() {
    for old in [0, 2] {
        let folder = holding(old);
        let before = Model::of(&folder);
        let (taken, ops) = next(&folder, old + 1, Fault::None);
        assert!(matches!(taken, Ok(Intaken::New(_))));
        let mut seen = BTreeSet::new();
        cut_everywhere(before, &ops, |left, what| {
            seen.insert(recovers(left, old, what));
        });
        assert_eq!(seen, BTreeSet::from([old, old + 1]));
    }
}

#[test]
fn power_cut_right_after_a_bundle_was_taken_in_does_not_take_it_away() {
    let folder = holding(2);
    let mut model = Model::of(&folder);
    let (_, ops) = next(&folder, 3, Fault::None);
    ops.iter().for_each(|op| model.apply(op));
    for survivors in model.survivors() {
        let left = folder_with(&model.after_cut(&survivors, Unsynced::Lost));
        assert_eq!(loads(&cache(&left)), 3, "{survivors:?}");
    }
}

/// The model finds what it is there to find.
#[test]
fn the_simulated_cut_breaks_a_swap_that_forgets_to_sync() {
    let folder = holding(1);
    let before = Model::of(&folder);
    let (_, mut ops) = next(&folder, 2, Fault::None);
    ops.retain(|op| !matches!(op, Op::Sync(_)));
    let mut broken = 0;
    cut_everywhere(before, &ops, |left, _| {
        broken += usize::from(cache(left).load(&fixture::root(), NOW).is_err());
    });
    assert!(broken > 0);
}
