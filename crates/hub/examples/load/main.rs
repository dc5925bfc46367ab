//! A device simulator on loopback: what the hub takes, beside a bare PostgreSQL `COPY` of the same bytes, and what it
//! does when every device comes back at once. Run by `scripts/load`; prints one JSON object a line.
//!
//! Passages are random bytes in place of ciphertext: the hub can't tell, and sealing is the devices' work. Signatures,
//! certificates and chains are real and checked by the hub, which runs as a program of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod client;
mod devices;
mod hub;
mod postgres_server;

use std::{fs, path::PathBuf, time::Instant};

use serde_json::json;

use client::{reconnect, send_all};
use devices::devices;
use hub::{Over, Running, Site};
use postgres_server::{Postgres, copy_batches, copy_rows};

/// Connections at once in the throughput runs.
const SENDERS: usize = 32;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| {
        arguments
            .next()
            .unwrap_or_else(|| panic!("{what} is missing"))
    };
    let hub = PathBuf::from(next("the hub program"));
    let server = PathBuf::from(next("scripts/throwaway-postgres"));
    let number = |text: String| text.parse::<usize>().expect("a number");
    let passages = number(next("passages a round"));
    let rounds = number(next("rounds"));
    let crowd = number(next("devices that reconnect"));
    let backlog = number(next("passages of each"));
    let directory = PathBuf::from(next("a directory"));
    fs::create_dir_all(&directory).unwrap();
    let site = Site::new(&directory.join("site"));
    let postgres = Postgres::start(&server, &directory.join("postgres"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();

    let mut taken = vec![("sqlite", Vec::new()), ("postgres", Vec::new())];
    let mut copied = vec![
        ("a row a passage", Vec::new()),
        ("a row a batch", Vec::new()),
    ];
    for round in 0..rounds {
        let devices = devices(SENDERS, passages / SENDERS, round as u64);
        let bytes: usize = devices.iter().flatten().map(Vec::len).sum();
        copied[0].1.push(copy_rows(&postgres, &devices));
        copied[1]
            .1
            .push(copy_batches(&postgres, &devices, passages));
        for (name, rates) in &mut taken {
            let data = match *name {
                "sqlite" => [
                    "--data".into(),
                    directory.join(format!("hub-{round}")).into_os_string(),
                ],
                _ => ["--store".into(), postgres.database().into()],
            };
            let running = Running::start(&hub, &site, &data, Over::Http);
            let begun = Instant::now();
            runtime.block_on(send_all(&running.hub, devices.clone()));
            let seconds = begun.elapsed().as_secs_f64();
            rates.push(passages as f64 / seconds);
            println!(
                "{}",
                json!({
                    "what": "throughput", "store": name, "round": round, "passages": passages, "bytes": bytes,
                    "seconds": round3(seconds), "passages_per_second": (passages as f64 / seconds) as u64,
                    "hub_cpu_seconds": running.cpu_seconds(), "peak_mib": running.peak_mib(),
                })
            );
        }
    }
    for (form, bare) in &mut copied {
        let bare = median(bare);
        for (name, rates) in &mut taken {
            let rate = median(rates);
            println!(
                "{}",
                json!({
                    "what": "ratio to a bare COPY", "copy": form, "copy_passages_per_second": bare as u64, "store": name,
                    "passages_per_second": rate as u64, "ratio": round3(rate / bare), "target": 0.5, "rounds": rounds,
                })
            );
        }
    }

    for (name, over) in [
        ("sqlite", Over::Http),
        ("postgres", Over::Http),
        ("sqlite", Over::Https),
        ("postgres", Over::Https),
    ] {
        let secure = over == Over::Https;
        let file = directory.join(format!("crowd-{secure}"));
        let data = match name {
            "sqlite" => ["--data".into(), file.into_os_string()],
            _ => ["--store".into(), postgres.database().into()],
        };
        let running = Running::start(&hub, &site, &data, over);
        let devices = devices(crowd, backlog, 1000);
        let begun = Instant::now();
        let mut answers = runtime.block_on(reconnect(&running.hub, devices));
        let seconds = begun.elapsed().as_secs_f64();
        answers.times.sort_unstable();
        let at = |share: f64| {
            let last = answers.times.len().saturating_sub(1);
            answers
                .times
                .get((last as f64 * share) as usize)
                .map(|time| time.as_millis() as u64)
        };
        println!(
            "{}",
            json!({
                "what": "reconnect at once", "store": name, "tls": secure, "devices": crowd, "passages": crowd * backlog,
                "drained": answers.drained, "put_off": answers.put_off, "seconds": round3(seconds),
                "passages_per_second": (crowd as f64 * backlog as f64 / seconds) as u64,
                "answer_ms": { "p50": at(0.5), "p99": at(0.99), "max": at(1.0) },
                "hub_cpu_seconds": running.cpu_seconds(), "peak_mib": running.peak_mib(), "target_mib": 512,
            })
        );
    }
}

fn median(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}

fn round3(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}
