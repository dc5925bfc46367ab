//! An epoch as the log holds it.

use gatepost_pass::Digest;
use gatepost_protocol::{Epoch, Head};
use rusqlite::Row;

/// An epoch, and how far the hub has acknowledged it.
pub(super) struct StoredEpoch {
    pub(super) ordinal: i64,
    pub(super) epoch: Epoch,
    /// Position of the first record without a receipt; the head is the chain hash before it.
    pub(super) acknowledged: i64,
    pub(super) acknowledged_head: Head,
}

impl StoredEpoch {
    /// From `ordinal, epoch, acknowledged, acknowledged_head`.
    pub(super) fn of_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            ordinal: row.get(0)?,
            epoch: Epoch(row.get(1)?),
            acknowledged: row.get(2)?,
            acknowledged_head: Head(Digest(row.get(3)?)),
        })
    }
}
