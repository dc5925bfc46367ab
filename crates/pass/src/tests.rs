//! What the crate promises, seen from outside: documents, trust, lists, bundles.

#![allow(clippy::unwrap_used, clippy::panic)]

mod vectors;

use crate::{
    Colour, Digest, Document, DocumentError, IssuerId, KeyId, Kind, Listing, PassNumber,
    Revocation, SubjectTag, TrustError, TrustList, VerifiedBundle, VerifiedDocument,
    bundle::{BundleError, Intake, Versions},
    envelope::{EnvelopeError, live_code, to_text},
    fixture::{self, DAY, NOW, Region, SIGNED, documents, foreign, issuer},
    list::{List, ListError, ListKind},
    trust::{Recognition, Roles},
    verify,
};

mod attacks;
mod deltas;
mod identity;
mod stolen;
mod trust;

fn scan(text: &str) -> Result<VerifiedDocument, DocumentError> {
    verify(&Document::from_text(text)?, &fixture::trust(), NOW)
}

fn scan_bytes(bytes: &[u8]) -> Result<VerifiedDocument, DocumentError> {
    scan(&to_text(bytes))
}

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
    let late = SIGNED.plus(401 * DAY);
    let error = verify(&document, &fixture::trust(), late);
    assert_eq!(error, Err(DocumentError::NotRecognisedNow(issuer("CN-SD"))));
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

#[test]
fn lists_answer_exactly_for_ten_thousand_persons() {
    let tag = |n: u32| SubjectTag(std::array::from_fn(|i| n.to_le_bytes()[i % 4]));
    let colour = |n: u32| {
        if n.is_multiple_of(3) {
            Colour::Red
        } else {
            Colour::Yellow
        }
    };
    let plan = crate::list::ListPlan {
        version: 1,
        as_of: SIGNED,
        salt: [8; 16],
    };
    let listed = (0..10_000).map(|n| (tag(n), colour(n)));
    let enrolled = (10_000..20_000).map(tag);
    let file = crate::list::write_status(&fixture::lists(), plan, listed, enrolled).unwrap();
    let list = List::open(file, &fixture::trust(), NOW).unwrap();
    for n in 0..10_000 {
        assert_eq!(list.status(&tag(n)).unwrap(), Listing::Listed(colour(n)));
    }
    for n in 10_000..20_000 {
        assert_eq!(list.status(&tag(n)).unwrap(), Listing::NotListed);
    }
}

#[test]
fn a_list_that_rots_after_it_was_opened_is_an_error_and_never_an_all_clear() {
    struct Card(std::cell::RefCell<Vec<u8>>);
    impl crate::ReadAt for &Card {
        fn length(&self) -> std::io::Result<u64> {
            self.0.borrow().length()
        }
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<()> {
            self.0.borrow().read_at(buffer, offset)
        }
    }
    let numbers = (0..=255).map(|n| PassNumber([n; 5]));
    let plan = crate::list::ListPlan {
        version: 1,
        as_of: SIGNED,
        salt: [0; 16],
    };
    let file = crate::list::write_revocation(&fixture::lists(), plan, numbers).unwrap();
    let card = Card(file.into());
    let list = List::open(&card, &fixture::trust(), NOW).unwrap();
    assert_eq!(
        list.revocation(&PassNumber([9; 5])).unwrap(),
        Revocation::Revoked
    );
    card.0.borrow_mut()[2 * 4096 - 1] ^= 1;
    assert!(matches!(
        list.revocation(&PassNumber([9; 5])),
        Err(ListError::Chunk(0))
    ));
}

#[test]
fn an_empty_list_lists_nobody() {
    let plan = crate::list::ListPlan {
        version: 1,
        as_of: SIGNED,
        salt: [0; 16],
    };
    let file = crate::list::write_status(&fixture::lists(), plan, [], []).unwrap();
    let list = List::open(file, &fixture::trust(), NOW).unwrap();
    assert_eq!(
        list.status(&SubjectTag([1; 16])).unwrap(),
        Listing::NotListed
    );
    let wrong_kind = list.revocation(&PassNumber([0; 5]));
    assert!(matches!(
        wrong_kind,
        Err(ListError::OtherKind(ListKind::Status))
    ));
}

