//! Attacks on a bundle, each by its name in the TUF specification (section 1.5.2). None is taken
//! in.

use std::{cell::Cell, io, rc::Rc};

use super::*;
use crate::{
    FileRole, Freshness, Manifest, ReadAt, SecretKey, Signer,
    bundle::{FileEntry, MAX_LENGTH},
    envelope::{Envelope, MAX_FILE},
    list::{ListPlan, write_status},
    trust::{RootClaims, TrustListClaims, sign_with_roots},
};

/// The claims of a region's manifest, with all its files written.
pub(super) fn claims(region: &Region) -> Manifest {
    let manifest = region.manifest();
    Envelope::parse_kind(Kind::Manifest, &manifest, MAX_FILE)
        .unwrap()
        .peek()
        .unwrap()
}

/// A manifest with other files, signed by the true freshness key.
pub(super) fn naming(claims: Manifest, change: impl FnOnce(&mut Vec<FileEntry>)) -> Vec<u8> {
    let mut files = claims.files.as_slice().to_vec();
    change(&mut files);
    let files = files.try_into().unwrap();
    fixture::freshness().sign(Kind::Manifest, &Manifest { files, ..claims })
}

pub(super) fn second() -> Region {
    Region {
        version: 2,
        issued_at: SIGNED.plus(60),
        ..Region::default()
    }
}

#[test]
fn rollback_of_manifest_trust_list_policy_or_any_list_is_refused() {
    let mut newer = second();
    newer.trust.version = 2;
    newer.policy.version = 2;
    let have = newer.verified().versions();
    for back in ["manifest", "trust list", "policy", "list"] {
        let mut region = Region {
            version: 3,
            ..second()
        };
        region.trust.version = 2;
        region.policy.version = 2;
        match back {
            "manifest" => region.version = 1,
            "trust list" => region.trust.version = 1,
            "policy" => region.policy.version = 1,
            _ => {}
        }
        let mut manifest = claims(&region);
        if back == "list" {
            let old = claims(&Region::default());
            manifest.files = {
                let mut files = manifest.files.as_slice().to_vec();
                files[2] = old.files.as_slice()[2].clone();
                files.try_into().unwrap()
            };
            let first = Region::default();
            first.manifest();
            region.files.0.borrow_mut().extend(first.files.0.take());
        }
        let manifest = fixture::freshness().sign(Kind::Manifest, &manifest);
        match verify_new(&manifest, &region.files, &have, NOW) {
            Err(BundleError::Rollback { what, .. }) => assert_eq!(what, back),
            other => panic!("{back}: {other:?}"),
        }
    }
}

#[test]
fn rollback_by_other_contents_under_the_same_version_is_refused() {
    let have = Region::default().verified().versions();
    let mut region = Region::default();
    region.listed.clear();
    let error = take(&region, &have).unwrap_err();
    assert!(matches!(error, BundleError::Rollback { have: 1, .. }));
}

#[test]
fn freeze_makes_a_bundle_stale_then_expired_and_never_fresh_again() {
    let region = Region::default();
    let bundle = region.verified();
    let have = bundle.versions();
    let mut worst = Freshness::Fresh;
    for hour in 0..10 * 24 {
        let now = SIGNED.plus(hour * 3600);
        // The same bundle comes again and again: it is no news.
        assert!(verify_new(&region.manifest(), &region.files, &have, now).is_err());
        let age = bundle.freshness(now);
        assert!(age >= worst, "fresher after {hour} hours");
        worst = age;
        let told = match hour {
            0..24 => Freshness::Fresh,
            24..168 => Freshness::Stale,
            _ => Freshness::Expired,
        };
        assert_eq!(age, told, "after {hour} hours");
    }
}

#[test]
fn freeze_of_one_list_under_new_manifests_is_not_fresh() {
    for days in [0, 1, 7] {
        let region = Region {
            version: 9,
            issued_at: SIGNED.plus(days * DAY),
            list_age: (days * DAY) as i64,
            ..Region::default()
        };
        let now = SIGNED.plus(days * DAY + 60);
        let have = Versions::default();
        let bundle = verify_new(&region.manifest(), &region.files, &have, now).unwrap();
        let told = match days {
            0 => Freshness::Fresh,
            1 => Freshness::Stale,
            _ => Freshness::Expired,
        };
        assert_eq!(bundle.freshness_of(issuer("CN-SD"), now), told);
    }
}

