//! `gatepost doctor`: one line for everything that must be in order.

use std::{fmt::Display, fs::File, path::Path};

use clap::Args;
use gatepost_pass::{ClockTrust, Freshness, List, Timestamp};
use gatepost_protocol::device::{device_id, verify_certificate};

use super::{CommandError, Done};
use crate::{
    camera::{CameraError, V4lCamera},
    clock::{Clock, format_time},
    config::Config,
    data::{DataDir, Identity},
    devices,
    store::{BundleCache, InstalledBundle, Outbox, bundles::ListName},
    sync::HubClient,
};

/// What `doctor` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Don't try to reach the hub.
    #[arg(long)]
    offline: bool,
}

/// Most damaged chunks of a list that are named.
const MOST_NAMED: usize = 16;

/// Collects faults while it prints.
struct Report {
    done: Done,
}

impl Report {
    fn line<E: Display>(&mut self, what: &str, result: Result<String, E>) {
        match result {
            Ok(well) => println!("ok    {what}: {well}"),
            Err(fault) => {
                println!("FAULT {what}: {fault}");
                self.done = Done::WithFaults;
            }
        }
    }
}

/// Looks at everything and changes nothing.
pub fn run(data: &Path, arguments: &Arguments) -> Result<Done, CommandError> {
    let data = DataDir::open(data)?;
    let clock = Clock::new(None);
    let mut report = Report { done: Done::Well };

    let (config, fault) = Config::load_or_safe(&data.config());
    let settings = fault.map_or(Ok(data.config().display().to_string()), |fault| {
        Err(gatepost_system::chain(&fault))
    });
    report.line("settings", settings);
    let opened = V4lCamera::open(&config.camera).map(|_| config.camera.clone());
    report.line::<CameraError>("camera", opened);
    for (device, found) in devices::probe(&config) {
        report.line(&device.to_string(), found.map(|()| "there".to_owned()));
    }

    let identity = match data.identity() {
        Ok(identity) => {
            let id = device_id(&identity.key.public());
            report.line::<CommandError>("device", Ok(id.to_string()));
            identity
        }
        Err(fault) => {
            report.line("device", Err(fault));
            return Ok(report.done);
        }
    };
    let bundle = BundleCache::new(data.bundle()).load(&identity.root, clock.now().time);
    match bundle {
        Ok(Some(bundle)) => {
            clock.raise(bundle.manifest().issued_at);
            of_bundle(&mut report, &bundle, &identity, &clock);
        }
        Ok(None) => report.line("bundle", Err(CommandError::NoBundle)),
        Err(fault) => report.line("bundle", Err(fault)),
    }
    let now = clock.now();
    report.line(
        "clock",
        match now.clock {
            ClockTrust::Trusted => Ok(format_time(now.time)),
            ClockTrust::BehindFloor => {
                Err("behind the newest signed time: set it; until then every passage is marked")
            }
            ClockTrust::FarAhead => Err("more than a year ahead of the newest signed time: set it"),
        },
    );
    if data.passages().exists() {
        of_passages(&mut report, &data);
    } else {
        report.line::<CommandError>("passages", Ok("none yet".to_owned()));
    }
    match (arguments.offline, identity.hub.as_str()) {
        (true, _) => {}
        (false, "") => report.line::<CommandError>("hub", Ok("none: USB only".to_owned())),
        (false, hub) => {
            report.line(
                "hub",
                HubClient::of(&identity)
                    .and_then(|mut client| client.ping())
                    .map(|()| format!("{hub} answers")),
            );
        }
    }
    Ok(report.done)
}

/// How much waits, and what the hub has refused.
fn of_passages(report: &mut Report, data: &DataDir) {
    let said =
        Outbox::open(&data.passages()).and_then(|outbox| Ok((outbox.backlog()?, outbox.parked()?)));
    let (backlog, parked) = match said {
        Ok(said) => said,
        Err(fault) => return report.line("passages", Err(fault)),
    };
    let waiting = format!("{} wait for the hub", backlog.unsent);
    report.line::<CommandError>("passages", Ok(waiting));
    for parked in parked {
        let (epoch, since, why) = (parked.epoch, format_time(parked.since), parked.why);
        let fault = format!(
            "refused since {since}: {why}. It goes again in a day, or with `gatepost sync --retry-parked`"
        );
        report.line(&format!("parked epoch {epoch}"), Err(fault));
    }
}

fn of_bundle(report: &mut Report, bundle: &InstalledBundle, identity: &Identity, clock: &Clock) {
    let now = clock.now().time;
    let manifest = bundle.manifest();
    let until =
        |what: &str, time| format!("version {}, {what} {}", manifest.version, format_time(time));
    report.line(
        "bundle",
        match bundle.freshness(now) {
            Freshness::Fresh => Ok(until("fresh until", manifest.fresh_until)),
            Freshness::Stale => Err(until("stale since", manifest.fresh_until)),
            Freshness::Expired => Err(until("expired since", manifest.hard_expiry)),
        },
    );
    for list in bundle.lists() {
        of_list(report, list, now);
    }
    for ((kind, issuer), why) in bundle.unopened() {
        let (kind, issuer) = (*kind, *issuer);
        report.line(&ListName { issuer, kind }.to_string(), Err(why));
    }
    let certificate = verify_certificate(&identity.certificate, bundle.trust(), now);
    let until = certificate.map(|certificate| format!("until {}", format_time(certificate.until)));
    report.line("certificate", until);
}

/// Age and count of a list, after every chunk of it was read and compared with what the issuer signed.
fn of_list(report: &mut Report, list: &List<File>, now: Timestamp) {
    let head = list.head();
    let bad: Vec<String> = (0..list.chunks())
        .filter(|chunk| list.check_chunk(*chunk).is_err())
        .map(|chunk| chunk.to_string())
        .collect();
    let said = format!(
        "version {}, {} records, as of {}, {} hours old",
        head.version,
        head.count,
        format_time(head.as_of),
        now.since(head.as_of) / 3600
    );
    let damaged = bad.first().map(|_| {
        let more = bad.len().saturating_sub(MOST_NAMED);
        let named = bad[..bad.len() - more].join(", ");
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!(
            "{said}; damaged chunks: {named}{more}: import or fetch a bundle to have them mended"
        )
    });
    report.line(
        &ListName::of(list).to_string(),
        damaged.map_or(Ok(said), Err),
    );
}
