//! Attacks on a device through a hub, a network or a USB stick. After each, the old bundle is in
//! use, and the next honest one is still installed.

use std::io::Read;

use gatepost_pass::{
    FileRole, Freshness, Kind, Manifest, SecretKey, Signer,
    bundle::{FileEntry, MAX_LENGTH, files_named},
    envelope::{Envelope, MAX_FILE},
    list::ListKind,
    trust::sign_with_roots,
};

use super::{
    sticks::{put, usb},
    *,
};
use crate::store::bundles::{BundleDirectory, BundleOrigin};

/// The error of a device that has the first bundle and is given this one.
/// What is done to the directory of the bundle.
type Harm<'a> = &'a dyn Fn(&Path);

fn refused(origin: &mut dyn BundleOrigin) -> CacheError {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(&folder);
    take(&cache, &mut stick(&Region::default())).unwrap();
    let names = || -> BTreeSet<_> {
        let files = fs::read_dir(folder.path().join("files")).unwrap().flatten();
        files.map(|file| file.file_name()).collect()
    };
    let before = names();
    let error = cache
        .install(origin, &fixture::root(), &clock(), &mut |_| {})
        .unwrap_err();
    assert_eq!(installed(&cache), 1, "the old bundle is in use");
    assert!(names().is_superset(&before), "its files are there");
    take(&cache, &mut stick(&second())).unwrap();
    assert_eq!(installed(&cache), 2, "the honest next one gets in");
    error
}

#[test]
fn rollback_to_an_older_bundle_is_refused() {
    let old = Region {
        version: 0,
        ..Region::default()
    };
    let error = refused(&mut stick(&old));
    assert!(matches!(
        error,
        CacheError::Bundle(BundleError::Rollback { .. })
    ));
}

#[test]
fn freeze_by_the_same_old_bundle_for_ever_goes_stale_then_expired_and_never_looks_fresh() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(&folder);
    let (region, root) = (Region::default(), fixture::root());
    take(&cache, &mut stick(&region)).unwrap();
    for (hours, told) in [
        (1, Freshness::Fresh),
        (23, Freshness::Fresh),
        (24, Freshness::Stale),
        (167, Freshness::Stale),
        (168, Freshness::Expired),
        (9999, Freshness::Expired),
    ] {
        let now = fixture::SIGNED.plus(hours * 3600);
        let clock = Clock::still(now);
        let taken = cache.install(&mut stick(&region), &root, &clock, &mut |_| {});
        assert!(
            matches!(taken, Ok(InstallOutcome::AlreadyInstalled)),
            "{hours} h: {taken:?}"
        );
        let bundle = cache.load(&root, &clock).unwrap().unwrap();
        assert_eq!(bundle.freshness(now), told, "after {hours} hours");
    }
}

#[test]
fn mix_and_match_of_two_bundles_files_is_refused() {
    let (old, new) = (Region::default(), second());
    let theirs = files_named(&old.manifest()).unwrap();
    let manifest = new.manifest();
    let ours = files_named(&manifest).unwrap();
    let bytes = old.files.0.borrow()[&theirs[2].digest].clone();
    new.files.0.borrow_mut().insert(ours[2].digest, bytes);
    let error = refused(&mut Stick::new(&new, manifest));
    let CacheError::Bundle(BundleError::WrongFile(digest)) = error else {
        panic!("{error}")
    };
    assert_eq!(digest, ours[2].digest);
}

#[test]
fn truncation_of_the_manifest_at_any_length_is_refused() {
    let region = second();
    let manifest = region.manifest();
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(&folder);
    take(&cache, &mut stick(&Region::default())).unwrap();
    for end in 0..manifest.len() {
        let mut cut = Stick::new(&region, manifest[..end].to_vec());
        assert!(take(&cache, &mut cut).is_err(), "cut at {end}");
    }
    assert_eq!(installed(&cache), 1);
}

/// An origin that never stops sending.
struct Endless {
    manifest: Vec<u8>,
    /// Bytes that were read from it.
    taken: u64,
}

impl BundleOrigin for Endless {
    fn manifest(&mut self, _: usize) -> io::Result<Vec<u8>> {
        Ok(self.manifest.clone())
    }

