//! Whose signature is valid, for what, and when, to the second.

use super::*;
use crate::{
    SecretKey, Signer,
    trust::{ColourMap, IssuerEntry, KeyEntry, TrustListClaims},
};

fn listing(issuers: Vec<IssuerEntry>) -> TrustList {
    let claims = TrustListClaims {
        issuers: issuers.try_into().unwrap(),
        ..fixture::trust_claims()
    };
    TrustList::verify(&fixture::root(), &fixture::trust_bytes(&claims)).unwrap()
}

/// The fixture's own authority and one more.
fn with(entry: IssuerEntry) -> TrustList {
    listing(vec![
        fixture::trust_claims().issuers.as_slice()[0].clone(),
        entry,
    ])
}

/// The fixture's own authority and CN-JS, recognised, with these keys.
fn with_keys(keys: Vec<KeyEntry>) -> TrustList {
    with(fixture::entry("CN-JS", accept(), keys))
}

fn accept() -> Recognition {
    Recognition::Accept(ColourMap::SAME)
}

fn at(
    trust: &TrustList,
    signer: &Signer,
    now: Timestamp,
) -> Result<VerifiedDocument, DocumentError> {
    let bytes = signer.sign(Kind::Pass, &fixture::paper_pass(1));
    verify(&Document::from_bytes(&bytes).unwrap(), trust, now)
}

fn key(id: u16, seed: u8) -> Signer {
    Signer {
        issuer: issuer("CN-JS"),
        key: KeyId(id),
        secret: SecretKey::from_seed(&[seed; 32]),
    }
}

fn span(signer: &Signer, from: u64, until: u64) -> KeyEntry {
    KeyEntry {
        from: SIGNED.plus(from),
        until: SIGNED.plus(until),
        ..fixture::key_entry(signer, &[Kind::Pass, Kind::FamilyPass])
    }
}

#[test]
fn two_keys_of_an_issuer_overlap_while_one_takes_over_from_the_other() {
    let (old, new) = (key(1, 1), key(2, 2));
    let trust = with_keys(vec![span(&old, 0, 200), span(&new, 100, 300)]);
    for (after, old_counts, new_counts) in [
        (0, true, false),
        (99, true, false),
        (100, true, true),
        (199, true, true),
        (200, false, true),
        (299, false, true),
        (300, false, false),
    ] {
        let now = SIGNED.plus(after);
        assert_eq!(at(&trust, &old, now).is_ok(), old_counts, "old, {after} s");
        assert_eq!(at(&trust, &new, now).is_ok(), new_counts, "new, {after} s");
    }
}

#[test]
fn a_key_counts_from_its_first_second_until_just_before_its_last() {
    let signer = key(1, 1);
    let trust = with_keys(vec![span(&signer, 10, 20)]);
    let outside = DocumentError::KeyOutsideValidity {
        issuer: signer.issuer,
        key: signer.key,
    };
    is_valid_from_10_to_20(&trust, &signer, outside);
}

/// Before second 10, and from second 20 on, the answer is `outside`.
#[track_caller]
fn is_valid_from_10_to_20(trust: &TrustList, signer: &Signer, outside: DocumentError) {
    assert_eq!(at(trust, signer, SIGNED.plus(9)), Err(outside));
    assert!(at(trust, signer, SIGNED.plus(10)).is_ok());
    assert!(at(trust, signer, SIGNED.plus(19)).is_ok());
    assert_eq!(at(trust, signer, SIGNED.plus(20)), Err(outside));
}

