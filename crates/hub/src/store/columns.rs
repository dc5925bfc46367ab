//! Values as the databases store them, and rows read back: the same for every database.

use gatepost_pass::{ClockTrust, DeviceId, Digest, Freshness, ManifestId, Timestamp};
use gatepost_protocol::{Epoch, Head, Outcome, ProgramStatus};

use super::{
    arrivals::{ArrivalFilter, ArrivedItem},
    batches::ChainFront,
    error::HubStoreError,
    finding::{FindingKind, FindingRow},
    fleet::{DeviceRow, HourRow, ReceivedStatus, ReportedStatus, Totals},
    position::RecordPosition,
};

/// A number as a database stores it.
pub(super) fn stored(number: u64) -> Result<i64, HubStoreError> {
    i64::try_from(number).map_err(|_| HubStoreError::Sequence)
}

/// Seconds of an hour.
const HOUR: u64 = 3600;

/// A time as a database stores it: its hour since 1970, so that no table says more.
pub(super) fn stored_hour(at: Timestamp) -> i64 {
    (at.0 / HOUR) as i64
}

/// Seconds that the clock of a device was ahead of the hub's when it reported.
pub(super) fn ahead(received: &ReceivedStatus) -> i64 {
    let seconds = |at: Timestamp| i64::try_from(at.0).unwrap_or(i64::MAX);
    seconds(received.status.at).saturating_sub(seconds(received.at))
}

/// A filter's times as a database stores them, and the device's bytes. What arrived in an hour that
/// only half belongs to the filter passes.
pub(super) fn stored_filter(filter: &ArrivalFilter) -> (i64, i64, Option<[u8; 16]>) {
    let device = filter.device.map(|device| device.0);
    let until = filter.until.0.div_ceil(HOUR) as i64;
    (stored_hour(filter.from), until, device)
}

/// An epoch as the database has it.
#[derive(Clone, Copy)]
pub(super) struct EpochRow {
    /// Its key.
    pub(super) id: i64,
    /// How far it is stored without a gap.
    pub(super) front: ChainFront,
    /// How far the run is stored that this batch says its epoch follows; none where it is unknown.
    pub(super) before: Option<ChainFront>,
    /// One after the last stored record.
    pub(super) beyond: u64,
    /// Where an epoch that follows this one says that it ended; the earliest of several.
    pub(super) follower: Option<ChainFront>,
    /// Whether another epoch of the device follows the run that this batch says its epoch follows.
    pub(super) twin: bool,
    /// Whether the device has other epochs.
    pub(super) others: bool,
    /// Whether another epoch of the device follows none.
    pub(super) root: bool,
}

/// A stored batch with records in the chain.
#[derive(Debug)]
pub(super) struct HeldBatch {
    /// One after the last of them.
    pub(super) held: u64,
    /// The bytes that its device signed.
    pub(super) signed: Vec<u8>,
}

/// A row of a query's result.
pub(super) trait Columns {
    /// An integer; nothing for NULL.
    fn nullable(&self, column: usize) -> Result<Option<i64>, HubStoreError>;
    /// Text.
    fn text(&self, column: usize) -> Result<String, HubStoreError>;
    /// Bytes.
    fn bytes(&self, column: usize) -> Result<Vec<u8>, HubStoreError>;
    /// A condition.
    fn flag(&self, column: usize) -> Result<bool, HubStoreError>;

    /// An integer.
    fn integer(&self, column: usize) -> Result<i64, HubStoreError> {
        let number = self.nullable(column)?;
        number.ok_or_else(|| HubStoreError::damaged("NULL where a number belongs"))
    }

    /// A number that [`stored`] wrote: none is negative.
    fn number(&self, column: usize) -> Result<u64, HubStoreError> {
        Ok(self.integer(column)?.unsigned_abs())
    }

    /// A number that was written as a `u32`.
    fn small(&self, column: usize) -> Result<u32, HubStoreError> {
        u32::try_from(self.integer(column)?).map_err(HubStoreError::damaged)
    }

    /// The beginning of an hour that [`stored_hour`] wrote.
    fn time(&self, column: usize) -> Result<Timestamp, HubStoreError> {
        Ok(Timestamp(self.number(column)?.saturating_mul(HOUR)))
    }

    /// An identifier or digest.
    fn array<const N: usize>(&self, column: usize) -> Result<[u8; N], HubStoreError> {
        let bytes = self.bytes(column)?;
        let found = bytes.len();
        let wrong = |_| HubStoreError::damaged(format!("{found} bytes where {N} belong"));
        bytes.try_into().map_err(wrong)
    }

    /// The value of an enum that is stored as its index in `all`.
    fn one_of<T: Copy>(&self, all: &[T], column: usize) -> Result<T, HubStoreError> {
        let number = self.integer(column)?;
        let index = usize::try_from(number).ok();
        let value = index.and_then(|index| all.get(index)).copied();
        value.ok_or_else(|| HubStoreError::damaged(format!("unknown value {number}")))
    }

    /// Device, epoch, and number of a record in the first three columns.
    fn position(&self) -> Result<RecordPosition, HubStoreError> {
        Ok(RecordPosition {
            device: DeviceId(self.array(0)?),
            epoch: Epoch(self.array(1)?),
            seq: self.number(2)?,
        })
    }

    /// A chain hash.
    fn head(&self, column: usize) -> Result<Head, HubStoreError> {
        Ok(Head(Digest(self.array(column)?)))
    }
}

