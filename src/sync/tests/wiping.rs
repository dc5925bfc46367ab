//! A stolen device, and one that the authority has wiped.

use gatepost_pass::{Digest, DocumentError, Kind, Signer, parse_hex};
use gatepost_protocol::{
    Body, DeviceCertificate, OpenError, OrderError, Record, Revoked, VerifiedBatch, WipeOrder,
    device::peek_certificate, open,
};

use super::*;

fn list(entries: Vec<Vec<u8>>) -> Vec<u8> {
    let mut revoked = Revoked::default();
    for entry in entries {
        revoked.add(entry).unwrap();
    }
    revoked.to_bytes()
}

fn order_by(device: &Device, signer: &Signer) -> Vec<u8> {
    let device = device.id();
    WipeOrder { device, at: NOW }.sign(signer)
}

fn order(device: &Device) -> Vec<u8> {
    list(vec![order_by(device, &fixture::wipe())])
}

/// Every file of a device, with its bytes.
fn disk(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(disk(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found
}

#[test]
fn with_everything_on_a_stolen_device_no_past_passage_opens() {
    let mut device = Device::new(42, "", Vec::new());
    device.pass(2);
    let outgoing = device.outbox().next(&BTreeSet::new()).unwrap().unwrap();
    let record = Record::from_bytes(&outgoing.records[1]).unwrap();
    let clear = record.clear(device.id(), outgoing.epoch).unwrap();
    let Body::Passage(sealed) = &record.body else {
        panic!("not sealed")
    };
    let (secret, _) = tracing_key(&TRACING_SEED);
    assert_eq!(open(sealed, &clear, 1, &secret), Ok(passage()));

    // Whatever 32 bytes the thief finds on the disk, as they are, in hexadecimal, or as a seed.
    let mut candidates: BTreeSet<[u8; 32]> = BTreeSet::new();
    for (path, bytes) in disk(device.data.bundle().parent().unwrap()) {
        // Of the database a key would be a value, and those begin at any byte.
        for window in bytes.windows(32) {
            candidates.insert(window.try_into().unwrap());
        }
        for window in bytes.windows(64) {
            let hex = std::str::from_utf8(window).ok();
            candidates.extend(hex.and_then(|hex| parse_hex::<32>(hex).ok()));
        }
        assert!(
            !bytes.windows(6).any(|window| window == b"gate-3"),
            "{}",
            path.display()
        );
    }
    let device_key = [42; 32];
    assert!(candidates.contains(&device_key), "the search is blind");
    candidates.extend([Digest::of(&device_key).0, tracing_key(&device_key).0]);
    let tried = candidates.len();
    for secret in candidates {
        let opened = open(sealed, &clear, 1, &secret);
        assert!(matches!(opened, Err(OpenError::Refused(_))), "{opened:?}");
    }
    println!("{tried} keys tried");
}

#[test]
fn a_wiped_device_keeps_nothing_but_signed_batches_that_no_hub_has() {
    let (hub, mut device) = passed(2);
    device.push().unwrap();
    device.pass(3);
    device.log = None;
    // It has the numbers of badges in it.
    fs::write(device.data.pin_tries(), "tries").unwrap();
    let id = device.id();
    assert_eq!(
        wipe::take(
            &device.data,
            &device.identity,
            &device.clock,
            &order(&device)
        )
        .unwrap(),
        Order::Wipe
    );
    assert_eq!(wipe::finish(&device.data, NOW).unwrap(), Some(id));

    assert!(matches!(
        device.data.identity(),
        Err(DataError::NotEnrolled)
    ));
    let left = disk(device.data.bundle().parent().unwrap());
    let names: Vec<_> = left
        .iter()
        .map(|(path, _)| path.file_name().unwrap().to_str().unwrap())
        .filter(|name| !name.ends_with(".lock"))
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.contains(&"wiped"));
    assert!(
        left.iter()
            .all(|(_, bytes)| !bytes.windows(32).any(|window| window == [42; 32]))
    );
    let batches = files_in(&device.data.unsent(), "batch");
    let batch = fs::read(&batches[0]).unwrap();
    let batch = VerifiedBatch::verify(&batch, &fixture::trust(), NOW).unwrap();
    assert_eq!((batch.device(), batch.records().len()), (id, 3));

    // Without its key it still gets them to the hub, and removes none.
    hub.fail([Fault::Refuses(503, RefusalReason::Storage, None)]);
    assert!(wipe::send_unsent(&device.data).is_err());
    assert_eq!(wipe::send_unsent(&device.data).unwrap(), 1);
    assert_eq!(hub.passages_of(id), device.logged);
    assert_eq!(
        files_in(&device.data.unsent().join("sent"), "batch").len(),
        1
    );
    assert_eq!(wipe::send_unsent(&device.data).unwrap(), 0);

    // One that the hub can make nothing of keeps none of the others back.
    let sent = device.data.unsent().join("sent");
    for name in ["one.batch", "other.batch"] {
        let from = &files_in(&sent, "batch")[0];
        fs::copy(from, device.data.unsent().join(name)).unwrap();
    }
    hub.fail([Fault::Refuses(400, RefusalReason::Malformed, None)]);
    assert_eq!(wipe::send_unsent(&device.data).unwrap(), 1);
    assert_eq!(wipe::send_unsent(&device.data).unwrap(), 1);
    assert_eq!(wipe::finish(&device.data, NOW).unwrap(), None);
}

#[test]
fn a_wipe_that_breaks_off_anywhere_is_carried_to_its_end_by_the_next_start() {
    // What is destroyed by then, in order.
    let steps: [fn(&DataDir); 4] = [
        |_| {},
        |data| fs::remove_dir_all(data.bundle().join("files")).unwrap(),
        |data| fs::remove_file(data.bundle().join("manifest")).unwrap(),
        |data| {
            let outbox = Outbox::open(&data.passages()).unwrap();
            let identity = data.identity().unwrap();
            let unsent = StickDir::create(&data.unsent(), Access::Shared).unwrap();
            stick::write_unsent(&outbox, &identity, None, &unsent).unwrap();
            fs::remove_file(data.key_path()).unwrap();
        },
    ];
    for broken_off in 1..=steps.len() {
        let hub = ModelHub::new();
        let mut device = Device::new(42, &hub.address, Vec::new());
        device.pass(3);
        device.log = None;
        wipe::take(
            &device.data,
            &device.identity,
            &device.clock,
            &order(&device),
        )
        .unwrap();
        for step in &steps[..broken_off] {
            step(&device.data);
        }
        wipe::finish(&device.data, NOW).unwrap();
        assert!(!device.data.wipe_order().exists());
        assert!(!device.data.key_path().exists() && !device.data.passages().exists());
        assert_eq!(
            files_in(&device.data.unsent(), "batch").len(),
            1,
            "{broken_off}"
        );
    }
}

#[test]
fn a_wipe_of_a_device_whose_log_has_rotted_destroys_its_key_and_keeps_what_can_be_read() {
    let (_hub, mut device) = passed(60);
    device.log = None;
    let data = &device.data;
    // A renewal that was begun: its code must not outlive the device.
    data.keep_first_run("a code with its secret").unwrap();
    let order = order(&device);
    wipe::take(data, &device.identity, &device.clock, &order).unwrap();
    let mut log = fs::read(data.passages()).unwrap();
    let last = log.len() - 4096;
    log[last..].fill(0xff);
    fs::write(data.passages(), log).unwrap();
    assert_eq!(wipe::finish(data, NOW).unwrap(), Some(device.id()));
    assert!(!data.key_path().exists() && !data.passages().exists());
    assert!(!data.first_run().exists());
    let batches = files_in(&data.unsent(), "batch");
    let batch = fs::read(&batches[0]).unwrap();
    let batch = VerifiedBatch::verify(&batch, &fixture::trust(), NOW).unwrap();
    assert!(batch.records().len() > 1);
}

#[test]
fn a_wipe_after_a_mend_that_broke_off_keeps_the_passages_of_the_log_that_had_no_name_yet() {
    let (_hub, mut device) = passed(3);
    device.log = None;
    let data = &device.data;
    let order = order(&device);
    wipe::take(data, &device.identity, &device.clock, &order).unwrap();
    let nameless = format!("{}.rescued", data.passages().display());
    fs::rename(data.passages(), nameless).unwrap();
    wipe::finish(data, NOW).unwrap().unwrap();
    assert_eq!(files_in(&data.unsent(), "batch").len(), 1);
    assert!(!data.key_path().exists() && !data.passages().exists());
}

#[test]
fn only_the_wipe_keys_order_for_this_very_device_wipes_it() {
    let mut device = Device::new(42, "", Vec::new());
    let other = Device::new(43, "", Vec::new());
    device.pass(1);
    let take = |order: &[u8]| wipe::take(&device.data, &device.identity, &device.clock, order);
    assert_eq!(take(&order(&other)).unwrap(), Order::None);
    let true_other = order_by(&other, &fixture::wipe());
    for everyday in [
        fixture::devices(),
        fixture::hub(),
        fixture::documents(),
        fixture::freshness(),
        fixture::policy_key(),
    ] {
        let forged = list(vec![true_other.clone(), order_by(&device, &everyday)]);
        let refused = take(&forged);
        assert!(
            matches!(
                refused,
                Err(SyncError::Order(OrderError::Document(
                    DocumentError::WrongRole { .. }
                )))
            ),
            "{refused:?}"
        );
    }
    assert!(take(&[7; 30]).is_err());
    assert_eq!(wipe::finish(&device.data, NOW).unwrap(), None);
    assert!(device.data.identity().is_ok());
    let both = list(vec![true_other, order_by(&device, &fixture::wipe())]);
    assert_eq!(take(&both).unwrap(), Order::Wipe);
}

#[test]
fn a_certificate_of_equal_dates_by_the_everyday_key_wipes_nothing() {
    let device = Device::new(42, "", Vec::new());
    let certificate = peek_certificate(&device.identity.certificate).unwrap();
    let never = DeviceCertificate {
        from: NOW,
        until: NOW,
        ..certificate
    };
    let never = fixture::devices().sign(Kind::DeviceCertificate, &never);
    // As a list of it was written when that was an order.
    let list = gatepost_pass::encode(&vec![never]);
    let taken = wipe::take(&device.data, &device.identity, &device.clock, &list);
    assert_eq!(taken.unwrap(), Order::None);
    assert!(!device.data.wipe_order().exists());
}

#[test]
fn what_is_no_order_or_a_forged_one_hides_no_honest_one() {
    let device = Device::new(42, "", Vec::new());
    let forged = order_by(&device, &fixture::devices());
    let honest = order_by(&device, &fixture::wipe());
    let list = gatepost_pass::encode(&vec![vec![7; 30], forged, honest]);
    let taken = wipe::take(&device.data, &device.identity, &device.clock, &list);
    assert_eq!(taken.unwrap(), Order::Wipe);
}

#[test]
fn an_order_comes_with_the_exchange_and_waits_for_the_log_to_end() {
    let (hub, device) = passed(1);
    let mut client = device.client();
    let fetch =
        |client: &mut HubClient| wipe::fetch(&device.data, &device.identity, client, &device.clock);
    assert_eq!(fetch(&mut client).unwrap(), Order::None);
    hub.give_order(order(&device));
    assert_eq!(fetch(&mut client).unwrap(), Order::Wipe);
    // The scanner is still logging: nothing is destroyed yet.
    let logging = device.data.lock("log").unwrap();
    assert!(matches!(
        wipe::finish(&device.data, NOW),
        Err(SyncError::Data(DataError::Busy(_)))
    ));
    assert!(device.data.identity().is_ok());
    drop(logging);
    assert!(wipe::finish(&device.data, NOW).unwrap().is_some());
}
