//! Vectors of texts, envelopes, keys and signatures.

use super::make::{
    Case, around, case, enrolment, flip, front, hex, pass, place, plus_order, raw, retiring, seal,
    splice, successor, text_case,
};
use crate::{
    IssuerId, Kind, Signer, codec,
    document::to_text,
    fixture::{
        self, DAY, SIGNED, documents, foreign, freshness, hub, issuer, lists, paper_pass,
        policy_key,
    },
};

/// Longest text after `GP1:`.
const LONGEST: usize = 1800;

pub(super) fn text() -> Vec<Case> {
    let good = to_text(&pass());
    let body = &good[4..];
    vec![
        text_case("text-empty", "Foreign", "Nothing", ""),
        text_case(
            "text-of-something-else",
            "Foreign",
            "An address",
            "https://pass.example/GP1:",
        ),
        text_case(
            "text-prefix-lower-case",
            "Foreign",
            "gp1: instead of GP1:",
            format!("gp1:{body}"),
        ),
        text_case(
            "text-prefix-of-another-version",
            "Foreign",
            "GP2: instead of GP1:",
            format!("GP2:{body}"),
        ),
        text_case(
            "text-blank-before-the-prefix",
            "Foreign",
            "A blank before GP1:",
            format!(" {good}"),
        ),
        text_case(
            "text-prefix-alone",
            "Damaged envelope",
            "GP1: and nothing after it",
            "GP1:",
        ),
        text_case(
            "text-not-base45",
            "Text",
            "A character that base45 does not have",
            format!("GP1:{}", body.replacen(&body[..1], "_", 1)),
        ),
        text_case(
            "text-not-ascii",
            "Text",
            "A character of three bytes",
            format!("GP1:{body}通"),
        ),
        text_case(
            "text-base45-lower-case",
            "Text",
            "The right text in lower case after its prefix",
            format!("GP1:{}", body.to_lowercase()),
        ),
        text_case(
            "text-base45-of-an-odd-length",
            "Text",
            "One character left over after the triples",
            "GP1:0000",
        ),
        text_case(
            "text-base45-triple-over-65535",
            "Text",
            "The triple stands for 91124, two bytes hold 65535",
            "GP1::::",
        ),
        text_case(
            "text-base45-pair-over-255",
            "Text",
            "The last pair stands for 2024, a byte holds 255",
            "GP1:::",
        ),
        text_case(
            "text-over-long",
            "TooLarge code",
            "1801 characters after the prefix",
            format!("GP1:{}", "0".repeat(LONGEST + 1)),
        ),
        text_case(
            "text-of-the-longest-length",
            "Newer 0 0",
            "1800 characters after the prefix: read, and refused for what it holds",
            format!("GP1:{}", "0".repeat(LONGEST)),
        ),
    ]
}

/// A pass whose front is other bytes, signed all the same.
fn fronted(front: &[u8]) -> Vec<u8> {
    let claims = codec::encode(&paper_pass(1));
    raw(front, &claims, &Kind::Pass.domain())
}

/// A pass with another issuer on the wire: its length and its text.
fn named(issuer: &[u8]) -> Vec<u8> {
    fronted(&splice(&front(Kind::Pass), 2..8, issuer))
}

/// A pass with another key number on the wire.
fn keyed(key: &[u8]) -> Vec<u8> {
    fronted(&splice(&front(Kind::Pass), 8..9, key))
}

/// A pass with another length of its claims on the wire.
fn sized(length: &[u8]) -> Vec<u8> {
    let good = pass();
    let signed = splice(&good[..good.len() - 64], 9..10, length);
    seal(signed, &Kind::Pass.domain(), &documents().secret)
}

