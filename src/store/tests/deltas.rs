//! Lists that come by delta, and what happens when a delta is bad.

use gatepost_pass::{
    BundleFiles, Colour, FileRole, IssuerId, List, SubjectTag,
    bundle::{FileEntry, files_named},
    list::{ListKind, write_delta},
};

use super::{sticks::put, *};
use crate::store::bundles::{InstallProgress, ListName};

/// The bundle of a day: `people` are listed, of whom a few come, go or change colour every day.
pub(super) fn day(version: u64, people: u32) -> Region {
    let today = 3 * version as u32;
    let colour = |n: u32| match (n + today) % 50 {
        0 => Colour::Red,
        _ => Colour::Yellow,
    };
    Region {
        listed: (today..today + people)
            .map(|n| (person(n), colour(n)))
            .collect(),
        ..power::version(version)
    }
}

pub(super) fn person(n: u32) -> SubjectTag {
    let mut tag = [0; 16];
    tag[..4].copy_from_slice(&n.to_le_bytes());
    SubjectTag(tag)
}

/// The last day's bundle, which also names the deltas from each day to the next.
pub(super) fn with_deltas(days: Vec<Region>) -> Changed {
    let mut deltas = Vec::new();
    for kind in [ListKind::Status, ListKind::Revocation] {
        for pair in days.windows(2) {
            let [from, to] = [&pair[0], &pair[1]].map(|day| list_of(day, kind));
            let mut bytes = Vec::new();
            write_delta(&from, &to, &mut bytes).unwrap();
            let role = FileRole::Delta {
                kind,
                issuer: own(),
                from_version: from.head().version,
            };
            deltas.push((role, bytes));
        }
    }
    let last = days.into_iter().next_back().unwrap();
    Changed::new(last, |region, files| {
        for (role, bytes) in deltas {
            let mut delta = files[0].clone();
            delta.role = role;
            put(region, &mut delta, bytes);
            files.push(delta);
        }
    })
}

/// The entry of an own list.
pub(super) fn list_in(files: &[FileEntry], kind: ListKind) -> &FileEntry {
    let role = FileRole::List(kind, own());
    files.iter().find(|entry| entry.role == role).unwrap()
}

pub(super) fn own() -> IssuerId {
    fixture::issuer("CN-SD")
}

fn list_of(region: &Region, kind: ListKind) -> List<Vec<u8>> {
    let files = files_named(&region.manifest()).unwrap();
    let bytes = region.files.open(&list_in(&files, kind).digest).unwrap();
    List::open(bytes, &fixture::trust(), NOW).unwrap()
}

fn is_delta(entry: &&FileEntry) -> bool {
    matches!(entry.role, FileRole::Delta { .. })
}

/// Installs a bundle, and returns what was reported on its lists.
pub(super) fn install_reporting(
    cache: &BundleCache,
    origin: &mut Stick<'_>,
) -> (Result<InstallOutcome, CacheError>, Vec<InstallProgress>) {
    let mut told = Vec::new();
    let taken = cache.install(origin, &fixture::root(), &clock(), &mut |step| {
        if !matches!(step, InstallProgress::Bytes { .. }) {
            told.push(step);
        }
    });
    (taken, told)
}

/// A device that has installed the bundle of a day.
fn holding(day: &Region) -> (TempDir, BundleCache) {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(&folder);
    take(&cache, &mut stick(day)).unwrap();
    (folder, cache)
}

/// Checks that the device has every byte of the bundle, and nothing else but the files of the one
/// before.
fn has_it_whole(folder: &TempDir, bundle: &Changed, before: &Region) {
    let files = folder.path().join("files");
    let needed = |manifest: &[u8]| -> BTreeSet<_> {
        let files = files_named(manifest).unwrap();
        let needed = files.iter().filter(|entry| !is_delta(entry));
        needed.map(|entry| entry.digest.to_string()).collect()
    };
    for name in needed(&bundle.manifest) {
        let bytes = fs::read(files.join(&name)).unwrap();
        assert_eq!(gatepost_pass::Digest::of(&bytes).to_string(), name);
    }
    let both = &needed(&bundle.manifest) | &needed(&before.manifest());
    let there = fs::read_dir(files).unwrap().flatten();
    let there: BTreeSet<_> = there
        .map(|file| file.file_name().into_string().unwrap())
        .collect();
    assert!(there.is_subset(&both), "{there:?}");
}

