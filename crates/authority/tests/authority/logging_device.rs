//! A device that a region has certified, its batches, the hub's receipts, and what a trace shows.

use std::fs;

use gatepost_pass::{
    DeviceId, Digest, ManifestId, PassNumber, SecretKey, Signer, SubjectTag, Timestamp, fixture,
    policy::TracingKey,
};
use gatepost_protocol::{
    Body, Clear, DeviceRequest, Enrolment, Epoch, Head, Outcome, Passage, Previous, Receipt,
    Record, Seen,
    batch::sign_batch,
    device::device_id,
    fixture::{passage, random},
    seal,
};
use serde_json::Value;

use crate::support::{NOW, Region, WANG};

pub(crate) const EPOCH: Epoch = Epoch([7; 16]);

/// A device that a region has certified, and its chain.
pub(crate) struct LoggingDevice {
    pub(crate) key: SecretKey,
    pub(crate) certificate: Vec<u8>,
    pub(crate) bundle: Option<ManifestId>,
    pub(crate) epoch: Epoch,
    pub(crate) hour: u32,
    pub(crate) head: Head,
    pub(crate) records: Vec<Vec<u8>>,
}

impl LoggingDevice {
    pub(crate) fn new(region: &Region, seed: u8) -> Self {
        let mut device = Self::without_log(region, seed);
        device.push(Body::EpochStart(None));
        device
    }

    pub(crate) fn without_log(region: &Region, seed: u8) -> Self {
        let key = SecretKey::from_seed(&[seed; 32]);
        let request = DeviceRequest::sign("north gate".try_into().unwrap(), &key);
        fs::write(region.path("request"), request).unwrap();
        region.ok(&["enrol", "request", "--hub", "", "--out", "enrolment"]);
        let enrolment = fs::read(region.path("enrolment")).unwrap();
        Self {
            key,
            certificate: Enrolment::from_bytes(&enrolment).unwrap().certificate,
            bundle: None,
            epoch: EPOCH,
            hour: (NOW.0 / 3600) as u32,
            head: Head::START,
            records: Vec::new(),
        }
    }

    pub(crate) fn id(&self) -> DeviceId {
        device_id(&self.key.public())
    }

    /// Where its run stands.
    pub(crate) fn end(&self) -> Previous {
        Previous {
            epoch: self.epoch,
            next_seq: self.records.len() as u64,
            head: self.head,
        }
    }

    /// The same key and certificate in another run.
    pub(crate) fn run(&self, epoch: u8, previous: Option<Previous>) -> Self {
        let mut run = Self {
            key: self.key.clone(),
            certificate: self.certificate.clone(),
            bundle: self.bundle,
            epoch: Epoch([epoch; 16]),
            hour: self.hour,
            head: Head::START,
            records: Vec::new(),
        };
        run.push(Body::EpochStart(previous));
        run
    }

    pub(crate) fn push(&mut self, body: Body) {
        let (seq, hour) = (self.records.len() as u64, self.hour);
        let bytes = Record { seq, hour, body }.to_bytes();
        self.head = self.head.after(self.id(), self.epoch, &bytes);
        self.records.push(bytes);
    }

    pub(crate) fn pass(&mut self, tag: &str, to: &TracingKey) {
        let seen = Seen::Pass {
            issuer: "CN-SD".parse().unwrap(),
            number: PassNumber([1; 5]),
            subjects: vec![tag.parse::<SubjectTag>().unwrap()].try_into().unwrap(),
        };
        self.log(seen, to);
    }

    pub(crate) fn log(&mut self, seen: Seen, to: &TracingKey) {
        let passage = Passage {
            seen,
            ..passage(Timestamp(u64::from(self.hour) * 3600))
        };
        let clear = Clear {
            device: device_id(&self.key.public()),
            epoch: self.epoch,
            seq: self.records.len() as u64,
            hour: self.hour,
            class: Outcome::Admit,
        };
        let sealed = seal(&passage, &clear, to, &mut random()).unwrap();
        self.push(Body::Passage(sealed));
    }

    /// Writes the records from `first` on as a batch, which arrived at the hub just now.
    pub(crate) fn batch(&self, region: &Region, name: &str, first: usize) {
        let signed = self.alone(region, name, first);
        let receipt = self.receipt(region, &signed, NOW).sign(&hub_key(region));
        let path = region.path("batches").join(name);
        fs::write(path.with_extension("receipt"), receipt).unwrap();
    }

    /// The same as arrived at that time.
    pub(crate) fn arrives(&self, region: &Region, name: &str, at: Timestamp) {
        let signed = self.alone(region, name, 0);
        let receipt = self.receipt(region, &signed, at).sign(&hub_key(region));
        let path = region.path("batches").join(name);
        fs::write(path.with_extension("receipt"), receipt).unwrap();
    }

    /// Writes the records from `first` on as a batch that no hub has taken.
    pub(crate) fn alone(&self, region: &Region, name: &str, first: usize) -> Vec<u8> {
        let after = |head: Head, record: &Vec<u8>| head.after(self.id(), self.epoch, record);
        let before = self.records[..first].iter().fold(Head::START, after);
        let records = self.records[first..].to_vec();
        let (certificate, key) = (&self.certificate, &self.key);
        let batch = sign_batch(certificate, key, self.bundle, self.epoch, before, records);
        let batch = batch.unwrap();
        fs::create_dir_all(region.path("batches")).unwrap();
        fs::write(region.path("batches").join(name), &batch).unwrap();
        batch
    }

    /// What the receipt of the region's hub says.
    pub(crate) fn receipt(&self, region: &Region, batch: &[u8], at: Timestamp) -> Receipt {
        Receipt {
            device: self.id(),
            epoch: self.epoch,
            next_seq: self.records.len() as u64,
            head: self.head,
            batch: Digest::of(batch),
            manifest: published(region, "bundle"),
            at: Timestamp(at.0 / 3600 * 3600),
        }
    }
}

pub(crate) fn hub_key(region: &Region) -> Signer {
    let key = fs::read_to_string(region.path("home/keys/hub.key")).unwrap();
    key.parse().unwrap()
}

/// The manifest of a bundle that was published.
pub(crate) fn published(region: &Region, bundle: &str) -> ManifestId {
    fixture::id_of_manifest(&fs::read(region.path(bundle).join("manifest")).unwrap())
}

/// The tracing key of a published bundle's policy.
pub(crate) fn tracing_key(region: &Region) -> TracingKey {
    region.ok(&["publish", "bundle"]);
    region.device("bundle").unwrap().0.policy().tracing_key
}

/// A region with one pass, its tag, the tracing key, and a device that logs.
pub(crate) fn town() -> (Region, String, TracingKey, LoggingDevice) {
    let region = Region::new("CN-SD");
    let tag = region.issue(&["--id", WANG, "--name", "王五"]).tag;
    let device = LoggingDevice::new(&region, 1);
    let key = tracing_key(&region);
    (region, tag, key, device)
}

/// `trace open` for a case, from one time until the end of the day.
pub(crate) fn open<'a>(case: &'a str, from: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let window = ["--from", from, "--until", "2026-11-02T00:00:00Z"];
    let open = ["trace", "open", "batches", "--reason", case];
    [&open[..], &window, more].concat()
}

/// `trace open` of the day: what it shows, and what it says about it.
pub(crate) fn trace(region: &Region, target: &[&str]) -> (Vec<Value>, String) {
    let more = [&["--by", "officer 4", "--json"], target].concat();
    let output = region.run(&open("case 17", "2026-11-01T00:00:00Z", &more));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    (lines.collect(), said)
}
