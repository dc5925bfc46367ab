//! `place`: a signed code of a place, which tells a device where it stands.

use std::path::PathBuf;

use gatepost_pass::{Kind, Place, Text, document::to_text, time::Minute};

use crate::{Context, args, clock::DAY, error::Error, home::SigningKey};

/// What `place` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Short stable name, such as gate-3 or a vehicle's number.
    #[arg(long, value_parser = args::text::<24>)]
    id: Text<24>,
    /// Name for people.
    #[arg(long, value_parser = args::text::<60>)]
    name: Text<60>,
    /// For how many days it counts.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u64).range(1..=3650))]
    days: u64,
    /// File to write the code's text to, instead of the standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let signer = context.home()?.signer(SigningKey::Documents)?;
    let claims = Place {
        id: args.id.clone(),
        name: args.name.clone(),
        not_after: Minute::of(context.now.plus(args.days * DAY)),
    };
    let text = to_text(&signer.sign(Kind::PlaceCode, &claims));
    args::give_text(&text, args.out.as_deref())
}
