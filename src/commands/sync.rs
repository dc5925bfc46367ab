//! `gatepost sync`: one exchange with the hub.

use std::path::Path;

use super::{CommandError, Done};
use crate::{clock::Clock, data::DataDir, store::BundleCache, sync::exchange};

/// Fetches the bundle and sends passages.
pub fn run(data: &Path) -> Result<Done, CommandError> {
    let data = DataDir::open(data)?;
    let identity = data.identity()?;
    let clock = Clock::new(None);
    if let Ok(Some(installed)) =
        BundleCache::new(data.bundle()).load(&identity.root, clock.now().time)
    {
        clock.raise(installed.newest_signed());
    }
    let done = exchange(&data, &identity, &clock)?;
    match done.installed {
        Some(bundle) => println!("installed bundle {}", bundle.manifest().version),
        None => println!("the bundle is up to date"),
    }
    println!("sent {} passages, {} wait", done.sent, done.backlog.unsent);
    Ok(Done::Well)
}
