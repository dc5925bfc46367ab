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
    /// One after the last record of the batch that is in the chain: those after it continue
    /// something else.
    pub(super) held: u64,
    /// Forks and breaks.
    pub(super) findings: Vec<Finding>,
}

/// Compares a batch with the stored records of its epoch, from the one before its first record to
/// the one after its last. Records before `front` were stored once: where their link is gone, their
/// retention has ended, and they are not new.
///
/// From the first record that differs from the stored one on, the batch is another branch: none of
/// it is added. Where the branch begins and where it ends are the findings, however long it is.
pub(super) fn compare_with_stored(
    batch: &VerifiedBatch,
    stored: &BTreeMap<u64, ChainLink>,
    front: u64,
) -> ChainAdditions {
    let mut new = Vec::new();
    let mut added = BTreeMap::new();
    let mut branch: Vec<Finding> = Vec::new();
    let mut held = batch.records().first().map_or(0, |(first, ..)| first.seq);
    let mut before = batch.before();
    for (index, (record, _, head)) in batch.records().iter().enumerate() {
        let link = ChainLink {
            before,
            head: *head,
        };
        before = *head;
        let there = stored.get(&record.seq);
        if !branch.is_empty() || there.is_some_and(|there| there.head != link.head) {
            branch.truncate(1);
            branch.push(Finding {
                seq: record.seq,
                kind: FindingKind::Fork,
                head: link.head,
            });
            continue;
        }
        held = record.seq.saturating_add(1);
        if there.is_none() && record.seq >= front {
            new.push((index, link));
            added.insert(record.seq, link);
        }
    }
    let fork = branch.first().map(|finding| finding.seq);
    let mut findings = branch;
    // Where a new record and a stored one meet. Beside a fork, the fork is the finding.
    let at = |seq: u64| added.get(&seq).or_else(|| stored.get(&seq));
    let borders = added.keys().flat_map(|&seq| [seq, seq.saturating_add(1)]);
    for seq in borders.collect::<BTreeSet<_>>() {
        let Some(before) = seq.checked_sub(1) else {
            continue;
        };
        if let (Some(first), Some(second)) = (at(before), at(seq))
            && first.head != second.before
            && fork != Some(seq)
        {
            findings.push(Finding {
                seq,
                kind: FindingKind::Break,
                head: first.head,
            });
        }
    }
    ChainAdditions {
        new,
        held,
        findings,
    }
}
