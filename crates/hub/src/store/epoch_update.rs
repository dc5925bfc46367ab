//! Keeps a group of batches: computes what each changes in its epoch's row. The same for every
//! database, which only finds and writes rows.
//!
//! An epoch's row says how far its records are stored without a gap (the front) and where the last
//! stored one ends. A batch that continues both needs nothing more; every other is compared with
//! batches that overlap it: as few of them as hold its records, however many there are. So a device
//! that contradicts or repeats itself makes no batch slower.

use std::{collections::BTreeMap, ops::RangeInclusive};

use gatepost_protocol::{
    Body, Epoch, Outcome, Previous, Record,
    batch::{MAX_RECORDS, reread},
};

use super::{
    batches::{ChainFront, Incoming, KeptBatch},
    chain_check::{ChainLink, compare_with_stored},
    columns::{EpochRow, HeldBatch, stored},
    error::HubStoreError,
    finding::{Finding, FindingKind},
};

/// The rows of epochs in one transaction of a database.
pub(super) trait EpochRows {
    /// The rows of each batch's epoch, made where they are missing, and locked.
    fn find(&mut self, group: &[Incoming]) -> Result<Vec<EpochRow>, HubStoreError>;

    /// Of the batches that have a record in the chain, the one that holds the most after it.
    fn holding(&mut self, epoch: i64, seq: u64) -> Result<Option<HeldBatch>, HubStoreError>;

    /// The first record after this one with which a batch begins that has any in the chain.
    fn next_first(&mut self, epoch: i64, after: u64) -> Result<Option<u64>, HubStoreError>;

    /// Whether an epoch's finding is stored.
    fn is_known(&mut self, epoch: i64, finding: &Finding) -> Result<bool, HubStoreError>;

    /// Writes what each batch of the group changes.
    fn write(&mut self, group: &[Incoming], updates: &[EpochUpdate]) -> Result<(), HubStoreError>;
}

/// What a batch changes in its epoch.
#[derive(Debug)]
pub(super) struct EpochUpdate {
    /// The row of its epoch.
    pub(super) epoch: i64,
    /// What is reported to the caller.
    pub(super) kept: KeptBatch,
    /// Findings that are new.
    pub(super) findings: Vec<Finding>,
    /// New passages by hour and class.
    pub(super) hours: BTreeMap<(u32, Outcome), u64>,
    /// How the epoch begins, when this batch is the first to say so.
    pub(super) start: Option<EpochBegin>,
    /// First record of the batch.
    pub(super) first: u64,
    /// One after the last record of the batch that is in the chain; `first` where it adds none.
    pub(super) held: u64,
    /// One after the last stored record.
    pub(super) beyond: u64,
}

/// How an epoch begins: which run it follows and where that one ended, or that it follows none.
#[derive(Clone, Copy, Debug)]
pub(super) struct EpochBegin(pub(super) Option<Previous>);

impl EpochUpdate {
    /// Whether the batch brought anything new and must be kept.
    pub(super) fn is_news(&self) -> bool {
        self.kept.new > 0 || self.kept.findings > 0
    }

    /// The number of records of the run before, when this batch is the first to say so; 0 for an
    /// epoch that follows none.
    pub(super) fn ended_before(&self) -> Option<u64> {
        let EpochBegin(previous) = self.start?;
        Some(previous.map_or(0, |previous| previous.next_seq))
    }
}

/// Keeps a group within a transaction.
pub(super) fn keep(
    rows: &mut dyn EpochRows,
    group: &[Incoming],
) -> Result<Vec<KeptBatch>, HubStoreError> {
    let found = rows.find(group)?;
    let updates = group.iter().zip(found);
    let updates = updates.map(|(incoming, epoch)| update(rows, incoming, epoch));
    let updates = updates.collect::<Result<Vec<_>, _>>()?;
    rows.write(group, &updates)?;
    Ok(updates.into_iter().map(|update| update.kept).collect())
}

