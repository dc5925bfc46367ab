//! The records that still have to reach the hub, and the deletion of those that have.

use std::{collections::BTreeSet, path::Path};

use gatepost_pass::DeviceId;
use gatepost_protocol::{Epoch, Head, batch::MAX_RECORDS};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::{
    database, error::LogError, receipt::VerifiedReceipt, retention, stored_epoch::StoredEpoch,
};

/// Epochs with records that no receipt covers, except those after the last passage. That passage is
/// looked up from the end: a second `EXISTS` made SQLite build an index over the whole log each
/// time.
pub(super) const WAITING: &str = "
    SELECT ordinal, epoch, acknowledged, acknowledged_head FROM epochs e
    WHERE EXISTS (SELECT 1 FROM records r WHERE r.ordinal = e.ordinal AND r.seq >= e.acknowledged)
      AND e.ordinal <= (SELECT r.ordinal FROM records r WHERE r.passage = 1
                        ORDER BY r.ordinal DESC, r.seq DESC LIMIT 1)
    ORDER BY ordinal";

/// The reading end of the passage log.
#[derive(Debug)]
pub struct Outbox {
    pub(super) connection: Connection,
}

/// Records for one batch, in order.
#[derive(Debug)]
pub struct Outgoing {
    /// The process run that wrote them.
    pub epoch: Epoch,
    /// Chain hash before the first.
    pub before: Head,
    /// The encoded records.
    pub records: Vec<Vec<u8>>,
}

/// What has not reached the hub.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Passages without a receipt.
    pub unsent: u64,
    /// The hour (since 1970) of the oldest of them.
    pub oldest_hour: Option<u32>,
    /// Those among them whose epoch the hub has refused.
    pub parked: u64,
}

/// What a receipt changed in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acknowledged {
    /// The hub holds more than before.
    Forward {
        /// Number of passages it holds in addition.
        passages: u64,
    },
    /// Nothing: the receipt repeats what was known.
    Nothing,
    /// The hub holds less than it once acknowledged (restored from a backup); what it lacks waits
    /// again.
    Back,
}

