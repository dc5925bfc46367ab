//! `revoke`: a pass or a badge that no longer counts. The next `publish` sends it out.

use clap::ValueEnum;
use gatepost_pass::PassNumber;

use crate::{Context, clock, error::Error, store::Revoked};

/// What `revoke` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Number of the pass or badge: 10 hexadecimal digits.
    number: PassNumber,
    /// Why.
    #[arg(long)]
    reason: Reason,
}

#[derive(Clone, Copy, ValueEnum)]
enum Reason {
    /// The holder lost it.
    Lost,
    /// It was taken from the holder.
    Stolen,
    /// The holder has another.
    Replaced,
    /// It should not have been issued.
    Error,
}

impl Reason {
    const fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Stolen => "stolen",
            Self::Replaced => "replaced",
            Self::Error => "error",
        }
    }
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let number = args.number;
    let mut store = context.home()?.store()?;
    match store.revoke(number, args.reason.name(), context.now)? {
        Revoked::Now => println!("{number} is revoked; `publish` to send it out"),
        Revoked::Before { reason, at } => println!(
            "{number} was revoked at {} ({reason}); nothing was changed",
            clock::show(at)
        ),
        Revoked::NoSuchPass => return Err(Error::UnknownPass(number)),
    }
    Ok(())
}