#[rustfmt::skip]
pub(super) fn envelope() -> Vec<Case> {
    let good = pass();
    let (signed, signature) = good.split_at(good.len() - 64);
    let domain = Kind::Pass.domain();
    let key = documents().secret;
    let added = [signed, &[0]].concat();
    let mut not_mine = vec![
        case("envelope-empty", "Damaged envelope", "No bytes", vec![]),
        case("envelope-of-one-byte", "Damaged envelope", "The kind alone", vec![1]),
        case("envelope-of-two-bytes", "Damaged envelope", "Kind and version alone", vec![1, 1]),
        case("envelope-a-signature-alone", "Damaged envelope", "Kind, version and 62 bytes more",
            [&[1, 1], &signature[2..]].concat()),
        case("envelope-truncated-by-one", "Damaged envelope",
            "The last byte of the signature is missing",
            good[..good.len() - 1].to_vec()),
        case("envelope-truncated-to-half", "Damaged envelope", "The second half is missing",
            good[..good.len() / 2].to_vec()),
        case("envelope-without-its-signature", "Damaged envelope",
            "All 64 bytes of the signature are missing",
            signed.to_vec()),
        case("envelope-leading-byte", "Newer 0 1", "A zero before the first byte",
            [&[0], &good[..]].concat()),
        case("envelope-trailing-byte", "Trailing envelope", "A zero after the last byte",
            [&good[..], &[0]].concat()),
        case("envelope-trailing-byte-signed", "Trailing envelope",
            "A zero between claims and signature, and signed",
            seal(added, &domain, &key)),
        case("envelope-over-long", "TooLarge envelope", "1201 bytes",
            [&good[..], &vec![0; 1201 - good.len()]].concat()),
        case("envelope-of-the-longest-length", "Trailing envelope",
            "1200 bytes: read, and refused for what is left over",
            [&good[..], &vec![0; 1200 - good.len()]].concat()),
        case("envelope-version-0", "Newer 1 0", "Version 0",
            fronted(&splice(&front(Kind::Pass), 1..2, &[0]))),
        case("envelope-version-2", "Newer 1 2", "Version 2, signed over the domain of version 1",
            fronted(&splice(&front(Kind::Pass), 1..2, &[2]))),
        case("envelope-kind-0", "Newer 0 1", "A kind that never was",
            fronted(&splice(&front(Kind::Pass), 0..1, &[0]))),
        case("envelope-kind-7", "Newer 7 1", "The first number that no kind has",
            fronted(&splice(&front(Kind::Pass), 0..1, &[7]))),
        case("envelope-kind-255", "Newer 255 1", "The last number that no kind has",
            fronted(&splice(&front(Kind::Pass), 0..1, &[255]))),
        case("envelope-issuer-of-one-character", "Damaged envelope",
            "An issuer is 2 to 8 characters",
            named(b"\x01C")),
        case("envelope-issuer-of-nine-characters", "Damaged envelope",
            "An issuer is 2 to 8 characters",
            named(b"\x09CN-SD-370")),
        case("envelope-issuer-lower-case", "Damaged envelope",
            "An issuer is capitals, digits and hyphens",
            named(b"\x05cn-sd")),
        case("envelope-issuer-not-utf8", "Damaged envelope",
            "An issuer is capitals, digits and hyphens",
            named(b"\x05CN-S\xff")),
        case("envelope-issuer-length-not-canonical", "NotCanonical envelope", "Length 5 as 85 00",
            named(b"\x85\x00CN-SD")),
        case("envelope-key-not-canonical", "NotCanonical envelope", "Key 1 as 81 00",
            keyed(&[0x81, 0])),
        case("envelope-key-over-65535", "Damaged envelope", "Key 65536", keyed(&[0x80, 0x80, 4])),
        case("envelope-key-of-four-bytes", "Damaged envelope",
            "Key 1 as 81 80 80 00: longer than any key number",
            keyed(&[0x81, 0x80, 0x80, 0])),
        case("envelope-claims-length-not-canonical", "NotCanonical envelope", "Length 44 as ac 00",
            sized(&[0xac, 0])),
        case("envelope-claims-longer-than-the-envelope", "Damaged envelope",
            "Length 45 where 44 bytes follow",
            sized(&[45])),
        case("envelope-claims-shorter-than-the-envelope", "Trailing envelope",
            "Length 43 where 44 bytes follow",
            sized(&[43])),
        case("envelope-claims-length-of-64-bits", "Damaged envelope",
            "The largest length that a varint holds",
            sized(&[255, 255, 255, 255, 255, 255, 255, 255, 255, 1])),
        case("envelope-kind-root", "NotACode root", "An envelope that says it is a root",
            documents().sign(Kind::Root, &paper_pass(1))),
        case("envelope-kind-trust-list", "NotACode trust-list",
            "An envelope that says it is a trust list",
            documents().sign(Kind::TrustList, &paper_pass(1))),
        case("envelope-kind-policy", "NotACode policy",
            "A right policy, which is a file and not a code",
            policy_key().sign(Kind::Policy, &fixture::policy())),
        case("envelope-kind-receipt", "NotACode receipt", "An envelope that says it is a receipt",
            hub().sign(Kind::Receipt, &paper_pass(1))),
        case("envelope-root-file", "Damaged envelope", "A right root: a file of another form",
            fixture::root_bytes()),
    ];
    // A kind that only a file has is refused before its signature is looked at.
    let unsigned = flip(documents().sign(Kind::Manifest, &paper_pass(1)), 1);
    not_mine.push(case("envelope-kind-manifest-forged", "NotACode manifest",
        "A manifest with a wrong signature",
        unsigned));
    not_mine
}