impl Outbox {
    /// Opens the log beside a writer.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        Ok(Self {
            connection: database::open(path)?,
        })
    }

    /// Counts what has not reached the hub.
    pub fn backlog(&self) -> Result<Backlog, LogError> {
        let backlog = self.connection.query_row(
            "SELECT count(*), min(hour), count(since)
             FROM records r JOIN epochs e USING (ordinal) LEFT JOIN parked p USING (ordinal)
             WHERE passage = 1 AND seq >= acknowledged",
            [],
            |row| {
                Ok(Backlog {
                    unsent: row.get::<_, i64>(0)? as u64,
                    oldest_hour: row.get(1)?,
                    parked: row.get::<_, i64>(2)? as u64,
                })
            },
        )?;
        Ok(backlog)
    }

    /// The oldest records without a receipt, at most [`MAX_RECORDS`], of an epoch that is not
    /// parked. An epoch that holds nothing but its start waits until it or a later one has a
    /// passage. Then the hub needs it too: the next epoch names it, and it alone says where the one
    /// before it ended.
    pub fn next(&self, parked: &BTreeSet<Epoch>) -> Result<Option<Outgoing>, LogError> {
        let mut waiting = self.waiting()?.into_iter();
        match waiting.find(|waiting| !parked.contains(&waiting.epoch)) {
            None => Ok(None),
            Some(waiting) => Ok(Some(Outgoing {
                epoch: waiting.epoch,
                before: waiting.acknowledged_head,
                records: self.records(waiting.ordinal, waiting.acknowledged)?,
            })),
        }
    }

    /// Everything without a receipt, batch by batch, parked or not: as it stands now, whatever is
    /// acknowledged and forgotten meanwhile.
    pub fn each_unsent<E: From<LogError>>(
        &self,
        device: DeviceId,
        mut each: impl FnMut(Outgoing) -> Result<(), E>,
    ) -> Result<(), E> {
        let snapshot = self.connection.unchecked_transaction();
        let _snapshot = snapshot.map_err(LogError::from)?;
        for waiting in self.waiting()? {
            let (mut seq, mut before) = (waiting.acknowledged, waiting.acknowledged_head);
            loop {
                let records = self.records(waiting.ordinal, seq)?;
                if records.is_empty() {
                    break;
                }
                seq += records.len() as i64;
                let after = records.iter().fold(before, |head, record| {
                    head.after(device, waiting.epoch, record)
                });
                let epoch = waiting.epoch;
                each(Outgoing {
                    epoch,
                    before,
                    records,
                })?;
                before = after;
            }
        }
        Ok(())
    }

    fn waiting(&self) -> Result<Vec<StoredEpoch>, LogError> {
        let mut statement = self.connection.prepare(WAITING)?;
        let rows = statement.query_map([], StoredEpoch::of_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn records(&self, ordinal: i64, from: i64) -> Result<Vec<Vec<u8>>, LogError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT bytes FROM records WHERE ordinal = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3",
        )?;
        let rows =
            statement.query_map(params![ordinal, from, MAX_RECORDS as i64], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Number of an epoch's records, from the first on, that a receipt covers; nothing for an epoch
    /// of another log.
    pub fn acknowledged(&self, epoch: Epoch) -> Result<Option<u64>, LogError> {
        let known = self
            .connection
            .query_row(
                "SELECT acknowledged FROM epochs WHERE epoch = ?1",
                [epoch.0],
                |row| row.get::<_, i64>(0),
            )
            .optional()?;
        Ok(known.map(i64::unsigned_abs))
    }

    /// Takes a receipt: only what it covers with this device's own chain hash is marked as sent.
    pub fn acknowledge(&mut self, receipt: &VerifiedReceipt) -> Result<Acknowledged, LogError> {
        // Immediate: it reads before it writes, and the log's writer may commit in between.
        let change = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let known: Option<(i64, i64)> = change
            .query_row(
                "SELECT ordinal, acknowledged FROM epochs WHERE epoch = ?1",
                [receipt.epoch.0],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let (ordinal, acknowledged) = known.ok_or(LogError::Receipt)?;
        let next = i64::try_from(receipt.next_seq).map_err(|_| LogError::Receipt)?;
        if next == acknowledged {
            return Ok(Acknowledged::Nothing);
        }
        let ours = match next {
            0 => Some(Head::START.0.0),
            _ => change
                .query_row(
                    "SELECT head FROM records WHERE ordinal = ?1 AND seq = ?2",
                    params![ordinal, next - 1],
                    |row| row.get(0),
                )
                .optional()?,
        };
        let (from, to) = (acknowledged.min(next), acknowledged.max(next));
        let (held, passages): (i64, i64) = change.query_row(
            "SELECT count(*), coalesce(sum(passage), 0) FROM records
             WHERE ordinal = ?1 AND seq >= ?2 AND seq < ?3",
            params![ordinal, from, to],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let back = next < acknowledged;
        if ours != Some(receipt.head.0.0) || held != to - from {
            // What the hub lost after it was acknowledged and deleted here cannot be sent again.
            return if back {
                Ok(Acknowledged::Nothing)
            } else {
                Err(LogError::Receipt)
            };
        }
        change.execute(
            "UPDATE epochs SET acknowledged = ?2, acknowledged_head = ?3 WHERE ordinal = ?1",
            params![ordinal, next, receipt.head.0.0],
        )?;
        change.execute("DELETE FROM parked WHERE ordinal = ?1", [ordinal])?;
        change.commit()?;
        Ok(if back {
            Acknowledged::Back
        } else {
            Acknowledged::Forward {
                passages: passages as u64,
            }
        })
    }

    /// Deletes records that a receipt has covered for more than `keep` hours. The device has run
    /// for `hours_run` hours in all. Returns their number.
    pub fn forget(&mut self, hours_run: u32, keep: u32) -> Result<usize, LogError> {
        retention::note(&mut self.connection, hours_run)?;
        retention::forget(&self.connection, hours_run.saturating_sub(keep))
    }
}