    fn file(&mut self, _: &FileEntry, _: u64) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(self))
    }
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        buffer.fill(0x5a);
        self.taken += buffer.len() as u64;
        Ok(buffer.len())
    }
}

#[test]
fn endless_data_is_read_no_further_than_the_manifest_says() {
    let manifest = second().manifest();
    let longest = files_named(&manifest).unwrap();
    let longest = longest.iter().map(|entry| entry.length).max().unwrap();
    let mut endless = Endless { manifest, taken: 0 };
    let error = refused(&mut endless);
    assert!(matches!(
        error,
        CacheError::Bundle(BundleError::WrongFile(_))
    ));
    assert!(endless.taken <= longest, "{} bytes", endless.taken);
}

#[test]
fn endless_manifest_is_refused() {
    let manifest = vec![Kind::Manifest as u8; gatepost_pass::envelope::MAX_FILE + 1];
    let mut endless = Endless { manifest, taken: 0 };
    let error = refused(&mut endless);
    assert!(matches!(
        error,
        CacheError::Bundle(BundleError::Manifest(_))
    ));
    assert_eq!(endless.taken, 0);
}

#[test]
fn huge_lengths_in_a_manifest_are_refused_before_a_byte_is_fetched() {
    for length in [5 << 20, MAX_LENGTH + 1, u64::MAX] {
        let hostile = Changed::new(second(), |_, files| files[0].length = length);
        let mut endless = Endless {
            manifest: hostile.manifest,
            taken: 0,
        };
        let error = refused(&mut endless);
        assert!(matches!(error, CacheError::TooLarge), "{error}");
        assert_eq!(endless.taken, 0);
    }
    let hostile = Changed::new(second(), |_, files| files[2].length = MAX_LENGTH + 1);
    let error = refused(&mut hostile.stick());
    assert!(matches!(
        error,
        CacheError::Bundle(BundleError::WrongFile(_))
    ));
}

#[test]
fn wrong_threshold_a_trust_list_by_one_root_key_is_refused() {
    let stranger = SecretKey::from_seed(&[1; 32]);
    let mut region = second();
    region.trust.version = 2;
    let hostile = Changed::new(region, |region, files| {
        let keys = [&fixture::root_1().secret, &stranger];
        let trust = sign_with_roots(Kind::TrustList, &region.trust, &keys);
        put(region, &mut files[0], trust);
    });
    let error = refused(&mut hostile.stick());
    assert!(matches!(error, CacheError::Bundle(BundleError::Trust(_))));
}

#[test]
fn swapped_files_two_lists_or_trust_and_policy_exchanged_are_refused() {
    for (a, b) in [(2, 3), (0, 1), (1, 2)] {
        let hostile = Changed::new(second(), |_, files| {
            let roles = (files[a].role, files[b].role);
            files.swap(a, b);
            (files[a].role, files[b].role) = roles;
        });
        let error = refused(&mut hostile.stick());
        assert!(
            matches!(error, CacheError::Bundle(_)),
            "{a} and {b}: {error}"
        );
    }
}

#[test]
fn swapped_list_of_a_strangers_key_under_our_name_is_refused() {
    let stranger = Signer {
        secret: SecretKey::from_seed(&[1; 32]),
        ..fixture::lists()
    };
    let plan = gatepost_pass::list::ListPlan {
        version: 2,
        as_of: fixture::SIGNED,
        salt: [3; 16],
    };
    let empty = gatepost_pass::list::write_status(&stranger, plan, [], []).unwrap();
    let hostile = Changed::new(second(), |region, files| {
        files[2].records = 0;
        put(region, &mut files[2], empty);
    });
    assert!(matches!(
        refused(&mut hostile.stick()),
        CacheError::Bundle(BundleError::List { .. })
    ));
}

