//! The test vectors of `docs/pass-format.md`: one file each in `tests/vectors`, named after the
//! flaw.
//!
//! After a change of the format, write them anew and read the difference:
//! `cargo test -p gatepost-pass --lib rewrite_the_vectors -- --ignored`

#![allow(clippy::expect_used)]

mod documents;
mod envelopes;
mod make;

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

use self::make::{Case, Form};
use crate::{
    Class, Document, DocumentError, FormatError, KebabName, Timestamp, TrustList, Verified,
    VerifiedDocument,
    badge::{Badge, Site},
    claims::Pass,
    document::to_text,
    envelope::EnvelopeError,
    fixture,
    time::Minute,
    trust::Recognition,
    verify,
};

/// Beside the vectors: the trust list that all of them are checked against.
const TRUST_FILE: &str = "trust-list.txt";

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "vectors"]
        .iter()
        .collect()
}

fn trust() -> TrustList {
    let bytes = fixture::trust_bytes(&make::trust_claims());
    TrustList::verify(&fixture::root(), &bytes).unwrap()
}

/// What the files should be: name and content.
fn wanted() -> BTreeMap<String, String> {
    let trust = trust();
    let mut files = BTreeMap::from([(TRUST_FILE.to_owned(), make::trust_text())]);
    for case in make::all() {
        let content = render(&case, &trust);
        let taken = files.insert(format!("{}.txt", case.name), content);
        assert!(taken.is_none(), "{} stands there twice", case.name);
    }
    files
}

fn render(case: &Case, trust: &TrustList) -> String {
    let mut file = format!("# {}\nnow: {}\n", case.what, case.now.0);
    let document = match &case.form {
        Form::Text(text) => {
            // An empty text, too, leaves no blank at the end of its line.
            file += format!("text: {text}").trim_end();
            file.push('\n');
            Document::from_text(text)
        }
        Form::Bytes(bytes) => {
            if case.expect.starts_with("ok ") {
                writeln!(file, "text: {}", to_text(bytes)).unwrap();
            }
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            file += format!("hex: {hex}").trim_end();
            file.push('\n');
            Document::from_bytes(bytes)
        }
    };
    let outcome = outcome(document, trust, case.now);
    assert_eq!(outcome[0], case.expect, "{}", case.name);
    writeln!(file, "expect: {}", outcome.join("\n")).unwrap();
    assert!(
        !file.contains(" \n"),
        "{}: an editor would cut the blank",
        case.name
    );
    file
}

/// The lines that a vector's file ends with, from `expect:` on.
fn outcome(
    document: Result<Document, EnvelopeError>,
    trust: &TrustList,
    now: Timestamp,
) -> Vec<String> {
    let document = match document {
        Ok(document) => document,
        Err(error) => return vec![name(&error.into())],
    };
    match verify(&document, trust, now) {
        Ok(verified) => [
            vec![format!("ok {}", document.kind().name())],
            describe(&verified, now),
        ]
        .concat(),
        Err(error) => vec![name(&error)],
    }
}

/// The error's name in the vectors.
fn name(error: &DocumentError) -> String {
    match error {
        DocumentError::Envelope(EnvelopeError::Foreign) => "Foreign".into(),
        DocumentError::Envelope(EnvelopeError::Text) => "Text".into(),
        DocumentError::Envelope(EnvelopeError::Newer { kind, version }) => {
            format!("Newer {kind} {version}")
        }
        DocumentError::Envelope(EnvelopeError::WrongKind { found, .. }) => {
            format!("WrongKind {}", found.name())
        }
        DocumentError::Envelope(EnvelopeError::Format(error)) | DocumentError::Claims(error) => {
            match error {
                FormatError::Damaged(what) => format!("Damaged {what}"),
                FormatError::Trailing(what) => format!("Trailing {what}"),
                FormatError::NotCanonical(what) => format!("NotCanonical {what}"),
                FormatError::TooLarge { what, .. } => format!("TooLarge {what}"),
            }
        }
        DocumentError::Subjects { subjects, .. } => format!("Subjects {subjects}"),
        DocumentError::UnknownIssuer(issuer) => format!("UnknownIssuer {issuer}"),
        DocumentError::NotRecognisedNow(issuer) => format!("NotRecognisedNow {issuer}"),
        DocumentError::ForeignAuthority { issuer, .. } => format!("ForeignAuthority {issuer}"),
        DocumentError::UnknownKey { issuer, key } => format!("UnknownKey {issuer} {}", key.0),
        DocumentError::WrongRole { issuer, key, .. } => format!("WrongRole {issuer} {}", key.0),
        DocumentError::KeyOutsideValidity { issuer, key } => {
            format!("KeyOutsideValidity {issuer} {}", key.0)
        }
        DocumentError::BadSignature => "BadSignature".into(),
        DocumentError::NoHolderKey => "NoHolderKey".into(),
        DocumentError::NotACode { kind } => format!("NotACode {}", kind.name()),
    }
}

