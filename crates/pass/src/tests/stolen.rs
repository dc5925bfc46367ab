//! Stolen keys: what the thief can do, and how a region gets over it without touching a device by
//! hand.

use super::{
    attacks::{claims, naming, second},
    *,
};
use crate::{
    FileRole, Freshness, Manifest, Root, SecretKey, Signer,
    bundle::FileEntry,
    trust::{RootClaims, sign_with_roots},
};

/// The freshness key that replaces the stolen one.
fn replacement() -> Signer {
    replacing(fixture::freshness())
}

/// A new key of the same authority.
pub(super) fn replacing(old: Signer) -> Signer {
    Signer {
        key: KeyId(50),
        secret: SecretKey::from_seed(&[50; 32]),
        ..old
    }
}

/// A trust list one version up, in which the freshness key is another one.
fn recovered(region: &mut Region) {
    replace(region, &fixture::freshness(), Kind::Manifest);
}

/// A trust list one version up, in which one of the own authority's keys is another one.
pub(super) fn replace(region: &mut Region, old: &Signer, role: Kind) {
    let new = fixture::key_entry(&replacing(old.clone()), &[role]);
    region.trust = fixture::trust_claims_with(|issuers| {
        fixture::change_keys(&mut issuers[0], |keys| {
            keys.retain(|entry| entry.id != old.key);
            keys.push(new);
        });
    });
    region.trust.version += 1;
}

/// The region's bundle with a manifest signed by this key.
fn signed_by(region: &Region, signer: &Signer) -> Vec<u8> {
    signer.sign(Kind::Manifest, &claims(region))
}

/// The region's bundle with another policy, signed by the true freshness key.
fn with_policy(region: &Region, policy: &[u8]) -> Vec<u8> {
    let entry = FileEntry {
        role: FileRole::Policy,
        digest: Digest::of(policy),
        length: policy.len() as u64,
        records: 0,
    };
    region
        .files
        .0
        .borrow_mut()
        .insert(entry.digest, policy.to_vec());
    naming(claims(region), |files| files[1] = entry)
}

fn after_recovery() -> Region {
    let mut region = second();
    recovered(&mut region);
    region
}

#[test]
fn key_compromise_recovery_a_new_trust_list_replaces_a_stolen_freshness_key() {
    let have = Region::default().verified().versions();
    let region = after_recovery();
    let manifest = signed_by(&region, &replacement());
    let have = verify_new(&manifest, &region.files, &have, NOW)
        .unwrap()
        .versions_after(&have);

    // The thief signs on: under the new trust list the key is gone, and the old one comes no more.
    let mut under_new = after_recovery();
    under_new.version = 99;
    let stolen = signed_by(&under_new, &fixture::freshness());
    let error = verify_new(&stolen, &under_new.files, &have, NOW).unwrap_err();
    let unknown = DocumentError::UnknownKey {
        issuer: issuer("CN-SD"),
        key: fixture::freshness().key,
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
    let honest = second();
    let last = Manifest {
        version: u64::MAX,
        ..claims(&honest)
    };
    let last = fixture::freshness().sign(Kind::Manifest, &last);
    let have = Versions::default();
    let have = verify_new(&last, &honest.files, &have, NOW)
        .unwrap()
        .versions();
    // Without a new trust list nothing follows.
    assert!(matches!(
        take(&second(), &have),
        Err(BundleError::Rollback { .. })
    ));
    let region = after_recovery();
    let manifest = signed_by(&region, &replacement());
    let bundle = verify_new(&manifest, &region.files, &have, NOW).unwrap();
    let have = bundle.versions_after(&have);
    assert_eq!(have.manifest.map(|signed| signed.number), Some(2));
    // From here on everything counts again.
    let again = verify_new(&manifest, &region.files, &have, NOW).unwrap_err();
    assert!(matches!(again, BundleError::Rollback { have: 2, .. }));
}

#[test]
fn a_policy_key_that_used_up_all_versions_is_replaced_and_nothing_else_may_go_back() {
    let mut hostile = Region {
        version: 5,
        ..second()
    };
    hostile.policy.version = u64::MAX;
    let have = hostile.verified().versions();
    let mut region = Region {
        version: 6,
        ..second()
    };
    assert!(matches!(
        take(&region, &have),
        Err(BundleError::Rollback { what: "policy", .. })
    ));
    replace(&mut region, &fixture::policy_key(), Kind::Policy);
    let policy = replacing(fixture::policy_key()).sign(Kind::Policy, &region.policy);
    let manifest = with_policy(&region, &policy);
    let bundle = verify_new(&manifest, &region.files, &have, NOW).unwrap();
    let policy = bundle.versions_after(&have).policy.unwrap();
    assert_eq!(policy.number, 1);
    // The manifest's and the lists' own numbers bind as before.
    for (version, what) in [(5, "manifest"), (4, "manifest")] {
        region.version = version;
        let manifest = with_policy(
            &region,
            &replacing(fixture::policy_key()).sign(Kind::Policy, &region.policy),
        );
        let error = verify_new(&manifest, &region.files, &have, NOW).unwrap_err();
        assert!(matches!(error, BundleError::Rollback { what: found, .. } if found == what));
    }
}

#[test]
fn a_new_trust_list_that_keeps_the_freshness_key_does_not_let_anything_go_back() {
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
fn a_stolen_freshness_key_signs_no_policy_pass_list_trust_list_or_root() {
    let thief = fixture::freshness();
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
    let region = Region::default();
    let policy = with_policy(&region, &thief.sign(Kind::Policy, &region.policy));
    let refused = verify_new(&policy, &region.files, &Versions::default(), NOW);
    assert!(matches!(
        refused,
        Err(BundleError::Document {
            role: "policy",
            why: DocumentError::WrongRole { .. }
        })
    ));
    let mut claims = fixture::trust_claims();
    claims.version = 2;
    let trust = sign_with_roots(Kind::TrustList, &claims, &[&thief.secret]);
    assert!(TrustList::verify(&fixture::root(), &trust).is_err());
}

#[test]
fn a_stolen_freshness_key_can_not_date_a_manifest_past_its_own_validity() {
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
        expires: SIGNED.plus(400 * DAY),
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
        expires: SIGNED.plus(400 * DAY),
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