/// What a batch says of how its epoch begins, where it holds the epoch's start.
fn begin(incoming: &Incoming) -> Option<EpochBegin> {
    match &incoming.batch.records().first()?.0.body {
        Body::EpochStart(previous) => Some(EpochBegin(*previous)),
        Body::Passage(_) => None,
    }
}

/// The run that a batch says its epoch follows, where it holds the epoch's start.
pub(super) fn previous(incoming: &Incoming) -> Option<Epoch> {
    Some(begin(incoming)?.0?.epoch)
}

fn update(
    rows: &mut dyn EpochRows,
    incoming: &Incoming,
    epoch: EpochRow,
) -> Result<EpochUpdate, HubStoreError> {
    let batch = &incoming.batch;
    // A verified batch has at least one record.
    let (Some((first, ..)), Some((last, ..))) = (batch.records().first(), batch.records().last())
    else {
        return Err(HubStoreError::Sequence);
    };
    let end = last.seq.saturating_add(1);
    stored(end)?;
    let before = ChainFront {
        next_seq: first.seq,
        head: batch.before(),
    };
    let mut links = BTreeMap::new();
    if (epoch.front, epoch.beyond) != (before, first.seq) {
        read_links(
            rows,
            epoch.id,
            first.seq.saturating_sub(1)..=end,
            &mut links,
        )?;
    }
    if let Some(last) = epoch.front.next_seq.checked_sub(1) {
        // The retention of its batch may have ended; the row remembers its hash.
        links.entry(last).or_insert(ChainLink {
            before: epoch.front.head,
            head: epoch.front.head,
        });
    }
    let added = compare_with_stored(batch, &links, epoch.front.next_seq);
    let mut findings = added.findings;
    let is_start = added.new.first().filter(|(index, _)| *index == 0);
    let start = is_start.and_then(|_| begin(incoming));
    if let (Some((_, link)), Some(start)) = (is_start, start) {
        let head = link.head;
        let fault = fault_of_start(&epoch, start);
        findings.extend(fault.map(|kind| Finding { seq: 0, kind, head }));
    }
    let new = added.new.iter().filter_map(|(index, link)| {
        let (record, ..) = batch.records().get(*index)?;
        Some((record, *link))
    });
    let new: Vec<(&Record, ChainLink)> = new.collect();
    findings.extend(odd_clock(&new, incoming.at.0));
    links.extend(new.iter().map(|(record, link)| (record.seq, *link)));
    let beyond = epoch.beyond.max(end);
    let front = advance(rows, epoch, beyond, links)?;
    findings.extend(fault_of_end(&epoch, front));
    let mut unknown = Vec::new();
    for finding in findings {
        if !rows.is_known(epoch.id, &finding)? {
            unknown.push(finding);
        }
    }
    let kept = KeptBatch {
        front,
        receipt: incoming.receipt(front),
        new: new.len(),
        findings: unknown.len(),
    };
    Ok(EpochUpdate {
        epoch: epoch.id,
        kept,
        beyond,
        first: first.seq,
        held: if new.is_empty() {
            first.seq
        } else {
            added.held
        },
        start,
        findings: unknown,
        hours: count(&new, incoming.at.0),
    })
}

/// What is wrong with where an epoch begins. A run that it follows, and that has not come yet, may
/// still come: then the finding goes again.
fn fault_of_start(epoch: &EpochRow, EpochBegin(previous): EpochBegin) -> Option<FindingKind> {
    let Some(previous) = previous else {
        let is_first = !epoch.root && (epoch.follower.is_some() || !epoch.others);
        return (!is_first).then_some(FindingKind::Unanchored);
    };
    match epoch.before {
        _ if epoch.twin => Some(FindingKind::Clone),
        None => epoch.others.then_some(FindingKind::Unanchored),
        Some(before) if before.next_seq > previous.next_seq => Some(FindingKind::Clone),
        Some(before) if before.next_seq < previous.next_seq => None,
        Some(before) => (before.head != previous.head).then_some(FindingKind::Unanchored),
    }
}

