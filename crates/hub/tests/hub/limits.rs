//! The hub's limits, what it answers beyond them, and its metrics.

use std::time::Duration;

use gatepost_hub::{Limits, limits::Rate};
use gatepost_pass::{ClockTrust, Freshness, ProgramVersion, fixture::NOW};
use gatepost_protocol::{DeviceStatus, ProgramStatus, ProgramUpdate, UpdateEnd, routes};

use crate::{
    fleet::{fleet, log_in},
    support::{Device, Running, Site},
};

const FEW: Rate = Rate {
    per_second: 1,
    burst: 3,
};

/// Limits that no test meets by chance.
pub(crate) fn wide() -> Limits {
    let rate = Rate {
        per_second: 10_000,
        burst: 100_000,
    };
    Limits {
        address: rate,
        device: rate,
        runs: rate,
        ..Limits::default()
    }
}

fn hub_of_devices(site: &Site, devices: u64) -> Running {
    let limits = Limits { devices, ..wide() };
    hub(site, limits)
}

fn hub(site: &Site, limits: Limits) -> Running {
    site.hub_with(site.location.open().unwrap(), limits, Some(fleet()))
}

/// A device's status report with a backlog.
pub(crate) fn status(device: &Device, backlog: u64) -> Vec<u8> {
    let status = DeviceStatus {
        certificate: device.certificate.clone(),
        at: NOW.plus(5),
        clock: ClockTrust::Trusted,
        bundle: device.bundle,
        freshness: Freshness::Fresh,
        backlog,
        parked: 0,
        program: ProgramStatus {
            running: ProgramVersion::new(1, 2, 3),
            update: Some(ProgramUpdate {
                version: ProgramVersion::new(1, 3, 0),
                end: UpdateEnd::FellBack,
            }),
        },
    };
    status.sign(&device.secret)
}

#[test]
fn an_address_over_its_rate_waits_and_others_do_not() {
    let site = Site::new();
    let address = FEW;
    let hub = hub(&site, Limits { address, ..wide() });
    let ask = |from: &str| {
        hub.get(
            routes::HEALTH,
            &format!("x-forwarded-for: 192.0.2.9, {from}\r\n"),
        )
    };
    for _ in 0..3 {
        assert_eq!(ask("192.0.2.1").status, 200);
    }
    let answer = ask("192.0.2.1");
    assert_eq!(answer.refusal(), (429, "rate".to_owned()));
    let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..60).contains(&wait));
    assert_eq!(ask("192.0.2.2").status, 200);
}

