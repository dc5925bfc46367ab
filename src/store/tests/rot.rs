//! Storage that rots under an installed list: found, named, an error until then, repaired in place.

use gatepost_pass::{List, ListError, Listing, ReadAt, bundle::files_named, list::ListKind};

use super::{
    deltas::{day, install_reporting, list_in, own, person},
    model::{Fault, Model, Recorder, Unsynced, cut_everywhere, folder_with},
    *,
};
use crate::store::{
    InstalledBundle,
    bundles::{
        InstallProgress,
        scrub::{ChunkDamage, Scrubbed, Scrubber},
    },
};

/// Enough for several chunks.
const PEOPLE: u32 = 60_000;
const CHUNK: usize = 64 * 1024;
const HEAD: usize = 4096;

/// A device that holds a bundle, and where its status list lies.
struct Device {
    path: PathBuf,
    cache: BundleCache,
    region: Region,
    list: PathBuf,
}

impl Device {
    fn new(folder: &TempDir) -> Self {
        let (cache, region) = (cache(folder), day(1, PEOPLE));
        take(&cache, &mut stick(&region)).unwrap();
        Self::with(folder, region)
    }

    /// A device on which the bundle has been installed.
    fn with(folder: &TempDir, region: Region) -> Self {
        let files = files_named(&region.manifest()).unwrap();
        let digest = list_in(&files, ListKind::Status).digest;
        Self {
            path: folder.path().to_owned(),
            cache: cache(folder),
            list: folder.path().join("files").join(digest.to_string()),
            region,
        }
    }

    fn rot(&self, at: usize) {
        let mut bytes = fs::read(&self.list).unwrap();
        let at = at.min(bytes.len() - 1);
        bytes[at] ^= 0x40;
        // Into the same file: a scanner has it open.
        let file = fs::OpenOptions::new().write(true).open(&self.list).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, &bytes[at..=at], at as u64).unwrap();
    }

    fn load(&self) -> InstalledBundle {
        self.cache
            .load(&fixture::root(), &clock())
            .unwrap()
            .unwrap()
    }

    /// One round of the background check: the damage, and the number of chunks checked.
    fn round(&self) -> (Vec<ChunkDamage>, u32) {
        let mut scrubber = Scrubber::new(self.cache.clone(), fixture::root());
        let (mut found, mut checked) = (Vec::new(), 0);
        loop {
            match scrubber.step(&clock()).unwrap() {
                Scrubbed::Intact => {}
                Scrubbed::Bad(damage) => found.push(damage),
                Scrubbed::RoundOver => return (found, checked),
            }
            checked += 1;
        }
    }

    /// One round of a list that perhaps does not even open.
    fn round_as_far_as_it_goes(&self) {
        let mut scrubber = Scrubber::new(self.cache.clone(), fixture::root());
        while let Ok(Scrubbed::Intact | Scrubbed::Bad(_)) = scrubber.step(&clock()) {}
    }

    /// Installs a bundle, which repairs the list by fetching one part again.
    #[track_caller]
    fn is_repaired_by(&self, origin: &mut Stick<'_>) {
        let (taken, told) = install_reporting(&self.cache, origin);
        assert!(
            matches!(taken, Ok(InstallOutcome::Installed(_))),
            "{taken:?}"
        );
        assert!(
            matches!(
                told.as_slice(),
                [InstallProgress::Repaired { parts: 1, .. }]
            ),
            "{told:?}"
        );
        assert!(self.is_whole());
    }

    fn is_whole(&self) -> bool {
        let files = self.region.files.0.borrow();
        let name = self.list.file_name().unwrap().to_str().unwrap();
        let whole = files.iter().find(|(digest, _)| digest.to_string() == name);
        fs::read(&self.list).unwrap() == *whole.unwrap().1
    }

    fn marks(&self) -> usize {
        let files = fs::read_dir(self.path.join("files")).unwrap();
        let marks = files
            .flatten()
            .filter(|file| file.path().extension().is_some());
        marks.count()
    }
}

/// Number of listed persons for whom the list gives an error. Panics when it calls one not listed.
fn unanswered<R: ReadAt>(list: &List<R>) -> usize {
    let answers = (3..3 + PEOPLE).map(|n| list.status(&person(n)));
    let errors = answers.filter(|answer| match answer {
        Ok(listing) => {
            assert!(matches!(listing, Listing::Listed(_)), "a false green");
            false
        }
        Err(ListError::Chunk(_)) => true,
        Err(other) => panic!("{other}"),
    });
    errors.count()
}