#[test]
fn mix_and_match_of_two_bundles_is_refused_whichever_file_is_mixed_in() {
    let (old, new) = (claims(&Region::default()), second());
    let first = Region::default();
    first.manifest();
    let manifest = new.manifest();
    let whole = new.files.0.borrow().clone();
    let mut mixed = 0;
    for (theirs, ours) in old
        .files
        .as_slice()
        .iter()
        .zip(claims(&new).files.as_slice())
    {
        if theirs.digest == ours.digest {
            continue;
        }
        mixed += 1;
        let bytes = first.files.0.borrow()[&theirs.digest].clone();
        new.files.0.borrow_mut().insert(ours.digest, bytes);
        let error = verify_new(&manifest, &new.files, &Versions::default(), NOW).unwrap_err();
        assert!(
            matches!(error, BundleError::WrongFile(digest) if digest == ours.digest),
            "{error}"
        );
        *new.files.0.borrow_mut() = whole.clone();
    }
    assert_eq!(mixed, 2, "both lists differ between the bundles");
}

#[test]
fn truncation_of_the_manifest_or_any_file_at_any_length_is_refused() {
    let region = Region::default();
    let manifest = region.manifest();
    let have = Versions::default();
    for end in 0..manifest.len() {
        assert!(verify_new(&manifest[..end], &region.files, &have, NOW).is_err());
    }
    let whole = region.files.0.borrow().clone();
    for (digest, bytes) in &whole {
        for end in 0..bytes.len() {
            let cut = bytes[..end].to_vec();
            region.files.0.borrow_mut().insert(*digest, cut);
            let error = verify_new(&manifest, &region.files, &have, NOW).unwrap_err();
            assert!(
                matches!(error, BundleError::WrongFile(_)),
                "at {end}: {error}"
            );
        }
        region.files.0.borrow_mut().insert(*digest, bytes.clone());
    }
}

/// Files that never end, and how much of them was read.
struct Endless<'a>(&'a Region, FileRole, Rc<Cell<u64>>);

#[derive(Debug)]
struct Stream(Option<Vec<u8>>, Rc<Cell<u64>>);

impl ReadAt for Stream {
    fn length(&self) -> io::Result<u64> {
        self.0.as_ref().map_or(Ok(u64::MAX), ReadAt::length)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        match &self.0 {
            Some(bytes) => bytes.read_at(buffer, offset),
            None => {
                self.1.set(self.1.get() + buffer.len() as u64);
                Ok(())
            }
        }
    }
}

impl BundleFiles for Endless<'_> {
    type Reader = Stream;

    fn open(&self, digest: &Digest) -> io::Result<Stream> {
        let named = claims(self.0).files;
        let endless = named.as_slice().iter().find(|entry| entry.role == self.1);
        let bytes = match endless {
            Some(entry) if entry.digest == *digest => None,
            _ => Some(self.0.files.open(digest)?),
        };
        Ok(Stream(bytes, self.2.clone()))
    }
}

#[test]
fn endless_data_is_refused_before_a_byte_of_it_is_read() {
    let region = Region::default();
    let named = claims(&region);
    let have = Versions::default();
    for (i, entry) in named.files.as_slice().iter().enumerate() {
        for claimed in [entry.length, MAX_LENGTH + 1, u64::MAX] {
            let manifest = naming(named.clone(), |files| files[i].length = claimed);
            let read = Rc::new(Cell::new(0));
            let files = Endless(&region, entry.role, read.clone());
            let error = verify_new(&manifest, &files, &have, NOW).unwrap_err();
            assert!(matches!(error, BundleError::WrongFile(_)), "{error}");
            assert_eq!(read.get(), 0, "{:?} of {claimed} bytes", entry.role);
        }
    }
    let endless = vec![Kind::Manifest as u8; MAX_FILE + 1];
    let error = verify_new(&endless, &region.files, &have, NOW).unwrap_err();
    assert!(matches!(
        error,
        BundleError::Manifest(EnvelopeError::Format(_))
    ));
}

#[test]
fn wrong_threshold_one_root_key_can_not_stand_for_two() {
    let claims = fixture::trust_claims();
    let (one, stranger) = (fixture::root_1().secret, SecretKey::from_seed(&[1; 32]));
    for keys in [vec![&one], vec![&one, &one], vec![&one, &stranger]] {
        let bytes = sign_with_roots(Kind::TrustList, &claims, &keys);
        let error = TrustList::verify(&fixture::root(), &bytes).unwrap_err();
        let TrustError::Threshold { valid: 1, .. } = error else {
            panic!("{error}")
        };
    }
    // One signature written twice is not the one encoding that there is.
    let mut bytes = sign_with_roots(Kind::TrustList, &claims, &[&one]);
    let signature = bytes[bytes.len() - 72..].to_vec();
    let count = bytes.len() - 73;
    assert_eq!(bytes[count], 1);
    bytes[count] = 2;
    bytes.extend(signature);
    let error = TrustList::verify(&fixture::root(), &bytes).unwrap_err();
    assert!(matches!(error, TrustError::Format { .. }), "{error}");
}

