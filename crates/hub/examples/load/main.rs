//! A device simulator on loopback: what the hub takes, beside a bare PostgreSQL `COPY` of the same
//! bytes, and what it does when all devices reconnect together. With `attack`: how devices fare,
//! and how much memory the hub takes, while others attack it. Run by `scripts/load`; prints one
//! JSON object a line.
//!
//! Passages are random bytes in place of ciphertext: the hub cannot tell, and sealing is the
//! devices' work. Signatures, certificates and chains are real and checked by the hub, which runs
//! as a program of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attack;
mod client;
mod devices;
mod hub;
mod postgres_server;

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::runtime::Runtime;

use client::{reconnect, send_all};
use devices::devices;
use hub::{Over, RunningHub, Site};
use postgres_server::{Postgres, copy_batches, copy_rows};

/// Connections in the throughput runs.
const SENDERS: usize = 32;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| {
        arguments
            .next()
            .unwrap_or_else(|| panic!("{what} is missing"))
    };
    let number = |text: String| text.parse::<usize>().expect("a number");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let first = next("the hub program, or `attack`");
    if first == "attack" {
        let hub = PathBuf::from(next("the hub program"));
        let [crowd, seconds] = ["attackers", "seconds"].map(|what| number(next(what)));
        let directory = PathBuf::from(next("a directory"));
        for (over, crowd) in [(Over::Http, crowd), (Over::Https, crowd * 3 / 4)] {
            let attack = attack::attack(&hub, &directory, over, crowd, seconds as u64);
            runtime.block_on(attack);
        }
        return;
    }
    let hub = PathBuf::from(first);
    let server = PathBuf::from(next("scripts/throwaway-postgres"));
    let passages = number(next("passages a round"));
    let rounds = number(next("rounds"));
    let crowd = number(next("devices that reconnect"));
    let backlog = number(next("passages of each"));
    let directory = PathBuf::from(next("a directory"));
    fs::create_dir_all(&directory).unwrap();
    let site = Site::new(&directory.join("site"));
    let postgres = Postgres::start(&server, &directory.join("postgres"));

    let load = Load {
        hub,
        site,
        postgres,
        runtime,
        directory,
    };
    load.throughput(passages, rounds);
    for (store, over) in [
        ("sqlite", Over::Http),
        ("postgres", Over::Http),
        ("sqlite", Over::Https),
        ("postgres", Over::Https),
    ] {
        load.reconnect_at_once(store, over, crowd, backlog);
    }
}

/// What every run needs.
struct Load {
    hub: PathBuf,
    site: Site,
    postgres: Postgres,
    runtime: Runtime,
    directory: PathBuf,
}

impl Load {
    /// A new hub with an empty store.
    fn start(&self, store: &str, run: &str, over: Over) -> RunningHub {
        let data = match store {
            "sqlite" => ["--data".into(), self.directory.join(run).into_os_string()],
            _ => ["--store".into(), self.postgres.database().into()],
        };
        RunningHub::start(&self.hub, &self.site, &data, over)
    }

    /// Passages a second of both stores, beside a bare COPY of the same bytes.
    fn throughput(&self, passages: usize, rounds: usize) {
        let mut taken = [("sqlite", Vec::new()), ("postgres", Vec::new())];
        let mut copied = [
            ("a row a passage", Vec::new()),
            ("a row a batch", Vec::new()),
        ];
        for round in 0..rounds {
            let devices = devices(SENDERS, passages / SENDERS, round as u64);
            let bytes: usize = devices.iter().flatten().map(Vec::len).sum();
            copied[0].1.push(copy_rows(&self.postgres, &devices));
            let rate = copy_batches(&self.postgres, &devices, passages);
            copied[1].1.push(rate);
            for (store, rates) in &mut taken {
                let running = self.start(store, &format!("hub-{round}"), Over::Http);
                let begun = Instant::now();
                let sent = send_all(&running.hub, devices.clone());
                self.runtime.block_on(sent);
                let seconds = begun.elapsed().as_secs_f64();
                let rate = passages as f64 / seconds;
                rates.push(rate);
                let figures = json!({
                    "what": "throughput", "store": store, "round": round, "passages": passages,
                    "bytes": bytes, "seconds": round3(seconds), "passages_per_second": rate as u64,
                    "hub_cpu_seconds": running.cpu_seconds(), "peak_mib": running.peak_mib(),
                });
                println!("{figures}");
            }
        }
        for (form, bare) in &mut copied {
            let bare = median(bare);
            for (store, rates) in &mut taken {
                let rate = median(rates);
                let figures = json!({
                    "what": "ratio to a bare COPY", "copy": form,
                    "copy_passages_per_second": bare as u64, "store": store,
                    "passages_per_second": rate as u64, "ratio": round3(rate / bare),
                    "target": 0.5, "rounds": rounds,
                });
                println!("{figures}");
            }
        }
    }

    /// Every device of a crowd connects in the same moment with a backlog of passages.
    fn reconnect_at_once(&self, store: &str, over: Over, crowd: usize, backlog: usize) {
        let secure = over == Over::Https;
        let running = self.start(store, &format!("crowd-{secure}"), over);
        let devices = devices(crowd, backlog, 1000);
        let begun = Instant::now();
        let answers = self.runtime.block_on(reconnect(&running.hub, devices));
        let seconds = begun.elapsed().as_secs_f64();
        let at = |share| percentile(&answers.times, share);
        let passages = crowd * backlog;
        let figures = json!({
            "what": "reconnect at once", "store": store, "tls": secure, "devices": crowd,
            "passages": passages, "drained": answers.taken, "put_off": answers.put_off,
            "seconds": round3(seconds), "passages_per_second": (passages as f64 / seconds) as u64,
            "answer_ms": { "p50": at(0.5), "p99": at(0.99), "max": at(1.0) },
            "hub_cpu_seconds": running.cpu_seconds(), "peak_mib": running.peak_mib(),
            "target_mib": 512,
        });
        println!("{figures}");
    }
}

/// The time below which a share of sorted times is, in milliseconds.
fn percentile(times: &[Duration], share: f64) -> Option<u64> {
    let last = times.len().saturating_sub(1);
    let time = times.get((last as f64 * share) as usize);
    time.map(|time| time.as_millis() as u64)
}

fn median(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}

fn round3(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}