/// Implements [`Columns`] for a database's row, whose method `$get` reads a column.
macro_rules! implement_columns {
    ($row:ty, $get:ident) => {
        impl crate::store::columns::Columns for $row {
            fn nullable(&self, column: usize) -> Result<Option<i64>, HubStoreError> {
                Ok(self.$get(column)?)
            }
            fn text(&self, column: usize) -> Result<String, HubStoreError> {
                Ok(self.$get(column)?)
            }
            fn bytes(&self, column: usize) -> Result<Vec<u8>, HubStoreError> {
                Ok(self.$get(column)?)
            }
            fn flag(&self, column: usize) -> Result<bool, HubStoreError> {
                Ok(self.$get(column)?)
            }
        }
    };
}
pub(super) use implement_columns;

const OUTCOMES: [Outcome; 3] = [Outcome::Admit, Outcome::Check, Outcome::Refuse];
const FRESHNESS: [Freshness; 3] = [Freshness::Fresh, Freshness::Stale, Freshness::Expired];
const CLOCKS: [ClockTrust; 4] = [
    ClockTrust::Trusted,
    ClockTrust::Unconfirmed,
    ClockTrust::Behind,
    ClockTrust::Ahead,
];

/// Columns: id, next_seq, head, beyond, whether there is a twin, whether there are others and a
/// root among them, next_seq and head of the epoch before, of the follower.
pub(super) fn epoch_row(row: &impl Columns) -> Result<EpochRow, HubStoreError> {
    Ok(EpochRow {
        id: row.integer(0)?,
        front: ChainFront {
            next_seq: row.number(1)?,
            head: row.head(2)?,
        },
        beyond: row.number(3)?,
        twin: row.flag(4)?,
        others: row.flag(5)?,
        root: row.flag(6)?,
        before: front(row, 7)?,
        follower: front(row, 9)?,
    })
}

/// Columns: held, signed bytes.
pub(super) fn held_batch(row: &impl Columns) -> Result<HeldBatch, HubStoreError> {
    Ok(HeldBatch {
        held: row.number(0)?,
        signed: row.bytes(1)?,
    })
}

/// A number of records and a chain hash in two columns; none for NULL.
fn front(row: &impl Columns, column: usize) -> Result<Option<ChainFront>, HubStoreError> {
    match row.nullable(column)? {
        None => Ok(None),
        Some(next_seq) => Ok(Some(ChainFront {
            next_seq: next_seq.unsigned_abs(),
            head: row.head(column + 1)?,
        })),
    }
}

/// Columns: device, epoch, seq, kind, at.
pub(super) fn finding_row(row: &impl Columns) -> Result<FindingRow, HubStoreError> {
    Ok(FindingRow {
        position: row.position()?,
        kind: row.one_of(&FindingKind::ALL, 3)?,
        at: row.time(4)?,
    })
}

/// The same as something that arrived.
pub(super) fn arrived_finding(row: &impl Columns) -> Result<ArrivedItem, HubStoreError> {
    finding_row(row).map(ArrivedItem::Finding)
}

/// Columns: device, epoch, first record, number of the batch, signed bytes, receipt.
pub(super) fn arrived_batch(row: &impl Columns) -> Result<ArrivedItem, HubStoreError> {
    Ok(ArrivedItem::Batch {
        first: row.position()?,
        number: row.integer(3)?,
        signed: row.bytes(4)?,
        receipt: row.bytes(5)?,
    })
}

/// Columns: passages, devices, findings, gaps.
pub(super) fn totals(row: &impl Columns) -> Result<Totals, HubStoreError> {
    Ok(Totals {
        passages: row.number(0)?,
        devices: row.number(1)?,
        findings: row.number(2)?,
        gaps: row.number(3)?,
    })
}

/// Columns: device, name, seen, revocation, told, ahead, clock, bundle, freshness, backlog, parked,
/// waiting, manifest, program.
pub(super) fn device_row(row: &impl Columns) -> Result<DeviceRow, HubStoreError> {
    let status = match row.nullable(4)? {
        None => None,
        Some(_) => Some(ReportedStatus {
            at: row.time(4)?,
            offset: row.integer(5)?,
            clock: row.one_of(&CLOCKS, 6)?,
            bundle: match row.nullable(7)? {
                None => None,
                Some(_) => Some(ManifestId {
                    version: row.number(7)?,
                    digest: Digest(row.array(12)?),
                }),
            },
            freshness: row.one_of(&FRESHNESS, 8)?,
            backlog: row.number(9)?,
            parked: row.small(10)?,
            program: match row.bytes(13)?.as_slice() {
                [] => None,
                bytes => Some(program(bytes)?),
            },
        }),
    };
    Ok(DeviceRow {
        device: DeviceId(row.array(0)?),
        name: row.text(1)?,
        seen: row.time(2)?,
        status,
        waiting: row.number(11)?,
        revocation: match row.nullable(3)? {
            None => None,
            Some(_) => Some(row.time(3)?),
        },
    })
}

/// What a status said of the device's program.
fn program(bytes: &[u8]) -> Result<ProgramStatus, HubStoreError> {
    gatepost_pass::decode("program", bytes).map_err(HubStoreError::damaged)
}

/// Columns: hour, class, passages.
pub(super) fn hour_row(row: &impl Columns) -> Result<HourRow, HubStoreError> {
    Ok(HourRow {
        hour: row.small(0)?,
        class: row.one_of(&OUTCOMES, 1)?,
        passages: row.number(2)?,
    })
}
