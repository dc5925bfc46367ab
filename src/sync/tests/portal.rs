//! Another server answers at the hub's address: the sign-in page of a network, a proxy, or somebody
//! who has read the protocol.

use gatepost_pass::{
    Digest, Kind, OneTimeSecret, claims::EnrolmentCode, document::to_text, time::Minute,
};

use super::*;
use crate::sync::enrol::{EnrolError, FirstRun};

/// What such a server says, and what of it once parked a batch, was "Online" or "too new".
const STATUSES: [u16; 18] = [
    200, 204, 206, 301, 302, 304, 400, 401, 403, 404, 405, 407, 411, 413, 429, 451, 503, 511,
];

/// A device with passages at an address where something else answers.
fn at_a_portal(fault: Fault) -> (ModelHub, Device) {
    let (hub, device) = passed(3);
    hub.fail_always(Some(fault));
    (hub, device)
}

#[track_caller]
fn is_other_server<T: std::fmt::Debug>(result: &Result<T, SyncError>, status: u16) {
    assert!(
        matches!(result, Err(SyncError::Hub(HubError::OtherServer(found))) if *found == status),
        "{status}: {result:?}"
    );
}

#[test]
fn a_portal_is_no_hub_parks_nothing_and_asks_for_no_rest() {
    for status in STATUSES {
        for fault in [Fault::Portal(status), Fault::Echo(status)] {
            let (hub, mut device) = at_a_portal(fault);
            let all = Errand::Upload;
            let done = exchange(&device.data, &device.identity, &device.clock, all, None).unwrap();
            assert_eq!(done.contact, Contact::Silent, "{fault:?}");
            assert_eq!(done.rest, None, "{fault:?}");
            is_other_server(&done.fetched, status);
            is_other_server(&done.pushed.unwrap(), status);
            // "Nothing new" from a cache decides nothing.
            match status {
                304 => assert!(matches!(done.order, Ok(Order::None))),
                _ => is_other_server(&done.order, status),
            }
            assert!(device.outbox().parked().unwrap().is_empty(), "{fault:?}");
            assert!(device.client().ping().is_err(), "{fault:?}");
            // The network is signed in to: the next sync succeeds at once.
            hub.fail_always(None);
            device.pass(1);
            assert_eq!(device.push().unwrap(), 4, "{fault:?}");
            device.all_arrive(&hub);
        }
    }
}

#[test]
fn who_only_sits_at_an_address_in_clear_parks_nothing_even_with_the_hubs_mark() {
    let (hub, mut device) = passed(2);
    device.restart();
    device.pass(3);
    for fault in [
        Fault::Refuses(400, RefusalReason::Malformed, None),
        Fault::OthersReceipt,
        Fault::HoldsNothing,
    ] {
        hub.fail([fault]);
        assert!(device.push().is_err(), "{fault:?}");
        assert!(device.outbox().parked().unwrap().is_empty(), "{fault:?}");
        device.nothing_is_lost(&hub);
    }
    assert!(device.push().is_ok());
    device.all_arrive(&hub);
}

#[test]
fn a_portal_neither_takes_an_enrolment_request_nor_answers_it() {
    for status in STATUSES {
        let hub = ModelHub::new();
        hub.fail_always(Some(Fault::Portal(status)));
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(folder.path()).unwrap();
        let code = EnrolmentCode {
            root: Digest([1; 32]),
            hub: Some(hub.address.parse().unwrap()),
            not_after: Minute::of(NOW.plus(DAY)),
            hub_pins: Bounded::default(),
            secret: Some(OneTimeSecret([1; 16])),
        };
        let code = to_text(&fixture::documents().sign(Kind::Enrolment, &code));
        let first_run = FirstRun::begin(&data, &code, &[5; 32], NOW).unwrap();
        let mut asking = first_run.ask("gate".try_into().unwrap()).unwrap();
        for _ in 0..2 {
            let asked = asking.round(NOW);
            assert!(
                matches!(
                    &asked,
                    Err(EnrolError::Hub(HubError::OtherServer(found))) if *found == status
                ),
                "{status}: {asked:?}"
            );
        }
    }
}

#[test]
fn a_portal_that_comes_up_half_way_puts_nothing_of_its_page_into_a_file() {
    use crate::store::bundles::BundleOrigin as _;
    let (hub, device) = passed(0);
    let entry = gatepost_pass::bundle::FileEntry {
        role: gatepost_pass::FileRole::Policy,
        digest: Digest([1; 32]),
        length: 5000,
        records: 0,
    };
    for status in STATUSES {
        hub.fail([Fault::Portal(status)]);
        let mut client = device.client();
        for offset in [0, 1000] {
            assert!(client.file(&entry, offset).is_err(), "{status}");
        }
    }
}
