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

use super::{sticks::put, *};
use crate::store::bundles::BundleOrigin;

/// What is done to the directory of the bundle.
type Harm<'a> = &'a dyn Fn(&Path);

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