#[test]
fn a_region_is_recognised_from_its_first_second_until_just_before_its_last() {
    for recognition in [
        accept(),
        Recognition::Convert("https://pass.example".try_into().unwrap()),
        Recognition::Refuse,
    ] {
        let signer = foreign("CN-JS");
        let keys = vec![fixture::key_entry(&signer, &[Kind::Pass])];
        let trust = with(IssuerEntry {
            from: SIGNED.plus(10),
            until: SIGNED.plus(20),
            ..fixture::entry("CN-JS", recognition.clone(), keys)
        });
        let bytes = signer.sign(Kind::Pass, &fixture::paper_pass(1));
        let document = Document::from_bytes(&bytes).unwrap();
        let said = |now| match verify(&document, &trust, now) {
            Ok(VerifiedDocument::Pass(pass)) => pass.issuer().recognition.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(said(SIGNED.plus(9)), Recognition::Refuse);
        assert_eq!(said(SIGNED.plus(10)), recognition);
        assert_eq!(said(SIGNED.plus(19)), recognition);
        assert_eq!(said(SIGNED.plus(20)), Recognition::Refuse);
    }
}

#[test]
fn what_is_signed_wrongly_is_forged_whoever_is_named_and_whenever() {
    let signer = foreign("CN-JS");
    for (entry_until, key_until, kinds) in [
        (9, 9999, [Kind::Pass]),
        (9999, 9, [Kind::Pass]),
        (9999, 9999, [Kind::List]),
    ] {
        let key = KeyEntry {
            until: SIGNED.plus(key_until),
            ..fixture::key_entry(&signer, &kinds)
        };
        let trust = with(IssuerEntry {
            until: SIGNED.plus(entry_until),
            ..fixture::entry("CN-JS", accept(), vec![key])
        });
        let mut bytes = signer.sign(Kind::Pass, &fixture::paper_pass(1));
        *bytes.last_mut().unwrap() ^= 1;
        let document = Document::from_bytes(&bytes).unwrap();
        let forged = verify(&document, &trust, NOW);
        assert_eq!(forged, Err(DocumentError::BadSignature));
    }
}

#[test]
fn emergency_revocation_a_key_absent_from_the_newer_trust_list_counts_no_more() {
    let (stolen, other) = (key(1, 1), key(2, 2));
    let before = with_keys(vec![span(&stolen, 0, 9999), span(&other, 0, 9999)]);
    assert!(at(&before, &stolen, NOW).is_ok());
    let after = with_keys(vec![span(&other, 0, 9999)]);
    let unknown = DocumentError::UnknownKey {
        issuer: stolen.issuer,
        key: stolen.key,
    };
    assert_eq!(at(&after, &stolen, NOW), Err(unknown));
    assert!(at(&after, &other, NOW).is_ok());
}

#[test]
fn a_new_key_under_an_old_number_does_not_bring_the_old_key_back() {
    let (old, new) = (key(1, 1), key(1, 2));
    let trust = with_keys(vec![span(&new, 0, 9999)]);
    assert_eq!(at(&trust, &old, NOW), Err(DocumentError::BadSignature));
}

#[test]
fn one_region_can_not_sign_in_the_name_of_another() {
    let mut forger = foreign("CN-JS");
    forger.issuer = issuer("CN-SD");
    forger.key = documents().key;
    assert_eq!(
        at(&fixture::trust(), &forger, NOW),
        Err(DocumentError::BadSignature)
    );
}

/// Every kind, with what a recognised region's key may do with it.
#[test]
fn a_recognised_regions_key_signs_passes_and_lists_and_nothing_of_the_own_authoritys() {
    let all: Vec<Kind> = (0..=u8::MAX).filter_map(Kind::from_wire).collect();
    let signer = foreign("CN-JS");
    // Even a trust list that gives it every role does not make it the own authority.
    let trust = with_keys(vec![fixture::key_entry(&signer, &all)]);
    let (entry, key) = trust.named_key(signer.issuer, signer.key).unwrap();
    let may = |kind| trust.may_sign(entry, key, kind, NOW);
    for kind in [
        Kind::Badge,
        Kind::PlaceCode,
        Kind::Policy,
        Kind::Enrolment,
        Kind::Manifest,
        Kind::Receipt,
        Kind::DeviceCertificate,
        Kind::WipeOrder,
        Kind::TimeAnswer,
        Kind::ProgramRelease,
    ] {
        let foreign = DocumentError::ForeignAuthority {
            issuer: signer.issuer,
            kind,
        };
        assert_eq!(may(kind), Err(foreign), "{}", kind.name());
    }
    for kind in [Kind::Pass, Kind::FamilyPass, Kind::List] {
        assert_eq!(may(kind), Ok(()), "{}", kind.name());
    }
}

#[test]
fn a_key_signs_each_kind_only_with_that_role() {
    let all: Vec<Kind> = (0..=u8::MAX).filter_map(Kind::from_wire).collect();
    for role in &all {
        let signer = key(9, 9);
        let own = fixture::entry(
            "CN-JS",
            Recognition::Own,
            vec![fixture::key_entry(&signer, &[*role])],
        );
        let trust = listing(vec![own]);
        let (entry, key) = trust.named_key(signer.issuer, signer.key).unwrap();
        for kind in &all {
            let allowed = trust.may_sign(entry, key, *kind, NOW);
            assert_eq!(allowed.is_ok(), role == kind, "{role:?} for {kind:?}");
        }
    }
}

#[test]
fn a_colour_map_says_what_another_regions_colours_mean_here() {
    use Colour::{Green, Red, Yellow};
    let strict = ColourMap {
        green: Yellow,
        yellow: Red,
        red: Red,
    };
    for (map, expected) in [
        (ColourMap::SAME, [Green, Yellow, Red]),
        (strict, [Yellow, Red, Red]),
    ] {
        assert_eq!([Green, Yellow, Red].map(|colour| map.map(colour)), expected);
    }
}

#[test]
fn a_trust_list_names_each_issuer_and_key_once_and_one_own_authority() {
    let claims = |issuers: Vec<IssuerEntry>| TrustListClaims {
        issuers: issuers.try_into().unwrap(),
        ..fixture::trust_claims()
    };
    let own = fixture::entry("CN-SD", Recognition::Own, vec![]);
    let js = fixture::entry("CN-JS", accept(), vec![]);
    let twins = vec![span(&key(1, 1), 0, 9), span(&key(1, 2), 0, 9)];
    for issuers in [
        vec![own.clone(), js.clone(), js.clone()],
        vec![js.clone()],
        vec![
            own.clone(),
            fixture::entry("CN-JS", Recognition::Own, vec![]),
        ],
        vec![own, fixture::entry("CN-JS", accept(), twins)],
    ] {
        let bytes = fixture::trust_bytes(&claims(issuers));
        let refused = TrustList::verify(&fixture::root(), &bytes);
        assert!(matches!(refused, Err(TrustError::List(_))));
    }
}

#[test]
fn a_trust_list_needs_the_roots_threshold() {
    let claims = fixture::trust_claims();
    let one = crate::trust::sign_with_roots(
        Kind::TrustList,
        &claims,
        &[&fixture::root_1().secret, &documents().secret],
    );
    let short = TrustError::Threshold {
        kind: Kind::TrustList,
        valid: 1,
        needed: 2,
    };
    assert_eq!(
        TrustList::verify(&fixture::root(), &one).unwrap_err(),
        short
    );
}

#[test]
fn the_next_root_needs_the_thresholds_of_both() {
    let (one, two, three) = (fixture::root_1(), fixture::root_2(), fixture::root_3());
    let new = crate::SecretKey::from_seed(&[1; 32]);
    let keys = vec![new.public(), three.secret.public()];
    let claims = crate::trust::RootClaims {
        version: 2,
        threshold: 2,
        keys: keys.try_into().unwrap(),
        expires: SIGNED.plus(DAY),
    };
    let sign =
        |keys: &[&crate::SecretKey]| crate::trust::sign_with_roots(Kind::Root, &claims, keys);
    let root = fixture::root();
    assert!(root.advance(&sign(&[&one.secret, &two.secret])).is_err());
    assert!(root.advance(&sign(&[&new, &three.secret])).is_err());
    let both = sign(&[&one.secret, &new, &three.secret]);
    assert_eq!(root.advance(&both).unwrap().version(), 2);
}

#[test]
fn roles_are_bits_of_the_kinds_on_the_wire() {
    assert_eq!(
        crate::encode(&Roles::of(&[Kind::Pass, Kind::FamilyPass])),
        vec![0b110]
    );
}
