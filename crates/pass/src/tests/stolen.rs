//! Stolen keys: what the thief can do, and how a region gets over it without touching a device by
//! hand.

use super::{
    attacks::{claims, second},
    *,
};
use crate::{
    FileRole, Freshness, Manifest, Root, SecretKey, Signer,
    bundle::FileEntry,
    trust::{RootClaims, sign_with_roots},
};

/// The bundle key that replaces the stolen one.
fn replacement() -> Signer {
    Signer {
        key: KeyId(50),
        secret: SecretKey::from_seed(&[50; 32]),
        ..fixture::bundle()
    }
}

/// A trust list one version up, in which the bundle key is another one.
fn recovered(region: &mut Region) {
    let (old, new) = (fixture::bundle(), replacement());
    let mut issuers = region.trust.issuers.as_slice().to_vec();
    let mut keys = issuers[0].keys.as_slice().to_vec();
    keys.retain(|entry| entry.id != old.key);
    keys.push(fixture::key_entry(&new, &[Kind::Manifest, Kind::Policy]));
    issuers[0].keys = keys.try_into().unwrap();
    region.trust.issuers = issuers.try_into().unwrap();
    region.trust.version += 1;
}

/// The region's bundle with policy and manifest signed by this key.
fn signed_by(region: &Region, signer: &Signer) -> Vec<u8> {
    let named = claims(region);
    let policy = signer.sign(Kind::Policy, &region.policy);
    let mut files = named.files.as_slice().to_vec();
    files[1] = FileEntry {
        role: FileRole::Policy,
        digest: Digest::of(&policy),
        length: policy.len() as u64,
        records: 0,
    };
    region.files.0.borrow_mut().insert(files[1].digest, policy);
    let files = files.try_into().unwrap();
    signer.sign(Kind::Manifest, &Manifest { files, ..named })
}

fn after_recovery() -> Region {
    let mut region = second();
    recovered(&mut region);
    region
}

#[test]
fn key_compromise_recovery_a_new_trust_list_replaces_a_stolen_bundle_key() {
    let have = Region::default().verified().versions();
    let region = after_recovery();
    let manifest = signed_by(&region, &replacement());
    let have = verify_new(&manifest, &region.files, &have, NOW)
        .unwrap()
        .versions();

    // The thief signs on: under the new trust list the key is gone, and the old one comes no more.
    let mut under_new = after_recovery();
    under_new.version = 99;
    let stolen = signed_by(&under_new, &fixture::bundle());
    let error = verify_new(&stolen, &under_new.files, &have, NOW).unwrap_err();
    let unknown = DocumentError::UnknownKey {
        issuer: issuer("CN-SD"),
        key: fixture::bundle().key,
    };
    assert!(matches!(error, BundleError::Document { why, .. } if why == unknown));
    let under_old = Region {
        version: 99,
        ..second()
    };
    let error = take(&under_old, &have).unwrap_err();
    assert!(matches!(
        error,
        BundleError::Rollback {
            what: "trust list",
            ..
        }
    ));
}

#[test]
fn key_compromise_recovery_works_after_the_thief_used_up_all_versions() {
    let mut hostile = Region {
        version: u64::MAX,
        ..second()
    };
    hostile.policy.version = u64::MAX;
    let have = hostile.verified().versions();
    // Without a new trust list nothing follows.
    assert!(matches!(
        take(&second(), &have),
        Err(BundleError::Rollback { .. })
    ));
    let region = after_recovery();
    let manifest = signed_by(&region, &replacement());
    let bundle = verify_new(&manifest, &region.files, &have, NOW).unwrap();
    assert_eq!(bundle.versions().manifest, 2);
    // From here on everything counts again.
    let again = verify_new(&manifest, &region.files, &bundle.versions(), NOW).unwrap_err();
    assert!(matches!(again, BundleError::Rollback { have: 2, .. }));
}

#[test]
fn a_new_trust_list_that_keeps_the_bundle_key_does_not_let_anything_go_back() {
    let have = Region {
        version: 5,
        ..second()
    }
    .verified()
    .versions();
    let mut region = second();
    region.trust.version = 2;
    let error = take(&region, &have).unwrap_err();
    assert!(matches!(error, BundleError::Rollback { have: 5, .. }));
}

#[test]
fn a_stolen_bundle_key_signs_no_pass_list_trust_list_or_root() {
    let thief = fixture::bundle();
    let pass = thief.sign(Kind::Pass, &fixture::paper_pass(1));
    assert!(matches!(
        scan_bytes(&pass),
        Err(DocumentError::WrongRole { .. })
    ));
    let plan = crate::list::ListPlan {
        version: 9,
        as_of: SIGNED,
        salt: [0; 16],
    };
    let list = crate::list::write_status(&thief, plan, [], []).unwrap();
    let opened = List::open(list, &fixture::trust(), NOW);
    assert!(matches!(
        opened,
        Err(ListError::Head(DocumentError::WrongRole { .. }))
    ));
    let mut claims = fixture::trust_claims();
    claims.version = 2;
    let trust = sign_with_roots(Kind::TrustList, &claims, &[&thief.secret]);
    assert!(TrustList::verify(&fixture::root(), &trust).is_err());
}