#[test]
fn a_device_that_missed_days_takes_their_deltas_and_makes_the_issuers_very_bytes() {
    for missed in 1..=3 {
        let days: Vec<_> = (1..=1 + missed).map(|n| day(n, 3000)).collect();
        let bundle = with_deltas(days);
        let first = day(1, 3000);
        let (folder, cache) = holding(&first);
        let mut origin = bundle.stick();
        let (taken, told) = install_reporting(&cache, &mut origin);
        assert!(
            matches!(taken, Ok(InstallOutcome::Installed(_))),
            "{taken:?}"
        );
        for kind in [ListKind::Status, ListKind::Revocation] {
            assert!(!origin.asked_for(list_in(&bundle.files(), kind)));
            let merged = |step: &InstallProgress| match step {
                InstallProgress::Merged { list, deltas } => {
                    list.kind == kind && *deltas == missed as usize
                }
                _ => false,
            };
            assert!(told.iter().any(merged), "{told:?}");
        }
        assert_eq!(installed(&cache), 1 + missed);
        has_it_whole(&folder, &bundle, &first);
    }
}

#[test]
fn deltas_that_are_longer_than_the_list_are_left_alone() {
    // Everybody is somebody else every day.
    let days = |n: u64| Region {
        listed: day(n * 10_000, 3000).listed,
        ..day(n, 0)
    };
    let first = days(1);
    let (folder, cache) = holding(&first);
    let bundle = with_deltas((1..=3).map(days).collect());
    let mut origin = bundle.stick();
    let (taken, told) = install_reporting(&cache, &mut origin);
    assert!(matches!(taken, Ok(InstallOutcome::Installed(_))));
    let files = bundle.files();
    assert!(origin.asked_for(list_in(&files, ListKind::Status)));
    let status = |entry: &&FileEntry| match entry.role {
        FileRole::Delta { kind, .. } => kind == ListKind::Status,
        _ => false,
    };
    let (of_status, others): (Vec<_>, Vec<_>) = files.iter().filter(is_delta).partition(status);
    assert!(of_status.iter().all(|delta| !origin.asked_for(delta)));
    assert!(others.iter().all(|delta| origin.asked_for(delta)));
    assert_eq!(told.len(), 1, "{told:?}");
    has_it_whole(&folder, &bundle, &first);
}

#[test]
fn a_device_from_before_the_first_delta_takes_the_list() {
    let first = day(1, 3000);
    let (folder, cache) = holding(&first);
    let bundle = with_deltas((2..=4).map(|n| day(n, 3000)).collect());
    let (taken, told) = install_reporting(&cache, &mut bundle.stick());
    assert!(matches!(taken, Ok(InstallOutcome::Installed(_))));
    assert!(told.is_empty(), "{told:?}");
    has_it_whole(&folder, &bundle, &first);
}

/// What can be wrong with a delta, or with the list that it applies to.
#[test]
fn whatever_is_the_matter_with_a_delta_the_whole_list_comes_instead() {
    type Harm = fn(&mut Changed, &TempDir);
    let harms: [(&str, Harm); 7] = [
        ("not there", |bundle, _| {
            each_delta(bundle, |region, delta| {
                region.files.0.borrow_mut().remove(&delta.digest);
            });
        }),
        ("cut short on the way", |bundle, _| {
            each_delta(bundle, |region, delta| {
                let mut files = region.files.0.borrow_mut();
                files.get_mut(&delta.digest).unwrap().truncate(100);
            });
        }),
        ("altered on the way", |bundle, _| {
            each_delta(bundle, |region, delta| {
                let mut files = region.files.0.borrow_mut();
                *files.get_mut(&delta.digest).unwrap().last_mut().unwrap() ^= 1;
            });
        }),
        ("published damaged", |bundle, _| {
            each_delta(bundle, |region, delta| {
                let mut bytes = region.files.open(&delta.digest).unwrap();
                let streams = bytes.len() - 20;
                bytes[streams] ^= 0x10;
                put(region, delta, bytes);
            });
        }),
        ("of another version than is said", |bundle, _| {
            let later = with_deltas(vec![day(2, 3000), day(3, 3000)]);
            let later: Vec<_> = later
                .files()
                .iter()
                .filter(is_delta)
                .cloned()
                .zip(
                    later
                        .files()
                        .iter()
                        .filter(is_delta)
                        .map(|delta| later.region.files.open(&delta.digest).unwrap()),
                )
                .collect();
            let mut later = later.into_iter();
            each_delta(bundle, |region, delta| {
                put(region, delta, later.next().unwrap().1)
            });
        }),
        ("named longer than any list", |bundle, _| {
            each_delta(bundle, |_, delta| delta.length = u64::MAX);
        }),
        ("from a list that has rotted here", |_, folder| {
            for file in fs::read_dir(folder.path().join("files")).unwrap().flatten() {
                let mut bytes = fs::read(file.path()).unwrap();
                if bytes.starts_with(b"GPL1") {
                    bytes[5000] ^= 1;
                    fs::write(file.path(), bytes).unwrap();
                }
            }
        }),
    ];
    for (harm, act) in harms {
        let first = day(1, 3000);
        let (folder, cache) = holding(&first);
        let mut bundle = with_deltas(vec![day(1, 3000), day(2, 3000)]);
        act(&mut bundle, &folder);
        let (taken, told) = install_reporting(&cache, &mut bundle.stick());
        assert!(
            matches!(taken, Ok(InstallOutcome::Installed(_))),
            "{harm}: {taken:?}"
        );
        let lists: Vec<_> = told.iter().filter_map(whole).collect();
        let expected = if harm == "named longer than any list" {
            0
        } else {
            2
        };
        assert_eq!(lists.len(), expected, "{harm}: {told:?}");
        has_it_whole(&folder, &bundle, &first);
    }
}

