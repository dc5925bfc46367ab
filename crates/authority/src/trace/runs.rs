//! Which runs of a device are not the ones that follow each other on its disk.
//!
//! An honest device's runs form one line: the first has none before it, each other one follows
//! where the one before it ended. Of two that cannot both be, the one that arrived later, by the
//! hub's word, is the doubtful one.

use std::{cmp::Reverse, collections::BTreeMap};

use gatepost_pass::{DeviceId, Timestamp};
use gatepost_protocol::{Epoch, Previous};

use super::discrepancy::{DeviceEpoch, Discrepancy};

/// The start of a run.
#[derive(Clone, Copy)]
pub(super) struct RunStart {
    /// Whose run, and which.
    pub(super) of: DeviceEpoch,
    /// The run that it follows, by its own word.
    pub(super) previous: Option<Previous>,
    /// The hour in which it arrived.
    pub(super) arrived: Option<Timestamp>,
}

/// Orders by arrival: known ones first, then by name, so that the order is one.
fn order(run: &RunStart) -> (Reverse<bool>, Option<Timestamp>, Epoch) {
    (Reverse(run.arrived.is_some()), run.arrived, run.of.1)
}

/// Runs that follow nothing although their device had others before, and second runs after one.
pub(super) fn doubtful(starts: &[RunStart]) -> Vec<Discrepancy> {
    let mut devices: BTreeMap<DeviceId, Vec<RunStart>> = BTreeMap::new();
    for start in starts {
        devices.entry(start.of.0).or_default().push(*start);
    }
    let mut found = Vec::new();
    for runs in devices.values_mut() {
        runs.sort_by_key(order);
        let mut followed: Vec<Epoch> = Vec::new();
        for (place, run) in runs.iter().enumerate() {
            let of = run.of;
            match run.previous {
                Some(previous) if followed.contains(&previous.epoch) => {
                    found.push(Discrepancy::Clone { of, seq: 0 });
                }
                Some(previous) => followed.push(previous.epoch),
                None if is_first(run, &runs[..place]) => {}
                None => found.push(Discrepancy::Unanchored { of }),
            }
        }
    }
    found
}

/// Whether a run that follows nothing may be its device's first: no other arrived in an hour
/// before, and none of the same hour follows nothing either.
fn is_first(run: &RunStart, before: &[RunStart]) -> bool {
    before
        .iter()
        .all(|other| other.previous.is_some() && other.arrived == run.arrived)
}
