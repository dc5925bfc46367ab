//! `policy`: takes settings from a file into this region's policy, all or none. The next `publish` sends them
//! out.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::{
    Context,
    config::{self, PolicyConfig},
    error::Error,
};

/// What `policy` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// JSON with the settings to change, under the names that `policy.json` in the home has.
    #[arg(value_name = "FILE")]
    settings: PathBuf,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let path = home.policy_path();
    let mut policy: Map<String, Value> = config::load(&path)?;
    let changes: Map<String, Value> = config::load(&args.settings)?;
    let changed = changes.len();
    policy.extend(changes);
    // A name that does not exist or a value that does not fit is refused here, and nothing is written.
    let policy: PolicyConfig =
        serde_json::from_value(Value::Object(policy)).map_err(|why| Error::Config {
            path: args.settings.clone(),
            why,
        })?;
    policy.claims(&args.settings)?;
    config::save(&path, &policy)?;
    println!("{changed} settings taken in; `publish` to send them out");
    Ok(())
}
