//! Invalid batches: each has its error, and nothing of it is stored.

use std::ops::ControlFlow;

use gatepost_hub::{
    HubStore, HubStoreError,
    store::{
        ArrivalFilter, ArrivedItem, DeviceRow, FindingRow, HourRow, Incoming, KeptBatch,
        ManifestMatch, OtherBundle, Paging, ReceivedStatus, RevocationRequest, Totals,
    },
};
use gatepost_pass::{
    DeviceId, Digest, ManifestId, Timestamp,
    fixture::{self, NOW},
};
use gatepost_protocol::{
    Clear, Epoch, Head,
    batch::{MAX_BYTES, sign_batch},
    routes,
};

use crate::support::{Device, Site, certificate, sealed};

const NOTHING: &str = "0 passages from 0 devices, 0 findings";

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[test]
fn a_flipped_bit_is_refused_and_nothing_is_stored() {
    let (site, device) = (Site::new(), Device::new(1, 3));
    let hub = site.hub();
    let batch = device.batch(0..3);
    for at in (0..batch.len()).step_by(37).chain([batch.len() - 1]) {
        let mut altered = batch.clone();
        altered[at] ^= 1 << (at % 8);
        let (status, code) = hub.post(&altered).refusal();
        assert!((400..500).contains(&status), "byte {at}: {status}");
        let codes = [
            "malformed",
            "certificate",
            "signature",
            "sequence",
            "too_large",
        ];
        assert!(codes.contains(&code.as_str()), "byte {at}: {code}");
    }
    assert_eq!(site.summary(), NOTHING);
}

#[test]
fn a_signature_by_another_key_is_named() {
    let (site, device) = (Site::new(), Device::new(1, 2));
    let mut batch = device.batch(0..2);
    let last = batch.len() - 1;
    batch[last] ^= 1;
    assert_eq!(site.hub().post(&batch).refusal(), refused(403, "signature"));
}

#[test]
fn a_batch_cut_short_or_with_bytes_left_over_is_malformed() {
    let (site, device) = (Site::new(), Device::new(1, 2));
    let hub = site.hub();
    let batch = device.batch(0..2);
    for bytes in [
        &b""[..],
        b"x",
        &batch[..batch.len() / 2],
        &[batch.as_slice(), b"x"].concat(),
    ] {
        assert_eq!(hub.post(bytes).refusal(), refused(400, "malformed"));
    }
    assert_eq!(site.summary(), NOTHING);
}

#[test]
fn a_certificate_of_an_unknown_authority_is_refused() {
    let (site, mut device) = (Site::new(), Device::new(1, 2));
    let stranger = fixture::foreign("CN-XX");
    device.certificate = certificate(&device.secret, &stranger, NOW.plus(1));
    let answer = site.hub().post(&device.batch(0..2));
    assert_eq!(answer.refusal(), refused(403, "certificate"));
    assert_eq!(site.summary(), NOTHING);
}

#[test]
fn a_certificate_by_a_key_for_something_else_is_refused() {
    let (site, mut device) = (Site::new(), Device::new(1, 2));
    device.certificate = certificate(&device.secret, &fixture::documents(), NOW.plus(1));
    let answer = site.hub().post(&device.batch(0..2));
    assert_eq!(answer.refusal(), refused(403, "certificate"));
}

#[test]
fn a_certificate_that_has_ended_is_refused() {
    let (site, mut device) = (Site::new(), Device::new(1, 2));
    device.certificate = certificate(&device.secret, &fixture::devices(), NOW);
    let answer = site.hub().post(&device.batch(0..2));
    assert_eq!(answer.refusal(), refused(403, "certificate"));
    assert_eq!(site.summary(), NOTHING);
}

#[test]
fn records_that_do_not_follow_each_other_are_refused() {
    let (site, device) = (Site::new(), Device::new(1, 4));
    let records = vec![device.records[0].clone(), device.records[2].clone()];
    let (certificate, secret) = (&device.certificate, &device.secret);
    let batch = sign_batch(
        certificate,
        secret,
        None,
        device.epoch,
        Head::START,
        records,
    );
    let batch = batch.unwrap();
    assert_eq!(site.hub().post(&batch).refusal(), refused(400, "sequence"));
    assert_eq!(site.summary(), NOTHING);
}

#[test]
fn a_number_that_can_not_be_stored_is_refused() {
    let (site, device) = (Site::new(), Device::new(1, 1));
    let hub = site.hub();
    for seq in [u64::MAX - 1, i64::MAX as u64 + 1, i64::MAX as u64] {
        let clear = Clear {
            device: device.id(),
            epoch: Epoch([1; 16]),
            seq,
            hour: 0,
            class: gatepost_protocol::Outcome::Admit,
        };
        let records = vec![sealed(&clear).to_bytes()];
        let before = Head(Digest([9; 32]));
        let (certificate, secret) = (&device.certificate, &device.secret);
        let batch = sign_batch(certificate, secret, None, device.epoch, before, records).unwrap();
        assert_eq!(hub.post(&batch).refusal(), refused(400, "sequence"));
    }
    assert_eq!(site.summary(), NOTHING);
}

