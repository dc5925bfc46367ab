// As it comes.
include!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/mod.rs"));