/// What is wrong with where an epoch ends, by the word of the epoch that follows it: it goes on, or
/// ends otherwise. Looked at when the front gets there.
fn fault_of_end(epoch: &EpochRow, front: ChainFront) -> Option<Finding> {
    let ChainFront { next_seq, head } = epoch.follower?;
    let gets_there = epoch.front.next_seq <= next_seq && front.next_seq >= next_seq;
    let kind = match front.next_seq > next_seq {
        true => FindingKind::Clone,
        false => FindingKind::Unanchored,
    };
    let is_wrong = gets_there && front != ChainFront { next_seq, head };
    is_wrong.then_some(Finding {
        seq: next_seq,
        kind,
        head,
    })
}

/// The first record with an impossible hour: after its arrival, or before the record before it.
fn odd_clock(new: &[(&Record, ChainLink)], at: u64) -> Option<Finding> {
    let latest = at / 3600 + 1;
    let mut before = 0;
    let odd = new.iter().find(|(record, _)| {
        let odd = u64::from(record.hour) > latest || record.hour < before;
        before = record.hour;
        odd
    });
    odd.map(|(record, link)| Finding {
        seq: record.seq,
        kind: FindingKind::Clock,
        head: link.head,
    })
}

/// Hours of so long ago still get a count of their own: a year.
const OLDEST: u64 = 366 * 24;

/// Counts passages by hour. One with an impossible hour is counted in the hour of its arrival, so
/// that a device cannot make more rows than there are hours.
fn count(new: &[(&Record, ChainLink)], at: u64) -> BTreeMap<(u32, Outcome), u64> {
    let now = at / 3600;
    let possible = now.saturating_sub(OLDEST)..=now + 1;
    let mut hours = BTreeMap::new();
    for (record, _) in new {
        if let Body::Passage(sealed) = &record.body {
            let hour = match possible.contains(&u64::from(record.hour)) {
                true => record.hour,
                false => u32::try_from(now).unwrap_or(u32::MAX),
            };
            *hours.entry((hour, sealed.class)).or_insert(0) += 1;
        }
    }
    hours
}

/// Reads the links of those records in a range that are in the chain.
fn read_links(
    rows: &mut dyn EpochRows,
    epoch: i64,
    range: RangeInclusive<u64>,
    links: &mut BTreeMap<u64, ChainLink>,
) -> Result<(), HubStoreError> {
    let mut seq = *range.start();
    while range.contains(&seq) {
        let Some(batch) = rows.holding(epoch, seq)? else {
            match rows.next_first(epoch, seq)? {
                Some(next) => seq = next,
                None => break,
            }
            continue;
        };
        let (mut before, records) = reread(&batch.signed).map_err(HubStoreError::damaged)?;
        for (record, _, head) in records {
            if (seq..batch.held).contains(&record.seq) && range.contains(&record.seq) {
                links.insert(record.seq, ChainLink { before, head });
            }
            before = head;
        }
        seq = batch.held.max(seq.saturating_add(1));
    }
    Ok(())
}

/// Moves the front over every record that follows it without a gap. `links` are those in memory;
/// others are read from the batches that hold them.
fn advance(
    rows: &mut dyn EpochRows,
    epoch: EpochRow,
    beyond: u64,
    mut links: BTreeMap<u64, ChainLink>,
) -> Result<ChainFront, HubStoreError> {
    let mut front = epoch.front;
    while front.next_seq < beyond {
        if !links.contains_key(&front.next_seq) {
            let next = front.next_seq..=front.next_seq.saturating_add(MAX_RECORDS as u64);
            read_links(rows, epoch.id, next, &mut links)?;
        }
        match links.remove(&front.next_seq) {
            Some(link) if link.before == front.head => {
                front = ChainFront {
                    next_seq: front.next_seq.saturating_add(1),
                    head: link.head,
                };
            }
            _ => break,
        }
    }
    Ok(front)
}
