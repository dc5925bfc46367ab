//! Compares a batch with the records that are stored already: which are new, where the chain forks
//! or breaks. Pure.

use std::collections::{BTreeMap, BTreeSet};

use gatepost_protocol::{Head, VerifiedBatch};

use super::finding::{Finding, FindingKind};

/// A record's link in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChainLink {
    /// Chain hash before the record.
    pub(super) before: Head,
    /// Chain hash after it.
    pub(super) head: Head,
}

/// What a batch adds to the stored records.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ChainAdditions {
    /// Records that are not stored yet: their index in the batch, and their links.
    pub(super) new: Vec<(usize, ChainLink)>,
    /// Forks and breaks.
    pub(super) findings: Vec<Finding>,
}

/// Compares a batch with the stored records of its epoch, from the one before its first record to
/// the one after its last. Records before `front` were stored once: where their link is gone, their
/// retention has ended, and they are not new.
pub(super) fn compare_with_stored(
    batch: &VerifiedBatch,
    stored: &BTreeMap<u64, ChainLink>,
    front: u64,
) -> ChainAdditions {
    let mut new = Vec::new();
    let mut added = BTreeMap::new();
    let mut forked = BTreeSet::new();
    let mut findings = Vec::new();
    let mut before = batch.before();
    for (index, (record, _, head)) in batch.records().iter().enumerate() {
        let link = ChainLink {
            before,
            head: *head,
        };
        before = *head;
        match stored.get(&record.seq) {
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
    // Where a new record and a stored one meet. Beside a fork, the fork is the finding.
    let at = |seq: u64| added.get(&seq).or_else(|| stored.get(&seq));
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
    ChainAdditions { new, findings }
}
