//! What a hub can do to a device, and what it cannot.

use super::*;

/// Faults that leave nothing behind at the hub.
const FAULTS: [Fault; 17] = [
    Fault::Refuses(400, RefusalReason::Malformed, None),
    Fault::Refuses(413, RefusalReason::TooLarge, None),
    Fault::Refuses(403, RefusalReason::Certificate, None),
    Fault::Refuses(404, RefusalReason::NotFound, None),
    Fault::Refuses(503, RefusalReason::Storage, None),
    Fault::Refuses(418, RefusalReason::Other, None),
    Fault::Portal(200),
    Fault::NoHttp,
    Fault::Garbage,
    Fault::EndlessBody,
    Fault::Drips,
    Fault::Silent,
    Fault::HangsUp,
    Fault::OthersReceipt,
    Fault::OtherChain,
    Fault::Unsigned,
    Fault::HoldsNothing,
];

#[test]
fn after_any_fault_of_the_hub_everything_logged_arrives_once() {
    for fault in FAULTS {
        let hub = ModelHub::new();
        let mut device = Device::new(42, &hub.address, Vec::new());
        device.pass(3);
        hub.fail([fault]);
        let failed = device.push();
        assert!(failed.is_err(), "{fault:?}");
        assert_eq!(device.waiting(), 3, "{fault:?}");
        device.nothing_is_lost(&hub);
        device.pass(2);
        device.all_arrive(&hub);
    }
}

#[test]
fn a_batch_whose_receipt_is_lost_or_cut_counts_once() {
    for fault in [Fault::ReceiptLost, Fault::HalfBody] {
        let hub = ModelHub::new();
        let mut device = Device::new(42, &hub.address, Vec::new());
        device.pass(3);
        hub.fail([fault, fault]);
        for _ in 0..2 {
            assert!(device.push().is_err(), "{fault:?}");
            assert_eq!((hub.passages_of(device.id()), device.waiting()), (3, 3));
            device.nothing_is_lost(&hub);
        }
        device.pass(1);
        device.all_arrive(&hub);
    }
}

#[test]
fn batches_that_come_twice_and_in_any_order_count_once() {
    let hub = ModelHub::new();
    let mut device = Device::new(42, &hub.address, Vec::new());
    // More than one batch in the first epoch.
    device.pass(gatepost_protocol::batch::MAX_RECORDS as u64 + 20);
    device.restart();
    device.pass(3);
    let folder = tempfile::tempdir().unwrap();
    let to = StickDir::open(folder.path()).unwrap();
    stick::write_unsent(&device.outbox(), &device.identity, None, &to).unwrap();
    let batches = files_in(folder.path(), "batch");
    assert_eq!(batches.len(), 3);
    let mut receipts = Vec::new();
    for path in batches
        .iter()
        .rev()
        .chain(&batches)
        .chain(batches.iter().rev())
    {
        receipts.push(hub.take(&fs::read(path).unwrap()));
    }
    assert_eq!(hub.passages_of(device.id()), device.logged);
    // Receipts in any order, old ones last.
    let mut outbox = device.outbox();
    for bytes in receipts.iter().rev() {
        let receipt = gatepost_protocol::Receipt::verify(bytes, &fixture::trust(), NOW).unwrap();
        outbox
            .acknowledge(&VerifiedReceipt::unchecked(receipt))
            .unwrap();
        device.nothing_is_lost(&hub);
    }
    device.all_arrive(&hub);
}

#[test]
fn two_devices_with_a_cloned_disk_are_told_apart_and_lose_nothing() {
    let (hub, mut device) = passed(2);
    let mut clone = Device::new(42, &hub.address, Vec::new());
    device.log = None;
    fs::copy(device.data.passages(), clone.data.passages()).unwrap();
    // The clone starts in an epoch of its own: both continue, and nothing collides.
    (clone.epochs, clone.logged) = (7, 2);
    device.restart();
    device.pass(2);
    clone.restart();
    clone.pass(3);
    for one in [&device, &clone] {
        one.push().unwrap();
        assert_eq!(one.waiting(), 0);
    }
    assert_eq!(hub.passages_of(device.id()), 2 + 2 + 3);
    assert_eq!(hub.conflicts(), 0);
}