#[test]
fn a_body_over_the_limit_is_too_large() {
    let (site, device) = (Site::new(), Device::new(1, 2));
    let hub = site.hub();
    let over = vec![0; MAX_BYTES + 1];
    assert_eq!(hub.post(&over).refusal(), refused(413, "too_large"));
    let within = vec![0; MAX_BYTES];
    assert_eq!(hub.post(&within).refusal(), refused(400, "malformed"));
    assert_eq!(hub.acknowledged(&device.batch(0..2)).next_seq, 2);
}

#[test]
fn a_body_announced_far_over_the_limit_is_refused_before_it_is_sent() {
    let site = Site::new();
    let hub = site.hub();
    // No body follows: an answer comes all the same.
    let answer = hub.announce_body(routes::BATCHES, 1 << 40);
    assert_eq!(answer.refusal(), refused(413, "too_large"));
}

#[test]
fn without_a_usable_bundle_the_hub_asks_to_come_back() {
    let (site, device) = (Site::without_bundle(), Device::new(1, 2));
    let hub = site.hub();
    let answer = hub.post(&device.batch(0..2));
    assert_eq!(answer.refusal(), refused(503, "no_bundle"));
    assert!(answer.header("retry-after").is_some());
    let answer = hub.get(routes::MANIFEST, "");
    assert_eq!(answer.refusal(), refused(503, "no_bundle"));
    let health = hub.get(routes::HEALTH, "");
    assert_eq!(health.body, br#"{"bundle":null,"status":"ok"}"#);
}

/// A store that can do nothing.
struct Broken(fn() -> HubStoreError);

impl HubStore for Broken {
    fn keep(&self, _: &[Incoming]) -> Result<Vec<KeptBatch>, HubStoreError> {
        Err(self.0())
    }
    fn knows(&self, _: DeviceId) -> Result<bool, HubStoreError> {
        Ok(true)
    }
    fn knows_run(&self, _: DeviceId, _: Epoch) -> Result<bool, HubStoreError> {
        Ok(true)
    }
    fn note_runs(&self, _: DeviceId, _: Timestamp) -> Result<(), HubStoreError> {
        Err(HubStoreError::failed("table batches is full"))
    }
    fn serve(&self, _: ManifestId) -> Result<(), HubStoreError> {
        Err(self.0())
    }
    fn compare(&self, _: ManifestId) -> Result<ManifestMatch, HubStoreError> {
        Err(self.0())
    }
    fn note_bundle(&self, _: &OtherBundle) -> Result<(), HubStoreError> {
        Err(self.0())
    }
    fn record_status(&self, _: &ReceivedStatus) -> Result<(), HubStoreError> {
        Err(self.0())
    }
    fn visit(
        &self,
        _: &ArrivalFilter,
        _: &mut dyn FnMut(ArrivedItem) -> ControlFlow<()>,
    ) -> Result<Totals, HubStoreError> {
        Err(self.0())
    }
    fn totals(&self) -> Result<Totals, HubStoreError> {
        Ok(Totals::default())
    }
    fn devices(&self, _: Paging) -> Result<Vec<DeviceRow>, HubStoreError> {
        Err(self.0())
    }
    fn hours(&self, _: u32) -> Result<Vec<HourRow>, HubStoreError> {
        Err(self.0())
    }
    fn findings(&self, _: Paging) -> Result<Vec<FindingRow>, HubStoreError> {
        Err(self.0())
    }
    fn request_revocation(
        &self,
        _: DeviceId,
        _: Timestamp,
    ) -> Result<RevocationRequest, HubStoreError> {
        Err(self.0())
    }
    fn forget(&self, _: Timestamp) -> Result<u64, HubStoreError> {
        Err(self.0())
    }
}

#[test]
fn a_failing_store_asks_to_come_back_and_tells_no_internals() {
    let (site, device) = (Site::new(), Device::new(1, 2));
    let failing = Broken(|| HubStoreError::failed("disk /dev/sda is full"));
    let answer = site.hub_on(Box::new(failing)).post(&device.batch(0..2));
    assert_eq!(answer.refusal(), refused(503, "storage"));
    assert!(answer.header("retry-after").is_some());
    assert!(!String::from_utf8(answer.body).unwrap().contains("sda"));
}

#[test]
fn a_store_that_panics_takes_nobody_down() {
    let (site, device) = (Site::new(), Device::new(1, 2));
    let hub = site.hub_on(Box::new(Broken(|| panic!("a bug in a store"))));
    for _ in 0..2 {
        let answer = hub.post(&device.batch(0..2));
        assert_eq!(answer.refusal(), refused(503, "storage"));
    }
    assert_eq!(hub.get(routes::HEALTH, "").status, 200);
}

#[test]
fn other_addresses_and_methods_have_their_errors() {
    let site = Site::new();
    let hub = site.hub();
    assert_eq!(hub.get("/", "").refusal(), refused(404, "not_found"));
    assert_eq!(
        hub.get("/v2/batches", "").refusal(),
        refused(404, "not_found")
    );
    let answer = hub.send("DELETE", routes::BATCHES);
    assert_eq!(answer.refusal(), refused(405, "method"));
}
