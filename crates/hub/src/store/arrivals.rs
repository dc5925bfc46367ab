//! What arrived, as listings and exports read it back.

use gatepost_pass::{DeviceId, Timestamp};

use super::{finding::FindingRow, position::RecordPosition};

/// Which of the things that arrived are visited. Of an arrival only the hour is known: what came in
/// an hour of which part is asked for is visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArrivalFilter {
    /// Those of one device, or of all.
    pub device: Option<DeviceId>,
    /// What arrived, by the hub's clock, at this time or after it.
    pub from: Timestamp,
    /// What arrived before this time.
    pub until: Timestamp,
}

impl ArrivalFilter {
    /// Everything.
    pub const ALL: Self = Self {
        device: None,
        from: Timestamp(0),
        until: Timestamp(u64::MAX),
    };
}

/// A batch or finding in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArrivedItem {
    /// A batch, as its device signed it. Batches of an epoch may overlap; of the copies of one
    /// record, the one in the batch with the lowest number is valid.
    Batch {
        /// Position of its first record.
        first: RecordPosition,
        /// Grows with the order of arrival.
        number: i64,
        /// The bytes that the device signed.
        signed: Vec<u8>,
        /// The receipt that the hub signed for it: its word on when the batch arrived.
        receipt: Vec<u8>,
    },
    /// Something that contradicts what was stored before.
    Finding(FindingRow),
}
