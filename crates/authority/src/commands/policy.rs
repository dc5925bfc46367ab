//! `policy`: changes settings of this region's policy as a file says, all or none. The next
//! `publish` sends them out.

use std::{error::Error, path::PathBuf};

use gatepost_system::say;

use crate::{config, context::Context};

/// Arguments of `policy`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// JSON with the settings to change, named as in `policy.json` in the home.
    #[arg(value_name = "FILE")]
    settings: PathBuf,
}

/// A setting that devices would refuse.
#[derive(Debug, thiserror::Error)]
#[error(
    "looser than the floors of the trust list allow: {rule}. Nothing was changed; `trust floors` \
     comes first, and needs the root keys"
)]
struct Looser {
    rule: &'static str,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let policy = config::changed(&home.policy()?, &args.settings)?;
    let claims = policy.claims(&args.settings)?;
    let floors = home.trust()?.floors.claims(&home.trust_path())?;
    let (fresh_until, hard_expiry) = policy.lifetime(context.now, &args.settings)?;
    let (fresh, usable) = (
        fresh_until.since(context.now),
        hard_expiry.since(context.now),
    );
    let looser = floors.looser(&claims);
    if let Some(rule) = looser.or_else(|| floors.longer(fresh, usable)) {
        return Err(Looser { rule }.into());
    }
    config::save(&home.policy_path(), &policy)?;
    say!("settings changed; `publish` to send them out");
    Ok(())
}
