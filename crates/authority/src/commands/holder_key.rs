//! `holder-key`: the key that a holder's phone would make for itself, for tests and demonstrations.

use std::path::PathBuf;

use gatepost_pass::SecretKey;

use crate::{
    error::Error,
    files::{self, hex, random},
};

/// What `holder-key` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// File for the secret key; the public one is printed.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn run(args: &Args) -> Result<(), Error> {
    let seed = random()?;
    files::write_secret(&args.out, &format!("{}\n", hex(&seed)))?;
    println!("{}", SecretKey::from_seed(&seed).public());
    Ok(())
}
