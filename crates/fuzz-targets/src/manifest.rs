//! Manifests and whole bundles.

use std::{cell::RefCell, collections::BTreeMap, io, sync::LazyLock};

use gatepost_pass::{
    BundleFiles, ClockTrust, Digest, FileRole, Kind, Manifest, Now, Policy, Root, Timestamp,
    VerifiedBundle,
    bundle::{AuditHead, FileEntry, Intake, Versions, files_named},
    encode,
    fixture::{self, NOW, Region, SIGNED, freshness, issuer, lists, policy_key},
    list::ListKind,
    trust::{Floors, sign_with_roots},
};

use crate::feed::{Feed, Raw, seed};

/// The region's manifest and its files by digest.
struct Honest {
    root: Root,
    manifest: Vec<u8>,
    files: BTreeMap<Digest, Vec<u8>>,
}

static HONEST: LazyLock<Honest> = LazyLock::new(|| {
    let region = Region::default();
    let manifest = region.manifest();
    Honest {
        root: fixture::root(),
        manifest,
        files: region.files.0.into_inner(),
    }
});

/// The honest files, and hostile ones beside them.
#[derive(Default)]
struct Files(RefCell<BTreeMap<Digest, Vec<u8>>>);

impl Files {
    fn add(&self, bytes: Vec<u8>) -> Digest {
        let digest = Digest::of(&bytes);
        self.0.borrow_mut().insert(digest, bytes);
        digest
    }
}

impl BundleFiles for Files {
    type Reader = Vec<u8>;

