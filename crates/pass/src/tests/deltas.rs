//! Deltas in a bundle: named, limited, and never needed.

use super::{
    attacks::{claims, naming, second},
    *,
};
use crate::{
    FileRole, Manifest,
    bundle::{FileEntry, MAX_DELTAS},
};

/// A delta of an issuer's status list; its file is nowhere.
fn delta(code: &str, from_version: u64) -> FileEntry {
    let role = FileRole::Delta {
        kind: ListKind::Status,
        issuer: issuer(code),
        from_version,
    };
    FileEntry {
        role,
        digest: Digest::of(&from_version.to_le_bytes()),
        length: 300,
        records: 0,
    }
}

fn with(region: &Region, deltas: impl IntoIterator<Item = FileEntry>) -> Vec<u8> {
    naming(claims(region), |files| files.extend(deltas))
}

#[test]
fn a_bundle_is_whole_with_deltas_that_are_named_and_not_there() {
    let region = second();
    let manifest = with(&region, [delta("CN-JS", 7), delta("CN-SD", 1)]);
    let bundle = verify_new(&manifest, &region.files, &Versions::default(), NOW).unwrap();
    let plain = region.verified();
    assert_eq!(bundle.lists().count(), plain.lists().count());
    assert_eq!(bundle.versions(), plain.versions());
}

#[test]
fn deltas_after_a_version_follow_one_another_and_without_the_first_there_are_none() {
    let mut manifest = claims(&second());
    let mut files = manifest.files.as_slice().to_vec();
    let (own, theirs) = ([3, 5, 6].map(|v| delta("CN-SD", v)), delta("CN-XJ", 5));
    files.extend(own.clone().into_iter().chain([theirs.clone()]));
    manifest.files = files.try_into().unwrap();
    let from = |manifest: &Manifest, code, version| {
        let deltas = manifest.deltas_from(ListKind::Status, issuer(code), version);
        deltas.map(<[_]>::to_vec)
    };
    assert_eq!(from(&manifest, "CN-SD", 3), Some(own.to_vec()));
    assert_eq!(from(&manifest, "CN-SD", 5), Some(own[1..].to_vec()));
    assert_eq!(from(&manifest, "CN-XJ", 5), Some(vec![theirs]));
    for none in [0, 2, 4, 7, u64::MAX] {
        assert_eq!(from(&manifest, "CN-SD", none), None, "{none}");
    }
    let other = manifest.deltas_from(ListKind::Revocation, issuer("CN-SD"), 3);
    assert_eq!(other, None);
}

#[test]
fn more_deltas_of_one_list_than_the_limit_or_one_twice_are_refused() {
    let region = second();
    let try_it = |deltas: Vec<FileEntry>| {
        let manifest = with(&region, deltas);
        verify_new(&manifest, &region.files, &Versions::default(), NOW).map(|_| ())
    };
    let most = |code| (0..MAX_DELTAS as u64).map(move |version| delta(code, version));
    // Of two lists the limit counts for each.
    try_it(most("CN-JS").chain(most("CN-SD")).collect()).unwrap();
    let one_more = most("CN-SD").chain([delta("CN-SD", u64::MAX)]).collect();
    assert!(matches!(try_it(one_more), Err(BundleError::ManyDeltas)));
    let twice = vec![delta("CN-SD", 1), delta("CN-SD", 1)];
    assert!(matches!(try_it(twice), Err(BundleError::Order)));
    let mut before_the_lists = claims(&region).files.as_slice().to_vec();
    before_the_lists.insert(0, delta("CN-SD", 1));
    let manifest = naming(claims(&region), |files| *files = before_the_lists);
    let refused = verify_new(&manifest, &region.files, &Versions::default(), NOW);
    assert!(matches!(refused, Err(BundleError::Order)));
}