/// What a verified document says, a line each: for a second implementer to compare.
fn describe(document: &VerifiedDocument, now: Timestamp) -> Vec<String> {
    match document {
        VerifiedDocument::Pass(pass) => [signer(pass), describe_pass(pass, now)].concat(),
        VerifiedDocument::Place(place) => {
            let claims = place.claims();
            let id = format!("id: {}", claims.id);
            let name = format!("name: {}", claims.name);
            let fixed = claims.fixed.then(|| "fixed: yes".to_owned());
            let named = |what, name: &Option<KebabName>| {
                name.as_ref().map(|name| format!("{what}: {name}"))
            };
            let class = named("class", &claims.class);
            let area = named("area", &claims.area);
            [
                signer(place),
                vec![id, name],
                until(claims.not_after, now),
                fixed.into_iter().chain(class).chain(area).collect(),
            ]
            .concat()
        }
        VerifiedDocument::Badge(badge) => {
            let claims = badge.claims();
            let id = format!("id: {}", claims.id);
            let name = format!("name: {}", claims.name);
            [
                signer(badge),
                vec![id, name],
                until(claims.not_after, now),
                describe_badge(claims),
            ]
            .concat()
        }
        VerifiedDocument::Enrolment(code) => {
            let claims = code.claims();
            let root = format!("root: {}", claims.root);
            let hub = claims.hub.as_ref().map_or("", |hub| hub.as_str());
            let hub = format!("hub: {hub}");
            let pins = claims.hub_pins.as_slice().iter();
            let pins = pins.map(|pin| format!("pin: {pin}")).collect();
            let secret = claims.secret.as_ref();
            let secret = secret.map(|secret| format!("secret: {}", Digits(&secret.0)));
            [
                signer(code),
                vec![root, hub],
                until(claims.not_after, now),
                pins,
                secret.into_iter().collect(),
            ]
            .concat()
        }
    }
}

fn describe_badge(badge: &Badge) -> Vec<String> {
    let role = format!("role: {:?}", badge.role).to_lowercase();
    let mut lines = vec![format!("number: {}", badge.number), role];
    lines.extend(badge.sites.as_slice().iter().map(|site| match site {
        Site::Place(id) => format!("site: place {id}"),
        Site::Prefix(front) => format!("site: prefix {front}"),
    }));
    lines.extend(badge.pin.map(|pin| format!("pin: {}", Digits(&pin.0))));
    lines
}

struct Digits<'a>(&'a [u8]);

impl std::fmt::Display for Digits<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn signer<T>(verified: &Verified<T>) -> Vec<String> {
    let recognition = match verified.issuer().recognition {
        Recognition::Own => "own",
        Recognition::Accept(_) => "accept",
        Recognition::Convert(_) => "convert",
        Recognition::Refuse => "refuse",
    };
    vec![format!("issuer: {} {recognition}", verified.issuer().id)]
}

fn describe_pass(pass: &Verified<Pass>, now: Timestamp) -> Vec<String> {
    let claims = pass.claims();
    let mut lines = vec![format!("number: {}", claims.number)];
    for subject in claims.subjects.as_slice() {
        let class = match subject.class {
            Class::Ordinary => "ordinary".to_owned(),
            Class::Special(class) => format!("special-{class}"),
        };
        let colour = format!("{:?}", subject.colour).to_lowercase();
        let (tag, last4) = (subject.tag, subject.last4.as_str());
        let line = format!("subject: {tag} {last4} {colour} {class} {}", subject.name);
        lines.push(line.trim_end().to_owned());
    }
    lines.push(format!("not-before: {}", claims.not_before.0));
    lines.extend(until(claims.not_after, now));
    if now < claims.not_before.start() {
        lines.pop();
        lines.push("counts: not yet".into());
    }
    lines.push(format!("medium: {:?}", claims.medium).to_lowercase());
    if let Some(holder) = claims.holder {
        lines.push(format!("holder: {}", holder.0));
    }
    if let Some(live) = pass.live() {
        lines.push(format!("signed-at: {}", live.at.0));
    }
    lines
}

fn until(not_after: Minute, now: Timestamp) -> Vec<String> {
    let counts = if now < not_after.start() {
        "yes"
    } else {
        "no longer"
    };
    vec![
        format!("not-after: {}", not_after.0),
        format!("counts: {counts}"),
    ]
}