#[test]
fn a_list_that_a_bundle_left_out_comes_back_older_to_no_device_whatever_happened_in_between() {
    let is_status = |entry: &FileEntry| matches!(entry.role, FileRole::List(ListKind::Status, _));
    let region = |version| Region {
        version,
        ..Region::default()
    };
    let left_out = Changed::new(region(3), |_, files| {
        files.retain(|entry| !is_status(entry))
    });
    let old = region(1);
    let old_status = files_named(&old.manifest()).unwrap();
    let old_status = old_status.into_iter().find(is_status).unwrap();
    let older = Changed::new(region(4), |region, files| {
        let bytes = old.files.0.borrow()[&old_status.digest].clone();
        let entry = files.iter_mut().find(|entry| is_status(entry)).unwrap();
        put(region, entry, bytes);
        entry.records = old_status.records;
    });
    let forget = |folder: &Path| fs::remove_file(folder.join("reached")).unwrap();
    let rot = |folder: &Path| {
        for file in fs::read_dir(folder.join("files")).unwrap().flatten() {
            fs::write(file.path(), b"rotten").unwrap();
        }
    };
    let nothing = |_: &Path| {};
    let happens: [(&str, Harm<'_>, Harm<'_>); 3] = [
        ("nothing", &nothing, &nothing),
        ("the bundle without it no longer loads", &nothing, &rot),
        // A full disk: the bundle alone says what it holds.
        ("the versions could not be written", &forget, &nothing),
    ];
    for (what, before, after) in happens {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        take(&cache, &mut stick(&region(2))).unwrap();
        before(folder.path());
        take(&cache, &mut left_out.stick()).unwrap();
        after(folder.path());
        let error = take(&cache, &mut older.stick()).unwrap_err();
        assert!(
            matches!(
                error,
                CacheError::Bundle(BundleError::Rollback { what: "list", .. })
            ),
            "{what}: {error}"
        );
        take(&cache, &mut stick(&region(5))).unwrap();
        assert_eq!(installed(&cache), 5);
    }
}

fn claims(manifest: &[u8]) -> Manifest {
    let envelope = Envelope::parse_kind(Kind::Manifest, manifest, MAX_FILE).unwrap();
    envelope.peek().unwrap()
}

#[test]
fn key_compromise_recovery_reaches_a_device_on_which_the_thief_used_up_all_versions() {
    // The region replaces the key by a new trust list under the same root.
    let new = Signer {
        key: gatepost_pass::KeyId(50),
        secret: SecretKey::from_seed(&[50; 32]),
        ..fixture::freshness()
    };
    let mut region = second();
    region.trust = fixture::trust_claims_with(|issuers| {
        fixture::change_keys(&mut issuers[0], |keys| {
            keys.retain(|entry| entry.id != fixture::freshness().key);
            keys.push(fixture::key_entry(&new, &[Kind::Manifest]));
        });
    });
    region.trust.version = 2;
    let by_thief = region.manifest();
    let recovery = Changed {
        manifest: new.sign(Kind::Manifest, &claims(&by_thief)),
        region,
    };
    let region = Region::default();
    let last = Manifest {
        version: u64::MAX,
        ..claims(&region.manifest())
    };
    let worst = Changed {
        manifest: fixture::freshness().sign(Kind::Manifest, &last),
        region,
    };
    // Also when the hostile bundle no longer loads.
    for rotten in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        take(&cache, &mut worst.stick()).unwrap();
        assert!(take(&cache, &mut stick(&second())).is_err());
        if rotten {
            for file in fs::read_dir(folder.path().join("files")).unwrap().flatten() {
                fs::write(file.path(), b"rotten").unwrap();
            }
        }
        take(&cache, &mut recovery.stick()).unwrap();
        assert_eq!(installed(&cache), 2);
        let mut thief = Stick {
            manifest: by_thief.clone(),
            ..recovery.stick()
        };
        assert!(take(&cache, &mut thief).is_err());
        assert_eq!(installed(&cache), 2);
    }
}

