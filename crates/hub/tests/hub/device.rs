//! Devices that write chains.

use gatepost_pass::{
    DeviceId, ManifestId, SecretKey, Signer, Timestamp,
    fixture::{self, DAY, NOW},
};
use gatepost_protocol::{
    Body, Clear, Epoch, Head, Outcome, Previous, Reason, Record, batch::sign_batch,
    device::device_id, fixture as protocol, seal,
};

/// A device in one process run, with its chain so far.
#[derive(Clone)]
pub(crate) struct Device {
    pub(crate) secret: SecretKey,
    pub(crate) certificate: Vec<u8>,
    /// The manifest of its bundle.
    pub(crate) bundle: Option<ManifestId>,
    pub(crate) epoch: Epoch,
    pub(crate) records: Vec<Vec<u8>>,
    pub(crate) heads: Vec<Head>,
}

impl Device {
    /// A certified device whose chain has `records` records, the epoch's start among them.
    pub(crate) fn new(n: u8, records: usize) -> Self {
        let secret = SecretKey::from_seed(&[n; 32]);
        let certificate = certificate(&secret, &fixture::devices(), Timestamp(u64::MAX));
        let mut device = Self {
            secret,
            certificate,
            bundle: None,
            epoch: Epoch([n; 16]),
            records: Vec::new(),
            heads: Vec::new(),
        };
        device.start(None);
        device.pass(records - 1);
        device
    }

    /// The same device in another run.
    pub(crate) fn restarted(&self, epoch: Epoch, previous: Previous) -> Self {
        let mut device = Self {
            epoch,
            records: Vec::new(),
            heads: Vec::new(),
            ..self.clone()
        };
        device.start(Some(previous));
        device
    }

    pub(crate) fn id(&self) -> DeviceId {
        device_id(&self.secret.public())
    }

    fn start(&mut self, previous: Option<Previous>) {
        let start = Record {
            seq: 0,
            hour: hour(),
            body: Body::EpochStart(previous),
        };
        self.push(start.to_bytes());
    }

    /// The same run, as if begun at another hour.
    pub(crate) fn restart_at(&mut self, hour: u32) {
        self.records.clear();
        self.heads.clear();
        let start = Record {
            seq: 0,
            hour,
            body: Body::EpochStart(None),
        };
        self.push(start.to_bytes());
    }

    /// Logs passages. Each seals afresh: two devices never log the same bytes.
    pub(crate) fn pass(&mut self, count: usize) {
        self.pass_at(hour(), Outcome::Check, count);
    }

    /// Logs passages of an hour and outcome.
    pub(crate) fn pass_at(&mut self, hour: u32, class: Outcome, count: usize) {
        for _ in 0..count {
            let clear = Clear {
                device: self.id(),
                epoch: self.epoch,
                seq: self.records.len() as u64,
                hour,
                class,
            };
            self.push(sealed(&clear).to_bytes());
        }
    }

    pub(crate) fn push(&mut self, record: Vec<u8>) {
        let head = self.head().after(self.id(), self.epoch, &record);
        self.records.push(record);
        self.heads.push(head);
    }

    pub(crate) fn head(&self) -> Head {
        self.heads.last().copied().unwrap_or(Head::START)
    }

    /// The chain up to `seq`, as another branch begins from there.
    pub(crate) fn cut(&self, seq: usize) -> Self {
        let mut branch = self.clone();
        branch.records.truncate(seq);
        branch.heads.truncate(seq);
        branch
    }

    pub(crate) fn batch(&self, range: std::ops::Range<usize>) -> Vec<u8> {
        let before = match range.start {
            0 => Head::START,
            start => self.heads[start - 1],
        };
        self.batch_after(before, range)
    }

    pub(crate) fn batch_after(&self, before: Head, range: std::ops::Range<usize>) -> Vec<u8> {
        let records = self.records[range].to_vec();
        let (certificate, secret) = (&self.certificate, &self.secret);
        sign_batch(
            certificate,
            secret,
            self.bundle,
            self.epoch,
            before,
            records,
        )
        .unwrap()
    }
}

/// A certificate that began a day ago.
pub(crate) fn certificate(secret: &SecretKey, authority: &Signer, until: Timestamp) -> Vec<u8> {
    protocol::certificate(authority, secret, NOW.minus(DAY)..until)
}

fn hour() -> u32 {
    (NOW.0 / 3600) as u32
}

pub(crate) fn sealed(clear: &Clear) -> Record {
    let mut passage = protocol::passage(NOW);
    passage.outcome = clear.class;
    passage.reasons = vec![Reason::Yellow].try_into().unwrap();
    let sealed = seal(
        &passage,
        clear,
        &protocol::tracing(),
        &mut protocol::random(),
    )
    .unwrap();
    Record {
        seq: clear.seq,
        hour: clear.hour,
        body: Body::Passage(sealed),
    }
}
