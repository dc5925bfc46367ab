//! `policy`: changes settings of this region's policy as a file says, all or none. The next
//! `publish` sends them out.

use std::{error::Error, path::PathBuf};

use gatepost_system::say;
use serde_json::{Map, Value};

use crate::{
    config::{self, ConfigFileError, PolicyConfig},
    context::Context,
};

/// Arguments of `policy`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// JSON with the settings to change, named as in `policy.json` in the home.
    #[arg(value_name = "FILE")]
    settings: PathBuf,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let path = home.policy_path();
    let mut policy: Map<String, Value> = config::load(&path)?;
    let changes: Map<String, Value> = config::load(&args.settings)?;
    let changed = changes.len();
    policy.extend(changes);
    // Unknown names and invalid values are refused here, before anything is written.
    let policy: PolicyConfig = serde_json::from_value(Value::Object(policy))
        .map_err(ConfigFileError::format(&args.settings))?;
    policy.claims(&args.settings)?;
    config::save(&path, &policy)?;
    say!("{changed} settings changed; `publish` to send them out");
    Ok(())
}