/// Signs with one key in the name of another.
fn in_the_name_of(issuer: IssuerId, key: u16) -> Vec<u8> {
    let signer = Signer {
        issuer,
        key: crate::KeyId(key),
        secret: documents().secret,
    };
    signer.sign(Kind::Pass, &paper_pass(1))
}

#[rustfmt::skip]
pub(super) fn trust() -> Vec<Case> {
    let own = issuer("CN-SD");
    let neighbour = issuer("CN-JS");
    let family = fixture::family_pass(1);
    let visitor = foreign("CN-ZJ").sign(Kind::Pass, &paper_pass(1));
    let early = retiring().sign(Kind::Pass, &paper_pass(1));
    let late = successor().sign(Kind::Pass, &paper_pass(1));
    vec![
        case("key-of-an-unknown-issuer", "UnknownIssuer CN-XX",
            "Nobody of that code is on the trust list",
            in_the_name_of(issuer("CN-XX"), 1)),
        case("key-unknown", "UnknownKey CN-SD 99",
            "The issuer has no key 99; key 1 would fit and is not tried",
            in_the_name_of(own, 99)),
        case("key-0", "UnknownKey CN-SD 0", "The issuer has no key 0", in_the_name_of(own, 0)),
        case("key-of-another-issuer", "BadSignature",
            "Signed by CN-SD's key 1 in the name of CN-JS, which has a key 1 too",
            in_the_name_of(neighbour, 1)),
        case("key-number-of-another-key", "BadSignature",
            "Signed by key 1, names key 9 of the same issuer",
            in_the_name_of(own, 9)),
        case("key-of-lists-under-a-pass", "WrongRole CN-SD 2", "A key that signs lists",
            lists().sign(Kind::Pass, &paper_pass(1))),
        case("key-of-lists-under-a-place", "WrongRole CN-SD 2", "A key that signs lists",
            lists().sign(Kind::PlaceCode, &place())),
        case("key-of-the-hub-under-a-badge", "WrongRole CN-SD 4", "A key that signs receipts",
            hub().sign(Kind::Badge, &super::make::badge())),
        case("key-of-freshness-under-an-enrolment", "WrongRole CN-SD 3",
            "A key that signs manifests",
            freshness().sign(Kind::Enrolment, &enrolment())),
        case("key-of-passes-under-a-family", "WrongRole CN-SD 8",
            "A key that signs single passes only",
            retiring().sign(Kind::FamilyPass, &family)),
        case("key-without-the-role-and-forged", "BadSignature",
            "A wrong signature in the name of a wrong key: forged before all else",
            flip(lists().sign(Kind::Pass, &paper_pass(1)), 1)),
        case("key-of-a-neighbour-under-a-place", "ForeignAuthority CN-JS",
            "Its entry has the role; a place counts from the own authority only",
            foreign("CN-JS").sign(Kind::PlaceCode, &place())),
        case("key-of-a-neighbour-under-a-badge", "ForeignAuthority CN-JS",
            "Its entry has the role; a badge counts from the own authority only",
            foreign("CN-JS").sign(Kind::Badge, &super::make::badge())),
        case("key-of-a-neighbour-under-an-enrolment", "ForeignAuthority CN-JS",
            "Its entry has the role; an enrolment counts from the own authority only",
            foreign("CN-JS").sign(Kind::Enrolment, &enrolment())),
        case("key-before-its-validity", "KeyOutsideValidity CN-SD 9", "A second before its first",
            late).at(SIGNED.minus(1)),
        case("key-after-its-validity", "KeyOutsideValidity CN-SD 8",
            "The second at which it no longer counts",
            early.clone()).at(SIGNED.plus(DAY)),
        case("ok-pass-of-an-issuer-not-yet-recognised", "ok pass",
            "A second before its entry counts: like a refused region's",
            visitor.clone()).at(SIGNED.plus(DAY).minus(1)),
        case("ok-pass-of-an-issuer-no-longer-recognised", "ok pass",
            "The second at which its entry no longer counts: like a refused region's",
            visitor.clone()).at(SIGNED.plus(2 * DAY)),
        case("signature-altered-of-an-issuer-no-longer-recognised", "BadSignature",
            "Forged, in the name of an issuer whose entry no longer counts",
            flip(visitor, 1)).at(SIGNED.plus(2 * DAY)),
        case("key-of-an-authority-no-longer-recognised", "NotRecognisedNow CN-SD",
            "A place, the second at which the authority's own entry no longer counts",
            documents().sign(Kind::PlaceCode, &place())).at(SIGNED.plus(400 * DAY)),
        case("key-that-ended-before-its-issuer", "KeyOutsideValidity CN-SD 8",
            "Neither counts, and the key was no longer valid when the issuer still was",
            early.clone()).at(SIGNED.plus(400 * DAY)),
        case("signature-altered-of-a-key-after-its-validity", "BadSignature",
            "Forged, in the name of a key that no longer counts",
            flip(early, 1)).at(SIGNED.plus(DAY)),
        case("ok-pass-when-the-clock-says-1970", "ok pass",
            "A dead clock, and no floor under it: like a refused region's",
            pass()).at(crate::Timestamp(0)),
    ]
}

