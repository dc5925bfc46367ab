//! Parsing and verifying a code, beside nothing but its signatures over the same bytes.
//!
//! `cargo bench -p gatepost-pass --features fixture`. Read the figures as ratios of one run: the
//! two are measured in turns, so that a busy machine slows both.

#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group, criterion_main};
use ed25519_dalek::{Signature, VerifyingKey};
use gatepost_pass::{
    Document, Kind, PublicKey,
    document::{from_text, live_code, to_text},
    fixture::{self, NOW, documents},
    verify,
};

/// A signature as the bare library checks it: key prepared, message put together.
struct Bare {
    key: VerifyingKey,
    message: Vec<u8>,
    signature: Signature,
}

impl Bare {
    fn new(kind: Kind, key: &PublicKey, bytes: &[u8]) -> Self {
        let (signed, signature) = bytes.split_last_chunk().unwrap();
        Self {
            key: VerifyingKey::from_bytes(key.as_bytes()).unwrap(),
            message: [&kind.domain(), signed].concat(),
            signature: Signature::from_bytes(signature),
        }
    }

    fn verify(&self) {
        let message = black_box(&self.message);
        self.key.verify_strict(message, &self.signature).unwrap();
    }
}

struct Case {
    name: &'static str,
    text: String,
    bare: Vec<Bare>,
}

fn cases() -> [Case; 3] {
    let documents = documents();
    let key = documents.secret.public();
    let single = documents.sign(Kind::Pass, &fixture::paper_pass(1));
    let family = documents.sign(Kind::FamilyPass, &fixture::family_pass(1));
    let phone = documents.sign(Kind::Pass, &fixture::phone_pass(1));
    let live = live_code(&phone, NOW, &fixture::holder());
    let holder = fixture::holder().public();
    [
        Case {
            name: "pass",
            text: to_text(&single),
            bare: vec![Bare::new(Kind::Pass, &key, &single)],
        },
        Case {
            name: "family pass",
            text: to_text(&family),
            bare: vec![Bare::new(Kind::FamilyPass, &key, &family)],
        },
        Case {
            name: "live code",
            text: to_text(&live),
            bare: vec![
                Bare::new(Kind::Pass, &key, &phone),
                Bare::new(Kind::LiveCode, &holder, &live),
            ],
        },
    ]
}

fn benches(c: &mut Criterion) {
    let trust = fixture::trust();
    for case in cases() {
        let bytes = from_text(&case.text).unwrap();
        let from_bytes = |bytes: &[u8]| {
            let document = Document::from_bytes(black_box(bytes)).unwrap();
            verify(&document, &trust, NOW).unwrap()
        };
        let from_text = |text: &str| {
            let document = Document::from_text(black_box(text)).unwrap();
            verify(&document, &trust, NOW).unwrap()
        };
        let bare = || case.bare.iter().for_each(Bare::verify);
        let mut group = c.benchmark_group(case.name);
        group.bench_function("bare verify_strict", |b| b.iter(bare));
        group.bench_function("bytes to proof", |b| b.iter(|| from_bytes(&bytes)));
        group.bench_function("text to proof", |b| b.iter(|| from_text(&case.text)));
        group.finish();
        let bare = || bare();
        let bytes = ratio(bare, || drop(from_bytes(&bytes)));
        let text = ratio(bare, || drop(from_text(&case.text)));
        println!(
            "{}: {bytes:.3} x bare verify_strict from bytes, {text:.3} x from text\n",
            case.name
        );
    }
}

/// Median of many short turns of each, so that noise hits both alike.
fn ratio(bare: impl Fn(), whole: impl Fn()) -> f64 {
    let turn = |work: &dyn Fn()| {
        let start = Instant::now();
        (0..20).for_each(|_| work());
        start.elapsed()
    };
    let (mut bares, mut wholes): (Vec<Duration>, Vec<Duration>) =
        (0..400).map(|_| (turn(&bare), turn(&whole))).unzip();
    bares.sort_unstable();
    wholes.sort_unstable();
    wholes[200].as_secs_f64() / bares[200].as_secs_f64()
}

criterion_group!(all, benches);
criterion_main!(all);
