//! Vectors of right documents, of claims, and of live codes.

use super::make::{
    Case, around, badge, case, enrolment, flip, held, last_number, live as good_live, live_raw,
    numbered, one_time, pass, phone, place, plus_order, retiring, seal, spoiled, successor,
    supervisor, ward,
};
use crate::{
    Class, Colour, Kind, Pass, Place, Subject, Timestamp, codec,
    document::live_code,
    envelope::Header,
    fixture::{
        self, DAY, NOW, SIGNED, documents, foreign, holder, paper_pass, phone_pass, subject,
    },
    time::Minute,
};

fn family(count: u8) -> Pass {
    let subjects: Vec<Subject> = (1..=count).map(subject).collect();
    Pass {
        subjects: subjects.try_into().unwrap(),
        ..paper_pass(1)
    }
}

fn family_with_a_holder_key() -> Vec<u8> {
    let claims = Pass {
        holder: phone_pass(1).holder,
        ..family(2)
    };
    documents().sign(Kind::FamilyPass, &claims)
}

fn person(name: &str, colour: Colour, class: Class) -> Vec<u8> {
    let person = Subject {
        name: name.try_into().unwrap(),
        colour,
        class,
        ..subject(1)
    };
    let pass = Pass {
        subjects: vec![person].try_into().unwrap(),
        ..paper_pass(1)
    };
    documents().sign(Kind::Pass, &pass)
}

/// A live code signed some seconds before now.
fn aged(seconds: i64) -> Vec<u8> {
    let at = Timestamp(NOW.0.saturating_add_signed(-seconds));
    live_code(&phone(), at, &holder())
}

#[rustfmt::skip]
pub(super) fn good() -> Vec<Case> {
    let backwards = Pass { not_after: Minute::of(SIGNED.minus(DAY)), ..numbered(9) };
    let endless = Pass { not_before: Minute(0), not_after: Minute(u32::MAX), ..numbered(255) };
    vec![
        case("ok-pass-paper", "ok pass", "A paper pass: the worked example of docs/pass-format.md",
            pass()),
        case("ok-pass-phone", "ok pass", "A pass with a holder key, shown without its live code",
            phone()),
        case("ok-pass-yellow-special", "ok pass", "A yellow pass of special class 7",
            person("M** O'B****", Colour::Yellow, Class::Special(7))),
        case("ok-pass-red-name-of-22-bytes", "ok pass", "A red pass with the longest name",
            person("欧阳********娜娜x", Colour::Red, Class::Special(255))),
        case("ok-pass-name-empty", "ok pass", "A name of no bytes",
            person("", Colour::Green, Class::Ordinary)),
        case("ok-pass-name-from-right-to-left", "ok pass", "An Uyghur name",
            person("ئا***ن", Colour::Green, Class::Ordinary)),
        case("ok-pass-name-with-a-middle-dot", "ok pass", "A name of two parts in Chinese",
            person("买*·*逊", Colour::Green, Class::Ordinary)),
        case("ok-pass-name-in-mongolian", "ok pass",
            "With the vowel separator after a Mongolian letter, where it has a shape",
            person("ᠠᠭ\u{180e}ᠠ", Colour::Green, Class::Ordinary)),
        case("ok-pass-largest-numbers", "ok pass",
            "Pass number and key number at their largest, validity without bounds",
            last_number().sign(Kind::Pass, &endless)),
        case("ok-pass-that-ends-before-it-begins", "ok pass",
            "Signed nonsense: right in form, and never counts",
            documents().sign(Kind::Pass, &backwards)),
        case("ok-pass-of-an-accepted-region", "ok pass", "Another region's pass, which counts here",
            foreign("CN-JS").sign(Kind::Pass, &paper_pass(1))),
        case("ok-pass-of-a-region-to-convert", "ok pass",
            "Another region's pass, to be converted: right in form, for the verdict to judge",
            foreign("CN-BJ").sign(Kind::Pass, &paper_pass(1))),
        case("ok-pass-of-a-refused-region", "ok pass",
            "Another region's pass, refused here: right in form, for the verdict to judge",
            foreign("CN-HB").sign(Kind::Pass, &paper_pass(1))),
        case("ok-family-of-2", "ok family-pass", "The smallest family pass",
            documents().sign(Kind::FamilyPass, &family(2))),
        case("ok-family-of-6", "ok family-pass", "The largest family pass",
            documents().sign(Kind::FamilyPass, &family(6))),
        case("ok-family-with-a-holder-key", "ok family-pass",
            "No live code of it can be made: right in form, and the verdict asks for one",
            family_with_a_holder_key()),
        case("ok-live-code", "ok live-code", "A pass in its live code, signed this second",
            good_live()),
        case("ok-live-91-seconds-old", "ok live-code",
            "Right in form: whether 91 seconds are too old is for the policy",
            aged(91)),
        case("ok-live-91-seconds-ahead", "ok live-code",
            "Right in form: whether 91 seconds are too new is for the policy",
            aged(-91)),
        case("ok-live-at-the-end-of-time", "ok live-code", "The largest time that the format holds",
            live_code(&phone(), Timestamp(u64::MAX), &holder())),
        case("ok-live-of-an-accepted-region", "ok live-code", "Another region's live code",
            live_code(&foreign("CN-JS").sign(Kind::Pass, &phone_pass(1)), NOW, &holder())),
        case("ok-place-code", "ok place-code", "A place",
            documents().sign(Kind::PlaceCode, &place())),
        case("ok-place-code-fixed", "ok place-code", "A place from which no device moves by itself",
            documents().sign(Kind::PlaceCode, &Place { fixed: true, ..place() })),
        case("ok-place-code-with-class-and-area", "ok place-code",
            "A place of a class, in an area, with every field at its largest",
            documents().sign(Kind::PlaceCode, &ward())),
        case("ok-badge", "ok badge", "A staff badge", documents().sign(Kind::Badge, &badge())),
        case("ok-badge-of-a-supervisor", "ok badge", "A badge with every field at its largest",
            documents().sign(Kind::Badge, &supervisor())),
        case("ok-enrolment", "ok enrolment", "An enrolment code",
            documents().sign(Kind::Enrolment, &enrolment())),
        case("ok-enrolment-over-the-hub", "ok enrolment",
            "An enrolment code with every field at its largest",
            documents().sign(Kind::Enrolment, &one_time())),
    ]
}

