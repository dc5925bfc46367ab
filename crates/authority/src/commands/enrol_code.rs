//! `enrol-code`: the code that a new device scans on its first run: which root to pin, and where its hub is.

use std::path::PathBuf;

use gatepost_pass::{Digest, Kind, Text, document::Enrolment, envelope::to_text, time::Minute};

use crate::{Context, args, clock::DAY, error::Error, home::SigningKey};

/// What `enrol-code` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Address of the hub; empty for devices that are served by USB stick only.
    #[arg(long, value_name = "URL", value_parser = args::text::<120>)]
    hub: Text<120>,
    /// For how many days it counts.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3650))]
    days: u64,
    /// File to write the code's text to, instead of the standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let claims = Enrolment {
        root: Digest::of(home.roots()?.newest_file()),
        hub: args.hub.clone(),
        not_after: Minute::of(context.now.plus(args.days * DAY)),
    };
    let signer = home.signer(SigningKey::Documents)?;
    let text = to_text(&signer.sign(Kind::Enrolment, &claims));
    args::give_text(&text, args.out.as_deref())
}
