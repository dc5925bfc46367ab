//! `enrol-code`: the code that a new device scans on its first run: which root to pin, and where its hub is.
//! With a hub it enrols one device, over that hub.

use std::path::PathBuf;

use gatepost_pass::{
    Digest, HubPin, Kind, OneTimeSecret, Text, claims::EnrolmentCode, document::to_text,
    time::Minute,
};

use crate::{Context, args, clock::DAY, error::Error, files, home::SigningKey, store::OpenCode};

/// What `enrol-code` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Address of the hub; empty for devices that are served by USB stick only.
    #[arg(long, value_name = "URL", value_parser = args::text::<120>)]
    hub: Text<120>,
    /// SHA-256 of the SubjectPublicKeyInfo of the hub's certificate, as for `enrol`. Needed where the address
    /// is https:.
    #[arg(long, value_name = "HEX")]
    hub_pin: Vec<HubPin>,
    /// Leave the one-time secret out: requests go by USB stick, from as many devices as scan the code, and
    /// whoever brings one vouches for it. Such a code may be shown by the hub.
    #[arg(long)]
    by_stick: bool,
    /// For how many days it counts.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u64).range(1..=3650))]
    days: u64,
    /// File to write the code's text to, instead of the standard output; with a one-time secret, only its owner
    /// may read it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    if args.hub.as_str().starts_with("https:") && args.hub_pin.is_empty() {
        return Err(Error::Pins);
    }
    let root = Digest::of(home.roots()?.newest_file());
    let not_after = Minute::of(context.now.plus(args.days * DAY));
    let hub_pins = args.hub_pin.clone().try_into().map_err(|_| Error::Pins)?;
    let over_hub = !args.by_stick && !args.hub.as_str().is_empty();
    let secret = match over_hub {
        true => Some(OneTimeSecret(files::random()?)),
        false => None,
    };
    if let Some(secret) = &secret {
        // Before it goes out: a code that nobody knows here would be of no use.
        home.store()?.keep_code(&OpenCode {
            root,
            hub: args.hub.clone(),
            hub_pins: args.hub_pin.clone(),
            not_after,
            secret: secret.clone(),
        })?;
    }
    let claims = EnrolmentCode {
        root,
        hub: args.hub.clone(),
        not_after,
        hub_pins,
        secret,
    };
    let signer = home.signer(SigningKey::Documents)?;
    let text = to_text(&signer.sign(Kind::Enrolment, &claims));
    match &args.out {
        Some(path) if claims.secret.is_some() => {
            files::write_private(path, format!("{text}\n").as_bytes())
        }
        out => args::give_text(&text, out.as_deref()),
    }
}
