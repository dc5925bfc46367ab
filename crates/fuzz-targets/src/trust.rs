//! Roots and trust lists.

use std::{collections::BTreeSet, sync::LazyLock};

use gatepost_pass::{
    Document, Kind, PublicKey, Recognition, Root, SecretKey, TrustList, VerifiedDocument, encode,
    fixture::{self, NOW, documents},
    trust::{RootClaims, sign_with_roots},
    verify,
};
use serde::Serialize;

use crate::feed::{Feed, Raw, seed};

static ROOT: LazyLock<Root> = LazyLock::new(fixture::root);
static SCANNED: LazyLock<Vec<Document>> = LazyLock::new(|| {
    [
        documents().sign(Kind::Pass, &fixture::paper_pass(1)),
        documents().sign(Kind::FamilyPass, &fixture::family_pass(1)),
        fixture::foreign("CN-JS").sign(Kind::Pass, &fixture::paper_pass(2)),
    ]
    .iter()
    .map(|bytes| Document::from_bytes(bytes).unwrap())
    .collect()
});
/// The three root keys, and two that root 1 does not know.
static KEYS: LazyLock<[SecretKey; 5]> = LazyLock::new(|| {
    [
        fixture::root_1().secret,
        fixture::root_2().secret,
        fixture::root_3().secret,
        SecretKey::from_seed(&[1; 32]),
        SecretKey::from_seed(&[2; 32]),
    ]
});

fn by_two<T: Serialize>(kind: Kind, claims: &T) -> Vec<u8> {
    sign_with_roots(kind, claims, &[&KEYS[0], &KEYS[1]])
}

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    match feed.byte() % 5 {
        0 => as_it_is(feed.0),
        1 => trust_list(&by_two(Kind::TrustList, &Raw(feed.0))),
        2 => {
            let bytes = by_two(Kind::Root, &Raw(feed.0));
            if let Ok(root) = Root::pin(&bytes) {
                check_root(&root);
            }
            if let Ok(next) = ROOT.advance(&bytes) {
                check_root(&next);
                assert_eq!(next.version(), 2);
            }
        }
        3 => next_root(&mut feed),
        _ => {
            // The signatures are hostile, not the payload.
            let mut bytes = by_two(Kind::TrustList, &fixture::trust_claims());
            let from = bytes.len() - feed.0.len().min(bytes.len());
            for (byte, change) in bytes[from..].iter_mut().zip(feed.0) {
                *byte ^= change;
            }
            if let Ok(trust) = TrustList::verify(&ROOT, &bytes) {
                assert!(as_the_fixture(&trust), "forged");
            }
        }
    }
}

/// Nobody but the root keys has signed: what passes says what they signed.
fn as_it_is(bytes: &[u8]) {
    if let Ok(root) = Root::pin(bytes) {
        assert_eq!((root.version(), root.keys()), (1, ROOT.keys()), "forged");
    }
    assert!(ROOT.advance(bytes).is_err(), "no root 2 was ever signed");
    if let Ok(trust) = TrustList::verify(&ROOT, bytes) {
        assert!(as_the_fixture(&trust), "forged");
    }
}

fn trust_list(bytes: &[u8]) {
    let Ok(trust) = TrustList::verify(&ROOT, bytes) else {
        return;
    };
    let own = |recognition: &Recognition| *recognition == Recognition::Own;
    let owns: Vec<_> = trust.issuers().filter(|i| own(&i.recognition)).collect();
    assert_eq!(owns.len(), 1);
    assert_eq!(owns[0].id, trust.own());
    for issuer in trust.issuers() {
        let keys = issuer.keys.as_slice();
        let ids: BTreeSet<_> = keys.iter().map(|key| key.id).collect();
        assert_eq!(ids.len(), keys.len());
    }
    for document in SCANNED.iter() {
        if let Ok(VerifiedDocument::Pass(pass)) = verify(document, &trust, NOW) {
            let entry = trust.issuer(document.issuer()).unwrap();
            let refused = pass.issuer().recognition == Recognition::Refuse;
            assert!(refused || (entry.from..entry.until).contains(&NOW));
        }
    }
}

fn check_root(root: &Root) {
    let distinct: BTreeSet<_> = root.keys().iter().map(PublicKey::as_bytes).collect();
    assert!(!distinct.is_empty() && distinct.len() == root.keys().len());
    let again = Root::pin(root.to_bytes()).unwrap();
    assert_eq!(&again, root);
}

/// A root of some keys, signed by some keys, against the rule in words.
fn next_root(feed: &mut Feed<'_>) {
    let (version, threshold) = (u32::from(feed.byte() % 4), feed.byte() % 6);
    let (signers, count) = (feed.byte(), 1 + feed.byte() % 6);
    let named: Vec<usize> = (0..count)
        .map(|_| usize::from(feed.byte()) % KEYS.len())
        .collect();
    let keys: Vec<PublicKey> = named.iter().map(|n| KEYS[*n].public()).collect();
    let claims = RootClaims {
        version,
        threshold,
        keys: keys.try_into().unwrap(),
        expires: NOW,
    };
    let signing: Vec<usize> = (0..KEYS.len()).filter(|n| signers >> n & 1 == 1).collect();
    let secrets: Vec<&SecretKey> = signing.iter().map(|n| &KEYS[*n]).collect();
    let bytes = sign_with_roots(Kind::Root, &claims, &secrets);

    let distinct: BTreeSet<_> = named.iter().copied().collect();
    let own = distinct.iter().filter(|n| signing.contains(n)).count();
    let old = signing.iter().filter(|n| **n < 3).count();
    let sound = distinct.len() == named.len()
        && (1..=named.len()).contains(&usize::from(threshold))
        && own >= usize::from(threshold);
    assert_eq!(Root::pin(&bytes).is_ok(), sound);
    let follows = sound && old >= 2 && version == 2;
    assert_eq!(ROOT.advance(&bytes).is_ok(), follows);
}

/// Whether a list says about issuers what the fixture's says.
fn as_the_fixture(trust: &TrustList) -> bool {
    let claims = fixture::trust_claims();
    let mut entries: Vec<_> = claims.issuers.as_slice().iter().collect();
    entries.sort_by_key(|entry| entry.id);
    trust.issuers().eq(entries)
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let claims = fixture::trust_claims();
    let keys = vec![KEYS[3].public(), KEYS[2].public()];
    let root_2 = RootClaims {
        version: 2,
        threshold: 1,
        keys: keys.try_into().unwrap(),
        expires: NOW,
    };
    let root_1 = RootClaims {
        version: 1,
        threshold: 2,
        keys: ROOT.keys().to_vec().try_into().unwrap(),
        expires: ROOT.expires(),
    };
    vec![
        seed(0, &[&fixture::root_bytes()]),
        seed(0, &[&by_two(Kind::TrustList, &claims)]),
        seed(1, &[&encode(&claims)]),
        seed(2, &[&encode(&root_1)]),
        seed(2, &[&encode(&root_2)]),
        // Version 2 of keys 3 and 4, signed by 1, 2 and 4; and one that lacks root 1's threshold.
        seed(3, &[&[2, 1, 0b1011, 1, 2, 3]]),
        seed(3, &[&[2, 2, 0b1100, 1, 2, 3]]),
        seed(4, &[&[0; 145]]),
    ]
}