/// Both sides of every edge at which a document still verifies.
#[rustfmt::skip]
pub(super) fn clock() -> Vec<Case> {
    let (begin, end) = (SIGNED, SIGNED.plus(14 * DAY));
    let edge = |name, what, now| case(name, "ok pass", what, pass()).at(now);
    let early = || retiring().sign(Kind::Pass, &numbered(6));
    let late = || successor().sign(Kind::Pass, &numbered(7));
    let visitor = || foreign("CN-ZJ").sign(Kind::Pass, &paper_pass(1));
    let evening = SIGNED.plus(DAY);
    let expired = case("ok-place-code-no-longer", "ok place-code",
        "The second at which a place no longer counts",
        documents().sign(Kind::PlaceCode, &place()));
    let badge = case("ok-badge-last-second", "ok badge", "The last second of a badge",
        documents().sign(Kind::Badge, &badge()));
    vec![
        edge("ok-pass-second-before-it-counts", "The last second of the minute before not-before",
            begin.minus(1)),
        edge("ok-pass-first-second", "The first second of the minute not-before", begin),
        edge("ok-pass-last-second", "The last second of the minute before not-after", end.minus(1)),
        edge("ok-pass-second-after-it-counts", "The first second of the minute not-after", end),
        case("ok-key-first-second", "ok pass", "The first second of key 7", late()).at(SIGNED),
        case("ok-key-last-second", "ok pass", "The last second of key 6",
            early()).at(evening.minus(1)),
        case("ok-key-overlap-new", "ok pass", "Key 7 while key 6 still counts",
            late()).at(evening.minus(1)),
        case("ok-issuer-first-second", "ok pass", "The first second of CN-ZJ's entry",
            visitor()).at(evening),
        case("ok-issuer-last-second", "ok pass", "The last second of CN-ZJ's entry",
            visitor()).at(SIGNED.plus(2 * DAY).minus(1)),
        expired.at(SIGNED.plus(365 * DAY)),
        badge.at(SIGNED.plus(30 * DAY).minus(1)),
    ]
}

