//! `password`: the hash of an operator's password.

use std::io::{self, Read as _};

use gatepost_hub::fleet::Operators;
use gatepost_system::say;

use super::error::CliError;

/// Longer input is refused as too long a password.
const MAX_INPUT: u64 = 4096;

pub(crate) fn run() -> Result<(), CliError> {
    let mut password = Vec::new();
    let mut input = io::stdin().lock().take(MAX_INPUT);
    input.read_to_end(&mut password).map_err(CliError::Input)?;
    let hash = Operators::hash(password.trim_ascii_end())?;
    say!("{hash}");
    Ok(())
}
