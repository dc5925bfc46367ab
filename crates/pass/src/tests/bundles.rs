//! Bundles: verified whole, ageing, and never going back.

use super::*;
use crate::bundle::SignedVersion;

#[test]
fn a_bundle_verifies_whole_and_ages() {
    let bundle = Region::default().verified();
    assert_eq!(bundle.trust().own(), "CN-SD".parse::<IssuerId>().unwrap());
    let list = bundle.list(ListKind::Status, issuer("CN-SD")).unwrap();
    assert_eq!(
        list.status(&SubjectTag([102; 16])).unwrap(),
        Listing::Listed(Colour::Red)
    );
    assert_eq!(bundle.freshness(NOW), crate::Freshness::Fresh);
    assert_eq!(
        bundle.freshness(SIGNED.plus(2 * DAY)),
        crate::Freshness::Stale
    );
    assert_eq!(
        bundle.freshness(SIGNED.plus(8 * DAY)),
        crate::Freshness::Expired
    );
}

/// What goes back when a device that has these versions is given the first bundle.
fn refused_going_back(have: &Versions) -> (&'static str, u64, u64) {
    match take(&Region::default(), have) {
        Err(BundleError::Rollback { what, have, found }) => (what, have, found),
        other => panic!("{other:?}"),
    }
}

#[test]
fn rollback_is_refused_by_name() {
    let have = Versions {
        manifest: Some(SignedVersion {
            number: 2,
            key: fixture::freshness().secret.public(),
        }),
        ..Versions::default()
    };
    assert_eq!(refused_going_back(&have), ("manifest", 2, 1));
    let status = (ListKind::Status, issuer("CN-SD"));
    let signed = SignedVersion {
        number: 7,
        key: fixture::lists().secret.public(),
    };
    let have = Versions {
        lists: [(status, signed)].into(),
        ..Versions::default()
    };
    assert_eq!(refused_going_back(&have), ("list", 7, 1));
}

#[test]
fn leaving_newer_roots_out_does_not_bring_an_old_root_back() {
    // The device has used root 2, which has left keys 1 and 2 behind.
    let new = crate::SecretKey::from_seed(&[1; 32]);
    let keys = vec![new.public()];
    let claims = crate::trust::RootClaims {
        version: 2,
        threshold: 1,
        keys: keys.try_into().unwrap(),
        expires: SIGNED.plus(DAY),
    };
    let (one, two) = (fixture::root_1().secret, fixture::root_2().secret);
    let bytes = crate::trust::sign_with_roots(Kind::Root, &claims, &[&one, &two, &new]);
    let used = fixture::root().advance(&bytes).unwrap();
    assert_eq!(crate::Root::pin(used.to_bytes()).unwrap().version(), 2);

    let region = Region::default();
    let (manifest, have) = (region.manifest(), Versions::default());
    let error = VerifiedBundle::verify(&used, &manifest, &region.files, Intake::New(&have), NOW)
        .unwrap_err();
    let BundleError::Trust(TrustError::Threshold {
        valid: 0,
        needed: 1,
        ..
    }) = error
    else {
        panic!("{error}")
    };
}

#[test]
fn a_trust_list_or_list_signed_after_its_manifest_is_refused() {
    let mut region = Region::default();
    region.trust.issued_at = SIGNED.plus(2 * 3600);
    let error = take(&region, &Versions::default()).unwrap_err();
    assert!(matches!(
        error,
        BundleError::LaterThanManifest("trust list")
    ));
    let region = Region {
        list_age: -2 * 3600,
        ..Region::default()
    };
    let error = take(&region, &Versions::default()).unwrap_err();
    assert!(matches!(error, BundleError::LaterThanManifest("list")));
}

#[test]
fn a_new_manifest_around_an_old_list_is_not_fresh() {
    let region = Region {
        list_age: 2 * DAY as i64,
        ..Region::default()
    };
    let bundle = region.verified();
    assert_eq!(bundle.freshness(NOW), crate::Freshness::Stale);
    assert_eq!(
        bundle.freshness_of(issuer("CN-SD"), NOW),
        crate::Freshness::Stale
    );
    assert_eq!(
        bundle.freshness_of(issuer("CN-JS"), NOW),
        crate::Freshness::Fresh
    );
}

#[test]
fn an_expired_bundle_is_not_taken_in_but_an_installed_one_still_loads() {
    let region = Region::default();
    let manifest = region.manifest();
    let (root, late) = (fixture::root(), SIGNED.plus(500 * DAY));
    let have = Versions::default();
    let new = verify_new(&manifest, &region.files, &have, late);
    assert!(new.is_err());
    let installed =
        VerifiedBundle::verify(&root, &manifest, &region.files, Intake::Installed, late).unwrap();
    assert_eq!(installed.freshness(late), crate::Freshness::Expired);
}

#[test]
fn an_installed_bundle_opens_again_without_the_list_that_has_rotted_and_says_which() {
    let region = Region::default();
    let manifest = region.manifest();
    let status = |bytes: &&mut Vec<u8>| bytes.starts_with(b"GPL1") && bytes[8..].contains(&64);
    let mut files = region.files.0.borrow_mut();
    // In the index, which stands before the digest of the one chunk.
    let list = files.values_mut().find(status).unwrap();
    let at = list.len() - 33;
    list[at] ^= 1;
    drop(files);
    let open =
        |intake| VerifiedBundle::verify(&fixture::root(), &manifest, &region.files, intake, NOW);
    let whole = open(Intake::Installed);
    assert!(matches!(whole, Err(BundleError::WrongFile(_))));
    let bundle = open(Intake::Reopened).unwrap();
    let rotten: Vec<_> = bundle.unopened().keys().collect();
    assert_eq!(rotten, [&(ListKind::Status, issuer("CN-SD"))]);
    assert!(bundle.list(ListKind::Status, issuer("CN-SD")).is_none());
    let revoked = bundle.list(ListKind::Revocation, issuer("CN-SD")).unwrap();
    let number = crate::PassNumber([0, 0, 0, 0, 103]);
    assert_eq!(
        revoked.revocation(&number).unwrap(),
        crate::Revocation::Revoked
    );
}

#[test]
fn a_bundle_is_taken_in_by_a_device_whose_clock_says_1970() {
    let region = Region::default();
    let (manifest, have) = (region.manifest(), Versions::default());
    verify_new(&manifest, &region.files, &have, Timestamp(0)).unwrap();
}

#[test]
fn a_swapped_missing_or_altered_file_is_refused() {
    let region = Region::default();
    let manifest = region.manifest();
    let digests: Vec<Digest> = region.files.0.borrow().keys().copied().collect();
    let have = Versions::default();
    for digest in digests {
        let bytes = region.files.0.borrow_mut().remove(&digest).unwrap();
        let verify = || verify_new(&manifest, &region.files, &have, NOW);
        assert!(matches!(verify(), Err(BundleError::File { .. })));
        let mut altered = bytes.clone();
        *altered.last_mut().unwrap() ^= 1;
        region.files.0.borrow_mut().insert(digest, altered);
        assert!(matches!(verify(), Err(BundleError::WrongFile(_))));
        region.files.0.borrow_mut().insert(digest, bytes);
        verify().unwrap();
    }
}
