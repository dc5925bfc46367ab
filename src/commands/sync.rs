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
        clock.raise(installed.manifest().issued_at);
    }
    let exchanged = exchange(&data, &identity, &clock)?;
    match &exchanged.fetched {
        Ok(Some(bundle)) => println!("installed bundle {}", bundle.manifest().version),
        Ok(None) => println!("the bundle is up to date"),
        Err(_) => {}
    }
    if let Ok(sent) = exchanged.pushed {
        println!("sent {sent} passages, {} wait", exchanged.backlog.unsent);
    }
    match exchanged.fetched.err().or(exchanged.pushed.err()) {
        None => Ok(Done::Well),
        Some(fault) => Err(fault.into()),
    }
}