#[test]
fn a_stolen_bundle_key_can_not_date_a_manifest_past_its_own_validity() {
    let region = Region {
        version: 9,
        issued_at: SIGNED.plus(400 * DAY),
        ..Region::default()
    };
    for now in [Timestamp(0), NOW] {
        let error = verify_new(&region.manifest(), &region.files, &Versions::default(), now);
        assert!(matches!(
            error,
            Err(BundleError::Document {
                role: "manifest",
                ..
            })
        ));
    }
}

fn root_2(keys: [&SecretKey; 3]) -> RootClaims {
    RootClaims {
        version: 2,
        threshold: 2,
        keys: keys.map(SecretKey::public).to_vec().try_into().unwrap(),
    }
}

#[test]
fn root_rotation_after_theft_leaves_the_stolen_root_key_without_a_vote() {
    let (stolen, two, three) = (fixture::root_1(), fixture::root_2(), fixture::root_3());
    let (two, three) = (two.secret, three.secret);
    let new = SecretKey::from_seed(&[1; 32]);
    let claims = root_2([&new, &two, &three]);
    let bytes = sign_with_roots(Kind::Root, &claims, &[&two, &three, &new]);
    let root = fixture::root().advance(&bytes).unwrap();

    let claims = fixture::trust_claims();
    let with_stolen = sign_with_roots(Kind::TrustList, &claims, &[&stolen.secret, &two]);
    assert!(matches!(
        TrustList::verify(&root, &with_stolen),
        Err(TrustError::Threshold { valid: 1, .. })
    ));
    TrustList::verify(
        &root,
        &sign_with_roots(Kind::TrustList, &claims, &[&new, &two]),
    )
    .unwrap();
    // Nor does it make a root of its own, of version 2 or 3.
    let own = RootClaims {
        version: 3,
        threshold: 1,
        keys: vec![stolen.secret.public()].try_into().unwrap(),
    };
    let own = sign_with_roots(Kind::Root, &own, &[&stolen.secret]);
    assert!(root.advance(&own).is_err());
}

#[test]
fn a_device_that_was_away_walks_every_root_in_between_and_skips_none() {
    let (one, two, three) = (fixture::root_1(), fixture::root_2(), fixture::root_3());
    let (one, two, three) = (one.secret, two.secret, three.secret);
    let new: Vec<SecretKey> = (1..=3).map(|n| SecretKey::from_seed(&[n; 32])).collect();
    let second = root_2([&new[0], &two, &three]);
    let second = sign_with_roots(Kind::Root, &second, &[&one, &two, &new[0]]);
    let third = RootClaims {
        version: 3,
        ..root_2([&new[0], &new[1], &new[2]])
    };
    let third = sign_with_roots(Kind::Root, &third, &[&new[0], &two, &new[1]]);
    let at_2 = fixture::root().advance(&second).unwrap();
    assert_eq!(at_2.advance(&third).map(|root| root.version()), Ok(3));
    let skipped = fixture::root().advance(&third);
    assert_eq!(skipped, Err(TrustError::RootVersion { found: 3, have: 1 }));
    assert!(at_2.advance(&second).is_err(), "nor does it stand still");
    assert_eq!(Root::pin(at_2.to_bytes()).map(|root| root.version()), Ok(2));
}

#[test]
fn root_keys_stolen_below_the_threshold_sign_nothing_and_at_the_threshold_everything() {
    let (one, two) = (fixture::root_1().secret, fixture::root_2().secret);
    let claims = root_2([&one, &two, &SecretKey::from_seed(&[1; 32])]);
    let below = sign_with_roots(Kind::Root, &claims, &[&one]);
    assert!(fixture::root().advance(&below).is_err());
    // This is what the threshold is for, and what it does not help against.
    let at = sign_with_roots(Kind::Root, &claims, &[&one, &two]);
    assert!(fixture::root().advance(&at).is_ok());
}

#[test]
fn an_installed_bundle_loads_and_ages_after_its_key_was_stolen() {
    let region = Region::default();
    let late = SIGNED.plus(3 * DAY);
    let bundle = VerifiedBundle::verify(
        &fixture::root(),
        &region.manifest(),
        &region.files,
        Intake::Installed,
        late,
    );
    assert_eq!(bundle.unwrap().freshness(late), Freshness::Stale);
}

#[test]
fn a_thief_who_dates_a_bundle_ahead_is_followed_by_one_dated_later_and_not_by_an_earlier_one() {
    let ahead = SIGNED.plus(300 * DAY);
    let hostile = Region {
        version: 9,
        issued_at: ahead,
        ..Region::default()
    };
    let have = verify_new(
        &hostile.manifest(),
        &hostile.files,
        &Versions::default(),
        NOW,
    )
    .unwrap()
    .versions();
    // The device's time floor has followed the signed time.
    let recovery = |issued_at| {
        let mut region = Region {
            version: 10,
            issued_at,
            ..Region::default()
        };
        recovered(&mut region);
        verify_new(
            &signed_by(&region, &replacement()),
            &region.files,
            &have,
            ahead,
        )
    };
    let early = recovery(NOW).unwrap_err();
    assert!(matches!(early, BundleError::Expired), "{early}");
    recovery(ahead.plus(60)).unwrap();
}
