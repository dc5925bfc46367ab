//! `trace verify-audit`: checks the log of who traced whom against bundles. Public keys are enough,
//! so whoever has a copy of the log and a bundle, from a hub or a device, can do it elsewhere.

use std::{error::Error, path::PathBuf};

use gatepost_pass::{Digest, Root, Rules, bundle::Intake, envelope::MAX_FILE};
use gatepost_system::{files, say};

use crate::{
    bundle_dir::BundleDir,
    context::Context,
    trace::audit_log::{self, InvalidAuditLog},
};

/// Arguments of `trace verify-audit`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A hash that was noted earlier: the log must still contain it.
    #[arg(long, value_name = "HASH")]
    head: Option<Digest>,
    /// A bundle, also an old one, from anywhere: the log must go on from what its manifest names.
    /// Give as many as there are [default: the newest one in the home].
    #[arg(long, value_name = "DIR")]
    bundle: Vec<PathBuf>,
    /// The log, where it is not in a home.
    #[arg(long, value_name = "FILE", requires_all = ["bundle", "root"])]
    log: Option<PathBuf>,
    /// The root that bundles are checked by [default: the home's first].
    #[arg(long, value_name = "FILE")]
    root: Option<PathBuf>,
}

impl Args {
    /// Whether all that it needs is named.
    pub(crate) const fn needs_no_home(&self) -> bool {
        self.log.is_some()
    }
}

/// A root file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{} is not a root", path.display())]
struct NotARoot {
    path: PathBuf,
    source: gatepost_pass::TrustError,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = match args.needs_no_home() {
        true => None,
        false => Some(context.home()?),
    };
    let _lock = home.as_ref().map(|home| home.lock()).transpose()?;
    let path = match (&args.log, &home) {
        (Some(path), _) => path.clone(),
        (None, Some(home)) => home.audit_path(),
        // Without a log, a home was opened.
        (None, None) => return Ok(()),
    };
    let bundles = args.bundle.iter().map(|dir| BundleDir::at(dir));
    let mut bundles = bundles.collect::<Result<Vec<_>, _>>()?;
    if let (Some(home), true) = (&home, bundles.is_empty()) {
        let published = home.published()?;
        bundles.extend(published.has_manifest().then_some(published));
    }
    let root = match (&args.root, &home) {
        (Some(path), _) => {
            let not_a_root = |source| NotARoot {
                path: path.clone(),
                source,
            };
            Some(Root::pin(&files::read(path, MAX_FILE)?).map_err(not_a_root)?)
        }
        (None, Some(home)) => Some(home.roots()?.first),
        (None, None) => None,
    };

    let (_, chain) = audit_log::read(&path)?;
    if let Some(head) = args.head {
        chain
            .check_noted(head)
            .map_err(InvalidAuditLog::at(&path))?;
    }
    let mut newest = None;
    for bundle in &bundles {
        let Some(root) = &root else { break };
        let manifest = bundle.manifest()?;
        let rules = Rules::verify(root, &manifest, bundle, Intake::Installed, context.now)?;
        let manifest = rules.manifest();
        let continues = chain.check_continues(manifest.audit, manifest.version);
        continues.map_err(InvalidAuditLog::at(&path))?;
        newest = newest.max(Some((manifest.version, manifest.audit.entries)));
    }
    if let (Some(home), Some(key)) = (&home, chain.key()) {
        let secret = home.key_path("audit");
        if !secret.exists() {
            log::warn!(
                "{} is not here: restore key {} from a copy before the next trace",
                secret.display(),
                data_encoding::HEXLOWER.encode(key.as_bytes())
            );
        }
    }
    let head = chain.head();
    let bundles = match newest {
        Some((version, entries)) => format!("{entries} of them by bundle {version}"),
        None => "none of them by a bundle".to_owned(),
    };
    say!(
        "{} entries in order, {bundles}; newest hash {}",
        head.entries,
        Digest(head.head)
    );
    Ok(())
}
