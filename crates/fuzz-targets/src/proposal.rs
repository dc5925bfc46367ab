//! Proposals for root keys, and the parts that sign them.

use std::sync::LazyLock;

use gatepost_pass::{
    Kind, Root, SecretKey, TrustList, encode, fixture,
    kind::VERSION,
    trust::{Part, Proposal, RootClaims, TrustListClaims},
};

use crate::feed::{Feed, Raw, seed};

static ROOT: LazyLock<Root> = LazyLock::new(fixture::root);
static KEYS: LazyLock<[SecretKey; 4]> = LazyLock::new(|| {
    [
        fixture::root_1().secret,
        fixture::root_2().secret,
        fixture::root_3().secret,
        SecretKey::from_seed(&[1; 32]),
    ]
});
/// The next root, without key 1, and the trust list under it.
static PROPOSAL: LazyLock<Proposal> = LazyLock::new(|| {
    let list = next_list();
    Proposal::new(Some(&ROOT), None, Some(&next_root()), Some(&list)).unwrap()
});

fn next_root() -> RootClaims {
    let keys = KEYS[1..].iter().map(SecretKey::public).collect::<Vec<_>>();
    RootClaims {
        version: 2,
        keys: keys.try_into().unwrap(),
        ..ROOT.claims().clone()
    }
}

fn next_list() -> TrustListClaims {
    TrustListClaims {
        version: 2,
        ..fixture::trust_claims()
    }
}

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    match feed.byte() % 4 {
        0 => proposal(feed.0),
        1 => part(&String::from_utf8_lossy(feed.0)),
        2 => {
            // The files are right, what they claim is hostile.
            let claims = Raw(feed.0);
            let body = |kind: Kind, claims| encode(&(kind as u8, VERSION, encode(claims)));
            let none = Vec::new();
            let next = body(Kind::Root, &claims);
            proposal(&wire(ROOT.to_bytes(), &next, &none));
            let next = body(Kind::TrustList, &claims);
            proposal(&wire(ROOT.to_bytes(), &none, &next));
            proposal(&wire(&none, &next, &none));
        }
        _ => {
            // An honest part with some digits changed.
            let mut text = PROPOSAL.sign(&KEYS[1]).unwrap().to_string().into_bytes();
            while !feed.is_empty() {
                let at = feed.index() % text.len();
                text[at] = b"0123456789abcdef"[usize::from(feed.byte() % 16)];
            }
            part(&String::from_utf8_lossy(&text));
        }
    }
}

fn wire(root: &[u8], next_root: &[u8], next_trust: &[u8]) -> Vec<u8> {
    let none: &[u8] = &[];
    encode(&("gatepost proposal 1\n", root, none, next_root, next_trust))
}

/// What reads as a proposal is signed and joined into files that devices take.
fn proposal(bytes: &[u8]) {
    let Ok(proposal) = Proposal::parse(bytes) else {
        return;
    };
    assert_eq!(proposal.to_bytes(), bytes);
    let parts: Vec<Part> = KEYS
        .iter()
        .filter_map(|key| proposal.sign(key).ok())
        .collect();
    for part in &parts {
        proposal.check(part).unwrap();
        assert_eq!(&part.to_string().parse::<Part>().unwrap(), part);
    }
    let Ok(joined) = proposal.join(&parts) else {
        return;
    };
    assert_eq!(joined.root.as_ref().map(Root::claims), proposal.next_root());
    let root = joined.root.as_ref().or(proposal.root()).unwrap();
    if let Some(list) = joined.trust_list {
        let version = TrustList::verify(root, &list).unwrap().version();
        assert_eq!(proposal.next_trust().unwrap().version, version);
    }
}

/// Only what a root key has really signed is joined.
fn part(text: &str) {
    let Ok(part) = text.parse::<Part>() else {
        return;
    };
    assert_eq!(part.to_string().parse::<Part>().unwrap(), part);
    let honest = KEYS.iter().find(|key| key.public() == *part.key());
    let honest = honest.and_then(|key| PROPOSAL.sign(key).ok());
    let right = honest.as_ref() == Some(&part);
    assert_eq!(PROPOSAL.check(&part).is_ok(), right, "forged");
    let other = PROPOSAL.sign(&KEYS[2]).unwrap();
    // Of the others, only key 1 is in the root before and in the next, as both thresholds need.
    let both = right && KEYS[1].public() == *part.key();
    assert_eq!(PROPOSAL.join(&[part, other]).is_ok(), both);
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let parts = KEYS
        .iter()
        .map(|key| PROPOSAL.sign(key).unwrap().to_string());
    let mut seeds: Vec<_> = parts.map(|part| seed(1, &[part.as_bytes()])).collect();
    seeds.extend([
        seed(0, &[PROPOSAL.to_bytes()]),
        seed(2, &[&encode(&next_root())]),
        seed(2, &[&encode(&next_list())]),
        seed(3, &[&[0, 9, 1]]),
    ]);
    seeds
}
