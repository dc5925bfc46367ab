//! What a batch changes in its epoch's row: the same for every database, which only finds and writes rows.
//!
//! An epoch's row holds how far its records are held without a gap (the front) and where the last held one ends.
//! A batch that continues both needs nothing more; every other is compared with the batches that overlap it.

use std::collections::BTreeMap;

use gatepost_protocol::{Body, Epoch, Outcome, Record, batch::reread};

use super::{
    Finding, FindingKind, Front, Incoming, Kept, StoreError,
    compare::{Link, compare},
    stored,
};

/// One transaction of a database.
pub(super) trait Rows {
    /// The rows of each batch's epoch, made where they are missing, and locked.
    fn find(&mut self, group: &[Incoming]) -> Result<Vec<EpochRow>, StoreError>;

    /// What is held of an epoch about the records `from..=to`.
    fn held(&mut self, epoch: i64, from: u64, to: u64) -> Result<Held, StoreError>;

    /// Writes what each batch of the group changes.
    fn write(&mut self, group: &[Incoming], changes: &[Change]) -> Result<(), StoreError>;
}

/// An epoch as the database has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct EpochRow {
    /// Its key.
    pub(super) id: i64,
    /// What is held without a gap.
    pub(super) front: Front,
    /// One after the last held record.
    pub(super) beyond: u64,
    /// Whether another epoch of the device follows the run that this batch says its epoch follows.
    pub(super) twin: bool,
}

/// What is held about a range of records.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Batches with any of them, in the order in which they came.
    pub(super) batches: Vec<Vec<u8>>,
    /// Findings at them.
    pub(super) findings: Vec<Finding>,
}

/// What a batch changes.
#[derive(Debug)]
pub(super) struct Change {
    /// The row of its epoch.
    pub(super) epoch: i64,
    /// What is told to the caller.
    pub(super) kept: Kept,
    /// One after the last held record.
    pub(super) beyond: u64,
    /// First and last record of the batch.
    pub(super) range: (u64, u64),
    /// The run that the epoch follows, when this batch brought that word.
    pub(super) previous: Option<Epoch>,
    /// Findings that are new.
    pub(super) findings: Vec<Finding>,
    /// New passages by hour and class.
    pub(super) hours: BTreeMap<(u32, Outcome), u64>,
}

impl Change {
    /// Whether the batch is a new word that must be kept.
    pub(super) fn is_news(&self) -> bool {
        self.kept.new > 0 || self.kept.findings > 0
    }
}

/// Keeps a group within a transaction.
pub(super) fn keep(rows: &mut dyn Rows, group: &[Incoming]) -> Result<Vec<Kept>, StoreError> {
    let found = rows.find(group)?;
    let changes = group.iter().zip(found);
    let changes = changes.map(|(incoming, epoch)| change(rows, incoming, epoch));
    let changes = changes.collect::<Result<Vec<_>, _>>()?;
    rows.write(group, &changes)?;
    Ok(changes.into_iter().map(|change| change.kept).collect())
}

/// The run that a batch says its epoch follows, where it holds the epoch's start.
pub(super) fn previous(incoming: &Incoming) -> Option<Epoch> {
    match &incoming.batch.records().first()?.0.body {
        Body::EpochStart(Some(previous)) => Some(previous.epoch),
        _ => None,
    }
}

fn change(rows: &mut dyn Rows, incoming: &Incoming, epoch: EpochRow) -> Result<Change, StoreError> {
    let batch = &incoming.batch;
    // A verified batch has at least one record.
    let (Some((first, ..)), Some((last, ..))) = (batch.records().first(), batch.records().last())
    else {
        return Err(StoreError::Sequence);
    };
    let end = last.seq.saturating_add(1);
    stored(end)?;
    let before = Front {
        next_seq: first.seq,
        head: batch.before(),
    };
    let held = if (epoch.front, epoch.beyond) == (before, first.seq) {
        Held::default()
    } else {
        rows.held(epoch.id, first.seq.saturating_sub(1), end)?
    };
    let mut links = BTreeMap::new();
    add_links(&mut links, &held.batches)?;
    if let Some(last) = epoch.front.next_seq.checked_sub(1) {
        // Its batch may have been forgotten since; the row remembers its end.
        links.entry(last).or_insert(Link {
            before: epoch.front.head,
            head: epoch.front.head,
        });
    }
    let added = compare(batch, &links, epoch.front.next_seq);
    let mut findings = added.findings;
    let is_start = added.new.first().filter(|(index, _)| *index == 0);
    let previous = is_start.and_then(|_| previous(incoming));
    if let (Some(_), Some((_, link)), true) = (previous, is_start, epoch.twin) {
        findings.push(Finding {
            seq: 0,
            kind: FindingKind::Clone,
            head: link.head,
        });
    }
    let new = added.new.iter().filter_map(|(index, link)| {
        let (record, ..) = batch.records().get(*index)?;
        Some((record, *link))
    });
    let new: Vec<(&Record, Link)> = new.collect();
    findings.extend(odd_clock(&new, incoming.at.0));
    findings.retain(|finding| !held.findings.contains(finding));
    links.extend(new.iter().map(|(record, link)| (record.seq, *link)));
    let beyond = epoch.beyond.max(end);
    let kept = Kept {
        front: advance(rows, epoch, beyond, links)?,
        new: new.len(),
        findings: findings.len(),
    };
    Ok(Change {
        epoch: epoch.id,
        kept,
        beyond,
        range: (first.seq, last.seq),
        previous,
        findings,
        hours: count(&new, incoming.at.0),
    })
}

/// The first record whose hour can't be: after its arrival, or before the record before it.
fn odd_clock(new: &[(&Record, Link)], at: u64) -> Option<Finding> {
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

/// Counts passages by hour. A clock that can't be is counted when it came, so that a device can't make more
/// rows than there are hours.
fn count(new: &[(&Record, Link)], at: u64) -> BTreeMap<(u32, Outcome), u64> {
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

/// The links of the records in batches; of two with one number, that of the earlier batch.
fn add_links(links: &mut BTreeMap<u64, Link>, batches: &[Vec<u8>]) -> Result<(), StoreError> {
    for signed in batches {
        let (mut before, records) =
            reread(signed).map_err(|why| StoreError::Damaged(why.to_string()))?;
        for (record, _, head) in records {
            links.entry(record.seq).or_insert(Link { before, head });
            before = head;
        }
    }
    Ok(())
}

/// The front after every record that follows it without a gap. `links` are those at hand; more are read where
/// they may be.
fn advance(
    rows: &mut dyn Rows,
    epoch: EpochRow,
    beyond: u64,
    mut links: BTreeMap<u64, Link>,
) -> Result<Front, StoreError> {
    let mut front = epoch.front;
    while front.next_seq < beyond {
        if !links.contains_key(&front.next_seq) {
            let held = rows.held(epoch.id, front.next_seq, front.next_seq)?;
            add_links(&mut links, &held.batches)?;
        }
        match links.remove(&front.next_seq) {
            Some(link) if link.before == front.head => {
                front = Front {
                    next_seq: front.next_seq.saturating_add(1),
                    head: link.head,
                };
            }
            _ => break,
        }
    }
    Ok(front)
}
