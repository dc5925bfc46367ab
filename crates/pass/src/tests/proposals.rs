//! Roots and trust lists that are signed in parts: which parts count, and when they suffice.

use super::*;
use crate::{
    PublicKey, Root, SecretKey,
    trust::{
        JoinError, Part, PartError, Proposal, ProposalError, RootClaims, TrustListClaims,
        sign_with_roots,
    },
};

fn one() -> SecretKey {
    fixture::root_1().secret
}

fn two() -> SecretKey {
    fixture::root_2().secret
}

fn three() -> SecretKey {
    fixture::root_3().secret
}

fn stranger() -> SecretKey {
    SecretKey::from_seed(&[1; 32])
}

fn next_list(version: u64) -> TrustListClaims {
    TrustListClaims {
        version,
        ..fixture::trust_claims()
    }
}

/// The fixture's trust list again, as version 2.
fn proposal() -> Proposal {
    let before = fixture::trust_bytes(&fixture::trust_claims());
    Proposal::new(
        Some(&fixture::root()),
        Some(&before),
        None,
        Some(&next_list(2)),
    )
    .unwrap()
}

fn root_claims(version: u32, keys: &[&SecretKey]) -> RootClaims {
    let keys: Vec<PublicKey> = keys.iter().map(|key| key.public()).collect();
    RootClaims {
        version,
        threshold: 2,
        keys: keys.try_into().unwrap(),
        expires: SIGNED.plus(400 * DAY),
    }
}

/// The first root, of three keys, and the first trust list.
fn first_proposal() -> Proposal {
    let claims = root_claims(1, &[&one(), &two(), &three()]);
    Proposal::new(None, None, Some(&claims), Some(&next_list(1))).unwrap()
}

