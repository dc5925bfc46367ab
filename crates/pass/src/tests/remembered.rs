//! What a device remembers of lists and keys, so that nothing comes back older (TUF, section
//! 5.5.5).

use super::{attacks::claims, stolen::replace, *};
use crate::{
    FileRole, Manifest, Signer,
    bundle::{FileEntry, SignedVersion},
    list::{ListPlan, write_status},
};

fn own() -> IssuerId {
    issuer("CN-SD")
}

fn is_status(entry: &FileEntry) -> bool {
    entry.role == FileRole::List(ListKind::Status, own())
}

fn dated(version: u64) -> Region {
    Region {
        version,
        issued_at: SIGNED.plus(version * 60),
        ..Region::default()
    }
}

/// The region's bundle with a manifest of another version and other files, by its freshness key.
fn named(region: &Region, signer: &Signer, version: u64, files: Vec<FileEntry>) -> Vec<u8> {
    let claims = Manifest {
        version,
        files: files.try_into().unwrap(),
        ..claims(region)
    };
    signer.sign(Kind::Manifest, &claims)
}

fn files(region: &Region) -> Vec<FileEntry> {
    claims(region).files.as_slice().to_vec()
}

/// What a device has after a bundle with status list 2, and after one that leaves it out, which
/// this signer signs.
fn left_out(without: &Region, signer: &Signer) -> Versions {
    let have = dated(2).verified().versions();
    let mut entries = files(without);
    entries.retain(|entry| !is_status(entry));
    let manifest = named(without, signer, 3, entries);
    let bundle = verify_new(&manifest, &without.files, &have, NOW).unwrap();
    assert!(bundle.list(ListKind::Status, own()).is_none());
    bundle.versions_after(&have)
}

/// Status list 1 in the fourth bundle: what becomes of it.
fn comes_back_older(region: &Region, signer: &Signer, have: &Versions) -> BundleError {
    let old = dated(1);
    let status = files(&old).into_iter().find(is_status);
    region
        .files
        .0
        .borrow_mut()
        .extend(old.files.0.borrow().clone());
    let mut entries = files(region);
    entries.retain(|entry| !is_status(entry));
    entries.extend(status);
    entries.sort_by_key(|entry| entry.role);
    let manifest = named(region, signer, 4, entries);
    verify_new(&manifest, &region.files, have, NOW).unwrap_err()
}

#[test]
fn a_list_that_a_bundle_left_out_does_not_come_back_older() {
    let have = left_out(&dated(3), &fixture::freshness());
    let error = comes_back_older(&dated(4), &fixture::freshness(), &have);
    assert!(
        matches!(
            error,
            BundleError::Rollback {
                what: "list",
                have: 2,
                found: 1
            }
        ),
        "{error}"
    );
    // The newer one is welcome.
    let region = dated(4);
    take(&region, &have).unwrap();
}

#[test]
fn nor_does_it_after_the_keys_of_other_roles_were_changed() {
    let mut region = dated(3);
    replace(&mut region, &fixture::freshness(), Kind::Manifest);
    let new = super::stolen::replacing(fixture::freshness());
    let have = left_out(&region, &new);
    assert_eq!(have.trust_list, 2);
    let mut fourth = dated(4);
    fourth.trust = region.trust.clone();
    let error = comes_back_older(&fourth, &new, &have);
    assert!(
        matches!(error, BundleError::Rollback { what: "list", .. }),
        "{error}"
    );
}

#[test]
fn a_lists_key_that_the_roots_dropped_frees_its_lists_and_nothing_else() {
    let thief = fixture::lists();
    let used_up = SignedVersion {
        number: u64::MAX,
        key: thief.secret.public(),
    };
    let mut have = dated(2).verified().versions();
    have.lists.insert((ListKind::Status, own()), used_up);
    assert!(matches!(
        take(&dated(3), &have),
        Err(BundleError::Rollback { what: "list", .. })
    ));
    let mut region = dated(3);
    replace(&mut region, &thief, Kind::List);
    let new = super::stolen::replacing(thief);
    let plan = ListPlan {
        version: 3,
        as_of: region.issued_at,
        salt: [3; 16],
    };
    let list = write_status(&new, plan, [], []).unwrap();
    let entry = FileEntry {
        role: FileRole::List(ListKind::Status, own()),
        digest: Digest::of(&list),
        length: list.len() as u64,
        records: 0,
    };
    let mut entries = files(&region);
    region.files.0.borrow_mut().insert(entry.digest, list);
    // The other list is still the dropped key's: it goes.
    entries.retain(|entry| !matches!(entry.role, FileRole::List(..)));
    entries.push(entry);
    let by_the_old_freshness_key =
        |version| named(&region, &fixture::freshness(), version, entries.clone());
    let manifest = by_the_old_freshness_key(3);
    let bundle = verify_new(&manifest, &region.files, &have, NOW).unwrap();
    let after = bundle.versions_after(&have);
    let status = after.lists[&(ListKind::Status, own())];
    assert_eq!((status.number, status.key), (3, new.secret.public()));
    let back = verify_new(&by_the_old_freshness_key(2), &region.files, &have, NOW).unwrap_err();
    assert!(
        matches!(
            back,
            BundleError::Rollback {
                what: "manifest",
                ..
            }
        ),
        "{back}"
    );
}
