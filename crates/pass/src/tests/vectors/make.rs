//! What the vectors are made of: the trust list, right documents, and hands to spoil them with.

use std::{fmt::Write as _, ops::Range};

use crate::{
    KeyId, Kind, PassNumber, SecretKey, Signer, Timestamp,
    badge::{Badge, BadgeRole, PinDigest, Site},
    claims::{EnrolmentCode, Place},
    codec,
    digest::Digest,
    document::live_code,
    envelope::Header,
    fixture::{self, DAY, NOW, SIGNED, documents, foreign, issuer},
    ids::HubPin,
    one_time_secret::OneTimeSecret,
    time::Minute,
    trust::{ColourMap, IssuerEntry, KeyEntry, Recognition, Roles, TrustListClaims},
};

/// A vector before it is a file.
pub(super) struct Case {
    /// The file's name.
    pub(super) name: &'static str,
    /// One line on what it holds.
    pub(super) what: &'static str,
    /// When it is scanned.
    pub(super) now: Timestamp,
    /// What is scanned.
    pub(super) form: Form,
    /// What must come of it.
    pub(super) expect: &'static str,
}

pub(super) enum Form {
    Text(String),
    Bytes(Vec<u8>),
}

impl Case {
    /// Scanned at another time than the usual.
    pub(super) fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }
}

/// A vector of bytes.
pub(super) fn case(
    name: &'static str,
    expect: &'static str,
    what: &'static str,
    bytes: Vec<u8>,
) -> Case {
    Case {
        name,
        what,
        now: NOW,
        form: Form::Bytes(bytes),
        expect,
    }
}

/// A vector of the text in a QR code.
pub(super) fn text_case(
    name: &'static str,
    expect: &'static str,
    what: &'static str,
    text: impl Into<String>,
) -> Case {
    Case {
        form: Form::Text(text.into()),
        ..case(name, expect, what, Vec::new())
    }
}

pub(super) fn all() -> Vec<Case> {
    let mut all = super::documents::good();
    all.extend(super::documents::clock());
    all.extend(super::envelopes::text());
    all.extend(super::envelopes::envelope());
    all.extend(super::envelopes::trust());
    all.extend(super::envelopes::signature());
    all.extend(super::documents::claims());
    all.extend(super::documents::live());
    all
}

/// A key that counts for its first two days only.
pub(super) fn retiring() -> Signer {
    own(8, [0x60; 32])
}

/// The key after that, with a day on which both count.
pub(super) fn successor() -> Signer {
    own(9, [0x70; 32])
}

/// A key with the largest number.
pub(super) fn last_number() -> Signer {
    own(u16::MAX, [0xff; 32])
}

fn own(number: u16, seed: [u8; 32]) -> Signer {
    Signer {
        issuer: issuer("CN-SD"),
        key: KeyId(number),
        secret: SecretKey::from_seed(&seed),
    }
}

const CODES: [Kind; 5] = [
    Kind::Pass,
    Kind::FamilyPass,
    Kind::PlaceCode,
    Kind::Badge,
    Kind::Enrolment,
];

/// The fixture's region, with keys that come and go, and a neighbour whose key has every role.
pub(super) fn trust_claims() -> TrustListClaims {
    let own = [
        KeyEntry {
            until: SIGNED.plus(DAY),
            ..fixture::key_entry(&retiring(), &[Kind::Pass])
        },
        KeyEntry {
            from: SIGNED,
            ..fixture::key_entry(&successor(), &[Kind::Pass])
        },
        fixture::key_entry(&last_number(), &[Kind::Pass]),
    ];
    let every = fixture::key_entry(&foreign("CN-JS"), &CODES);
    let visitor = fixture::key_entry(&foreign("CN-ZJ"), &CODES);
    let visitor = IssuerEntry {
        from: SIGNED.plus(DAY),
        until: SIGNED.plus(2 * DAY),
        ..fixture::entry("CN-ZJ", Recognition::Accept(ColourMap::SAME), vec![visitor])
    };
    fixture::trust_claims_with(|issuers| {
        fixture::change_keys(&mut issuers[0], |keys| keys.extend(own));
        fixture::change_keys(&mut issuers[1], |keys| *keys = vec![every]);
        issuers.push(visitor);
    })
}

/// The trust list as text, for readers that don't read its signed form.
pub(super) fn trust_text() -> String {
    let mut text = String::from(
        "# What the vectors are checked against.\n\
         # issuer: code, recognition, from, until (seconds, until exclusive)\n\
         # key: issuer, number, public key, from, until, the kinds it may sign\n",
    );
    for entry in trust_claims().issuers.as_slice() {
        let recognition = match entry.recognition {
            Recognition::Own => "own",
            Recognition::Accept(_) => "accept",
            Recognition::Convert(_) => "convert",
            Recognition::Refuse => "refuse",
        };
        let (id, from, until) = (entry.id, entry.from.0, entry.until.0);
        writeln!(text, "issuer: {id} {recognition} {from} {until}").unwrap();
        for key in entry.keys.as_slice() {
            let (number, from, until) = (key.id.0, key.from.0, key.until.0);
            write!(text, "key: {id} {number} {} {from} {until}", key.key).unwrap();
            let kinds = (0..32).filter_map(Kind::from_wire);
            for kind in kinds.filter(|kind| may_sign(key.roles, *kind)) {
                write!(text, " {}", kind.name()).unwrap();
            }
            text.push('\n');
        }
    }
    text
}

fn may_sign(roles: Roles, kind: Kind) -> bool {
    // Roles is a set of bits on the wire: joining a member changes nothing.
    let bits: u32 = codec::decode("roles", &codec::encode(&roles)).unwrap();
    bits >> kind as u8 & 1 == 1
}