#[test]
fn a_rotten_chunk_is_named_and_only_its_bytes_come_again_into_a_list_that_stays_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::new(&folder);
    let in_use = device.load();
    let list = in_use.list(ListKind::Status, own()).unwrap();
    // The revocation list has one chunk.
    let (found, checked) = device.round();
    assert_eq!((found.len(), checked), (0, list.chunks() + 1));
    device.rot(HEAD + 2 * CHUNK + 100);
    let errors = unanswered(list);
    assert!((1..2000).contains(&errors), "{errors} of a page");

    // The damage is not known yet.
    let same = take(&device.cache, &mut stick(&device.region));
    assert!(matches!(same, Ok(InstallOutcome::AlreadyInstalled)));
    let (found, _) = device.round();
    let [
        ChunkDamage {
            list: name,
            chunk: 2,
            why: ListError::Chunk(2),
        },
    ] = found.as_slice()
    else {
        panic!("{found:?}")
    };
    assert_eq!(name.to_string(), "Status list of CN-SD");
    assert_eq!(device.marks(), 1);

    let mut origin = stick(&device.region);
    device.is_repaired_by(&mut origin);
    assert_eq!(u64::MAX - origin.budget, CHUNK as u64);
    assert_eq!(unanswered(list), 0);
    assert_eq!((device.round().0.len(), device.marks()), (0, 0));
    let same = take(&device.cache, &mut stick(&device.region));
    assert!(matches!(same, Ok(InstallOutcome::AlreadyInstalled)));
}

#[test]
fn rot_anywhere_in_a_list_is_mended_by_the_bundle_that_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::new(&folder);
    let length = fs::metadata(&device.list).unwrap().len() as usize;
    let chunks = device
        .load()
        .list(ListKind::Status, own())
        .unwrap()
        .chunks() as usize;
    let digests = length - chunks * 32;
    for (places, parts) in [
        (vec![HEAD], Some(1)),
        (vec![HEAD + CHUNK, HEAD + 2 * CHUNK], Some(2)),
        // The index, and the digests, without which nothing else can be checked.
        (vec![digests - 1], Some(1)),
        (vec![length - 1], Some(1)),
        (vec![length - 1, HEAD + CHUNK], Some(2)),
        // The head; most of it.
        (vec![20], None),
        (vec![4000], None),
        (
            (0..chunks).map(|chunk| HEAD + chunk * CHUNK).collect(),
            None,
        ),
    ] {
        places.iter().for_each(|at| device.rot(*at));
        device.round_as_far_as_it_goes();
        let mut origin = stick(&device.region);
        let (taken, told) = install_reporting(&device.cache, &mut origin);
        assert!(
            matches!(taken, Ok(InstallOutcome::Installed(_))),
            "{places:?}: {taken:?}"
        );
        let mended = told.iter().find_map(|step| match step {
            InstallProgress::Repaired { parts, .. } => Some(*parts),
            _ => None,
        });
        assert_eq!(mended, parts, "{places:?}: {told:?}");
        assert!(device.is_whole(), "{places:?}");
        assert_eq!((device.round().0.len(), device.marks()), (0, 0));
    }
}

#[test]
fn a_list_that_no_longer_opens_does_not_go_back_to_an_older_one() {
    let folder = tempfile::tempdir().unwrap();
    let old = day(1, 100);
    take(&cache(&folder), &mut stick(&old)).unwrap();
    let new = day(2, 100);
    take(&cache(&folder), &mut stick(&new)).unwrap();
    let device = Device::with(&folder, new);
    device.rot(HEAD);
    assert_eq!(device.load().unopened().len(), 1);
    let back = Changed::new(day(3, 100), |region, files| {
        let lists = files_named(&old.manifest()).unwrap();
        files[2] = list_in(&lists, ListKind::Status).clone();
        region.files.0.borrow_mut().extend(old.files.0.take());
    });
    let refused = take(&device.cache, &mut back.stick());
    assert!(
        matches!(
            refused,
            Err(CacheError::Bundle(BundleError::Rollback {
                what: "list",
                ..
            }))
        ),
        "{refused:?}"
    );
}

