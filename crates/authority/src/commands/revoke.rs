//! `revoke`: makes a pass or a badge invalid. The next `publish` sends it out.

use std::error::Error;

use clap::ValueEnum;
use gatepost_pass::PassNumber;
use gatepost_system::{clock::format_time, say};

use crate::{context::Context, register::RevokeResult};

/// Arguments of `revoke`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Number of the pass or badge: 10 hexadecimal digits.
    number: PassNumber,
    /// Why it is revoked.
    #[arg(long)]
    reason: RevocationReason,
}

#[derive(Clone, Copy, ValueEnum)]
enum RevocationReason {
    /// The holder lost it.
    Lost,
    /// It was taken from the holder.
    Stolen,
    /// The holder has another.
    Replaced,
    /// It should not have been issued.
    Error,
}

impl RevocationReason {
    /// The word in the register.
    const fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Stolen => "stolen",
            Self::Replaced => "replaced",
            Self::Error => "error",
        }
    }
}

/// No pass or badge has that number.
#[derive(Debug, thiserror::Error)]
#[error("no pass or badge {0} was issued here: check the number")]
struct UnknownPass(PassNumber);

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let number = args.number;
    let mut register = context.home()?.register()?;
    match register.revoke(number, args.reason.name(), context.now)? {
        RevokeResult::Now => say!("{number} is revoked; `publish` to send it out"),
        RevokeResult::Before { reason, at } => say!(
            "{number} was revoked at {} ({reason}); nothing was changed",
            format_time(at)
        ),
        RevokeResult::NoSuchPass => return Err(UnknownPass(number).into()),
    }
    Ok(())
}