/// Reads a vector's file and checks what it expects. Gives the expected outcome.
fn check(file: &str, trust: &TrustList) -> String {
    let mut now = None;
    let mut documents = Vec::new();
    let mut lines = file.lines();
    for line in lines.by_ref() {
        let (key, value) = line.split_once(':').unwrap_or(("#", line));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match key {
            "now" => now = value.parse().ok().map(Timestamp),
            "text" => documents.push(Document::from_text(value)),
            "hex" => {
                let bytes = make::hex(value);
                documents.push(Document::from_bytes(&bytes));
            }
            "expect" => {
                let expected = [vec![value], lines.collect()].concat();
                assert!(!documents.is_empty(), "{file}");
                for document in documents {
                    assert_eq!(
                        outcome(document, trust, now.unwrap()),
                        flat(&expected),
                        "{file}"
                    );
                }
                return value.to_owned();
            }
            _ => assert!(line.starts_with('#'), "{line}"),
        }
    }
    panic!("no `expect:` in\n{file}")
}

fn flat(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[test]
fn every_vector_gives_exactly_what_it_expects() {
    let trust = trust();
    let (mut good, mut refused) = (0, 0);
    for entry in fs::read_dir(folder()).expect("the vectors") {
        let path = entry.unwrap().path();
        if path.ends_with(TRUST_FILE) {
            continue;
        }
        let file = fs::read_to_string(&path).expect("UTF-8");
        if check(&file, &trust).starts_with("ok ") {
            good += 1;
        } else {
            refused += 1;
        }
    }
    println!("{good} vectors verified, {refused} refused");
    assert!(
        good >= 20 && refused >= 60,
        "{good} good, {refused} refused"
    );
}

#[test]
fn the_vector_of_a_small_order_r_passes_a_check_that_is_not_strict() {
    use ed25519_dalek::{Signature, Verifier, VerifyingKey};
    let pass = make::pass();
    let message = [&crate::Kind::Pass.domain()[..], &pass[..pass.len() - 64]].concat();
    let key = fixture::documents().secret.public();
    let key = VerifyingKey::from_bytes(key.as_bytes()).unwrap();
    let signature = Signature::from_slice(&make::hex(envelopes::SMALL_ORDER_R)).unwrap();
    assert!(key.verify(&message, &signature).is_ok());
    assert!(key.verify_strict(&message, &signature).is_err());
}

#[test]
fn a_key_has_one_encoding_and_a_weak_one_is_none() {
    let read = |text: &str| crate::PublicKey::from_bytes(&crate::parse_hex(text).unwrap());
    // y = 3 is a point of large order; y = p + 3 is the same point, and not its encoding.
    read("0300000000000000000000000000000000000000000000000000000000000000").unwrap();
    for second in ["7f", "ff"] {
        let second = format!("f0{}{second}", "ff".repeat(30));
        assert_eq!(read(&second), Err(crate::KeyError::Weak));
    }
    // y = p - 3 is below the prime.
    read("eaffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f").unwrap();
}

#[test]
fn the_worked_examples_of_the_format_are_vectors() {
    let document = include_str!("../../../../docs/pass-format.md");
    let mut examples = 0;
    for block in document.split("```hexdump ").skip(1) {
        let (name, rows) = block.split_once('\n').unwrap();
        let rows = rows.split("```").next().unwrap();
        // Offset, two blanks, hexadecimal pairs, two blanks, meaning.
        let pairs = rows.lines().filter_map(|row| row.trim().split("  ").nth(1));
        let hex = pairs.collect::<String>().replace(' ', "");
        let file = fs::read_to_string(folder().join(format!("{name}.txt"))).expect("a vector");
        assert!(file.contains(&format!("\nhex: {hex}\n")), "{name}");
        examples += 1;
    }
    assert_eq!(examples, 2);
}

#[test]
fn the_vector_files_are_what_the_generator_makes() {
    let mut wanted = wanted();
    for entry in fs::read_dir(folder()).expect("the vectors") {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let found = fs::read_to_string(entry.path()).expect("UTF-8");
        assert_eq!(Some(found), wanted.remove(&name), "{name}");
    }
    assert!(wanted.is_empty(), "missing: {:?}", wanted.keys());
}

#[test]
#[ignore = "writes the files"]
fn rewrite_the_vectors() {
    let wanted = wanted();
    for entry in fs::read_dir(folder()).expect("the vectors") {
        fs::remove_file(entry.unwrap().path()).expect("an old vector");
    }
    for (name, content) in wanted {
        fs::write(folder().join(name), content).expect("a new vector");
    }
}
