//! The bundle cache: a bundle is taken in whole or not at all, and never goes back.

use super::*;

#[track_caller]
fn installs(cache: &BundleCache, origin: &mut Stick<'_>) {
    let taken = take(cache, origin);
    assert!(
        matches!(taken, Ok(InstallOutcome::Installed(_))),
        "{taken:?}"
    );
}

#[track_caller]
fn goes_back(cache: &BundleCache, old: &Region) {
    let taken = take(cache, &mut stick(old));
    let rollback = matches!(taken, Err(CacheError::Bundle(BundleError::Rollback { .. })));
    assert!(rollback, "{taken:?}");
}

#[test]
fn a_bundle_is_taken_in_once_and_replaced_by_a_newer_one() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(&folder);
    assert!(cache.load(&fixture::root(), &clock()).unwrap().is_none());
    let first = Region::default();
    installs(&cache, &mut stick(&first));
    assert!(matches!(
        take(&cache, &mut stick(&first)),
        Ok(InstallOutcome::AlreadyInstalled)
    ));
    installs(&cache, &mut stick(&second()));
    assert_eq!(installed(&cache), 2);
    goes_back(&cache, &first);
    assert_eq!(installed(&cache), 2);
}

#[test]
fn a_copy_that_breaks_off_anywhere_leaves_the_old_bundle_and_goes_on_later() {
    let region = second();
    let first = Region::default();
    first.manifest();
    region.manifest();
    // What both name is on the device already.
    let (here, there) = (first.files.0.borrow(), region.files.0.borrow());
    let new = there
        .iter()
        .filter(|(digest, _)| !here.contains_key(digest));
    let total: u64 = new.map(|(_, bytes)| bytes.len() as u64).sum();
    drop((here, there));
    for budget in (0..total).step_by(23) {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        take(&cache, &mut stick(&Region::default())).unwrap();
        let error = take(
            &cache,
            &mut Stick {
                budget,
                ..stick(&region)
            },
        );
        assert!(
            matches!(error, Err(CacheError::Origin { .. })),
            "after {budget} bytes"
        );
        assert_eq!(installed(&cache), 1);
        take(&cache, &mut stick(&region)).unwrap();
        assert_eq!(installed(&cache), 2);
    }
}

#[test]
fn an_altered_file_is_named_and_fetched_again() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(&folder);
    let region = Region::default();
    let manifest = region.manifest();
    let whole = region.files.0.borrow().clone();
    for bytes in region.files.0.borrow_mut().values_mut() {
        bytes[0] ^= 1;
    }
    let mut bad = Stick::new(&region, manifest);
    assert!(matches!(
        take(&cache, &mut bad),
        Err(CacheError::Bundle(BundleError::WrongFile(_)))
    ));
    *region.files.0.borrow_mut() = whole;
    installs(&cache, &mut bad);
}

#[test]
fn an_installed_bundle_that_rots_is_mended_or_replaced_and_nothing_goes_back() {
    for mend_with in [1, 2] {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        take(&cache, &mut stick(&Region::default())).unwrap();
        for file in fs::read_dir(folder.path().join("files")).unwrap().flatten() {
            fs::write(file.path(), b"rotten").unwrap();
        }
        assert!(cache.load(&fixture::root(), &clock()).is_err());
        let old = Region {
            version: 0,
            ..Region::default()
        };
        goes_back(&cache, &old);
        let region = if mend_with == 1 {
            Region::default()
        } else {
            second()
        };
        installs(&cache, &mut stick(&region));
        assert_eq!(installed(&cache), mend_with);
    }
}

#[test]
fn a_forged_manifest_fetches_nothing_large_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(&folder);
    let region = Region::default();
    let mut forged = stick(&region);
    *forged.manifest.last_mut().unwrap() ^= 1;
    let error = take(&cache, &mut forged);
    assert!(matches!(
        error,
        Err(CacheError::Bundle(BundleError::Document { .. }))
    ));
    assert_eq!(
        fs::read_dir(folder.path().join("files")).unwrap().count(),
        0
    );
}

#[test]
fn a_bundle_that_expired_on_the_way_is_not_taken_in() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(&folder);
    let region = Region::default();
    let late = fixture::SIGNED.plus(8 * DAY);
    let late = Clock::still(late);
    let taken = cache.install(&mut stick(&region), &fixture::root(), &late, &mut |_| {});
    assert!(matches!(
        taken,
        Err(CacheError::Bundle(BundleError::Expired))
    ));
}