fn take(region: &Region, have: &Versions) -> Result<VerifiedBundle<Vec<u8>>, BundleError> {
    let manifest = region.manifest();
    VerifiedBundle::verify(
        &fixture::root(),
        &manifest,
        &region.files,
        Intake::New(have),
        NOW,
    )
}

#[test]
fn a_bundle_verifies_whole_and_ages() {
    let bundle = Region::default().verified();
    assert_eq!(bundle.trust().own(), "CN-SD".parse::<IssuerId>().unwrap());
    let list = bundle.list(ListKind::Status, issuer("CN-SD")).unwrap();
    assert_eq!(
        list.status(&SubjectTag([102; 16])).unwrap(),
        Listing::Listed(Colour::Red)
    );
    assert_eq!(bundle.freshness(NOW), crate::Freshness::Fresh);
    assert_eq!(
        bundle.freshness(SIGNED.plus(2 * DAY)),
        crate::Freshness::Stale
    );
    assert_eq!(
        bundle.freshness(SIGNED.plus(8 * DAY)),
        crate::Freshness::Expired
    );
}

#[test]
fn rollback_is_refused_by_name() {
    let have = Versions {
        manifest: 2,
        ..Versions::default()
    };
    let error = take(&Region::default(), &have).unwrap_err();
    assert!(matches!(
        error,
        BundleError::Rollback {
            what: "manifest",
            have: 2,
            found: 1
        }
    ));
    let have = Versions {
        lists: [((ListKind::Status, issuer("CN-SD")), 7)].into(),
        ..Versions::default()
    };
    let error = take(&Region::default(), &have).unwrap_err();
    assert!(matches!(
        error,
        BundleError::Rollback {
            what: "list",
            have: 7,
            found: 1
        }
    ));
}

#[test]
fn leaving_newer_roots_out_does_not_bring_an_old_root_back() {
    // The device has used root 2, which has left keys 1 and 2 behind.
    let new = crate::SecretKey::from_seed(&[1; 32]);
    let keys = vec![new.public()];
    let claims = crate::trust::RootClaims {
        version: 2,
        threshold: 1,
        keys: keys.try_into().unwrap(),
    };
    let (one, two) = (fixture::root_1().secret, fixture::root_2().secret);
    let bytes = crate::trust::sign_with_roots(Kind::Root, &claims, &[&one, &two, &new]);
    let used = fixture::root().advance(&bytes).unwrap();
    assert_eq!(crate::Root::pin(used.to_bytes()).unwrap().version(), 2);

    let region = Region::default();
    let (manifest, have) = (region.manifest(), Versions::default());
    let error = VerifiedBundle::verify(&used, &manifest, &region.files, Intake::New(&have), NOW)
        .unwrap_err();
    let BundleError::Trust(TrustError::Threshold {
        valid: 0,
        needed: 1,
        ..
    }) = error
    else {
        panic!("{error}")
    };
}

#[test]
fn a_trust_list_or_list_signed_after_its_manifest_is_refused() {
    let mut region = Region::default();
    region.trust.issued_at = SIGNED.plus(2 * 3600);
    let error = take(&region, &Versions::default()).unwrap_err();
    assert!(matches!(
        error,
        BundleError::LaterThanManifest("trust list")
    ));
    let region = Region {
        list_age: -2 * 3600,
        ..Region::default()
    };
    let error = take(&region, &Versions::default()).unwrap_err();
    assert!(matches!(error, BundleError::LaterThanManifest("list")));
}

#[test]
fn a_new_manifest_around_an_old_list_is_not_fresh() {
    let region = Region {
        list_age: 2 * DAY as i64,
        ..Region::default()
    };
    let bundle = region.verified();
    assert_eq!(bundle.freshness(NOW), crate::Freshness::Stale);
    assert_eq!(
        bundle.freshness_of(issuer("CN-SD"), NOW),
        crate::Freshness::Stale
    );
    assert_eq!(
        bundle.freshness_of(issuer("CN-JS"), NOW),
        crate::Freshness::Fresh
    );
}

