//! The fuzz targets: what `fuzz/` hands to libFuzzer and `tests/short_run.rs` to a small mutation
//! loop. Each takes any bytes, and fails by a panic: the code's own, or an assertion on what it let
//! in.
//!
//! The first byte of an input chooses how the rest is used: as it is, or signed again with the
//! published test keys, so that the code behind the signature is reached. Where bytes came as they
//! are, only what the region of the fixture has really signed may pass.

#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "test support: a panic is how a target fails"
)]

mod batch;
mod delta;
mod document;
mod enrolment;
mod family;
mod feed;
mod list;
mod manifest;
mod modules;
mod mutate;
mod padding;
mod picture;
mod pins;
mod proposal;
mod qr;
mod release;
mod status;
mod time;
mod trust;
mod wipe_order;
mod words;

pub use mutate::mutate;

/// One target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Name of its program in `fuzz/fuzz_targets`.
    pub name: &'static str,
    /// Tries one input.
    pub run: fn(&[u8]),
    /// Good inputs to begin with, made from the fixture.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

const fn target(name: &'static str, run: fn(&[u8]), seeds: fn() -> Vec<Vec<u8>>) -> Target {
    Target { name, run, seeds }
}

/// Codes: text, envelope, live code, claims of every kind that people show.
pub const ENVELOPE: Target = target("envelope", document::run, document::seeds);
/// Passes field by field, against a second statement of the rules.
pub const FAMILY_PASS: Target = target("family_pass", family::run, family::seeds);
/// Roots and trust lists.
pub const TRUST_LIST: Target = target("trust_list", trust::run, trust::seeds);
/// Proposals for root keys, and the parts that sign them.
pub const PROPOSAL: Target = target("proposal", proposal::run, proposal::seeds);
/// Manifests and whole bundles.
pub const MANIFEST: Target = target("manifest", manifest::run, manifest::seeds);
/// Status and revocation lists.
pub const LIST: Target = target("list", list::run, list::seeds);
/// Deltas between lists, and merging them.
pub const LIST_DELTA: Target = target("list_delta", delta::run, delta::seeds);
/// Batches, records, device certificates.
pub const BATCH: Target = target("batch", batch::run, batch::seeds);
/// What devices say of themselves.
pub const STATUS: Target = target("status", status::run, status::seeds);
/// Orders to wipe a device, and lists of them.
pub const WIPE_ORDER: Target = target("wipe_order", wipe_order::run, wipe_order::seeds);
/// Releases of the program, and how versions are written.
pub const RELEASE: Target = target("release", release::run, release::seeds);
/// The hub's word on the time, and what a device keeps of it.
pub const TIME: Target = target("time", time::run, time::seeds);
/// What hides from a network how much there was to say.
pub const PADDING: Target = target("padding", padding::run, padding::seeds);
/// Requests of new devices, and the answers.
pub const ENROLMENT: Target = target("enrolment", enrolment::run, enrolment::seeds);
/// What PINs of badges are checked against, sealed.
pub const PINS: Target = target("pins", pins::run, pins::seeds);

/// Addresses of a hub, marks of its answers, names as they are shown.
pub const WORDS: Target = target("words", words::run, words::seeds);

/// Pictures of codes: single looks, stills and streams.
pub const DECODE: Target = Target {
    name: "decode",
    run: picture::run,
    seeds: picture::seeds,
};
/// Modules of a code and its data codewords: no picture, so much faster.
pub const MODULES: Target = Target {
    name: "modules",
    run: modules::run,
    seeds: modules::seeds,
};

/// All of them.
pub const TARGETS: [Target; 18] = [
    ENVELOPE,
    FAMILY_PASS,
    TRUST_LIST,
    PROPOSAL,
    MANIFEST,
    LIST,
    LIST_DELTA,
    BATCH,
    STATUS,
    WIPE_ORDER,
    RELEASE,
    TIME,
    PADDING,
    ENROLMENT,
    PINS,
    WORDS,
    DECODE,
    MODULES,
];
