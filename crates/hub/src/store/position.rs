//! Where a record is in a device's chain.

use gatepost_pass::DeviceId;
use gatepost_protocol::Epoch;

/// The position of a record: whose chain, which run, which number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordPosition {
    /// The device that signed it.
    pub device: DeviceId,
    /// The device's process run.
    pub epoch: Epoch,
    /// Number of the record in that run, from 0.
    pub seq: u64,
}
