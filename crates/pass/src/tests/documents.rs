//! Documents: what fits into a code, and every way in which one is refused.

use super::*;

fn longest_pass() -> crate::Pass {
    let mut pass = fixture::paper_pass(1);
    let mut person = fixture::subject(1);
    person.name = "欧阳******娜".try_into().unwrap();
    pass.number = PassNumber([255; 5]);
    pass.subjects = vec![person].try_into().unwrap();
    pass
}

#[test]
fn a_paper_pass_fits_140_bytes_and_a_live_code_260() {
    let paper = documents().sign(Kind::Pass, &longest_pass());
    let mut phone = longest_pass();
    phone.holder = fixture::phone_pass(1).holder;
    let phone = documents().sign(Kind::Pass, &phone);
    let live = live_code(&phone, NOW, &fixture::holder());
    println!(
        "paper pass {} bytes, live code {} bytes",
        paper.len(),
        live.len()
    );
    assert!(paper.len() <= 140, "{}", paper.len());
    assert!(live.len() <= 260, "{}", live.len());
}

#[test]
fn a_signed_pass_verifies_and_says_who_signed_it() {
    let bytes = documents().sign(Kind::Pass, &fixture::paper_pass(5));
    let Ok(VerifiedDocument::Pass(pass)) = scan_bytes(&bytes) else {
        panic!("not a pass")
    };
    assert_eq!(pass.claims(), &fixture::paper_pass(5));
    assert_eq!(pass.issuer().id, issuer("CN-SD"));
    assert_eq!(pass.live(), None);
}

#[test]
fn any_single_bit_flip_is_refused() {
    for bytes in [
        documents().sign(Kind::Pass, &fixture::paper_pass(5)),
        live_code(
            &documents().sign(Kind::Pass, &fixture::phone_pass(5)),
            NOW,
            &fixture::holder(),
        ),
    ] {
        for bit in 0..bytes.len() * 8 {
            let mut altered = bytes.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(
                scan_bytes(&altered).is_err(),
                "bit {bit} of {}",
                bytes.len()
            );
        }
    }
}

#[test]
fn every_truncation_and_every_added_byte_is_refused() {
    let bytes = documents().sign(Kind::FamilyPass, &fixture::family_pass(5));
    for end in 0..bytes.len() {
        assert!(scan_bytes(&bytes[..end]).is_err(), "cut at {end}");
    }
    assert!(scan_bytes(&[&bytes[..], &[0]].concat()).is_err());
    assert!(scan_bytes(&[&[0], &bytes[..]].concat()).is_err());
}

#[test]
fn other_codes_are_told_apart_from_damaged_ones() {
    let foreign = DocumentError::Envelope(EnvelopeError::Foreign);
    assert_eq!(scan("https://example.org"), Err(foreign));
    assert_eq!(
        scan("GP1:~~~"),
        Err(DocumentError::Envelope(EnvelopeError::Text))
    );
    let newer = EnvelopeError::Newer {
        kind: 1,
        version: 2,
    };
    assert_eq!(scan_bytes(&[1, 2, 3]), Err(newer.into()));
}

#[test]
fn base45_that_rfc_9285_forbids_is_refused() {
    // ":::" is 91,124 and "::" is 2,024: both more than their bytes can hold.
    assert_eq!(
        scan("GP1::::"),
        Err(DocumentError::Envelope(EnvelopeError::Text))
    );
    assert_eq!(
        scan("GP1:::"),
        Err(DocumentError::Envelope(EnvelopeError::Text))
    );
}

#[test]
fn the_key_is_chosen_by_name_and_never_tried_in_turn() {
    let mut signer = documents();
    signer.key = KeyId(99);
    let unknown = DocumentError::UnknownKey {
        issuer: issuer("CN-SD"),
        key: KeyId(99),
    };
    assert_eq!(
        scan_bytes(&signer.sign(Kind::Pass, &fixture::paper_pass(1))),
        Err(unknown)
    );
    signer.issuer = issuer("CN-XX");
    let stranger = DocumentError::UnknownIssuer(issuer("CN-XX"));
    assert_eq!(
        scan_bytes(&signer.sign(Kind::Pass, &fixture::paper_pass(1))),
        Err(stranger)
    );
}

#[test]
fn a_key_signs_only_what_its_roles_allow() {
    let bytes = fixture::lists().sign(Kind::Pass, &fixture::paper_pass(1));
    let lists = fixture::lists();
    let wrong = DocumentError::WrongRole {
        issuer: lists.issuer,
        key: lists.key,
        kind: Kind::Pass,
    };
    assert_eq!(scan_bytes(&bytes), Err(wrong));
}

#[test]
fn another_region_can_never_sign_a_place_even_with_the_role() {
    let key = fixture::key_entry(&foreign("CN-JS"), &[Kind::PlaceCode]);
    let entry = fixture::entry("CN-JS", Recognition::Refuse, vec![key]);
    let trust = fixture::trust_with(|issuers| issuers[1] = entry);
    let bytes = foreign("CN-JS").sign(Kind::PlaceCode, &fixture::paper_pass(1));
    let document = Document::from_bytes(&bytes).unwrap();
    assert_eq!(
        verify(&document, &trust, NOW),
        Err(DocumentError::ForeignAuthority {
            issuer: issuer("CN-JS"),
            kind: Kind::PlaceCode
        })
    );
}

#[test]
fn a_key_outside_its_validity_does_not_count() {
    let bytes = documents().sign(Kind::Pass, &fixture::paper_pass(1));
    let document = Document::from_bytes(&bytes).unwrap();
    let trust = fixture::trust_with(|issuers| {
        fixture::change_keys(&mut issuers[0], |keys| keys[0].until = NOW);
    });
    let error = verify(&document, &trust, NOW);
    let outside = DocumentError::KeyOutsideValidity {
        issuer: issuer("CN-SD"),
        key: documents().key,
    };
    assert_eq!(error, Err(outside));
}

#[test]
fn a_live_code_needs_the_holders_own_key() {
    let pass = documents().sign(Kind::Pass, &fixture::phone_pass(5));
    let Ok(VerifiedDocument::Pass(live)) = scan_bytes(&live_code(&pass, NOW, &fixture::holder()))
    else {
        panic!("not a pass")
    };
    assert_eq!(live.live().unwrap().at, NOW);
    let thief = documents().secret;
    assert_eq!(
        scan_bytes(&live_code(&pass, NOW, &thief)),
        Err(DocumentError::BadSignature)
    );
    let paper = documents().sign(Kind::Pass, &fixture::paper_pass(5));
    let around_paper = live_code(&paper, NOW, &fixture::holder());
    assert_eq!(scan_bytes(&around_paper), Err(DocumentError::NoHolderKey));
}

#[test]
fn a_family_pass_holds_two_to_six_different_persons() {
    let one = documents().sign(Kind::FamilyPass, &fixture::paper_pass(1));
    let wrong = DocumentError::Subjects {
        kind: Kind::FamilyPass,
        subjects: 1,
    };
    assert_eq!(scan_bytes(&one), Err(wrong));
    let mut twice = fixture::family_pass(1);
    twice.subjects = vec![fixture::subject(1), fixture::subject(1)]
        .try_into()
        .unwrap();
    let twice = documents().sign(Kind::FamilyPass, &twice);
    assert!(matches!(
        scan_bytes(&twice),
        Err(DocumentError::Subjects { subjects: 2, .. })
    ));
    let many = documents().sign(Kind::Pass, &fixture::family_pass(1));
    assert!(matches!(
        scan_bytes(&many),
        Err(DocumentError::Subjects { subjects: 6, .. })
    ));
}
