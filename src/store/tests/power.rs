//! Power cuts, kills and full disks at every step of an installation: the old or the new bundle
//! loads, complete, and the next attempt succeeds.

use super::{
    deltas::with_deltas,
    model::{Fault, Model, Op, Recorder, Unsynced, cut_everywhere, folder_with},
    *,
};

/// Bundle `version`, of which every file differs from those of other versions.
pub(super) fn version(version: u64) -> Region {
    let mut region = Region {
        version,
        issued_at: fixture::SIGNED.plus(version * 60),
        ..Region::default()
    };
    region.trust.version = version;
    region.policy.version = version;
    region
}

/// The way from one bundle to a later one.
struct Way {
    from: u64,
    to: u64,
    bundle: Changed,
}

impl Way {
    /// To the next one, every file of which is copied; from 0 when there is none yet.
    fn whole(from: u64) -> Self {
        let bundle = Changed::new(version(from + 1), |_, _| {});
        let to = from + 1;
        Self { from, to, bundle }
    }

    /// Two on, by two deltas of each list.
    fn by_deltas(from: u64) -> Self {
        let bundle = with_deltas((from..=from + 2).map(version).collect());
        let to = from + 2;
        Self { from, to, bundle }
    }

    /// A cache that holds the bundles up to the first.
    fn before(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        for number in 1..=self.from {
            take(&cache, &mut stick(&version(number))).unwrap();
        }
        folder
    }

    /// Installs the later one on a disk with a fault.
    fn go(&self, folder: &TempDir, fault: Fault) -> (Result<InstallOutcome, CacheError>, Vec<Op>) {
        let disk = Recorder::new(folder, fault);
        let cache = BundleCache::on(disk.clone(), folder.path().to_owned());
        let mut origin = self.bundle.stick();
        let taken = cache.install(&mut origin, &fixture::root(), &clock(), &mut |_| {});
        let ops = disk.ops.borrow().clone();
        (taken, ops)
    }

    /// After a restart the old or the new bundle is there, nothing goes back, and the new one can
    /// be installed.
    fn recovers(&self, folder: &TempDir, what: &str) -> u64 {
        let cache = cache(folder);
        let found = loads(&cache);
        assert!(
            [self.from, self.to].contains(&found),
            "{what}: {found} loads"
        );
        if found > 1 {
            let back = take(&cache, &mut stick(&version(found - 1)));
            assert!(
                matches!(back, Err(CacheError::Bundle(BundleError::Rollback { .. }))),
                "{what}: {back:?}"
            );
            assert_eq!(loads(&cache), found, "{what}: a refused bundle did harm");
        }
        // A file that the cut has damaged is found and removed, one per attempt; there are four.
        let taken = (0..5).any(|_| take(&cache, &mut self.bundle.stick()).is_ok());
        assert!(taken, "{what}: the next tries fail");
        assert_eq!(loads(&cache), self.to, "{what}");
        found
    }
}

/// Which bundle loads after a restart, with every byte of its lists. Panics when one is there and
/// does not.
fn loads(cache: &BundleCache) -> u64 {
    let bundle = cache.load(&fixture::root(), &clock()).unwrap();
    bundle.map_or(0, |bundle| {
        assert!(bundle.unopened().is_empty(), "{:?}", bundle.unopened());
        for list in bundle.lists() {
            (0..list.chunks()).for_each(|chunk| list.check_chunk(chunk).unwrap());
        }
        bundle.manifest().version
    })
}

#[test]
fn a_process_killed_at_any_step_leaves_the_old_or_the_new_bundle() {
    for way in [Way::whole(0), Way::whole(2), Way::by_deltas(1)] {
        let whole = way.go(&way.before(), Fault::None).1.len();
        let mut seen = BTreeSet::new();
        for at in 0..=whole {
            let folder = way.before();
            let _ = way.go(&folder, Fault::Killed(at));
            seen.insert(way.recovers(&folder, &format!("killed at step {at}")));
        }
        assert_eq!(seen, BTreeSet::from([way.from, way.to]));
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
    for way in [Way::whole(2), Way::by_deltas(2)] {
        let whole = writes(&way.go(&way.before(), Fault::None).1);
        let mut refused = 0;
        for at in 0..whole {
            let folder = way.before();
            // The files of bundle 1 stay until the first sweep.
            take(&cache(&folder), &mut stick(&version(2))).unwrap();
            let before = size(&folder);
            let (taken, _) = way.go(&folder, Fault::Full(at));
            let told = match taken {
                Err(CacheError::Store(why)) => {
                    assert_eq!(why.source.kind(), io::ErrorKind::StorageFull);
                    refused += 1;
                    way.from
                }
                Ok(InstallOutcome::Installed(_)) => way.to,
                other => panic!("full at write {at}: {other:?}"),
            };
            assert_eq!(loads(&cache(&folder)), told, "full at write {at}");
            // The last four are the manifest and what is remembered.
            if told == way.from && at < whole - 4 {
                assert!(size(&folder) <= before, "full at write {at}: room is lost");
            }
            way.recovers(&folder, &format!("full at write {at}"));
        }
        assert!(
            refused >= 10,
            "four files and the manifest, two writes each"
        );
    }
}

#[test]
fn power_cut_at_any_write_with_unsynced_bytes_and_names_lost_leaves_the_old_or_the_new_bundle() {
    for way in [Way::whole(0), Way::whole(2), Way::by_deltas(1)] {
        let folder = way.before();
        let before = Model::of(&folder);
        let (taken, ops) = way.go(&folder, Fault::None);
        assert!(matches!(taken, Ok(InstallOutcome::Installed(_))));
        let mut seen = BTreeSet::new();
        cut_everywhere(before, &ops, |left, what| {
            seen.insert(way.recovers(left, what));
        });
        assert_eq!(seen, BTreeSet::from([way.from, way.to]));
    }
}

#[test]
fn power_cut_right_after_a_bundle_was_taken_in_does_not_take_it_away() {
    for way in [Way::whole(2), Way::by_deltas(1)] {
        let folder = way.before();
        let mut model = Model::of(&folder);
        let (_, ops) = way.go(&folder, Fault::None);
        ops.iter().for_each(|op| model.apply(op));
        for survivors in model.survivors() {
            let left = folder_with(&model.after_cut(&survivors, Unsynced::Lost));
            assert_eq!(loads(&cache(&left)), way.to, "{survivors:?}");
        }
    }
}

/// The model finds a missing sync.
#[test]
fn the_simulated_cut_breaks_a_swap_that_forgets_to_sync() {
    for way in [Way::whole(1), Way::by_deltas(1)] {
        let folder = way.before();
        let before = Model::of(&folder);
        let (_, mut ops) = way.go(&folder, Fault::None);
        ops.retain(|op| !matches!(op, Op::Sync(_)));
        let mut broken = 0;
        cut_everywhere(before, &ops, |left, _| {
            broken += usize::from(cache(left).load(&fixture::root(), &clock()).is_err());
        });
        assert!(broken > 0);
    }
}
