//! Which version of the program this is.

use gatepost_pass::ProgramVersion;

/// The version that runs.
pub const RUNNING: ProgramVersion = match ProgramVersion::parse(env!("CARGO_PKG_VERSION")) {
    Ok(version) => version,
    Err(_) => panic!("the version in Cargo.toml is three numbers"),
};
