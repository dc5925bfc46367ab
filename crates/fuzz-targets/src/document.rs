//! Codes that people show.

use std::{collections::BTreeSet, sync::LazyLock};

use gatepost_pass::{
    BadgeRole, Digest, Document, HubPin, Kind, OneTimeSecret, Place, Timestamp, TrustList,
    VerifiedDocument,
    claims::EnrolmentCode,
    document::{live_code, to_text},
    encode,
    fixture::{self, NOW, SIGNED, documents},
    time::Minute,
    verify,
};

use crate::feed::{Feed, Raw, seed};

pub(crate) static TRUST: LazyLock<TrustList> = LazyLock::new(fixture::trust);
static SIGNED_HERE: LazyLock<BTreeSet<Vec<u8>>> = LazyLock::new(|| signed().into_iter().collect());

const KINDS: [Kind; 5] = [
    Kind::Pass,
    Kind::FamilyPass,
    Kind::PlaceCode,
    Kind::Badge,
    Kind::Enrolment,
];

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    match feed.byte() % 6 {
        0 => as_it_is(feed.0),
        1 => text(&String::from_utf8_lossy(feed.0)),
        2 => {
            let kind = KINDS[usize::from(feed.byte()) % KINDS.len()];
            check(&documents().sign(kind, &Raw(feed.0)));
        }
        3 => {
            // Everything before the signature is hostile, the header too.
            let kind = feed.0.first().and_then(|kind| Kind::from_wire(*kind));
            let kind = kind.unwrap_or(Kind::Pass);
            let signature = documents().secret.sign_detached(kind, feed.0);
            check(&[feed.0, &signature].concat());
        }
        4 => {
            let at = Timestamp(feed.number());
            let pass = documents().sign(Kind::Pass, &Raw(feed.0));
            check(&live_code(&pass, at, &fixture::holder()));
        }
        _ => {
            let signature = fixture::holder().sign_detached(Kind::LiveCode, feed.0);
            check(&[feed.0, &signature].concat());
        }
    }
}

/// Nobody but the region has signed: what passes is what it signed.
fn as_it_is(bytes: &[u8]) {
    if let Some(document) = check(bytes) {
        assert!(SIGNED_HERE.contains(bytes), "forged: {document:?}");
    }
}

fn text(text: &str) {
    if let Ok(bytes) = gatepost_pass::document::from_text(text) {
        // A text has one reading and one writing.
        assert_eq!(to_text(&bytes), text);
        as_it_is(&bytes);
    }
}

/// Whatever passes says exactly what its bytes say.
pub(crate) fn check(bytes: &[u8]) -> Option<VerifiedDocument> {
    let document = Document::from_bytes(bytes).ok()?;
    assert_eq!(Document::from_text(&to_text(bytes)).as_ref(), Ok(&document));
    let verified = verify(&document, &TRUST, NOW).ok()?;
    let (claims, kind, issuer) = match &verified {
        VerifiedDocument::Pass(pass) => {
            let live = pass.live().is_some();
            assert_eq!(live, document.kind() == Kind::LiveCode);
            assert!(!live || pass.claims().holder.is_some());
            (encode(pass.claims()), pass.kind(), pass.issuer().id)
        }
        VerifiedDocument::Place(place) => (encode(place.claims()), place.kind(), place.issuer().id),
        VerifiedDocument::Badge(badge) => (encode(badge.claims()), badge.kind(), badge.issuer().id),
        VerifiedDocument::Enrolment(code) => (encode(code.claims()), code.kind(), code.issuer().id),
    };
    assert_eq!(issuer, document.issuer());
    if document.kind() == Kind::LiveCode {
        assert!(bytes.windows(claims.len()).any(|part| part == claims));
    } else {
        assert_eq!(kind, document.kind());
        assert!(bytes[..bytes.len() - 64].ends_with(&claims));
    }
    Some(verified)
}

fn claims() -> Vec<(u8, Vec<u8>)> {
    let not_after = Minute::of(SIGNED.plus(fixture::DAY));
    let place = Place {
        id: "gate-3".try_into().unwrap(),
        name: "South gate".try_into().unwrap(),
        not_after,
        fixed: true,
        class: Some(fixture::kebab("hospital")),
        area: Some(fixture::kebab("lixia")),
    };
    let badge = fixture::badge(7, BadgeRole::Supervisor);
    let enrolment = EnrolmentCode {
        root: Digest::of(&fixture::root_bytes()),
        hub: Some("https://hub.example".parse().unwrap()),
        not_after,
        hub_pins: vec![HubPin([7; 32])].try_into().unwrap(),
        secret: Some(OneTimeSecret([7; 16])),
    };
    vec![
        (0, encode(&fixture::paper_pass(1))),
        (0, encode(&fixture::phone_pass(1))),
        (1, encode(&fixture::family_pass(1))),
        (2, encode(&place)),
        (3, encode(&badge)),
        (4, encode(&enrolment)),
    ]
}

/// All that the fuzzer gets to see with a true signature.
fn signed() -> Vec<Vec<u8>> {
    let sign =
        |(kind, claims): &(u8, Vec<u8>)| documents().sign(KINDS[usize::from(*kind)], &Raw(claims));
    let mut signed: Vec<Vec<u8>> = claims().iter().map(sign).collect();
    signed.push(live_code(&signed[1], NOW, &fixture::holder()));
    signed.push(fixture::foreign("CN-JS").sign(Kind::Pass, &fixture::paper_pass(2)));
    signed
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for bytes in signed() {
        seeds.push(seed(0, &[&bytes]));
        seeds.push(seed(1, &[to_text(&bytes).as_bytes()]));
        let mode = if bytes[0] == Kind::LiveCode as u8 {
            5
        } else {
            3
        };
        seeds.push(seed(mode, &[&bytes[..bytes.len() - 64]]));
    }
    for (kind, claims) in claims() {
        seeds.push(seed(2, &[&[kind], &claims]));
        seeds.push(seed(4, &[&NOW.0.to_le_bytes(), &claims]));
    }
    // A count of one person that takes two bytes: refused, and a start for others of its kind.
    let pass = encode(&fixture::paper_pass(1));
    seeds.push(seed(2, &[&[0], &pass[..5], &[0x81, 0], &pass[6..]]));
    seeds
}
