//! `enrol-code`: the code that a new device scans on its first run. It says which root to pin and
//! where the hub is; with a hub it enrols one device, over that hub.

use std::{error::Error, path::PathBuf};

use gatepost_pass::{
    Digest, HubPin, Kind, OneTimeSecret, claims::EnrolmentCode, document::to_text, time::Minute,
};
use gatepost_system::{files::Access, random};

use crate::{
    args::{self, ServedBy},
    context::Context,
    durations::DAY,
    register::OpenCode,
    signing_keys::SigningKey,
};

/// Arguments of `enrol-code`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Address of the hub; empty for devices that are served by USB stick only.
    #[arg(long, value_name = "URL", value_parser = clap::value_parser!(ServedBy))]
    hub: ServedBy,
    /// SHA-256 of the SubjectPublicKeyInfo of the hub's certificate, as for `enrol`. Required if
    /// the address is https:.
    #[arg(long, value_name = "HEX")]
    hub_pin: Vec<HubPin>,
    /// Leave the one-time secret out: requests go by USB stick, from as many devices as scan the
    /// code, and whoever brings one vouches for it. The hub may show such a code.
    #[arg(long)]
    by_stick: bool,
    /// Number of days for which it is valid.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u64).range(1..=3650))]
    days: u64,
    /// File to write the text to, instead of standard output; with a one-time secret, only its
    /// owner may read it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let hub_pins = args::hub_pins(&args.hub, &args.hub_pin)?;
    let root = Digest::of(home.roots()?.newest_file());
    let not_after = Minute::of(context.now.plus(args.days * DAY));
    let secret = match &args.hub {
        ServedBy::Hub(_) if !args.by_stick => Some(OneTimeSecret(random::bytes()?)),
        ServedBy::Hub(_) | ServedBy::Stick => None,
    };
    if let Some(secret) = &secret {
        // Stored before it is given out: a request by an unknown code would be refused.
        home.register()?.keep_code(&OpenCode {
            root,
            hub: args.hub.hub(),
            hub_pins: hub_pins.clone(),
            not_after,
            secret: secret.clone(),
        })?;
    }
    let claims = EnrolmentCode {
        root,
        hub: args.hub.hub(),
        not_after,
        hub_pins,
        secret,
    };
    let signer = home.signer(SigningKey::Documents)?;
    let text = to_text(&signer.sign(Kind::Enrolment, &claims)?);
    let access = match &claims.secret {
        Some(_) => Access::Private,
        None => Access::Shared,
    };
    args::write_text(&text, args.out.as_deref(), access)?;
    Ok(())
}