#[rustfmt::skip]
pub(super) fn claims() -> Vec<Case> {
    // Places in the paper pass's claims: number 0..5, subjects 5, tag 6..22, name 22..28, last four
    // 28..32, colour 32, class 33, not before 34..38, not after 38..42, medium 42, holder 43.
    let good = codec::encode(&paper_pass(1));
    let one = &good[6..34];
    let seven = [&[7][..], &one.repeat(7)].concat();
    let twins = [&[2][..], &one.repeat(2)].concat();
    let named = |name: &[u8]| spoiled(22..28, &[&[name.len() as u8], name].concat());
    let long = |bytes: usize| [&[bytes as u8][..], &vec![b'x'; bytes]].concat();
    let until = &codec::encode(&place().not_after)[..];
    // Not fixed, without class and area.
    let rest = &[0, 0, 0][..];
    let id = |bytes| around(Kind::PlaceCode, &[&long(bytes)[..], &long(60), until, rest].concat());
    let name =
        |bytes| around(Kind::PlaceCode, &[&long(24)[..], &long(bytes), until, rest].concat());
    let plain = codec::encode(&place());
    let plain = &plain[..plain.len() - 2];
    let class =
        |text: &[u8]| around(Kind::PlaceCode, &[plain, &[1], text, &[0]].concat());
    let turned = codec::encode(&("gate-3", "a\u{202e}b"));
    let turned = around(Kind::PlaceCode, &[&turned[..], until, rest].concat());
    let badge_name = around(Kind::Badge, &[&long(24)[..], &long(61), until].concat());
    // Of the badge: everything up to its number and role, then the count of its sites and no PIN.
    let staff = codec::encode(&badge());
    let rights = staff.len() - 3;
    let badge_role = around(Kind::Badge, &[&staff[..rights], &[2, 0, 0]].concat());
    let five = [&[5][..], &[0, 1, b'x'].repeat(5), &[0]].concat();
    let badge_sites = around(Kind::Badge, &[&staff[..=rights], &five].concat());
    // Of the enrolment: everything up to its pins, none of them, and no secret.
    let code = codec::encode(&enrolment());
    let code = &code[..code.len() - 2];
    let pins = around(Kind::Enrolment, &[code, &[5], &[7; 160], &[0]].concat());
    let secret = around(Kind::Enrolment, &[code, &[0, 1], &[7; 15]].concat());
    // Of the enrolment: root and marker 0..33, hub 33..58.
    let whole = codec::encode(&enrolment());
    let hub = |text: &str| {
        let text = codec::encode(&text.to_owned());
        around(Kind::Enrolment, &[&whole[..33], &text, &whole[58..]].concat())
    };
    let longer = format!("https://{}x:65535", "x.".repeat(53));
    let many = documents().sign(Kind::Pass, &family(2));
    let single = documents().sign(Kind::FamilyPass, &paper_pass(1));
    let twins = around(Kind::FamilyPass, &[&good[..5], &twins, &good[34..]].concat());
    let seven = around(Kind::FamilyPass, &[&good[..5], &seven, &good[34..]].concat());
    let unseen = [
        ("claims-name-with-a-newline", "A control character", "a\nb"),
        ("claims-name-with-a-zero", "A control character", "a\0b"),
        ("claims-name-with-delete", "Control character U+007F", "a\x7fb"),
        ("claims-name-with-a-c1-control", "Control character U+0085", "a\u{85}b"),
        ("claims-name-with-a-right-to-left-override",
            "U+202E: what follows is shown backwards", "a\u{202e}b"),
        ("claims-name-with-an-isolate", "U+2066, a control of direction", "a\u{2066}b"),
        ("claims-name-with-a-zero-width-space", "U+200B shows nothing", "a\u{200b}b"),
        ("claims-name-with-a-zero-width-joiner", "U+200D shows nothing", "a\u{200d}b"),
        ("claims-name-with-a-zero-width-non-joiner",
            "U+200C, which no name of this format needs", "a\u{200c}b"),
        ("claims-name-with-a-variation-selector", "U+FE00 shows nothing", "王\u{fe00}"),
        ("claims-name-with-a-mongolian-selector-elsewhere",
            "U+180B after a Latin letter shows nothing", "a\u{180b}"),
        ("claims-name-with-a-filler", "U+3164 is as blank as a space", "\u{3164}"),
        ("claims-name-with-a-tag", "U+E0041 shows nothing", "a\u{e0041}"),
        ("claims-name-with-a-noncharacter", "U+FFFF is no character", "a\u{ffff}"),
        ("claims-name-with-a-line-separator", "U+2028 ends a line", "a\u{2028}b"),
    ];
    let unseen = unseen.map(|(name, what, shown)| {
        case(name, "Damaged pass", what, named(shown.as_bytes()))
    });
    let mut cases = vec![
        case("claims-hub-in-capitals", "Damaged enrolment", "HTTPS: is https: with another look",
            hub("HTTPS://hub.example")),
        case("claims-hub-with-a-path", "Damaged enrolment", "Nothing comes after host and port",
            hub("https://hub.example/")),
        case("claims-hub-with-a-user", "Damaged enrolment", "A host that looks like another",
            hub("https://hub.example@evil.example")),
        case("claims-hub-with-a-blank", "Damaged enrolment", "A blank before the scheme",
            hub(" https://hub.example")),
        case("claims-hub-port-0", "Damaged enrolment", "There is no port 0",
            hub("http://hub.example:0")),
        case("claims-hub-empty", "Damaged enrolment", "None is 0, not an empty text", hub("")),
        case("claims-empty", "Damaged pass", "No claims", around(Kind::Pass, &[])),
        case("claims-truncated", "Damaged pass", "The last byte is missing", spoiled(43..44, &[])),
        case("claims-trailing-byte", "Trailing pass", "A zero after the last field",
            spoiled(44..44, &[0])),
        case("claims-of-another-kind", "Damaged pass", "A place's claims in a pass",
            around(Kind::Pass, &codec::encode(&place()))),
        case("claims-of-a-pass-in-a-place", "Damaged place-code",
            "A pass's claims read as an empty place, whose class is a control character",
            around(Kind::PlaceCode, &good)),
        case("claims-place-trailing-byte", "Trailing place-code", "A zero after the last field",
            around(Kind::PlaceCode, &[plain, &[0, 0, 0]].concat())),
        case("claims-place-class-empty", "Damaged place-code", "None is 0, not an empty text",
            class(&[0])),
        case("claims-place-class-in-capitals", "Damaged place-code", "Gate is another than gate",
            class(b"\x04Gate")),
        case("claims-place-class-of-25-bytes", "Damaged place-code", "One more than fits",
            class(&long(25))),
        case("claims-place-area-missing", "Damaged place-code", "Nothing after the class",
            around(Kind::PlaceCode, &[plain, &[0]].concat())),
        case("claims-subject-count-not-canonical", "NotCanonical pass", "Count 1 as 81 00",
            spoiled(5..6, &[0x81, 0])),
        case("claims-no-subject", "Damaged pass", "Count 0", spoiled(5..34, &[0])),
        case("claims-subject-count-of-64-bits", "Damaged pass",
            "The largest count that a varint holds",
            spoiled(5..6, &[255, 255, 255, 255, 255, 255, 255, 255, 255, 1])),
        case("claims-family-of-7", "Damaged family-pass", "One more than fits", seven),
        case("claims-family-of-1", "Subjects 1", "A family pass for one", single),
        case("claims-family-duplicate-subject", "Subjects 2", "The same tag twice", twins),
        case("claims-pass-of-2", "Subjects 2", "Two persons on a single pass", many),
        case("claims-name-of-23-bytes", "Damaged pass", "One more than fits", named(&[b'x'; 23])),
        case("claims-name-longer-than-the-claims", "Damaged pass", "A length of 127",
            spoiled(22..23, &[127])),
        case("claims-name-length-not-canonical", "NotCanonical pass", "Length 5 as 85 00",
            spoiled(22..23, &[0x85, 0])),
        case("claims-place-name-with-an-override", "Damaged place-code",
            "U+202E in the name of a place", turned),
        case("claims-name-not-utf8", "Damaged pass", "A lone continuation byte", named(b"a\x80b")),
        case("claims-name-of-a-surrogate", "Damaged pass", "U+D800, which UTF-8 does not hold",
            named(b"\xed\xa0\x80")),
        case("claims-name-of-overlong-utf8", "Damaged pass", "A slash in two bytes",
            named(b"\xc0\xaf")),
        case("claims-last4-lower-case", "Damaged pass", "123x: capitals and digits only",
            spoiled(28..32, b"123x")),
        case("claims-last4-blank", "Damaged pass", "A blank: capitals and digits only",
            spoiled(28..32, b"12 X")),
        case("claims-colour-3", "Damaged pass", "There are colours 0 to 2", spoiled(32..33, &[3])),
        case("claims-colour-not-canonical", "NotCanonical pass", "Colour 0 as 80 00",
            spoiled(32..33, &[0x80, 0])),
        case("claims-class-2", "Damaged pass", "There are classes 0 and 1", spoiled(33..34, &[2])),
        case("claims-not-before-not-canonical", "NotCanonical pass", "Minute 0 as 80 00",
            spoiled(34..38, &[0x80, 0])),
        case("claims-not-after-over-32-bits", "Damaged pass", "Minute 2^32",
            spoiled(38..42, &[0x80, 0x80, 0x80, 0x80, 0x10])),
        case("claims-medium-2", "Damaged pass", "There are media 0 and 1", spoiled(42..43, &[2])),
        case("claims-holder-marker-2", "Damaged pass", "There is a key (1) or none (0)",
            spoiled(43..44, &[2])),
        case("claims-holder-truncated", "Damaged pass", "31 bytes of a key",
            held(&"d7".repeat(31))),
        case("claims-holder-small-order-1", "Damaged pass", "The identity as holder key",
            held("0100000000000000000000000000000000000000000000000000000000000000")),
        case("claims-holder-small-order-2", "Damaged pass", "The point of order 2 as holder key",
            held("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")),
        case("claims-holder-small-order-4", "Damaged pass", "A point of order 4 as holder key",
            held("0000000000000000000000000000000000000000000000000000000000000080")),
        case("claims-holder-small-order-8", "Damaged pass", "A point of order 8 as holder key",
            held("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")),
        case("claims-holder-small-order-as-p-plus-1", "Damaged pass",
            "The identity in its second encoding as holder key",
            held("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")),
        case("claims-holder-not-canonical", "Damaged pass",
            "y = p + 3: a point of large order in its second encoding",
            held("f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")),
        case("claims-holder-not-on-the-curve", "Damaged pass",
            "y = 2, where the curve has no point",
            held("0200000000000000000000000000000000000000000000000000000000000000")),
        case("claims-place-id-of-25-bytes", "Damaged place-code", "One more than fits", id(25)),
        case("claims-place-name-of-61-bytes", "Damaged place-code", "One more than fits", name(61)),
        case("claims-badge-name-of-61-bytes", "Damaged badge", "One more than fits", badge_name),
        case("claims-badge-of-5-sites", "Damaged badge", "One more than fits", badge_sites),
        case("claims-badge-of-an-unknown-role", "Damaged badge", "Role 2", badge_role),
        case(
            "claims-enrolment-hub-of-121-bytes",
            "Damaged enrolment",
            "One more than fits",
            hub(&longer),
        ),
        case("claims-enrolment-of-5-pins", "Damaged enrolment", "One more than fits", pins),
        case("claims-enrolment-secret-of-15-bytes", "Damaged enrolment",
            "One byte of the secret is missing",
            secret),
    ];
    cases.extend(unseen);
    cases
}