#[test]
fn an_expired_bundle_is_not_taken_in_but_an_installed_one_still_loads() {
    let region = Region::default();
    let manifest = region.manifest();
    let (root, late) = (fixture::root(), SIGNED.plus(500 * DAY));
    let have = Versions::default();
    let new = VerifiedBundle::verify(&root, &manifest, &region.files, Intake::New(&have), late);
    assert!(new.is_err());
    let installed =
        VerifiedBundle::verify(&root, &manifest, &region.files, Intake::Installed, late).unwrap();
    assert_eq!(installed.freshness(late), crate::Freshness::Expired);
}

#[test]
fn an_installed_bundle_opens_again_without_the_list_that_has_rotted_and_says_which() {
    let region = Region::default();
    let manifest = region.manifest();
    let status = |bytes: &&mut Vec<u8>| bytes.starts_with(b"GPL1") && bytes[8..].contains(&64);
    let mut files = region.files.0.borrow_mut();
    // In the index, which stands before the digest of the one chunk.
    let list = files.values_mut().find(status).unwrap();
    let at = list.len() - 33;
    list[at] ^= 1;
    drop(files);
    let open =
        |intake| VerifiedBundle::verify(&fixture::root(), &manifest, &region.files, intake, NOW);
    let whole = open(Intake::Installed);
    assert!(matches!(whole, Err(BundleError::WrongFile(_))));
    let bundle = open(Intake::Reopened).unwrap();
    let rotten: Vec<_> = bundle.unopened().keys().collect();
    assert_eq!(rotten, [&(ListKind::Status, issuer("CN-SD"))]);
    assert!(bundle.list(ListKind::Status, issuer("CN-SD")).is_none());
    let revoked = bundle.list(ListKind::Revocation, issuer("CN-SD")).unwrap();
    let number = crate::PassNumber([0, 0, 0, 0, 103]);
    assert_eq!(
        revoked.revocation(&number).unwrap(),
        crate::Revocation::Revoked
    );
}

#[test]
fn a_bundle_is_taken_in_by_a_device_whose_clock_says_1970() {
    let region = Region::default();
    let manifest = region.manifest();
    let have = Versions::default();
    let dead = crate::Timestamp(0);
    VerifiedBundle::verify(
        &fixture::root(),
        &manifest,
        &region.files,
        Intake::New(&have),
        dead,
    )
    .unwrap();
}

#[test]
fn a_swapped_missing_or_altered_file_is_refused() {
    let region = Region::default();
    let manifest = region.manifest();
    let digests: Vec<Digest> = region.files.0.borrow().keys().copied().collect();
    let have = Versions::default();
    for digest in digests {
        let bytes = region.files.0.borrow_mut().remove(&digest).unwrap();
        let verify = || {
            VerifiedBundle::verify(
                &fixture::root(),
                &manifest,
                &region.files,
                Intake::New(&have),
                NOW,
            )
        };
        assert!(matches!(verify(), Err(BundleError::File { .. })));
        let mut altered = bytes.clone();
        *altered.last_mut().unwrap() ^= 1;
        region.files.0.borrow_mut().insert(digest, altered);
        assert!(matches!(verify(), Err(BundleError::WrongFile(_))));
        region.files.0.borrow_mut().insert(digest, bytes);
        verify().unwrap();
    }
}

#[test]
fn the_published_keys_are_known_by_name() {
    let published = [
        fixture::root_1(),
        fixture::root_2(),
        fixture::root_3(),
        documents(),
        fixture::lists(),
        fixture::bundle(),
        fixture::hub(),
        fixture::devices(),
    ];
    for signer in &published {
        assert!(signer.secret.public().published().is_some());
    }
    assert!(fixture::holder().public().published().is_none());
}

#[test]
fn key_files_are_read_back_and_faults_name_their_line() {
    let signer: crate::Signer = documents().to_file().parse().unwrap();
    assert_eq!(signer.secret.public(), documents().secret.public());
    let faulty = documents().to_file().replace("\nkey 1", "\nkey one");
    let error = faulty.parse::<crate::Signer>().unwrap_err();
    assert_eq!(
        error,
        crate::KeyError::File {
            line: 3,
            expected: "key NUMBER"
        }
    );
}
