//! `gatepost sync`: syncs once, with the hub or with a directory that is carried to it.

use std::{
    error::Error,
    path::{Path, PathBuf},
};

use clap::Args;
use gatepost_protocol::Revoked;
use gatepost_system::say;

use super::{Done, program_settings, say_program};
use crate::{
    clock::Clock,
    data::{DataDir, DataError, Identity},
    store::Outbox,
    sync::{Errand, Order, exchange, stick, updater, wipe},
};

/// What `sync` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Sync with a directory, such as a USB stick: receipts from it, batches into it.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Send again what the hub has refused.
    #[arg(long)]
    retry_parked: bool,
    /// Wipe this device if this list of revoked devices, such as `revoked` on a stick with a
    /// bundle, names it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dir", "retry_parked"])]
    revoked: Option<PathBuf>,
}

/// Fetches the bundle and sends passages.
pub fn run(data: &Path, arguments: &Arguments) -> Result<Done, Box<dyn Error>> {
    let data = DataDir::open(data)?;
    let clock = data.clock();
    wipe_if_ordered(&data, &clock)?;
    let identity = match data.identity() {
        Err(DataError::NotEnrolled) if data.wiped().exists() => {
            let sent = wipe::send_unsent(&data)?;
            say!("this device was wiped; sent {sent} of its last batches");
            return Ok(Done::Well);
        }
        identity => identity?,
    };
    if let Some(path) = &arguments.revoked {
        let list = gatepost_system::stick::read(path, Revoked::MAX)?;
        match wipe::take(&data, &identity, &clock, &list)? {
            Order::None => say!("this device is not on the list"),
            Order::Wipe => wipe_if_ordered(&data, &clock)?,
        }
        return Ok(Done::Well);
    }
    if arguments.retry_parked && data.passages().exists() {
        let again = Outbox::open(&data.passages())?.unpark()?;
        say!("{again} parked epochs are sent again");
    }
    match &arguments.dir {
        Some(dir) => {
            let carried = stick::carry(&data, &identity, &clock, dir)?;
            say!(
                "{} passages have their receipt, {} batches written",
                carried.acknowledged,
                carried.written
            );
            Ok(Done::Well)
        }
        None => with_hub(&data, &identity, &clock),
    }
}

fn with_hub(data: &DataDir, identity: &Identity, clock: &Clock) -> Result<Done, Box<dyn Error>> {
    let program = program_settings(data);
    let mut updater = program.map(|program| updater(data, &program));
    let exchanged = exchange(data, identity, clock, Errand::Upload, updater.as_mut())?;
    match &exchanged.fetched {
        Ok(Some(bundle)) => say!("installed bundle {}", bundle.manifest().version),
        Ok(None) => say!("the bundle is up to date"),
        Err(_) => {}
    }
    if let Some(Ok(sent)) = exchanged.pushed {
        say!("sent {sent} passages, {} wait", exchanged.backlog.unsent);
    }
    if matches!(exchanged.order, Ok(Order::Wipe)) {
        wipe_if_ordered(data, clock)?;
        return Ok(Done::Well);
    }
    if let Some(Ok(outcome)) = exchanged.program {
        say_program(outcome);
    }
    let fault = exchanged
        .fetched
        .err()
        .or(exchanged.pushed.and_then(Result::err));
    let fault = fault.or(exchanged.order.err());
    match fault.or(exchanged.program.and_then(Result::err)) {
        None => Ok(Done::Well),
        Some(fault) => Err(fault.into()),
    }
}

fn wipe_if_ordered(data: &DataDir, clock: &Clock) -> Result<(), Box<dyn Error>> {
    if let Some(device) = wipe::finish(data, clock.now().time)? {
        say!("the authority has given up device {device}: keys, lists and trust are destroyed");
        let sent = wipe::send_unsent(data)?;
        say!("sent {sent} of its last batches");
    }
    Ok(())
}
