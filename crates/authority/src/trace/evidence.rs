//! The records of signed batches, from a hub or a stick, in order again: which device each is from,
//! and whether any are missing, doubled or out of order. Only what a device signed is taken, so
//! that a hub cannot invent movements.

use std::{
    collections::BTreeMap,
    fmt,
    ops::Range,
    path::{Path, PathBuf},
};

use gatepost_pass::{DeviceId, Timestamp, TrustList};
use gatepost_protocol::{
    BatchError, Body, Epoch, Head, Record, VerifiedBatch,
    batch::{BATCH_FILE, MAX_BYTES},
};

use gatepost_system::chain;
use gatepost_system::{files::FileError, stick::StickDir};

/// One epoch of a device: its program from start to end.
type DeviceEpoch = (DeviceId, Epoch);

/// All records that devices signed, in order.
#[derive(Default)]
pub(crate) struct Evidence {
    /// The records of each epoch by position; two at one position are a fork.
    epochs: BTreeMap<DeviceEpoch, BTreeMap<u64, Vec<ChainedRecord>>>,
    refused: Vec<Discrepancy>,
    /// Number of batches that are valid.
    pub(crate) batches: u64,
}

/// A record with the hashes that chain it to its neighbours.
pub(crate) struct ChainedRecord {
    pub(crate) record: Record,
    pub(crate) device_name: String,
    before: Head,
    head: Head,
}

/// Something wrong with the batches that whoever reads movements must know.
pub(crate) enum Discrepancy {
    /// A file with an invalid signature, certificate or order: nothing of it was read.
    Refused { file: PathBuf, why: BatchError },
    /// The device signed two different records for one position: its disk was cloned, or its key
    /// stolen.
    Fork { of: DeviceEpoch, seq: u64 },
    /// A record does not follow the one before it.
    Break { of: DeviceEpoch, seq: u64 },
    /// Records that exist by the chain's word, and are not in these batches.
    Gap {
        of: DeviceEpoch,
        missing: Range<u64>,
    },
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { file, why } => {
                write!(f, "{}: not read: {}", file.display(), chain(why))
            }
            Self::Fork {
                of: (device, epoch),
                seq,
            } => write!(
                f,
                "device {device}, epoch {epoch}: two records at {seq}: a cloned disk or a stolen \
                 key"
            ),
            Self::Break {
                of: (device, epoch),
                seq,
            } => write!(
                f,
                "device {device}, epoch {epoch}: record {seq} does not follow the one before it"
            ),
            Self::Gap {
                of: (device, epoch),
                missing,
            } => write!(
                f,
                "device {device}, epoch {epoch}: records {} to {} are not here",
                missing.start,
                missing.end - 1
            ),
        }
    }
}

impl Evidence {
    /// Reads every `*.batch` of a directory. The device's certificate must have been valid when the
    /// batch was made.
    pub(crate) fn read(dir: &Path, trust: &TrustList, now: Timestamp) -> Result<Self, FileError> {
        let dir = StickDir::open(dir)?;
        let is_batch = |name: &str| {
            Path::new(name)
                .extension()
                .is_some_and(|end| end == BATCH_FILE)
        };
        let mut evidence = Self::default();
        for (name, _) in dir.entries(is_batch)? {
            let file = dir.path().join(&name);
            let bytes = dir.read(&name, MAX_BYTES)?;
            match verify(&bytes, trust, now) {
                Ok(batch) => evidence.add(&batch),
                Err(why) => evidence.refused.push(Discrepancy::Refused { file, why }),
            }
        }
        Ok(evidence)
    }

    fn add(&mut self, batch: &VerifiedBatch) {
        self.batches += 1;
        let epoch = self
            .epochs
            .entry((batch.device(), batch.epoch()))
            .or_default();
        let mut before = batch.before();
        for (record, _, head) in batch.records() {
            let position = epoch.entry(record.seq).or_default();
            // The same record in two batches is one.
            if position.iter().all(|other| other.head != *head) {
                position.push(ChainedRecord {
                    record: record.clone(),
                    device_name: batch.device_name().to_owned(),
                    before,
                    head: *head,
                });
            }
            before = *head;
        }
    }

    /// Every record, device by device.
    pub(crate) fn records(&self) -> impl Iterator<Item = (DeviceEpoch, &ChainedRecord)> {
        let epochs = self.epochs.iter();
        epochs.flat_map(|(of, records)| records.values().flatten().map(|record| (*of, record)))
    }

    /// Everything that is wrong with the batches.
    pub(crate) fn discrepancies(self) -> Vec<Discrepancy> {
        let mut found = Vec::new();
        for (of, records) in &self.epochs {
            let of = *of;
            let mut next = 0;
            let mut last: Option<&ChainedRecord> = None;
            for (seq, here) in records {
                if *seq > next {
                    let missing = next..*seq;
                    found.push(Discrepancy::Gap { of, missing });
                    last = None;
                }
                if here.len() > 1 {
                    found.push(Discrepancy::Fork { of, seq: *seq });
                }
                let follows =
                    |last: &ChainedRecord| here.iter().any(|record| record.before == last.head);
                if last.is_some_and(|last| !follows(last)) {
                    found.push(Discrepancy::Break { of, seq: *seq });
                }
                (next, last) = (seq + 1, here.first());
            }
            found.extend(self.end_of_epoch_before(of, records));
        }
        found.extend(self.refused);
        found
    }

    /// What is missing or wrong at the end of the epoch before: the first record of an epoch says
    /// how that one ended.
    fn end_of_epoch_before(
        &self,
        of: DeviceEpoch,
        records: &BTreeMap<u64, Vec<ChainedRecord>>,
    ) -> Option<Discrepancy> {
        let Body::EpochStart(Some(previous)) = &records.get(&0)?.first()?.record.body else {
            return None;
        };
        let before = (of.0, previous.epoch);
        let end = previous.next_seq.checked_sub(1)?;
        let records = self.epochs.get(&before);
        match records.and_then(|records| records.get(&end)) {
            Some(last) if last.iter().any(|record| record.head == previous.head) => None,
            Some(_) => Some(Discrepancy::Break { of, seq: 0 }),
            None => {
                let newest = records.and_then(|records| records.keys().next_back());
                let missing = newest.map_or(0, |newest| newest + 1)..previous.next_seq;
                (!missing.is_empty()).then_some(Discrepancy::Gap {
                    of: before,
                    missing,
                })
            }
        }
    }
}

fn verify(bytes: &[u8], trust: &TrustList, now: Timestamp) -> Result<VerifiedBatch, BatchError> {
    let made = Timestamp(u64::from(VerifiedBatch::peek_hour(bytes)?) * 3600);
    VerifiedBatch::verify(bytes, trust, made.min(now))
}