#[test]
fn partial_usb_stick_with_any_file_missing_or_cut_is_refused() {
    let region = second();
    let manifest = region.manifest();
    let first = Region::default();
    let held = files_named(&first.manifest()).unwrap();
    for entry in files_named(&manifest).unwrap() {
        // The device does not ask for what it has already.
        if held.iter().any(|held| held.digest == entry.digest) {
            continue;
        }
        for left in [None, Some(0), Some(entry.length as usize - 1)] {
            let stick = usb(&region);
            let path = stick.path().join(entry.digest.to_string());
            let bytes = fs::read(&path).unwrap();
            match left {
                None => fs::remove_file(&path).unwrap(),
                Some(length) => fs::write(&path, &bytes[..length]).unwrap(),
            }
            let error = refused(&mut BundleDirectory::new(stick.path()));
            assert!(matches!(error, CacheError::Origin { .. }), "{error}");
        }
    }
    let stick = usb(&region);
    fs::remove_file(stick.path().join("manifest")).unwrap();
    let error = refused(&mut BundleDirectory::new(stick.path()));
    assert!(matches!(error, CacheError::Origin { .. }));
}

#[test]
fn a_usb_stick_whose_file_is_longer_than_named_gives_no_more_than_is_named() {
    let region = second();
    let stick = usb(&region);
    for entry in files_named(&region.manifest()).unwrap() {
        let path = stick.path().join(entry.digest.to_string());
        let longer = [fs::read(&path).unwrap(), vec![0; 100_000]].concat();
        fs::write(&path, longer).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(&folder);
    let mut origin = BundleDirectory::new(stick.path());
    cache
        .install(&mut origin, &fixture::root(), &clock(), &mut |_| {})
        .unwrap();
    let status = |entry: &&FileEntry| matches!(entry.role, FileRole::List(..));
    let named = files_named(&region.manifest()).unwrap();
    for entry in named.iter().filter(status) {
        let path = folder.path().join("files").join(entry.digest.to_string());
        assert_eq!(fs::metadata(path).unwrap().len(), entry.length);
    }
}

#[test]
fn a_link_fifo_or_directory_in_place_of_any_file_of_a_stick_is_refused_at_once() {
    use std::os::unix::fs::symlink;
    let region = second();
    let fifo = |path: &std::path::Path| {
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::from(0o666));
        rustix::fs::mknodat(rustix::fs::CWD, path, kind, mode, 0).unwrap();
    };
    // The device does not ask for what it has already.
    let held = files_named(&Region::default().manifest()).unwrap();
    let mut wanted = files_named(&region.manifest()).unwrap();
    wanted.retain(|entry| held.iter().all(|held| held.digest != entry.digest));
    let names = wanted.iter().map(|entry| entry.digest.to_string());
    for name in names.chain(["manifest".to_owned()]) {
        for kind in 0..3 {
            let (stick, beside) = (usb(&region), tempfile::tempdir().unwrap());
            let path = stick.path().join(&name);
            // Even what the link leads to is right.
            fs::rename(&path, beside.path().join("moved")).unwrap();
            match kind {
                0 => symlink(beside.path().join("moved"), &path).unwrap(),
                1 => fifo(&path),
                _ => fs::create_dir(&path).unwrap(),
            }
            let begun = std::time::Instant::now();
            let error = refused(&mut BundleDirectory::new(stick.path()));
            assert!(
                matches!(error, CacheError::Origin { .. }),
                "{name} {kind}: {error}"
            );
            assert!(
                begun.elapsed() < std::time::Duration::from_secs(4),
                "{name} {kind}"
            );
        }
    }
}

#[test]
fn a_stick_that_hangs_in_the_middle_of_a_file_is_given_up() {
    struct Hangs(Vec<u8>);
    impl Read for Hangs {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            std::thread::sleep(std::time::Duration::from_secs(600));
            Ok(0)
        }
    }
    impl BundleOrigin for Hangs {
        fn manifest(&mut self, _: usize) -> io::Result<Vec<u8>> {
            Ok(self.0.clone())
        }
        fn file(&mut self, _: &FileEntry, _: u64) -> io::Result<Box<dyn Read + '_>> {
            let patience = std::time::Duration::from_millis(100);
            let paced = gatepost_system::stick::PacedReader::new(Hangs(Vec::new()), patience)?;
            Ok(Box::new(paced))
        }
    }
    let error = refused(&mut Hangs(second().manifest()));
    let CacheError::Origin { source, .. } = error else {
        unreachable!("{error}");
    };
    assert_eq!(source.kind(), io::ErrorKind::TimedOut);
}
