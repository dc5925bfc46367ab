//! `public`: a public key of this authority, in a file that another region's `trust add` reads.

use std::error::Error;

use clap::ValueEnum;
use gatepost_pass::Sign as _;

use crate::{args::TextOut, context::Context, key_files::PublicKeyFile, signing_keys::SigningKey};

/// Arguments of `public`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Key to write.
    #[arg(long, default_value = "documents")]
    key: SharedKey,
    #[command(flatten)]
    out: TextOut,
}

/// A key that other regions need.
#[derive(Clone, Copy, ValueEnum)]
enum SharedKey {
    /// The key that signs passes.
    Documents,
    /// The key that signs status and revocation lists.
    Lists,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let signer = context.home()?.signer(match args.key {
        SharedKey::Documents => SigningKey::Documents,
        SharedKey::Lists => SigningKey::Lists,
    })?;
    let file = PublicKeyFile {
        issuer: signer.issuer(),
        id: signer.key(),
        key: signer.public(),
    };
    args.out.write(&file.to_text())?;
    Ok(())
}
