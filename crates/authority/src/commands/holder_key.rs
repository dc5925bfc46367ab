//! `holder-key`: the key that a holder's phone would make, for tests and demonstrations.

use std::{error::Error, path::PathBuf};

use gatepost_pass::SecretKey;
use gatepost_system::{random, say};

use crate::key_files;

/// Arguments of `holder-key`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// File for the secret key; the public one is printed.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let seed = random::bytes()?;
    key_files::create_secret(&args.out, &seed)?;
    say!("{}", SecretKey::from_seed(&seed).public());
    Ok(())
}
