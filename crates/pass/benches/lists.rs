//! Look-ups, opening and merging of a list of a million, beside a sorted array in memory.
//!
//! `cargo bench -p gatepost-pass --features fixture --bench lists`. Read the figures as ratios of
//! one run. `scripts/lists-scale` measures ten million and more, beside databases.

#![allow(clippy::unwrap_used, missing_docs)]

use std::{fs::File, hint::black_box, io::Cursor};

use criterion::{Criterion, criterion_group, criterion_main};
use gatepost_pass::{
    Colour, List, SubjectTag,
    fixture::{self, NOW, SIGNED},
    list::{Delta, ListEntry, ListKind, ListPlan, TagKey, merge, sorted, write_delta, write_list},
};

const COUNT: u64 = 1_000_000;
const SALT: [u8; 16] = [7; 16];

fn tag(number: u64) -> SubjectTag {
    let mut tag = [0; 16];
    tag[..8].copy_from_slice(&number.to_le_bytes());
    SubjectTag(tag)
}

fn records(numbers: std::ops::Range<u64>) -> Vec<ListEntry> {
    let hash = TagKey::new(&SALT);
    let listed = numbers.filter_map(|number| hash.entry(&tag(number), Colour::Red));
    sorted(listed.collect())
}

fn write(version: u64, numbers: std::ops::Range<u64>) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let plan = ListPlan {
        version,
        as_of: SIGNED,
        salt: SALT,
    };
    let signer = fixture::lists();
    write_list(&signer, ListKind::Status, plan, records(numbers), &mut file).unwrap();
    file.into_inner()
}

fn lists(criterion: &mut Criterion) {
    let trust = fixture::trust();
    let bytes = write(1, 0..COUNT);
    let path = std::env::temp_dir().join(format!("gatepost-bench-{}.list", std::process::id()));
    std::fs::write(&path, &bytes).unwrap();
    let on_disk = List::open(File::open(&path).unwrap(), &trust, NOW).unwrap();
    let in_memory = List::open(bytes.clone(), &trust, NOW).unwrap();
    let (array, hash) = (records(0..COUNT), TagKey::new(&SALT));
    let mut number = 0;
    let mut next = move || {
        number = (number + 7_368_787) % COUNT;
        tag(number)
    };

    let mut group = criterion.benchmark_group("look up one of a million");
    group.bench_function("in a file", |b| b.iter(|| on_disk.status(&next()).unwrap()));
    group.bench_function("in a file, not listed", |b| {
        b.iter(|| on_disk.status(&SubjectTag([0xee; 16])).unwrap());
    });
    group.bench_function("in memory", |b| {
        b.iter(|| in_memory.status(&next()).unwrap());
    });
    group.bench_function("in a sorted array of 16 bytes a record", |b| {
        b.iter(|| {
            let key = hash.key(&next());
            array.binary_search_by_key(&key, |entry| entry.key).unwrap()
        });
    });
    group.finish();

    let later = List::open(write(2, 50_000..COUNT + 50_000), &trust, NOW).unwrap();
    let mut delta = Vec::new();
    write_delta(&in_memory, &later, &mut delta).unwrap();
    let delta = Delta::open(delta, &trust, NOW).unwrap();
    let mut group = criterion.benchmark_group("a list of a million");
    group.sample_size(10);
    group.bench_function("open, all of it", |b| {
        b.iter(|| List::open(&bytes, &trust, NOW).unwrap().chunks());
    });
    group.bench_function("open again", |b| {
        b.iter(|| List::reopen(&bytes, &trust, NOW).unwrap().chunks());
    });
    group.bench_function("merge 100,000 changes", |b| {
        let mut out = Vec::with_capacity(bytes.len() * 2);
        b.iter(|| {
            out.clear();
            merge(&in_memory, &delta, &mut out).unwrap();
            black_box(&out);
        });
    });
    group.finish();
    std::fs::remove_file(path).unwrap();
}

criterion_group!(benches, lists);
criterion_main!(benches);
