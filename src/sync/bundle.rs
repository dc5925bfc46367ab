//! The hub's bundle: fetched and installed; and the rules of the installed one.

use gatepost_pass::Rules;

use super::{
    error::SyncError,
    http::{HubClient, HubError},
};
use crate::{
    clock::Clock,
    data::{DataDir, Identity},
    store::{
        BundleCache, CacheError, InstalledBundle,
        bundles::{InstallOutcome, InstallProgress},
    },
};

/// Installs the hub's bundle, when it is another than the installed one.
pub fn fetch_bundle(
    data: &DataDir,
    identity: &Identity,
    hub: &mut HubClient,
    clock: &Clock,
) -> Result<Option<Box<InstalledBundle>>, SyncError> {
    let cache = BundleCache::new(data.bundle());
    let _lock = data.lock("bundle")?;
    let mut report = |progress| match progress {
        InstallProgress::Bytes { .. } => {}
        InstallProgress::Merged { .. } | InstallProgress::Repaired { .. } => {
            log::info!("{progress}");
        }
        InstallProgress::WholeList { .. } => log::warn!("{progress}"),
    };
    let installed = cache.install(hub, &identity.root, clock, &mut report);
    match installed.map_err(of_hub)? {
        InstallOutcome::AlreadyInstalled => Ok(None),
        InstallOutcome::Installed(bundle) => Ok(Some(bundle)),
    }
}

/// What the hub's client said of a fetch is the hub's fault, not the bundle's.
fn of_hub(error: CacheError) -> SyncError {
    match error {
        CacheError::Origin { what, source } => match source.downcast::<HubError>() {
            Ok(why) => why.into(),
            Err(source) => CacheError::Origin { what, source }.into(),
        },
        error => error.into(),
    }
}

/// The rules that the installed bundle holds.
pub(super) fn rules(
    data: &DataDir,
    identity: &Identity,
    clock: &Clock,
) -> Result<Rules, SyncError> {
    let rules = BundleCache::new(data.bundle()).load_rules(&identity.root, clock)?;
    rules.ok_or(SyncError::NoBundle)
}
