// What ICU4X takes instead of its own data where ICU4X_DATA_DIR names this directory
// (scripts/cross, scripts/package): each crate of data its own, from the file with its name.
include!(concat!(env!("ICU4X_DATA_DIR"), "/", env!("CARGO_PKG_NAME"), ".rs"));