#[test]
fn a_stick_with_other_bytes_mends_nothing_and_the_rest_of_the_list_stays_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::new(&folder);
    device.rot(HEAD + 10);
    let (found, _) = device.round();
    assert_eq!(found.len(), 1);
    let honest = device.region.files.0.borrow().clone();
    for bytes in device.region.files.0.borrow_mut().values_mut() {
        bytes.iter_mut().for_each(|byte| *byte ^= 0xff);
    }
    let manifest = device.cache.installed_manifest().unwrap().unwrap();
    let mut bad = Stick::new(&device.region, manifest.clone());
    let refused = take(&device.cache, &mut bad);
    assert!(matches!(
        refused,
        Err(CacheError::Bundle(BundleError::WrongFile(_)))
    ));
    let bundle = device.load();
    let errors = unanswered(bundle.list(ListKind::Status, own()).unwrap());
    assert!(errors < CHUNK / 6, "{errors}");

    *device.region.files.0.borrow_mut() = honest;
    // An invalid bundle in between does not remove the mark.
    let mut forged = Stick::new(&device.region, manifest.clone());
    *forged.manifest.last_mut().unwrap() ^= 1;
    take(&device.cache, &mut forged).unwrap_err();
    let mut good = Stick::new(&device.region, manifest);
    device.is_repaired_by(&mut good);
}

#[test]
fn a_new_bundle_with_the_same_list_mends_it_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::new(&folder);
    device.rot(HEAD + 10);
    // The same lists in a later manifest.
    let second = Changed::new(second(), |region, files| {
        let old = files_named(&device.region.manifest()).unwrap();
        let kept = device.region.files.0.borrow();
        region.files.0.borrow_mut().extend(kept.clone());
        *files = old;
    });
    device.is_repaired_by(&mut second.stick());
}

#[test]
fn the_check_begins_anew_with_a_new_bundle_and_has_nothing_to_do_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let empty = Scrubber::new(cache(&folder), fixture::root()).step(&clock());
    assert!(matches!(empty, Ok(Scrubbed::RoundOver)));

    let folder = tempfile::tempdir().unwrap();
    let device = Device::new(&folder);
    let mut scrubber = Scrubber::new(device.cache.clone(), fixture::root());
    for _ in 0..2 {
        assert!(matches!(scrubber.step(&clock()), Ok(Scrubbed::Intact)));
    }
    let next = day(2, PEOPLE);
    take(&device.cache, &mut stick(&next)).unwrap();
    Device::with(&folder, next).rot(HEAD);
    let step = scrubber.step(&clock()).unwrap();
    assert!(
        matches!(step, Scrubbed::Bad(ChunkDamage { chunk: 0, .. })),
        "{step:?}"
    );
}

#[test]
fn a_list_of_which_everything_is_bad_does_not_fill_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let region = day(1, 250_000);
    take(&cache(&folder), &mut stick(&region)).unwrap();
    let device = Device::with(&folder, region);
    let chunks = device
        .load()
        .list(ListKind::Status, own())
        .unwrap()
        .chunks() as usize;
    // The last has the index: without it the list does not open.
    (0..chunks - 1).for_each(|chunk| device.rot(HEAD + chunk * CHUNK));
    let (found, checked) = device.round();
    assert!(chunks > 18);
    assert_eq!((found.len(), checked), (16, 17), "and the revocation list");
}

#[test]
fn a_power_cut_at_any_write_of_mending_loses_nothing_that_was_good() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::new(&folder);
    device.rot(HEAD + CHUNK + 7);
    let before = Model::of(&folder);
    assert_eq!(device.round().0.len(), 1);
    let disk = Recorder::new(&folder, Fault::None);
    let cache = BundleCache::on(disk.clone(), folder.path().to_owned());
    let taken = cache.install(
        &mut stick(&device.region),
        &fixture::root(),
        &clock(),
        &mut |_| {},
    );
    assert!(matches!(taken, Ok(InstallOutcome::Installed(_))));
    let ops = disk.ops.borrow().clone();
    let mut after = before.clone();
    ops.iter().for_each(|op| after.apply(op));
    let left = folder_with(&after.after_cut(&[], Unsynced::Lost));
    assert!(
        Device::with(&left, day(1, PEOPLE)).is_whole(),
        "mended, and lost at once"
    );

    let mut seen = BTreeSet::new();
    cut_everywhere(before, &ops, |left, what| {
        let left = Device::with(left, day(1, PEOPLE));
        let bundle = left.load();
        unanswered(bundle.list(ListKind::Status, own()).unwrap());
        let (found, _) = left.round();
        assert!(found.len() <= 1, "{what}: {found:?}");
        seen.insert(found.len());
        take(&left.cache, &mut stick(&left.region)).unwrap();
        assert!(left.is_whole(), "{what}");
    });
    assert_eq!(seen, BTreeSet::from([0, 1]));
}
