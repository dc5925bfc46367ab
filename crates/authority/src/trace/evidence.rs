//! The records of signed batches, from a hub or a stick, in order again: which device each is from,
//! when it arrived, and whether any are missing, doubled or out of order. Only what a device signed
//! is taken, so that a hub cannot invent movements; when it came is the hub's signed word, so that
//! who has stolen a device's key cannot choose it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use gatepost_pass::{DeviceId, Digest, ManifestId, Timestamp, TrustList};
use gatepost_protocol::{
    BatchError, Body, Head, Previous, Record, VerifiedBatch,
    batch::{BATCH_FILE, MAX_BYTES, RECEIPT_FILE},
};
use gatepost_system::{
    files::{self, FileError},
    stick,
};

use super::{
    arrivals::{Arrivals, HOUR},
    discrepancy::{BundleHolder, DeviceEpoch, Discrepancy, DiscrepancyKind},
    runs::{self, RunStart},
};

/// What batches are judged by.
pub(crate) struct BatchGrounds<'a> {
    /// Whose signatures are valid.
    pub(crate) trust: &'a TrustList,
    /// When devices were revoked.
    pub(crate) revoked: BTreeMap<DeviceId, Timestamp>,
    /// The manifest of every version that was published.
    pub(crate) published: BTreeMap<u64, Digest>,
    /// The time now.
    pub(crate) now: Timestamp,
}

/// All records that devices signed, in order.
#[derive(Default)]
pub(crate) struct Evidence {
    /// The records of each epoch by position; two at one position are a fork.
    epochs: BTreeMap<DeviceEpoch, BTreeMap<u64, Vec<ChainedRecord>>>,
    /// What is wrong with files, and with what they say of bundles.
    of_files: Vec<Discrepancy>,
    /// What is wrong with runs.
    of_runs: Vec<Discrepancy>,
    /// Number of batches that are valid.
    pub(crate) batches: u64,
}

/// A record with the hashes that chain it to its neighbours.
pub(crate) struct ChainedRecord {
    pub(crate) record: Record,
    pub(crate) device_name: String,
    /// The beginning of the hour in which it arrived, by the hub's word; none without one.
    pub(crate) arrived: Option<Timestamp>,
    /// Whether the device's certificate had ended or was revoked by then.
    after_end: bool,
    before: Head,
    head: Head,
}

/// A batch, and what is known of its arrival.
struct ArrivedBatch {
    batch: VerifiedBatch,
    arrived: Option<Timestamp>,
    after_end: bool,
}

impl Evidence {
    /// Reads every `*.batch` of a directory, and the hub's receipts beside them. The device's
    /// certificate must have been valid when the batch was made, by its own word; whether it was
    /// when the batch arrived is a mark of its records.
    pub(crate) fn read(dir: &Path, known: &BatchGrounds<'_>) -> Result<Self, FileError> {
        let paths = files::list(dir)?;
        let of_kind = |kind: &str| -> Vec<PathBuf> {
            let is_kind = |path: &&PathBuf| path.extension().is_some_and(|end| end == kind);
            paths.iter().filter(is_kind).cloned().collect()
        };
        let arrivals = Arrivals::read(of_kind(RECEIPT_FILE), known.trust, known.now)?;
        let mut evidence = Self::default();
        let mut held: BTreeSet<(BundleHolder, ManifestId)> = BTreeSet::new();
        held.extend(
            arrivals
                .served
                .iter()
                .map(|served| (BundleHolder::Hub, *served)),
        );
        for file in of_kind(BATCH_FILE) {
            let bytes = stick::read(&file, MAX_BYTES)?;
            match verify(&bytes, arrivals.of(&bytes), known) {
                Ok(read) => {
                    if let Some(manifest) = read.batch.manifest() {
                        held.insert((BundleHolder::Device(read.batch.device()), manifest));
                    }
                    evidence.note_arrival(file, &read);
                    evidence.add(&read);
                }
                Err(why) => evidence.of_files.push(Discrepancy::Refused { file, why }),
            }
        }
        let of_bundles = held.into_iter().filter_map(|(holder, manifest)| {
            match known.published.get(&manifest.version) {
                Some(digest) if *digest == manifest.digest => None,
                Some(_) => Some(Discrepancy::SplitView { holder, manifest }),
                None => Some(Discrepancy::UnknownBundle { holder, manifest }),
            }
        });
        evidence.of_files.extend(of_bundles);
        evidence.of_files.extend(arrivals.refused);
        evidence.of_runs = evidence.doubtful_runs();
        Ok(evidence)
    }

    fn note_arrival(&mut self, file: PathBuf, read: &ArrivedBatch) {
        match read.arrived {
            None => self.of_files.push(Discrepancy::NoArrival { file }),
            Some(arrived) if read.after_end => {
                self.of_files.push(Discrepancy::AfterEnd { file, arrived });
            }
            Some(_) => {}
        }
    }

    fn add(&mut self, read: &ArrivedBatch) {
        let batch = &read.batch;
        self.batches += 1;
        let epoch = self
            .epochs
            .entry((batch.device(), batch.epoch()))
            .or_default();
        let mut before = batch.before();
        for (record, _, head) in batch.records() {
            let position = epoch.entry(record.seq).or_default();
            let new = ChainedRecord {
                record: record.clone(),
                device_name: batch.device_name().to_owned(),
                arrived: read.arrived,
                after_end: read.after_end,
                before,
                head: *head,
            };
            before = *head;
            // The same record in two batches is one, and arrived when the first of them did.
            match position.iter_mut().find(|other| other.head == new.head) {
                Some(same) if arrived_before(new.arrived, same.arrived) => *same = new,
                Some(_) => {}
                None => position.push(new),
            }
        }
    }

