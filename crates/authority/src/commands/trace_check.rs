//! `trace check`: what is wrong with signed batches, without opening any: records that are missing
//! or doubled, second runs, arrivals after a device's end, bundles that were never published.

use std::{collections::BTreeMap, error::Error, path::PathBuf};

use gatepost_pass::{Rules, Timestamp, bundle::Intake};
use gatepost_protocol::Revoked;
use gatepost_system::{files, say};
use serde_json::json;

use crate::{
    context::Context,
    home::Home,
    trace::evidence::{BatchGrounds, Evidence},
};

/// Arguments of `trace check`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Directory of signed batches and receipts, from the hub or a device.
    batches: PathBuf,
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let rules = published_rules(&home, context.now)?;
    let evidence = read_evidence(&home, &rules, &args.batches, context.now)?;
    let batches = evidence.batches;
    let discrepancies = evidence.discrepancies();
    for discrepancy in &discrepancies {
        let (kind, detail) = (discrepancy.kind().name(), discrepancy.to_string());
        match args.json {
            true => say!("{}", json!({ "finding": kind, "detail": detail })),
            false => say!("{kind}: {detail}"),
        }
    }
    log::info!("{batches} batches, {} findings", discrepancies.len());
    Ok(())
}

/// The rules of the newest bundle.
pub(super) fn published_rules(home: &Home, now: Timestamp) -> Result<Rules, Box<dyn Error>> {
    let published = home.published()?;
    let first = home.roots()?.first;
    let manifest = published.manifest()?;
    let rules = Rules::verify(&first, &manifest, &published, Intake::Installed, now)?;
    Ok(rules)
}

/// Reads batches and receipts, and judges them by what this authority knows.
pub(super) fn read_evidence(
    home: &Home,
    rules: &Rules,
    batches: &std::path::Path,
    now: Timestamp,
) -> Result<Evidence, Box<dyn Error>> {
    let known = BatchGrounds {
        trust: rules.trust(),
        revoked: revoked(home, rules)?,
        published: home.register()?.manifests()?,
        now,
    };
    Ok(Evidence::read(batches, &known)?)
}

/// When devices were revoked, by this authority's orders to wipe.
fn revoked(
    home: &Home,
    rules: &Rules,
) -> Result<BTreeMap<gatepost_pass::DeviceId, Timestamp>, Box<dyn Error>> {
    let bytes = match files::read(&home.revoked_path(), Revoked::MAX) {
        Ok(bytes) => bytes,
        Err(why) if why.is_not_found() => return Ok(BTreeMap::new()),
        Err(why) => return Err(why.into()),
    };
    let orders = Revoked::from_bytes(&bytes)?;
    let mut revoked = BTreeMap::new();
    for device in orders.devices() {
        if let Some(order) = orders.order_for(device, rules.trust())? {
            revoked.insert(device, order.at);
        }
    }
    Ok(revoked)
}
