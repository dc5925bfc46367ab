//! What whoever watches the network between a device and its hub learns about who passes.

use std::{
    sync::{Arc, mpsc},
    thread,
    time::Instant,
};

use gatepost_protocol::padding;

use super::{hub::Request, *};

/// One exchange with passages waiting, as it looks from outside.
fn seen(hub: &ModelHub, device: &Device) -> Vec<Request> {
    hub.take_requests();
    exchange(
        &device.data,
        &device.identity,
        &device.clock,
        Errand::Upload,
        None,
    )
    .unwrap();
    hub.take_requests()
}

#[test]
fn an_upload_looks_the_same_whether_nobody_passed_or_fifty() {
    let hub = ModelHub::new();
    let mut device = Device::new(42, &hub.address, Vec::new());
    let without_a_log = seen(&hub, &device);
    let uploads = without_a_log
        .iter()
        .filter(|seen| seen.line.starts_with("POST /v1/uploads"));
    assert_eq!(uploads.count(), 1, "{without_a_log:?}");
    for passages in [1, 0, 7, 45, 0] {
        device.pass(passages);
        assert_eq!(seen(&hub, &device), without_a_log, "{passages} passages");
        assert_eq!(
            (hub.passages_of(device.id()), device.waiting()),
            (device.logged, 0)
        );
    }
    // More than that is a larger size, of which there are few.
    device.pass(100);
    let sizes = |seen: &Request| (seen.sizes.1, seen.answer);
    let crowd = seen(&hub, &device);
    let upload = crowd
        .iter()
        .find(|seen| seen.line.starts_with("POST /v1/uploads"));
    let expected = (padding::UPLOAD[1], Some(padding::ANSWER[0]));
    assert_eq!(upload.map(sizes), Some(expected));
    assert_eq!(crowd.len(), without_a_log.len());
}

#[test]
fn what_a_device_does_with_a_receipt_does_not_show_in_when_it_goes_on() {
    let hub = ModelHub::new();
    let device = Device::new(42, &hub.address, Vec::new());
    let mut client = HubClient::of(&device.identity).unwrap();
    client.post_filler().unwrap();
    // Uploads wait for a beat of their own, however long the device has worked since the answer.
    let beat = Patience::default().beat;
    for worked in [0, 100] {
        let answered = Instant::now();
        thread::sleep(Duration::from_millis(worked));
        client.post_filler().unwrap();
        let took = answered.elapsed() + Duration::from_millis(10);
        assert!(took >= beat, "{took:?}");
    }
}

#[test]
fn no_request_follows_a_passage_unless_the_guard_asks() {
    let hub = ModelHub::new();
    let mut device = Device::new(42, &hub.address, Vec::new());
    hub.have_bundle(Region::default().manifest());
    let (report, reports) = mpsc::channel();
    let wake = worker::spawn(
        device.data.clone(),
        Arc::new(device.data.identity().unwrap()),
        Arc::new(Clock::still(NOW)),
        Duration::from_millis(30),
        None,
        move |news| drop(report.send(news)),
    );
    // The first exchange, at the start, sends what the last run left.
    reports.recv().unwrap();
    hub.take_requests();
    for _ in 0..5 {
        device.pass(2);
        thread::sleep(Duration::from_millis(100));
    }
    let after = hub.take_requests();
    // What is fetched has its own rhythm, with the question for the time.
    let sent = after
        .iter()
        .filter(|seen| seen.line.starts_with("POST") && !seen.line.starts_with("POST /v1/time"));
    assert_eq!(sent.count(), 0, "{after:?}");
    assert!(after.len() > 3, "bundle and orders are fetched meanwhile");
    assert_eq!(hub.passages_of(device.id()), 0);

    wake.send(()).unwrap();
    for _ in 0..100 {
        if device.waiting() == 0 {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(hub.passages_of(device.id()), 10);
}
