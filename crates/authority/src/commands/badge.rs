//! `badge`: a signed badge for someone on duty.

use std::error::Error;

use clap::ValueEnum;
use gatepost_pass::{
    Badge, BadgeRole, Kind, PassNumber, Pin, PinVerifier, Site, Text, ValueError,
    document::to_text, time::Minute,
};
use gatepost_system::random;

use crate::{
    args::{self, CodeArgs},
    context::Context,
    durations::DAY,
    register::Recorded,
    signing_keys::SigningKey,
};

/// Random numbers to try before giving up.
const TRIES: usize = 16;

/// Arguments of `badge`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Short stable pseudonym of the person on duty.
    #[arg(long, value_parser = args::name::<24>)]
    id: Text<24>,
    /// What its holder may do.
    #[arg(long, value_enum, default_value_t = RoleArg::Guard)]
    role: RoleArg,
    /// A place where it is valid, such as gate-3, or all places whose names start the same, such as
    /// bus-*; up to four times. Without any, it is valid everywhere.
    #[arg(long = "site", value_name = "PLACE", value_parser = site)]
    sites: Vec<Site>,
    /// Protect it by a PIN of 4 to 8 digits. `-` reads it from a line of standard input; nothing
    /// else is accepted, because every user of the machine can read a command line.
    #[arg(long, value_name = "-", value_parser = ["-"])]
    pin: Option<String>,
    #[command(flatten)]
    code: CodeArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleArg {
    /// Be on duty.
    Guard,
    /// Be on duty, and allow what the policy leaves to a supervisor.
    Supervisor,
}

/// A badge cannot be made.
#[derive(Debug, thiserror::Error)]
enum BadgeError {
    /// Too many `--site`.
    #[error("a badge has at most four --site: use a prefix such as bus-*")]
    Sites,
    /// All numbers that were tried are taken.
    #[error("no free badge number was found: try again")]
    NoNumber,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let signer = home.signer(SigningKey::Documents)?;
    let pin = args.pin.as_deref().map(args::or_line).transpose()?;
    let pin = pin.map(Pin::try_from).transpose()?;
    let salt = random::bytes()?;
    let pin = pin.map(|pin| PinVerifier::new(&pin, salt));
    let sites = args.sites.clone().try_into();
    let mut claims = Badge {
        id: args.id.clone(),
        name: args.code.name.clone(),
        not_after: Minute::of(context.now.plus(args.code.days * DAY)),
        number: PassNumber(random::bytes()?),
        role: match args.role {
            RoleArg::Guard => BadgeRole::Guard,
            RoleArg::Supervisor => BadgeRole::Supervisor,
        },
        sites: sites.map_err(|_| BadgeError::Sites)?,
        pin: pin.as_ref().map(PinVerifier::digest),
    };
    let mut register = home.register()?;
    let (id, name) = (claims.id.as_str(), claims.name.as_str());
    args::keep_name(&register, Kind::Badge, id, name)?;
    let mut tries = 0..TRIES;
    while let Recorded::NumberTaken = register.record_badge(&claims, pin.as_ref(), context.now)? {
        tries.next().ok_or(BadgeError::NoNumber)?;
        claims.number = PassNumber(random::bytes()?);
    }
    log::info!("badge {}; `revoke` takes this number", claims.number);
    if pin.is_some() {
        log::info!("devices take its PIN from the next bundle on: `publish`");
    }
    let text = to_text(&signer.sign(Kind::Badge, &claims)?);
    args.code.out.write(&text)?;
    Ok(())
}

fn site(text: &str) -> Result<Site, ValueError> {
    Ok(match text.strip_suffix('*') {
        Some(prefix) => Site::Prefix(prefix.try_into()?),
        None => Site::Place(text.try_into()?),
    })
}