    fn open(&self, digest: &Digest) -> io::Result<Vec<u8>> {
        let here = self.0.borrow().get(digest).cloned();
        here.or_else(|| HONEST.files.get(digest).cloned())
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn honest() -> Vec<FileEntry> {
    files_named(&HONEST.manifest).unwrap()
}

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    let files = Files::default();
    match feed.byte() % 4 {
        0 => {
            let accepted = check(feed.0, &files);
            assert!(!accepted || feed.0 == HONEST.manifest, "forged");
        }
        1 => drop(check(
            &freshness().sign(Kind::Manifest, &Raw(feed.0)),
            &files,
        )),
        2 => {
            let manifest = shuffled(&mut feed);
            check(&freshness().sign(Kind::Manifest, &manifest), &files);
        }
        _ => {
            let which = usize::from(feed.byte()) % 4;
            let bytes = hostile_file(which, feed.0);
            let mut entries = honest();
            entries[which].length = bytes.len() as u64;
            entries[which].digest = files.add(bytes);
            let manifest = manifest(NOW, entries);
            check(&freshness().sign(Kind::Manifest, &manifest), &files);
        }
    }
}

/// What the honest manifest names third and so on, with these bytes as claims or body.
fn hostile_file(which: usize, bytes: &[u8]) -> Vec<u8> {
    let keys = [&fixture::root_1().secret, &fixture::root_2().secret];
    match which {
        0 => sign_with_roots(Kind::TrustList, &Raw(bytes), &keys),
        1 => policy_key().sign(Kind::Policy, &Raw(bytes)),
        2 => {
            let head = lists().sign(Kind::List, &Raw(bytes));
            let mut file = [b"GPL1", &(head.len() as u32).to_le_bytes()[..], &head].concat();
            file.resize(4096, 0);
            file
        }
        _ => crate::list::rooted(ListKind::Revocation, (bytes.len() / 5) as u64, bytes),
    }
}

fn manifest(issued_at: Timestamp, files: Vec<FileEntry>) -> Manifest {
    Manifest {
        version: 1,
        issued_at,
        fresh_until: issued_at.plus(fixture::DAY),
        hard_expiry: issued_at.plus(7 * fixture::DAY),
        audit: AuditHead::default(),
        files: files.try_into().unwrap(),
    }
}

/// A manifest that names true files under any role, with any length, count and times.
fn shuffled(feed: &mut Feed<'_>) -> Manifest {
    let near = |byte: u8| Timestamp(SIGNED.0.wrapping_add_signed((i64::from(byte) - 128) * 3600));
    let true_ones = honest();
    let (issued, fresh, hard) = (feed.byte(), feed.byte(), feed.byte());
    let version = u64::from(feed.byte());
    let mut files = Vec::new();
    while files.len() < 8 && (!feed.is_empty() || files.is_empty()) {
        let mut entry = true_ones[usize::from(feed.byte()) % true_ones.len()].clone();
        match feed.byte() {
            0 => entry.role = FileRole::Root(u32::from(feed.byte())),
            1 => entry.role = FileRole::TrustList,
            2 => entry.role = FileRole::Policy,
            3 => entry.role = FileRole::List(ListKind::Status, issuer("CN-SD")),
            4 => entry.role = FileRole::List(ListKind::Revocation, issuer("CN-JS")),
            5 => entry.length = feed.number(),
            6 => entry.records = feed.number(),
            7 => entry.digest = Digest(feed.array()),
            8 => {
                entry.role = FileRole::Delta {
                    kind: ListKind::Status,
                    issuer: issuer("CN-SD"),
                    from_version: u64::from(feed.byte()),
                }
            }
            9 => entry.role = FileRole::Pins,
            _ => {}
        }
        files.push(entry);
    }
    Manifest {
        version,
        fresh_until: near(fresh),
        hard_expiry: near(hard),
        ..manifest(near(issued), files)
    }
}

/// A bundle that is taken in goes back in nothing, agrees with its manifest, and only ages.
fn check(bytes: &[u8], files: &Files) -> bool {
    let _ = files_named(bytes);
    let have = Versions::default();
    let installed = VerifiedBundle::verify(&HONEST.root, bytes, files, Intake::Installed, NOW);
    let new = VerifiedBundle::verify(&HONEST.root, bytes, files, Intake::New(&have), NOW);
    if let Ok(bundle) = &installed {
        let versions = bundle.versions();
        assert_eq!(
            Versions::from_bytes(&versions.to_bytes()).as_ref(),
            Ok(&versions)
        );
        let later = [0, 1, 3600, fixture::DAY, u64::MAX].map(|s| bundle.freshness(NOW.plus(s)));
        assert!(later.is_sorted());
    }
    let Ok(bundle) = new else {
        return installed.is_ok();
    };
    let manifest = bundle.manifest();
    assert_eq!(bundle.trust().floors().looser(bundle.policy()), None);
    rules_keep_the_floors(bundle.policy(), bundle.trust().floors());
    assert!(NOW < manifest.hard_expiry);
    let entries = manifest.files.as_slice();
    assert!(entries.windows(2).all(|two| two[0].role < two[1].role));
    for entry in entries {
        if let FileRole::List(kind, issuer) = entry.role {
            let list = bundle.list(kind, issuer).unwrap();
            assert_eq!(list.head().count, entry.records);
            assert_eq!(list.issuer(), issuer);
        }
    }
    let again = Intake::New(&bundle.versions());
    let again = VerifiedBundle::verify(&HONEST.root, bytes, files, again, NOW);
    assert!(again.is_err(), "the same version was taken in twice");
    true
}

/// Whatever holds anywhere, at any time and on any clock is no looser than the floors.
fn rules_keep_the_floors(policy: &Policy, floors: &Floors) {
    let classes = policy.places.as_map().keys().map(Some).chain([None]);
    let areas = policy.areas.as_map().keys().map(Some).chain([None]);
    for (class, area) in classes.flat_map(|class| areas.clone().map(move |area| (class, area))) {
        for time in [Timestamp(0), NOW, Timestamp(u64::MAX)] {
            for clock in [ClockTrust::Trusted, ClockTrust::Unconfirmed] {
                let here = policy.rules_at(class, area, Now { time, clock });
                assert!(here.rules().without_code >= floors.without_code);
                assert!(here.rules().overridable.is_subset(&floors.overridable));
                assert!(here.risk().is_some() || policy.areas.as_map().is_empty());
            }
        }
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let files = honest();
    let claims = manifest(SIGNED, files.clone());
    let policy = encode(&fixture::policy());
    let trust = encode(&fixture::trust_claims());
    let numbers: Vec<u8> = (0..20_u8).flat_map(|n| [0, 0, 0, n, 1]).collect();
    let head = gatepost_pass::list::ListHead {
        kind: ListKind::Status,
        key_bits: 64,
        version: 1,
        as_of: SIGNED,
        salt: [3; 16],
        hash: 0,
        count: 0,
        pages: 0,
        root: Digest::of(&[]),
    };
    vec![
        seed(0, &[&HONEST.manifest]),
        seed(1, &[&encode(&claims)]),
        seed(2, &[&[128, 152, 255, 1, 0, 10, 1, 10, 2, 10, 3, 10]]),
        // Two deltas after the lists; a bundle is whole with them.
        seed(
            2,
            &[&[
                128, 152, 255, 1, 0, 10, 1, 10, 2, 10, 3, 10, 3, 8, 1, 3, 8, 2,
            ]],
        ),
        seed(2, &[&[128, 152, 255, 1, 0, 10, 1, 10]]),
        seed(2, &[&[120, 121, 122, 0, 0, 0, 2, 0, 10, 1, 10]]),
        seed(3, &[&[0], &trust]),
        seed(3, &[&[1], &policy]),
        seed(3, &[&[1], &encode(&fixture::regional_policy())]),
        seed(3, &[&[2], &encode(&head)]),
        seed(3, &[&[3], &numbers[..5]]),
        seed(3, &[&[3], &numbers]),
    ]
}
