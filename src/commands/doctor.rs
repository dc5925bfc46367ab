//! `gatepost doctor`: checks everything that must be in order, one line each.

use std::{error::Error, fs::File, path::Path};

use clap::Args;
use gatepost_pass::{ClockTrust, Freshness, List, Timestamp, timekeeper::Heard, trust::Due};
use gatepost_protocol::device::{device_id, verify_certificate};
use gatepost_system::{chain, clock::format_time, say};

use super::{CommandError, Done};
use crate::{
    camera::V4lCamera,
    clock::Clock,
    config::Config,
    data::{DataDir, Identity},
    devices::{self, Device, SCANNER_PREFIXES},
    readable_time::off_in_words,
    store::{BundleCache, InstalledBundle, Outbox, bundles::ListName},
    sync::{HubClient, SyncError, ask_time},
};

/// What `doctor` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Don't try to reach the hub.
    #[arg(long)]
    offline: bool,
}

/// Largest number of damaged chunks of a list that are named.
const MOST_NAMED: usize = 16;

/// Prints the lines and remembers whether one was a fault.
struct Report {
    done: Done,
}

impl Report {
    fn line(&mut self, what: &str, result: Result<String, impl Error>) {
        match result {
            Ok(well) => self.ok(what, &well),
            Err(fault) => self.fault(what, &chain(&fault)),
        }
    }

    fn ok(&self, what: &str, well: &str) {
        say!("ok    {what}: {well}");
    }

    fn fault(&mut self, what: &str, fault: &str) {
        say!("FAULT {what}: {fault}");
        self.done = Done::WithFaults;
    }
}

