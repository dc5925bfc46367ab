//! `badge`: a signed badge of someone on duty.

use std::path::PathBuf;

use clap::ValueEnum;
use gatepost_pass::{
    Badge, BadgeRole, Kind, PassNumber, Pin, PinHash, Site, Text, document::to_text, time::Minute,
};

use crate::{
    Context, args, clock::DAY, error::Error, files::random, home::SigningKey, store::Recorded,
};

/// Random numbers to try before giving up.
const TRIES: usize = 16;

/// What `badge` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Short stable pseudonym of the person on duty.
    #[arg(long, value_parser = args::text::<24>)]
    id: Text<24>,
    /// Name for people.
    #[arg(long, value_parser = args::text::<60>)]
    name: Text<60>,
    /// What its holder may do.
    #[arg(long, value_enum, default_value_t = RoleWord::Guard)]
    role: RoleWord,
    /// A place where it counts, such as gate-3, or all whose names begin so, such as bus-*; up to four times.
    /// Without any it counts everywhere.
    #[arg(long = "site", value_name = "PLACE", value_parser = site)]
    sites: Vec<Site>,
    /// With a PIN of 4 to 8 digits: `-` reads it from a line of the standard input, and nothing else is taken,
    /// for a command line is open to every user of the machine.
    #[arg(long, value_name = "-", value_parser = ["-"])]
    pin: Option<String>,
    /// For how many days it counts.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u64).range(1..=3650))]
    days: u64,
    /// File to write the code's text to, instead of the standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleWord {
    /// Be on duty.
    Guard,
    /// Be on duty, and allow what the policy leaves to a supervisor.
    Supervisor,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let signer = home.signer(SigningKey::Documents)?;
    let pin = args.pin.as_deref().map(args::or_line).transpose()?;
    let pin = pin.map(Pin::try_from).transpose()?;
    let sites = args.sites.clone().try_into();
    let mut claims = Badge {
        id: args.id.clone(),
        name: args.name.clone(),
        not_after: Minute::of(context.now.plus(args.days * DAY)),
        number: PassNumber(random()?),
        role: match args.role {
            RoleWord::Guard => BadgeRole::Guard,
            RoleWord::Supervisor => BadgeRole::Supervisor,
        },
        sites: sites.map_err(|_| Error::Sites)?,
        pin: None,
    };
    let mut store = home.store()?;
    let mut tries = 0..TRIES;
    while let Recorded::NumberTaken = store.record_badge(&claims, context.now)? {
        tries.next().ok_or(Error::NoNumber)?;
        claims.number = PassNumber(random()?);
    }
    // The number is the hash's salt, so it comes last.
    claims.pin = pin.map(|pin| PinHash::of(&pin, claims.number));
    eprintln!("badge {}; `revoke` it by this number", claims.number);
    let text = to_text(&signer.sign(Kind::Badge, &claims));
    args::give_text(&text, args.out.as_deref())
}

fn site(text: &str) -> Result<Site, gatepost_pass::ValueError> {
    Ok(match text.strip_suffix('*') {
        Some(front) => Site::Prefix(front.try_into()?),
        None => Site::Place(text.try_into()?),
    })
}
