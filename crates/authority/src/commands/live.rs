//! `live`: a phone pass as its holder's phone shows it, with the time and a fresh signature.

use std::{error::Error, path::PathBuf};

use gatepost_pass::{
    Kind, SecretKey,
    document::{from_text, live_code, to_text},
    envelope::{Envelope, MAX_CODE},
};

use crate::{
    args::{self, TextOut},
    context::Context,
    key_files,
};

/// Arguments of `live`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The pass: its text, or a file that holds it.
    #[arg(long, value_name = "TEXT|FILE")]
    pass: String,
    /// The holder's secret key, from `holder-key`.
    #[arg(long, value_name = "FILE")]
    holder_secret: PathBuf,
    #[command(flatten)]
    out: TextOut,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let pass = from_text(&args::code_text(&args.pass)?)?;
    Envelope::parse_kind(Kind::Pass, &pass, MAX_CODE)?;
    let holder = SecretKey::from_seed(&key_files::read_secret(&args.holder_secret)?);
    let text = to_text(&live_code(&pass, context.now, &holder));
    args.out.write(&text)?;
    Ok(())
}
