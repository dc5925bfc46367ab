//! Signed batches, as a hub hands them out or a device wrote them to a stick, put together again: whose
//! record each is, and whether anything is missing, doubled or bent. Only what a device signed gets in,
//! so that a hub can't invent movements.

use std::{
    collections::BTreeMap,
    fmt, fs,
    ops::Range,
    path::{Path, PathBuf},
};

use gatepost_pass::{DeviceId, Timestamp, TrustList};
use gatepost_protocol::{
    BatchError, Body, Epoch, Head, Record, VerifiedBatch,
    batch::{BATCH_FILE, MAX_BYTES},
};

use crate::{
    error::{Error, at},
    files,
};

/// Process run of a device.
type Run = (DeviceId, Epoch);

/// All records that devices signed, in order.
#[derive(Default)]
pub(crate) struct Evidence {
    /// By position; two in one place are a fork.
    runs: BTreeMap<Run, BTreeMap<u64, Vec<Held>>>,
    refused: Vec<Doubt>,
    /// How many batches count.
    pub(crate) batches: u64,
}

/// A record, and where it hangs in the chain.
pub(crate) struct Held {
    pub(crate) record: Record,
    pub(crate) device_name: String,
    before: Head,
    head: Head,
}

/// Something that whoever reads movements must know of.
pub(crate) enum Doubt {
    /// A file whose signature, certificate or order does not count: nothing of it was read.
    Refused { file: PathBuf, why: BatchError },
    /// The device signed two different records for one place: its disk was cloned, or its key stolen.
    Fork { run: Run, seq: u64 },
    /// A record does not follow the one before it.
    Break { run: Run, seq: u64 },
    /// Records that the chain says there are, and that are not among these.
    Gap { run: Run, missing: Range<u64> },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { file, why } => write!(f, "{}: not read: {why}", file.display()),
            Self::Fork {
                run: (device, epoch),
                seq,
            } => write!(
                f,
                "device {device}, epoch {epoch}: two records at {seq}: a cloned disk or a stolen key"
            ),
            Self::Break {
                run: (device, epoch),
                seq,
            } => write!(
                f,
                "device {device}, epoch {epoch}: record {seq} does not follow the one before it"
            ),
            Self::Gap {
                run: (device, epoch),
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
    /// Reads every `*.batch` of a directory. A certificate must have counted when its batch was made.
    pub(crate) fn read(dir: &Path, trust: &TrustList, now: Timestamp) -> Result<Self, Error> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(dir).map_err(at("read", dir))? {
            let path = entry.map_err(at("read", dir))?.path();
            if path.extension().is_some_and(|end| end == BATCH_FILE) {
                paths.push(path);
            }
        }
        paths.sort();
        let mut evidence = Self::default();
        for file in paths {
            let bytes = files::read(&file, MAX_BYTES as u64)?;
            match verify(&bytes, trust, now) {
                Ok(batch) => evidence.add(&batch),
                Err(why) => evidence.refused.push(Doubt::Refused { file, why }),
            }
        }
        Ok(evidence)
    }

    fn add(&mut self, batch: &VerifiedBatch) {
        self.batches += 1;
        let run = self
            .runs
            .entry((batch.device(), batch.epoch()))
            .or_default();
        let mut before = batch.before();
        for (record, _, head) in batch.records() {
            let place = run.entry(record.seq).or_default();
            // The same record in two batches is one.
            if place.iter().all(|held| held.head != *head) {
                place.push(Held {
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
    pub(crate) fn records(&self) -> impl Iterator<Item = (Run, &Held)> {
        let runs = self.runs.iter();
        runs.flat_map(|(run, places)| places.values().flatten().map(|held| (*run, held)))
    }

    /// Everything that does not fit together.
    pub(crate) fn doubts(self) -> Vec<Doubt> {
        let mut doubts = Vec::new();
        for (run, places) in &self.runs {
            let run = *run;
            let mut next = 0;
            let mut last: Option<&Held> = None;
            for (seq, held) in places {
                if *seq > next {
                    let missing = next..*seq;
                    doubts.push(Doubt::Gap { run, missing });
                    last = None;
                }
                if held.len() > 1 {
                    doubts.push(Doubt::Fork { run, seq: *seq });
                }
                let follows = |before: &Held| held.iter().any(|held| held.before == before.head);
                if last.is_some_and(|before| !follows(before)) {
                    doubts.push(Doubt::Break { run, seq: *seq });
                }
                (next, last) = (seq + 1, held.first());
            }
            doubts.extend(self.end_of_the_run_before(run, places));
        }
        doubts.extend(self.refused);
        doubts
    }

    /// The first record of a run says how the one before it ended.
    fn end_of_the_run_before(&self, run: Run, places: &BTreeMap<u64, Vec<Held>>) -> Option<Doubt> {
        let Body::EpochStart(Some(previous)) = &places.get(&0)?.first()?.record.body else {
            return None;
        };
        let before = (run.0, previous.epoch);
        let end = previous.next_seq.checked_sub(1)?;
        let held = self.runs.get(&before);
        match held.and_then(|places| places.get(&end)) {
            Some(last) if last.iter().any(|held| held.head == previous.head) => None,
            Some(_) => Some(Doubt::Break { run, seq: 0 }),
            None => {
                let newest = held.and_then(|places| places.keys().next_back());
                let missing = newest.map_or(0, |newest| newest + 1)..previous.next_seq;
                (!missing.is_empty()).then_some(Doubt::Gap {
                    run: before,
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