#[test]
fn what_a_bad_delta_made_takes_no_room_while_the_list_is_waited_for() {
    let (folder, cache) = holding(&day(1, 3000));
    let mut bundle = with_deltas(vec![day(1, 3000), day(2, 3000)]);
    each_delta(&mut bundle, |region, delta| {
        let mut bytes = region.files.open(&delta.digest).unwrap();
        let last = bytes.len() - 20;
        bytes[last] ^= 0x10;
        put(region, delta, bytes);
    });
    for entry in bundle.files().iter().filter(|entry| !is_delta(entry)) {
        if matches!(entry.role, FileRole::List(..)) {
            bundle.region.files.0.borrow_mut().remove(&entry.digest);
        }
    }
    let (taken, _) = install_reporting(&cache, &mut bundle.stick());
    assert!(matches!(taken, Err(CacheError::Origin { .. })), "{taken:?}");
    let files = fs::read_dir(folder.path().join("files")).unwrap().flatten();
    let mut names = files.map(|file| file.file_name().into_string().unwrap());
    assert!(!names.any(|name| name.contains(".made") || name.contains(".making")));
    assert_eq!(installed(&cache), 1);
}

fn whole(step: &InstallProgress) -> Option<ListName> {
    match step {
        InstallProgress::WholeList { list, .. } => Some(*list),
        InstallProgress::Bytes { .. }
        | InstallProgress::Merged { .. }
        | InstallProgress::Repaired { .. } => None,
    }
}

/// Changes every delta of a bundle, and signs the manifest again.
fn each_delta(bundle: &mut Changed, mut change: impl FnMut(&Region, &mut FileEntry)) {
    let region = std::mem::take(&mut bundle.region);
    let named = bundle.files();
    *bundle = Changed::new(region, |region, files| {
        *files = named;
        let deltas = files.iter_mut().filter(|entry| is_delta(&&**entry));
        deltas.for_each(|delta| change(region, delta));
    });
}

#[test]
fn a_delta_that_breaks_off_anywhere_leaves_the_old_bundle_and_goes_on_later() {
    let bundle = with_deltas(vec![day(1, 3000), day(2, 3000)]);
    let mut origin = bundle.stick();
    take(&holding(&day(1, 3000)).1, &mut origin).unwrap();
    let read = u64::MAX - origin.budget;
    let files = bundle.files();
    let small: u64 = files[..2].iter().map(|entry| entry.length).sum();
    for budget in (0..read).step_by(79) {
        let (folder, cache) = holding(&day(1, 3000));
        let mut breaks_off = Stick {
            budget,
            ..bundle.stick()
        };
        let (taken, _) = install_reporting(&cache, &mut breaks_off);
        assert!(
            matches!(taken, Err(CacheError::Origin { .. })),
            "after {budget}: {taken:?}"
        );
        assert_eq!(installed(&cache), 1);
        let mut origin = bundle.stick();
        let (taken, told) = install_reporting(&cache, &mut origin);
        assert!(
            matches!(taken, Ok(InstallOutcome::Installed(_))),
            "after {budget}: {taken:?}"
        );
        assert!(
            told.iter().all(|step| whole(step).is_none()),
            "after {budget}: {told:?}"
        );
        let again = u64::MAX - origin.budget;
        // Until the manifest is known to be genuine, nothing is kept.
        let kept = if budget < small { 0 } else { budget };
        assert!(again <= read - kept, "{again} of {read} after {budget}");
        has_it_whole(&folder, &bundle, &day(1, 3000));
    }
}