/// The y coordinate 1 in its second encoding: 2^255 - 18, little-endian.
const ONE_PLUS_P: &str = "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
/// Over the paper pass: R the identity, S = k·a. A check that is not strict takes it.
pub(super) const SMALL_ORDER_R: &str = concat!(
    "0100000000000000000000000000000000000000000000000000000000000000",
    "4469ebaf20535b925c9ec2967793a6d4f8ca88c0337dfb77148873523aef0f07"
);

#[rustfmt::skip]
pub(super) fn signature() -> Vec<Case> {
    let good = pass();
    let signed = &good[..good.len() - 64];
    let claims = codec::encode(&paper_pass(1));
    let domain = Kind::Pass.domain();
    let wrong = |domain: &[u8]| raw(&front(Kind::Pass), &claims, domain);
    let with = |signature: &[u8]| [signed, signature].concat();
    vec![
        case("signature-wrong-domain", "BadSignature", "Made over the domain of a family pass",
            wrong(&Kind::FamilyPass.domain())),
        case("signature-domain-of-version-2", "BadSignature", "Made over the domain of version 2",
            wrong(b"gatepost/pass/v2\0")),
        case("signature-domain-without-its-end", "BadSignature",
            "Made over the domain without its zero byte",
            wrong(&domain[..domain.len() - 1])),
        case("signature-no-domain", "BadSignature", "Made over the envelope alone", wrong(b"")),
        case("signature-over-the-claims-alone", "BadSignature",
            "Made over domain and claims, without header",
            with(&documents().secret.sign(&[&domain[..], &claims].concat()))),
        case("signature-kind-altered", "BadSignature", "A place code that now says it is a badge",
            splice(&documents().sign(Kind::PlaceCode, &place()), 0..1, &[4])),
        case("signature-claims-altered", "BadSignature",
            "One bit of the pass number is turned over",
            splice(&good, 14..15, &[3])),
        case("signature-r-altered", "BadSignature", "One bit of R is turned over",
            flip(good.clone(), 64)),
        case("signature-s-altered", "BadSignature", "One bit of S is turned over",
            flip(good.clone(), 1)),
        case("signature-s-plus-l", "BadSignature", "Malleated: S + L, the same scalar",
            plus_order(good.clone())),
        case("signature-r-small-order", "BadSignature",
            "R is the identity and the equation holds: refused by the strict check alone",
            with(&hex(SMALL_ORDER_R))),
        case("signature-r-not-canonical", "BadSignature", "R is the identity written as p + 1",
            with(&hex(&SMALL_ORDER_R.replacen(&SMALL_ORDER_R[..64], ONE_PLUS_P, 1)))),
        case("signature-zero", "BadSignature", "64 zero bytes", with(&[0; 64])),
        case("signature-of-another-pass", "BadSignature", "The right signature of pass 2",
            with(&documents().sign(Kind::Pass, &paper_pass(2))[good.len() - 64..])),
        case("signature-before-the-claims-are-read", "BadSignature",
            "Claims that break the format under a wrong signature: the signature is refused first",
            flip(around(Kind::Pass, b""), 1)),
    ]
}
