//! Identity lists in a bundle: one programme, one hash.

use super::{
    attacks::{claims, naming},
    *,
};
use crate::{
    FileRole,
    bundle::FileEntry,
    envelope::{Envelope, MAX_FILE},
    list::{HASH, IdentityHasher, ListHead, ListPlan},
};

const WANG: &str = "11010519491231002X";

fn region() -> Region {
    Region {
        identities: vec![(WANG, Colour::Red)],
        ..Region::default()
    }
}

fn plan(salt: [u8; 16]) -> ListPlan {
    ListPlan {
        version: 1,
        as_of: SIGNED,
        salt,
    }
}

/// A list by ID number that its issuer has signed, as a manifest names it.
fn named(region: &Region, kind: ListKind, code: &str, file: Vec<u8>) -> FileEntry {
    let entry = FileEntry {
        role: FileRole::List(kind, issuer(code)),
        digest: Digest::of(&file),
        length: file.len() as u64,
        records: 1,
    };
    region.files.0.borrow_mut().insert(entry.digest, file);
    entry
}

/// CN-JS signs lists too.
fn with_neighbour() -> Region {
    let mut region = region();
    let mut issuers = region.trust.issuers.as_slice().to_vec();
    let keys = vec![fixture::key_entry(
        &fixture::foreign("CN-JS"),
        &[Kind::List],
    )];
    issuers[1].keys = keys.try_into().unwrap();
    region.trust.issuers = issuers.try_into().unwrap();
    region
}

fn verify_with(region: &Region, entry: FileEntry) -> Result<VerifiedBundle<Vec<u8>>, BundleError> {
    let manifest = naming(claims(region), |files| {
        files.retain(|other| other.role != entry.role);
        files.push(entry);
        files.sort_by_key(|entry| entry.role);
    });
    verify_new(&manifest, &region.files, &Versions::default(), NOW)
}

/// A bundle with an identity list of CN-JS too, made with this salt.
fn verify_with_neighbours_salt(salt: [u8; 16]) -> Result<VerifiedBundle<Vec<u8>>, BundleError> {
    let region = with_neighbour();
    let file = region.identity_list(&fixture::foreign("CN-JS"), plan(salt));
    let entry = named(&region, ListKind::Identity, "CN-JS", file);
    verify_with(&region, entry)
}

#[test]
fn one_hash_asks_the_identity_lists_of_all_regions_of_a_programme() {
    let bundle = verify_with_neighbours_salt([3; 16]).unwrap();
    let salt = bundle.identity_salt().unwrap();
    let key = IdentityHasher::new(&salt).key(&crate::IdNumber::parse(WANG).unwrap());
    for code in ["CN-SD", "CN-JS"] {
        let list = bundle.list(ListKind::Identity, issuer(code)).unwrap();
        assert_eq!(list.identity(&key).unwrap(), Listing::Listed(Colour::Red));
    }
}

#[test]
fn an_identity_list_of_another_salt_than_the_others_is_refused() {
    let why = verify_with_neighbours_salt([4; 16]).unwrap_err();
    assert!(matches!(why, BundleError::Salts(_)), "{why}");
}

#[test]
fn a_region_may_leave_the_identity_list_out() {
    let bundle = Region::default().verified();
    assert_eq!(bundle.identity_salt(), None);
    assert!(bundle.list(ListKind::Identity, issuer("CN-SD")).is_none());
}

#[test]
fn an_identity_list_of_another_kind_or_issuer_than_named_is_refused() {
    let region = with_neighbour();
    let own = region.identity_list(&fixture::lists(), plan([3; 16]));
    let theirs = region.identity_list(&fixture::foreign("CN-JS"), plan([3; 16]));
    for (kind, code, file) in [
        (ListKind::Status, "CN-SD", &own),
        (ListKind::Revocation, "CN-SD", &own),
        (ListKind::Identity, "CN-SD", &theirs),
        (ListKind::Identity, "CN-JS", &own),
    ] {
        let entry = named(&region, kind, code, file.clone());
        let why = verify_with(&region, entry).unwrap_err();
        assert!(matches!(why, BundleError::Disagree { .. }), "{why}");
    }
}

#[test]
fn an_identity_list_of_a_hash_that_came_later_is_refused_and_so_is_the_bundle() {
    let region = region();
    let mut file = region.identity_list(&fixture::lists(), plan([3; 16]));
    let end = 8 + usize::from(file[4]);
    let envelope = Envelope::parse_kind(Kind::List, &file[8..end], MAX_FILE).unwrap();
    let mut head: ListHead = envelope.peek().unwrap();
    head.hash = HASH + 1;
    let envelope = fixture::lists().sign(Kind::List, &head);
    file[8..8 + envelope.len()].copy_from_slice(&envelope);
    let entry = named(&region, ListKind::Identity, "CN-SD", file);
    let why = verify_with(&region, entry).unwrap_err();
    let BundleError::List { why, .. } = why else {
        panic!("{why}")
    };
    assert!(matches!(why, ListError::UnknownHash(2)), "{why}");
}