#[test]
fn wrong_threshold_of_nought_or_of_more_than_the_keys_is_refused() {
    for threshold in [0, 2, 255] {
        let key = SecretKey::from_seed(&[1; 32]);
        let claims = RootClaims {
            version: 1,
            threshold,
            keys: vec![key.public()].try_into().unwrap(),
            expires: SIGNED.plus(DAY),
        };
        let bytes = sign_with_roots(Kind::Root, &claims, &[&key]);
        assert_eq!(crate::Root::pin(&bytes), Err(TrustError::RootKeys));
    }
}

#[test]
fn swapped_files_two_roles_exchanged_are_refused_for_every_pair() {
    let region = Region::default();
    let named = claims(&region);
    let count = named.files.as_slice().len();
    for (a, b) in (0..count).flat_map(|a| (0..a).map(move |b| (a, b))) {
        let manifest = naming(named.clone(), |files| {
            let roles = (files[a].role, files[b].role);
            files.swap(a, b);
            (files[a].role, files[b].role) = roles;
        });
        let verified = verify_new(&manifest, &region.files, &Versions::default(), NOW);
        assert!(verified.is_err(), "{a} and {b}");
    }
}

#[test]
fn swapped_list_another_issuers_list_under_our_name_is_refused() {
    let mut region = Region::default();
    let theirs = Signer {
        key: KeyId(2),
        ..foreign("CN-JS")
    };
    let mut issuers = region.trust.issuers.as_slice().to_vec();
    let keys = vec![fixture::key_entry(&theirs, &[Kind::List])];
    issuers[1].keys = keys.try_into().unwrap();
    region.trust.issuers = issuers.try_into().unwrap();
    let plan = ListPlan {
        version: 1,
        as_of: SIGNED,
        salt: [3; 16],
    };
    let list = write_status(&theirs, plan, [], []).unwrap();
    let entry = |issuer| FileEntry {
        role: FileRole::List(ListKind::Status, issuer),
        digest: Digest::of(&list),
        length: list.len() as u64,
        records: 0,
    };
    let named = claims(&region);
    let mut files = region.files.0.borrow_mut();
    files.insert(Digest::of(&list), list.clone());
    drop(files);
    // Under its own name it counts, under ours it does not.
    let honest = naming(named.clone(), |files| {
        files.push(entry(issuer("CN-JS")));
        files.sort_by_key(|entry| entry.role);
    });
    verify_new(&honest, &region.files, &Versions::default(), NOW).unwrap();
    let manifest = naming(named, |files| files[2] = entry(issuer("CN-SD")));
    let error = verify_new(&manifest, &region.files, &Versions::default(), NOW).unwrap_err();
    assert!(matches!(error, BundleError::Disagree { .. }), "{error}");
}

#[test]
fn a_manifest_out_of_order_with_a_role_twice_or_without_a_needed_file_is_refused() {
    let region = Region::default();
    let named = claims(&region);
    let try_it = |change: &dyn Fn(&mut Vec<FileEntry>)| {
        let manifest = naming(named.clone(), |files| change(files));
        verify_new(&manifest, &region.files, &Versions::default(), NOW).unwrap_err()
    };
    assert!(matches!(
        try_it(&|files| files.reverse()),
        BundleError::Order
    ));
    let twice = try_it(&|files| files.insert(0, files[0].clone()));
    assert!(matches!(twice, BundleError::Order));
    for (at, name) in [(0, "trust list"), (1, "policy")] {
        let error = try_it(&|files| {
            files.remove(at);
        });
        assert!(matches!(error, BundleError::Missing(what) if what == name));
    }
}

#[test]
fn a_count_that_differs_from_the_list_is_refused() {
    let region = Region::default();
    let manifest = naming(claims(&region), |files| files[2].records += 1);
    let error = verify_new(&manifest, &region.files, &Versions::default(), NOW).unwrap_err();
    assert!(matches!(error, BundleError::Disagree { .. }));
}

#[test]
fn a_trust_list_of_another_region_with_other_roots_is_refused() {
    let (a, b) = (
        SecretKey::from_seed(&[1; 32]),
        SecretKey::from_seed(&[2; 32]),
    );
    let region = Region::default();
    let trust = sign_with_roots::<TrustListClaims>(Kind::TrustList, &region.trust, &[&a, &b]);
    let entry = FileEntry {
        role: FileRole::TrustList,
        digest: Digest::of(&trust),
        length: trust.len() as u64,
        records: 0,
    };
    let manifest = naming(claims(&region), |files| files[0] = entry.clone());
    region.files.0.borrow_mut().insert(entry.digest, trust);
    let error = verify_new(&manifest, &region.files, &Versions::default(), NOW).unwrap_err();
    let BundleError::Trust(TrustError::Threshold { valid: 0, .. }) = error else {
        panic!("{error}")
    };
}
