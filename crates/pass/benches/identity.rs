//! One key of an identity list: Argon2id with 19 MiB, beside the keyed hash of a status list.
//!
//! `cargo bench -p gatepost-pass --features fixture --bench identity`. It is slow on purpose: what
//! it costs here is what a try costs whoever has the list, and what a look-up by ID number costs a
//! guard.

#![allow(clippy::unwrap_used, missing_docs)]

use criterion::{Criterion, criterion_group, criterion_main};
use gatepost_pass::{
    IdNumber, SubjectTag,
    list::{IdentityHasher, TagKey},
};

const SALT: [u8; 16] = [7; 16];

fn identity(criterion: &mut Criterion) {
    let number = IdNumber::parse("11010519491231002X").unwrap();
    let mut group = criterion.benchmark_group("key of a person");
    group.sample_size(20);
    let mut hasher = IdentityHasher::new(&SALT);
    group.bench_function("by ID number, memory kept", |b| {
        b.iter(|| hasher.key(&number));
    });
    group.bench_function("by ID number, as a device does it once", |b| {
        b.iter(|| IdentityHasher::new(&SALT).key(&number));
    });
    let hash = TagKey::new(&SALT);
    group.bench_function("by subject tag", |b| {
        b.iter(|| hash.key(&SubjectTag([1; 16])));
    });
    group.finish();
}

criterion_group!(benches, identity);
criterion_main!(benches);