    /// Every record, device by device.
    pub(crate) fn records(&self) -> impl Iterator<Item = (DeviceEpoch, &ChainedRecord)> {
        let epochs = self.epochs.iter();
        epochs.flat_map(|(of, records)| records.values().flatten().map(|record| (*of, record)))
    }

    /// What speaks against a record: marks that go with whatever is said of it.
    pub(crate) fn marks(&self, of: DeviceEpoch, chained: &ChainedRecord) -> Vec<DiscrepancyKind> {
        let seq = chained.record.seq;
        let position = self.epochs.get(&of).and_then(|records| records.get(&seq));
        let mut marks = BTreeSet::new();
        if chained.arrived.is_none() {
            marks.insert(DiscrepancyKind::NoArrival);
        }
        if chained.after_end {
            marks.insert(DiscrepancyKind::AfterEnd);
        }
        if position.is_some_and(|position| position.len() > 1) {
            marks.insert(DiscrepancyKind::Fork);
        }
        for fault in &self.of_runs {
            let concerns = match fault {
                Discrepancy::Clone { of: run, seq: from } => *run == of && *from <= seq,
                Discrepancy::Unanchored { of: run } => *run == of,
                _ => false,
            };
            if concerns {
                marks.insert(fault.kind());
            }
        }
        marks.into_iter().collect()
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
            found.extend(self.missing_before(of));
        }
        found.extend(self.of_runs);
        found.extend(self.of_files);
        found
    }

    /// The run that an epoch follows, by its own word.
    fn previous(&self, of: DeviceEpoch) -> Option<Previous> {
        match &self.epochs.get(&of)?.get(&0)?.first()?.record.body {
            Body::EpochStart(previous) => *previous,
            Body::Passage(_) => None,
        }
    }

    /// What is missing at the end of the epoch before: the first record of an epoch says how that
    /// one ended.
    fn missing_before(&self, of: DeviceEpoch) -> Option<Discrepancy> {
        let previous = self.previous(of)?;
        let before = (of.0, previous.epoch);
        let records = self.epochs.get(&before);
        let newest = records.and_then(|records| records.keys().next_back());
        let missing = newest.map_or(0, |newest| newest + 1)..previous.next_seq;
        (!missing.is_empty()).then_some(Discrepancy::Gap {
            of: before,
            missing,
        })
    }

    /// Runs that are not the ones that follow each other on the device's disk.
    fn doubtful_runs(&self) -> Vec<Discrepancy> {
        let starts = self.epochs.iter().filter_map(|(of, records)| {
            let start = records.get(&0)?.first()?;
            Some(RunStart {
                of: *of,
                previous: self.previous(*of),
                arrived: start.arrived,
            })
        });
        let starts: Vec<_> = starts.collect();
        let mut found = runs::doubtful(&starts);
        let joined = starts.iter();
        found.extend(joined.filter_map(|start| self.joint(start)));
        found
    }

    /// What is wrong where a run follows another: it names another end, or the other went on. Of
    /// those two, what arrived later is the doubtful one.
    fn joint(&self, start: &RunStart) -> Option<Discrepancy> {
        let of = start.of;
        let previous = start.previous?;
        let before = (of.0, previous.epoch);
        let records = self.epochs.get(&before)?;
        if let Some(on) = records.get(&previous.next_seq) {
            let later = on
                .iter()
                .all(|record| arrived_before(start.arrived, record.arrived));
            let (of, seq) = match later {
                true => (before, previous.next_seq),
                false => (of, 0),
            };
            return Some(Discrepancy::Clone { of, seq });
        }
        let end = records.get(&previous.next_seq.checked_sub(1)?)?;
        let ends = end.iter().any(|record| record.head == previous.head);
        (!ends).then_some(Discrepancy::Unanchored { of })
    }
}

/// Whether something arrived in an hour before something else. What has no arrival comes last.
fn arrived_before(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one < other,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// Checks a batch. Its certificate is judged at the end of the hour in which it arrived. One that
/// had ended by then is judged at the time that the device claims, and marked; so is every one that
/// has no arrival.
fn verify(
    bytes: &[u8],
    arrived: Option<Timestamp>,
    known: &BatchGrounds<'_>,
) -> Result<ArrivedBatch, BatchError> {
    let claimed = Timestamp(u64::from(VerifiedBatch::peek_hour(bytes)?) * HOUR).min(known.now);
    let at = |time| VerifiedBatch::verify(bytes, known.trust, time);
    let Some(hour) = arrived else {
        return Ok(ArrivedBatch {
            batch: at(claimed)?,
            arrived,
            after_end: false,
        });
    };
    let end = hour.plus(HOUR - 1);
    let (batch, ended) = match at(end) {
        Ok(batch) => (batch, false),
        Err(BatchError::Certificate(_)) => (at(claimed)?, true),
        Err(why) => return Err(why),
    };
    let revoked = known.revoked.get(&batch.device());
    let revoked = revoked.is_some_and(|since| *since <= end);
    Ok(ArrivedBatch {
        batch,
        arrived,
        after_end: ended || revoked,
    })
}