/// Checks everything and changes nothing.
pub fn run(data: &Path, arguments: &Arguments) -> Result<Done, Box<dyn Error>> {
    let data = DataDir::open(data)?;
    let clock = data.clock().without_notes();
    let mut report = Report { done: Done::Well };

    let (config, fault) = Config::load_or_safe(&data.config());
    let settings = fault.map_or(Ok(data.config().display().to_string()), Err);
    report.line("settings", settings);
    of_devices(&mut report, &config);

    let identity = data.identity();
    let device = identity.as_ref();
    let device = device.map(|identity| device_id(&identity.key.public()).to_string());
    report.line("device", device);
    let Ok(identity) = identity else {
        return Ok(report.done);
    };
    let bundle = BundleCache::new(data.bundle()).load(&identity.root, &clock);
    match bundle {
        Ok(Some(bundle)) => of_bundle(&mut report, &bundle, &identity, &clock),
        Ok(None) => report.fault("bundle", &CommandError::NoBundle.to_string()),
        Err(fault) => report.fault("bundle", &chain(&fault)),
    }
    if !arguments.offline && identity.hub.is_some() {
        report.line("time", asked(&data, &identity, &clock));
    }
    of_clock(&mut report, &clock);
    if data.passages().exists() {
        of_passages(&mut report, &data);
    } else {
        report.ok("passages", "none yet");
    }
    match (arguments.offline, &identity.hub) {
        (true, _) => {}
        (false, None) => report.ok("hub", "none: USB only"),
        (false, Some(hub)) => {
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

/// The camera, or that there is none by intention, and the devices beside it.
fn of_devices(report: &mut Report, config: &Config) {
    match &config.camera {
        Some(camera) => {
            let opened = V4lCamera::open(camera).map(|_| camera.clone());
            report.line("camera", opened);
        }
        None if config.scanner.is_some() => {
            report.ok(
                "camera",
                "none by the settings: the scanner reads the codes",
            );
        }
        None => report.fault(
            "camera",
            "the settings name neither a camera nor a scanner: name one (see docs/devices.md)",
        ),
    }
    for (device, found) in devices::probe(config) {
        let there = match device {
            Device::Scanner => format!(
                "there; each code must end with Enter, and before a code {} are taken off",
                SCANNER_PREFIXES.join(" ")
            ),
            _ => "there".to_owned(),
        };
        report.line(&device.to_string(), found.map(|()| there));
    }
}

/// What the hub says of the clock.
fn asked(data: &DataDir, identity: &Identity, clock: &Clock) -> Result<String, SyncError> {
    let mut hub = HubClient::of(identity)?;
    let heard = ask_time(data, identity, &mut hub, clock, None)?;
    Ok(match heard {
        Heard::Agreed => "the hub agrees, and so does the bundle".to_owned(),
        Heard::Contradicted => "the hub's signed time is another".to_owned(),
    })
}

/// What the clock says, and what contradicts it.
fn of_clock(report: &mut Report, clock: &Clock) {
    let (now, off) = (clock.now(), clock.off());
    let time = format_time(now.time);
    let off_by = off_in_words(off);
    match now.clock {
        ClockTrust::Trusted if off == 0 => report.ok("clock", &time),
        ClockTrust::Trusted => report.fault(
            "clock",
            &format!("it is {off_by}: set it; the scanner uses {time}, on which the hub agreed"),
        ),
        ClockTrust::Unconfirmed => report.ok(
            "clock",
            &format!(
                "{time}, which nothing has confirmed since the start: the hub does, or a \
                      supervisor; until then live codes are checked by hand"
            ),
        ),
        ClockTrust::Behind | ClockTrust::Ahead => report.fault(
            "clock",
            &format!(
                "it is {off_by}: set it; until then the scanner uses {time}, and every \
                      passage is marked"
            ),
        ),
    }
}

/// The passages that wait, and the epochs that the hub has refused.
fn of_passages(report: &mut Report, data: &DataDir) {
    let said =
        Outbox::open(&data.passages()).and_then(|outbox| Ok((outbox.backlog()?, outbox.parked()?)));
    let (backlog, parked) = match said {
        Ok(said) => said,
        Err(fault) => return report.fault("passages", &chain(&fault)),
    };
    let waiting = format!("{} wait for the hub", backlog.unsent);
    report.ok("passages", &waiting);
    for parked in parked {
        let (epoch, since, why) = (parked.epoch, format_time(parked.since), parked.why);
        let fault = format!(
            "refused since {since}: {why}. It is sent again in a day, or by \
             `gatepost sync --retry-parked`"
        );
        report.fault(&format!("parked epoch {epoch}"), &fault);
    }
}

fn of_bundle(report: &mut Report, bundle: &InstalledBundle, identity: &Identity, clock: &Clock) {
    let now = clock.now().time;
    let manifest = bundle.manifest();
    let until =
        |what: &str, time| format!("version {}, {what} {}", manifest.version, format_time(time));
    match bundle.freshness(now) {
        Freshness::Fresh => report.ok("bundle", &until("fresh until", manifest.fresh_until)),
        Freshness::Stale => report.fault("bundle", &until("stale since", manifest.fresh_until)),
        Freshness::Expired => {
            let ended = manifest.hard_expiry.min(bundle.rules().trust_ends());
            report.fault("bundle", &until("expired since", ended));
        }
    }
    of_end(report, "root", bundle.root().expires(), now);
    of_end(report, "trust list", bundle.trust().expires(), now);
    for list in bundle.lists() {
        of_list(report, list, now);
    }
    for ((kind, issuer), why) in bundle.unopened() {
        let (kind, issuer) = (*kind, *issuer);
        report.fault(&ListName { issuer, kind }.to_string(), &chain(why));
    }
    let certificate = verify_certificate(&identity.certificate, bundle.trust(), now);
    let until = certificate.map(|certificate| format!("until {}", format_time(certificate.until)));
    report.line("certificate", until);
}

/// When a root or a trust list ends. One that ends soon is a fault: people have to come together to
/// sign the next.
fn of_end(report: &mut Report, what: &str, end: Timestamp, now: Timestamp) {
    let date = format_time(end);
    match Due::of(end, now) {
        Due::Later => report.ok(what, &format!("until {date}")),
        Due::Soon => report.fault(
            what,
            &format!("ends {date}: take in a newer bundle, or ask the authority for one"),
        ),
        Due::Over => report.fault(
            what,
            &format!("ended {date}: nothing is fresh until a bundle brings a newer one"),
        ),
    }
}

/// Age and size of a list, after every chunk of it was compared with what the issuer signed.
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
    let name = ListName::of(list).to_string();
    if bad.is_empty() {
        return report.ok(&name, &said);
    }
    let more = bad.len().saturating_sub(MOST_NAMED);
    let named = bad[..bad.len() - more].join(", ");
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    report.fault(
        &name,
        &format!("{said}; damaged chunks: {named}{more}: import or fetch a bundle to repair them"),
    );
}
