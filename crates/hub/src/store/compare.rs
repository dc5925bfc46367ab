//! What a batch adds to the records that are held already. Pure: the same for every database.

use std::collections::{BTreeMap, BTreeSet};

use gatepost_protocol::{Head, VerifiedBatch};

/// A record's two ends in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Chain hash before the record.
    pub(super) before: Head,
    /// Chain hash after it.
    pub(super) head: Head,
}

/// Records that don't fit together. The one that came first stays where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Position in the epoch.
    pub seq: u64,
    /// What does not fit.
    pub kind: FindingKind,
    /// The chain hash that tells this finding from others at its place.
    pub head: Head,
}

/// What does not fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// Two different records of the same number, both signed by the device.
    Fork,
    /// A record that does not continue the one held before it.
    Break,
    /// A second process run that follows the same earlier one: a cloned or restored disk.
    Clone,
    /// An hour after the record's arrival, or before that of the record before it: a wrong clock, or one that
    /// was set back.
    Clock,
}

impl FindingKind {
    /// All of them, each at the place of its number in the database. New ones go to the end.
    pub(super) const ALL: [Self; 4] = [Self::Fork, Self::Break, Self::Clone, Self::Clock];

    /// The word in a listing.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fork => "fork",
            Self::Break => "break",
            Self::Clone => "clone",
            Self::Clock => "clock",
        }
    }
}

/// What a batch adds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Added {
    /// Records that are not held yet: their index in the batch, and their ends.
    pub(super) new: Vec<(usize, Link)>,
    /// What does not fit.
    pub(super) findings: Vec<Finding>,
}

/// Compares a batch with the held records of its epoch, from the one before its first record to the
/// one after its last. Records before `front` were held once: where their link is gone, they were forgotten
/// after their time, and are not new.
pub(super) fn compare(batch: &VerifiedBatch, held: &BTreeMap<u64, Link>, front: u64) -> Added {
    let mut new = Vec::new();
    let mut added = BTreeMap::new();
    let mut forked = BTreeSet::new();
    let mut findings = Vec::new();
    let mut before = batch.before();
    for (index, (record, _, head)) in batch.records().iter().enumerate() {
        let link = Link {
            before,
            head: *head,
        };
        before = *head;
        match held.get(&record.seq) {
            None if record.seq < front => {}
            None => {
                new.push((index, link));
                added.insert(record.seq, link);
            }
            Some(same) if same.head == link.head => {}
            Some(_) => {
                forked.insert(record.seq);
                findings.push(Finding {
                    seq: record.seq,
                    kind: FindingKind::Fork,
                    head: link.head,
                });
            }
        }
    }
    // A new record beside a held one; beside a fork, the fork says it already.
    let at = |seq: u64| added.get(&seq).or_else(|| held.get(&seq));
    let borders = added.keys().flat_map(|&seq| [seq, seq.saturating_add(1)]);
    for seq in borders.collect::<BTreeSet<_>>() {
        let Some(before) = seq.checked_sub(1) else {
            continue;
        };
        if let (Some(first), Some(second)) = (at(before), at(seq))
            && first.head != second.before
            && !forked.contains(&before)
            && !forked.contains(&seq)
        {
            findings.push(Finding {
                seq,
                kind: FindingKind::Break,
                head: first.head,
            });
        }
    }
    Added { new, findings }
}