#[test]
fn clock_steps_change_nothing_of_what_arrives() {
    let hub = ModelHub::new();
    let mut device = Device::new(42, &hub.address, Vec::new());
    let (mut passage, key) = (passage(), tracing());
    device.restart();
    for at in [
        NOW,
        Timestamp(0),
        NOW.plus(400 * DAY),
        NOW.minus(DAY),
        Timestamp(u64::MAX),
        NOW,
    ] {
        passage.at = at;
        let log = device.log.as_mut().unwrap();
        log.append_all(&[(&passage, &key)], &mut random()).unwrap();
        device.logged += 1;
        // Retention after a clock that has stepped far forward deletes only what the hub holds.
        device.outbox().forget(0, 0).unwrap();
        device.outbox().forget(9999, 0).unwrap();
        device.nothing_is_lost(&hub);
    }
    hub.fail([Fault::Refuses(400, RefusalReason::Malformed, None)]);
    assert!(device.push().is_err());
    // A dead clock, held up by the bundle as in every program.
    device.clock = Clock::still(Timestamp(0));
    device.all_arrive(&hub);
}

#[test]
fn a_hub_that_asks_for_rest_is_left_alone_for_that_long() {
    let (hub, device) = passed(1);
    let refuses = Fault::Refuses;
    for (fault, rest) in [
        (refuses(503, RefusalReason::Paused, Some(120)), 120),
        (refuses(429, RefusalReason::Rate, Some(7)), 7),
        (refuses(503, RefusalReason::Busy, None), 60),
        (refuses(503, RefusalReason::Storage, Some(9_999_999)), 3600),
    ] {
        hub.fail([fault]);
        let mut client = device.client();
        let before = hub.requests();
        let push = |client: &mut HubClient| {
            push_passages(&device.data, &device.identity, client, &device.clock)
        };
        assert!(push(&mut client).is_err());
        let asked = client.rest().unwrap().as_secs();
        assert!((rest - 2..=rest).contains(&asked), "{asked} of {rest}");
        let again = push(&mut client);
        assert!(
            matches!(again, Err(SyncError::Hub(HubError::Rest(_)))),
            "{again:?}"
        );
        assert_eq!(hub.requests(), before + 1, "{fault:?}");
        // Nobody has refused the batch itself.
        assert!(device.outbox().parked().unwrap().is_empty(), "{fault:?}");
    }
    device.all_arrive(&hub);
}

#[test]
fn a_refused_batch_is_parked_by_name_and_those_of_other_epochs_go_on() {
    let server = pinned::Server::new(|_| {});
    let hub = server.hub();
    let mut device = Device::new(42, &hub.address, vec![server.pin()]);
    device.pass(2);
    device.restart();
    device.pass(3);
    hub.fail([Fault::Refuses(400, RefusalReason::Malformed, None)]);
    let refused = device.push();
    assert!(refused.unwrap_err().to_string().contains("malformed"));
    assert_eq!((hub.passages_of(device.id()), device.waiting()), (3, 2));
    let parked = device.outbox().parked().unwrap();
    assert_eq!(parked.len(), 1);
    assert_eq!(parked[0].epoch, Epoch([1; 16]));
    assert!(parked[0].why.contains("told-to"), "{}", parked[0].why);

    // It rests, also after a restart of the program, until a person or a day has passed.
    // What goes out meanwhile is filler.
    let before = hub.requests();
    device.push().unwrap();
    assert_eq!(hub.requests(), before + 1);
    assert_eq!((hub.passages_of(device.id()), device.waiting()), (3, 2));
    device.clock = Clock::still(NOW.plus(DAY));
    device.push().unwrap();
    assert_eq!((hub.passages_of(device.id()), device.waiting()), (5, 0));
    assert!(device.outbox().parked().unwrap().is_empty());
}

#[test]
fn an_exchange_that_went_through_is_remembered_and_one_that_did_not_changes_nothing() {
    let hub = ModelHub::new();
    hub.publish(&Region::default());
    let device = Device::new(42, &hub.address, Vec::new());
    let (data, own) = (&device.data, &device.identity);
    let exchanged = |at| exchange(data, own, &Clock::still(at), Errand::Fetch, None);
    assert_eq!(last_sync(data), None);
    hub.fail_always(Some(Fault::HangsUp));
    let _ = exchanged(NOW);
    assert_eq!(last_sync(data), None);
    hub.fail_always(None);
    let done = exchanged(NOW).unwrap();
    assert_eq!(last_sync(data), Some(NOW), "{done:?}");
    hub.fail_always(Some(Fault::Refuses(403, RefusalReason::Certificate, None)));
    let _ = exchanged(NOW.plus(60));
    assert_eq!(last_sync(data), Some(NOW));

    // A card is not written at every exchange; a clock that went back is not held against it.
    hub.fail_always(None);
    for (at, kept) in [(599, 0), (600, 600), (601, 600), (300, 300)] {
        exchanged(NOW.plus(at)).unwrap();
        assert_eq!(last_sync(data), Some(NOW.plus(kept)), "after {at} s");
    }
}