#[rustfmt::skip]
pub(super) fn live() -> Vec<Case> {
    let (good, phone) = (good_live(), phone());
    let at = &codec::encode(&NOW)[..];
    let (right, empty): (&[u8], &[u8]) = (&[6, 1], &[]);
    let live = |pass: &[u8]| live_code(pass, NOW, &holder());
    let other = live(&documents().sign(Kind::Pass, &phone_pass(2)));
    let signed = good[..good.len() - 64].to_vec();
    let swapped = [&signed[..], &other[other.len() - 64..]].concat();
    let earlier = live_raw(right, &phone, &codec::encode(&NOW.minus(1)));
    let later = [&signed[..], &earlier[earlier.len() - 64..]].concat();
    let long_size = [&[6, 1, phone.len() as u8 & 0x7f | 0x80, 0x81, 0], &phone[..], at].concat();
    let family = family_with_a_holder_key();
    let signer = documents();
    let other_version = codec::encode(&Header::new(Kind::Pass, signer.issuer, signer.key));
    let other_version = [&[1, 2], &other_version[2..], &phone[9..]].concat();
    vec![
        case("live-around-a-paper-pass", "NoHolderKey", "The pass names no holder key",
            live(&pass())),
        case("live-around-a-family-pass", "WrongKind family-pass",
            "Only single passes have live codes",
            live(&family)),
        case("live-around-a-place", "WrongKind place-code", "Only passes have live codes",
            live(&documents().sign(Kind::PlaceCode, &place()))),
        case("live-around-a-live-code", "Damaged envelope", "A live code is no envelope",
            live(&good)),
        case("live-around-an-envelope-of-kind-6", "WrongKind live-code",
            "An envelope in form that says it is a live code",
            live(&documents().sign(Kind::LiveCode, &phone_pass(1)))),
        case("live-around-nothing", "Damaged envelope", "The pass has no bytes", live(empty)),
        case("live-around-a-newer-pass", "Newer 1 2", "The pass says version 2",
            live(&other_version)),
        case("live-around-a-forged-pass", "BadSignature",
            "The holder's signature is right, the issuer's is not",
            live(&flip(phone.clone(), 1))),
        case("live-around-a-pass-of-an-unknown-key", "UnknownKey CN-SD 99",
            "The issuer's key is chosen first",
            live(&[&phone[..8], &[99], &phone[9..]].concat())),
        case("live-around-a-pass-with-a-trailing-byte", "Trailing envelope",
            "A zero after the pass",
            live(&[&phone[..], &[0]].concat())),
        case("live-version-2", "Newer 6 2", "Version 2 of the live code",
            live_raw(&[6, 2], &phone, at)),
        case("live-pass-length-not-canonical", "NotCanonical live-code",
            "The length with a byte too many",
            seal(long_size, &Kind::LiveCode.domain(), &holder())),
        case("live-time-not-canonical", "NotCanonical live-code", "Time 0 as 80 00",
            live_raw(right, &phone, &[0x80, 0])),
        case("live-time-over-64-bits", "Damaged live-code", "Time 2^64",
            live_raw(right, &phone, &[128, 128, 128, 128, 128, 128, 128, 128, 128, 2])),
        case("live-time-missing", "Damaged live-code", "No time between pass and signature",
            live_raw(right, &phone, empty)),
        case("live-trailing-byte", "Trailing live-code", "A zero after the last byte",
            [&good[..], &[0]].concat()),
        case("live-trailing-byte-signed", "Trailing live-code", "A zero after the time, and signed",
            live_raw(right, &phone, &[at, &[0]].concat())),
        case("live-truncated", "Damaged live-code", "The last byte of the signature is missing",
            good[..good.len() - 1].to_vec()),
        case("live-of-two-bytes", "Damaged live-code", "Kind and version alone", right.to_vec()),
        case("live-time-altered", "BadSignature", "A photographed code with a fresh time", later),
        case("live-signature-of-another-pass", "BadSignature",
            "The same holder's signature around pass 2",
            swapped),
        case("live-signed-by-another-key", "BadSignature", "A thief's key",
            live_code(&phone, NOW, &crate::SecretKey::from_seed(&[8; 32]))),
        case("live-signed-by-the-issuer", "BadSignature",
            "The issuer's key instead of the holder's",
            live_code(&phone, NOW, &documents().secret)),
        case("live-wrong-domain", "BadSignature",
            "The holder's signature over the domain of a pass",
            seal(signed, &Kind::Pass.domain(), &holder())),
        case("live-signature-s-plus-l", "BadSignature", "Malleated: S + L, the same scalar",
            plus_order(good)),
        case("live-issuer-signs-the-claims-too-late", "KeyOutsideValidity CN-SD 8",
            "The issuer's key no longer counts",
            live(&retiring().sign(Kind::Pass, &phone_pass(1)))).at(SIGNED.plus(fixture::DAY)),
    ]
}