#[test]
fn a_device_over_its_rate_waits_keeps_its_passages_and_stops_no_other() {
    let site = Site::new();
    let device = FEW;
    let hub = hub(&site, Limits { device, ..wide() });
    let (busy, other) = (Device::new(1, 9), Device::new(2, 2));
    for seq in 0..3 {
        assert_eq!(
            hub.acknowledged(&busy.batch(seq..seq + 1)).next_seq,
            seq as u64 + 1
        );
    }
    let answer = hub.post(&busy.batch(3..4));
    assert_eq!(answer.refusal(), (429, "rate".to_owned()));
    assert_eq!(hub.acknowledged(&other.batch(0..2)).next_seq, 2);
    // A token comes back each second.
    let mut last = answer.status;
    for _ in 0..50 {
        if last == 200 {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
        last = hub.post(&busy.batch(3..9)).status;
    }
    assert_eq!(last, 200);
    assert_eq!(site.summary(), "9 passages from 2 devices, 0 findings");
}

#[test]
fn a_new_device_over_the_limit_is_put_off_and_the_known_ones_are_not() {
    let site = Site::new();
    let hub = hub_of_devices(&site, 1);
    let (known, new) = (Device::new(1, 4), Device::new(2, 2));
    hub.acknowledged(&known.batch(0..2));
    let answer = hub.post(&new.batch(0..2));
    assert_eq!(answer.refusal(), (503, "devices".to_owned()));
    let answer = hub.post_status(&status(&new, 0));
    assert_eq!(answer.refusal(), (503, "devices".to_owned()));
    hub.acknowledged(&known.batch(2..4));
    assert_eq!(site.summary(), "3 passages from 1 devices, 0 findings");
}

#[test]
fn tries_that_the_store_could_not_keep_leave_the_place_for_the_device() {
    let site = Site::new();
    let hub = hub_of_devices(&site, 2);
    let [known, new, more] = [1, 2, 3].map(|n| Device::new(n, 2));
    let report = |device| hub.post_status(&status(device, 0));
    hub.acknowledged(&known.batch(0..2));
    // As if the disk were full.
    let disk = rusqlite::Connection::open(site.path("hub.sqlite")).unwrap();
    disk.execute_batch(
        "CREATE TRIGGER no_room BEFORE INSERT ON devices BEGIN SELECT RAISE(ABORT, 'full'); END",
    )
    .unwrap();
    for _ in 0..3 {
        let storage = (503, "storage".to_owned());
        assert_eq!(hub.post(&new.batch(0..2)).refusal(), storage);
        assert_eq!(report(&new).refusal(), storage);
    }
    disk.execute_batch("DROP TRIGGER no_room").unwrap();
    hub.acknowledged(&new.batch(0..2));
    let full = (503, "devices".to_owned());
    assert_eq!(hub.post(&more.batch(0..2)).refusal(), full);
    assert_eq!(report(&more).refusal(), full);
    assert_eq!(site.summary(), "2 passages from 2 devices, 0 findings");
}

#[test]
fn a_pause_by_the_operator_puts_uploads_off_and_says_for_how_long() {
    let (site, device) = (Site::new(), Device::new(1, 2));
    let hub = hub(&site, wide());
    let session = log_in(&hub);
    session.post(&hub, "/fleet/pause", "minutes=15");
    let answer = hub.post(&device.batch(0..2));
    assert_eq!(answer.refusal(), (503, "paused".to_owned()));
    let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((900..=960).contains(&wait), "{wait}");
    assert_eq!(hub.get(routes::MANIFEST, "").status, 200);
    session.post(&hub, "/fleet/pause", "minutes=0");
    assert_eq!(hub.acknowledged(&device.batch(0..2)).next_seq, 2);
}

#[test]
fn a_packed_batch_counts_as_what_it_unpacks_to() {
    let (site, device) = (Site::new(), Device::new(1, 500));
    let packed = zstd::encode_all(&device.batch(0..500)[..], 3).unwrap();
    let hub = hub(&site, wide());
    let receipt = hub
        .post_with("content-encoding: zstd\r\n", &packed)
        .receipt();
    assert_eq!((receipt.next_seq, receipt.head), (500, device.head()));
}

#[test]
fn a_status_of_a_device_is_noted_and_a_forged_one_is_refused() {
    let (site, mut device) = (Site::new(), Device::new(1, 2));
    device.bundle = Some(site.serves());
    let hub = hub(&site, wide());
    let mut signed = status(&device, 340);
    let post = |bytes: &[u8]| hub.post_status(bytes);
    assert_eq!(post(&signed).status, 204);
    let last = signed.len() - 1;
    signed[last] ^= 1;
    assert_eq!(post(&signed).refusal(), (403, "signature".to_owned()));
    let other = Device {
        certificate: Device::new(2, 1).certificate,
        ..device.clone()
    };
    assert_eq!(
        post(&status(&other, 1)).refusal(),
        (403, "signature".to_owned())
    );
    let store = site.location.open_to_read().unwrap();
    let page = gatepost_hub::store::Paging { skip: 0, take: 9 };
    let devices = store.devices(page).unwrap();
    assert_eq!(devices.len(), 1);
    let reported = devices[0].status.unwrap();
    assert_eq!(
        (reported.backlog, reported.offset, reported.bundle),
        (340, 5, device.bundle)
    );
}

#[test]
fn health_and_metrics_are_for_operators() {
    let (site, device) = (Site::new(), Device::new(1, 5));
    let hub = hub(&site, wide());
    hub.acknowledged(&device.batch(0..5));
    hub.post(b"rubbish");
    let health = hub.operator("GET", "/healthz", "", "");
    assert_eq!(health.status, 200);
    assert_eq!(health.text(), r#"{"bundle":true,"store":true}"#);
    let metrics = hub.operator("GET", "/metrics", "", "");
    assert_eq!(
        metrics.header("content-type"),
        Some("text/plain; version=0.0.4")
    );
    let text = metrics.text();
    for line in [
        "gatepost_hub_batches_refused_total 1",
        // What this hour brought is shown in the next.
        "gatepost_hub_batches_total 0",
        "gatepost_hub_records_total 0",
        "gatepost_hub_answers_total{status=\"2xx\"} 1",
        "gatepost_hub_answers_total{status=\"4xx\"} 1",
        "gatepost_hub_answer_seconds_bucket{le=\"+Inf\"} 2",
        "gatepost_hub_answer_seconds_count 2",
        "gatepost_hub_bundle_version 1",
        "# TYPE gatepost_hub_answer_seconds histogram",
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "{line} is not in\n{text}"
        );
    }
}

#[test]
fn a_hub_that_can_keep_nothing_is_not_healthy() {
    let site = Site::without_bundle();
    let answer = hub(&site, wide()).operator("GET", "/healthz", "", "");
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (503, r#"{"bundle":false,"store":true}"#)
    );
}