#[track_caller]
fn refused(proposal: &Proposal, parts: &[Part], index: usize) -> PartError {
    match proposal.join(parts).unwrap_err() {
        JoinError::Part { index: found, why } if found == index => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn parts_of_two_root_keys_make_the_list_that_both_keys_would_have_signed_together() {
    let proposal = proposal();
    let parts = [
        proposal.sign(&two()).unwrap(),
        proposal.sign(&one()).unwrap(),
    ];
    let joined = proposal.join(&parts).unwrap();
    let together = sign_with_roots(Kind::TrustList, &next_list(2), &[&one(), &two()]);
    assert_eq!(joined.trust_list.unwrap(), together);
    assert!(joined.root.is_none());
}

#[test]
fn a_part_and_a_proposal_read_back_as_they_were_written() {
    let proposal = proposal();
    let again = Proposal::parse(proposal.to_bytes()).unwrap();
    assert_eq!(again.digest(), proposal.digest());
    assert_eq!(again.trust().unwrap().version, 1);
    assert_eq!(again.next_trust().unwrap().version, 2);
    let part = proposal.sign(&one()).unwrap();
    assert_eq!(part.to_string().parse::<Part>().unwrap(), part);
}

#[test]
fn a_part_for_another_proposal_does_not_count() {
    let proposal = proposal();
    let other = Proposal::new(Some(&fixture::root()), None, None, Some(&next_list(3))).unwrap();
    let parts = [proposal.sign(&one()).unwrap(), other.sign(&two()).unwrap()];
    let why = refused(&proposal, &parts, 1);
    assert_eq!(why, PartError::OtherProposal(other.digest()));
}

/// Even where it claims to be for this one.
#[test]
fn a_proposal_that_changed_after_a_part_was_made_is_not_signed_by_it() {
    let before = Proposal::new(Some(&fixture::root()), None, None, Some(&next_list(2))).unwrap();
    let mut claims = next_list(2);
    let mut issuers = claims.issuers.as_slice().to_vec();
    issuers.truncate(2);
    claims.issuers = issuers.try_into().unwrap();
    let after = Proposal::new(Some(&fixture::root()), None, None, Some(&claims)).unwrap();
    let part = before.sign(&one()).unwrap();
    let digests = [before.digest(), after.digest()].map(|digest| digest.to_string());
    let relabelled = part.to_string().replace(&digests[0], &digests[1]);
    let relabelled: Part = relabelled.parse().unwrap();
    let second = after.sign(&two()).unwrap();
    let why = refused(&after, &[second.clone(), part], 1);
    assert_eq!(why, PartError::OtherProposal(before.digest()));
    let why = refused(&after, &[second, relabelled], 1);
    assert!(matches!(why, PartError::Signature(_)), "{why:?}");
}

#[test]
fn a_part_by_a_key_that_is_no_root_key_neither_arises_nor_counts() {
    let proposal = proposal();
    let key = Box::new(stranger().public());
    let none = proposal.sign(&stranger());
    assert_eq!(none, Err(PartError::NotARootKey(key.clone())));
    let part = proposal.sign(&one()).unwrap();
    let named = part
        .to_string()
        .replace(&one().public().to_string(), &key.to_string());
    let parts = [proposal.sign(&two()).unwrap(), named.parse().unwrap()];
    assert_eq!(refused(&proposal, &parts, 1), PartError::NotARootKey(key));
}

#[test]
fn a_part_under_another_root_keys_name_does_not_count() {
    let proposal = proposal();
    let part = proposal.sign(&one()).unwrap();
    let named = part
        .to_string()
        .replace(&one().public().to_string(), &two().public().to_string());
    let parts = [part, named.parse().unwrap()];
    let why = refused(&proposal, &parts, 1);
    assert!(matches!(why, PartError::Signature(_)), "{why:?}");
}

#[test]
fn the_same_part_twice_is_not_two_keys() {
    let proposal = proposal();
    let part = proposal.sign(&one()).unwrap();
    let why = refused(&proposal, &[part.clone(), part.clone()], 1);
    assert_eq!(why, PartError::Twice(Box::new(one().public())));
    let alone = proposal.join(&[part]).unwrap_err();
    let short = TrustError::Threshold {
        kind: Kind::TrustList,
        valid: 1,
        needed: 2,
    };
    assert_eq!(alone, JoinError::Together(short));
}

/// What a part signs is fixed by the proposal: a signature less is no part of it.
#[test]
fn a_part_without_one_of_its_signatures_does_not_count() {
    let proposal = first_proposal();
    let part = proposal.sign(&one()).unwrap().to_string();
    let cut = |name: &str| {
        let lines = part.lines().filter(|line| !line.starts_with(name));
        let text: String = lines.map(|line| format!("{line}\n")).collect();
        text.parse::<Part>().unwrap()
    };
    for (name, kind) in [("root ", Kind::Root), ("trust-list ", Kind::TrustList)] {
        let why = refused(&proposal, &[cut(name)], 0);
        assert_eq!(why, PartError::Incomplete(kind));
    }
}

#[test]
fn the_first_root_and_its_trust_list_are_signed_in_one_go() {
    let proposal = first_proposal();
    let parts = [one(), three()].map(|key| proposal.sign(&key).unwrap());
    let joined = proposal.join(&parts).unwrap();
    let root = joined.root.unwrap();
    assert_eq!(Root::pin(root.to_bytes()).unwrap().version(), 1);
    TrustList::verify(&root, &joined.trust_list.unwrap()).unwrap();
    assert!(proposal.join(&parts[..1]).is_err());
}

/// The key that goes signs the root if it is still there, never the list of the next one.
#[test]
fn the_next_root_needs_parts_of_both_and_its_list_parts_of_the_next() {
    let (three, new) = (three(), stranger());
    let root = fixture::root();
    let claims = root_claims(2, &[&new, &two(), &three]);
    let proposal = Proposal::new(Some(&root), None, Some(&claims), Some(&next_list(2))).unwrap();
    let part = |key: &SecretKey| proposal.sign(key).unwrap();
    for too_few in [
        vec![part(&one()), part(&new)],
        vec![part(&one()), part(&two())],
        vec![part(&new), part(&two())],
    ] {
        let why = proposal.join(&too_few).unwrap_err();
        let short = matches!(why, JoinError::Together(TrustError::Threshold { .. }));
        assert!(short, "{why:?}");
    }
    for enough in [
        vec![part(&two()), part(&three)],
        vec![part(&one()), part(&new), part(&two())],
    ] {
        let joined = proposal.join(&enough).unwrap();
        let next = joined.root.unwrap();
        assert_eq!(next, root.advance(next.to_bytes()).unwrap());
        TrustList::verify(&next, &joined.trust_list.unwrap()).unwrap();
    }
    assert!(!part(&one()).to_string().contains("trust-list"));
}

#[test]
fn what_is_no_proposal_is_refused_by_name() {
    let (root, list) = (fixture::root(), next_list(2));
    let make = |root, trust, next_root, next_trust| {
        Proposal::new(root, trust, next_root, next_trust).unwrap_err()
    };
    assert_eq!(make(Some(&root), None, None, None), ProposalError::Empty);
    let no_root = make(None, None, None, Some(&list));
    assert_eq!(no_root, ProposalError::NoRoot);
    let before = fixture::trust_bytes(&next_list(2));
    let (found, have) = (2, 2);
    assert_eq!(
        make(Some(&root), Some(&before), None, Some(&list)),
        ProposalError::TrustVersion { found, have }
    );
    let skips = root_claims(3, &[&one(), &two()]);
    let skips = make(Some(&root), None, Some(&skips), None);
    let (found, have) = (3, 1);
    let version = TrustError::RootVersion { found, have };
    assert_eq!(skips, ProposalError::Proposed(version));
    let forged = sign_with_roots(Kind::TrustList, &next_list(1), &[&stranger(), &one()]);
    let forged = make(Some(&root), Some(&forged), None, Some(&list));
    assert!(matches!(forged, ProposalError::InForce(_)), "{forged:?}");
    let mut bytes = proposal().to_bytes().to_vec();
    bytes[3] ^= 1;
    let damaged = Proposal::parse(&bytes).unwrap_err();
    assert!(matches!(damaged, ProposalError::Format(_)), "{damaged:?}");
}

#[test]
fn a_part_file_that_is_none_names_its_line() {
    let text = proposal().sign(&one()).unwrap().to_string();
    for (change, line) in [
        (text.replace("part 1", "part 2"), 1),
        (text.replace("proposal ", "proposal x"), 2),
        (text.replace("key ", "key x"), 3),
        (text.replace("trust-list ", "trust-list x"), 4),
        (text.clone() + "more", 5),
        (text.replace("gatepost", "x"), 1),
    ] {
        let why = change.parse::<Part>().unwrap_err();
        let named = matches!(why, PartError::File { line: found, .. } if found == line);
        assert!(named, "{why:?} of {change}");
    }
}