pub(super) fn pass() -> Vec<u8> {
    documents().sign(Kind::Pass, &fixture::paper_pass(1))
}

pub(super) fn phone() -> Vec<u8> {
    documents().sign(Kind::Pass, &fixture::phone_pass(1))
}

pub(super) fn live() -> Vec<u8> {
    live_code(&phone(), NOW, &fixture::holder())
}

pub(super) fn place() -> Place {
    Place {
        id: "gate-3".try_into().unwrap(),
        name: "东门 East gate".try_into().unwrap(),
        not_after: Minute::of(SIGNED.plus(365 * DAY)),
        fixed: false,
        class: None,
        area: None,
    }
}

/// With every field at its largest.
pub(super) fn ward() -> Place {
    let largest = |c: &str| c.repeat(24);
    Place {
        id: largest("w").try_into().unwrap(),
        name: "x".repeat(60).try_into().unwrap(),
        not_after: Minute(u32::MAX),
        fixed: true,
        class: Some(largest("h").parse().unwrap()),
        area: Some(largest("-").parse().unwrap()),
    }
}

pub(super) fn badge() -> Badge {
    Badge {
        id: "guard-17".try_into().unwrap(),
        name: "李*".try_into().unwrap(),
        not_after: Minute::of(SIGNED.plus(30 * DAY)),
        number: PassNumber([0xb, 0, 0, 0, 17]),
        role: BadgeRole::Guard,
        sites: Default::default(),
        pin: None,
    }
}

/// A supervisor's, with every field at its largest.
pub(super) fn supervisor() -> Badge {
    let id = |c: &str| c.repeat(24).as_str().try_into().unwrap();
    let sites = vec![
        Site::Place(id("a")),
        Site::Prefix(id("b")),
        Site::Place(id("c")),
        Site::Prefix(id("d")),
    ];
    Badge {
        id: id("s"),
        name: "x".repeat(60).as_str().try_into().unwrap(),
        role: BadgeRole::Supervisor,
        sites: sites.try_into().unwrap(),
        pin: Some(PinDigest([7; 16])),
        ..badge()
    }
}

pub(super) fn enrolment() -> EnrolmentCode {
    EnrolmentCode {
        root: Digest::of(&fixture::root_bytes()),
        hub: Some("https://hub.example:8443".parse().unwrap()),
        not_after: Minute::of(SIGNED.plus(DAY)),
        hub_pins: Default::default(),
        secret: None,
    }
}

/// An enrolment code with every field at its largest.
pub(super) fn one_time() -> EnrolmentCode {
    let longest = format!("https://{}xx:65535", "x.".repeat(52));
    EnrolmentCode {
        hub: Some(longest.parse().unwrap()),
        hub_pins: [1, 2, 3, 4]
            .map(|n| HubPin([n; 32]))
            .to_vec()
            .try_into()
            .unwrap(),
        secret: Some(OneTimeSecret([7; 16])),
        ..enrolment()
    }
}

/// A paper pass of another number, for the clock's edges.
pub(super) fn numbered(n: u8) -> crate::Pass {
    crate::Pass {
        number: PassNumber([n; 5]),
        ..fixture::paper_pass(n)
    }
}

/// The right front of an envelope: kind, version, issuer, key.
pub(super) fn front(kind: Kind) -> Vec<u8> {
    let signer = documents();
    codec::encode(&Header::new(kind, signer.issuer, signer.key))
}

/// Any front around any claims, signed over any domain.
pub(super) fn raw(front: &[u8], claims: &[u8], domain: &[u8]) -> Vec<u8> {
    let signed = [front, &codec::encode(&claims.to_vec())].concat();
    seal(signed, domain, &documents().secret)
}

/// Signs as is.
pub(super) fn seal(mut signed: Vec<u8>, domain: &[u8], key: &SecretKey) -> Vec<u8> {
    let signature = key.sign(&[domain, &signed].concat());
    signed.extend(signature);
    signed
}

/// Claims as bytes in an envelope that is right in all else.
pub(super) fn around(kind: Kind, claims: &[u8]) -> Vec<u8> {
    raw(&front(kind), claims, &kind.domain())
}

/// A part replaced by other bytes.
pub(super) fn splice(bytes: &[u8], part: Range<usize>, with: &[u8]) -> Vec<u8> {
    [&bytes[..part.start], with, &bytes[part.end..]].concat()
}

/// One bit turned over, counted from the end.
pub(super) fn flip(mut bytes: Vec<u8>, from_end: usize) -> Vec<u8> {
    let at = bytes.len() - from_end;
    bytes[at] ^= 1;
    bytes
}

/// The paper pass's claims, spoiled at one part, signed all the same.
pub(super) fn spoiled(part: Range<usize>, with: &[u8]) -> Vec<u8> {
    let claims = codec::encode(&fixture::paper_pass(1));
    around(Kind::Pass, &splice(&claims, part, with))
}

/// The paper pass with this as its holder key.
pub(super) fn held(key: &str) -> Vec<u8> {
    spoiled(43..44, &[&[1], &hex(key)[..]].concat())
}

/// A live code of any parts, signed by the right holder.
pub(super) fn live_raw(front: &[u8], pass: &[u8], at: &[u8]) -> Vec<u8> {
    let signed = [front, &codec::encode(&pass.to_vec()), at].concat();
    seal(signed, &Kind::LiveCode.domain(), &fixture::holder())
}

/// The last 32 bytes, plus the order of the group: the same scalar, another number.
pub(super) fn plus_order(mut bytes: Vec<u8>) -> Vec<u8> {
    let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let start = bytes.len() - 32;
    let mut carry = 0;
    for (byte, add) in bytes[start..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    bytes
}

pub(super) fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}");
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
