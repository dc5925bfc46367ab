//! What still has to reach the hub, and what may be forgotten.

use std::{collections::BTreeSet, path::Path};

use gatepost_pass::{DeviceId, Digest};
use gatepost_protocol::{Epoch, Head, Receipt, batch::MAX_RECORDS};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::{
    database::{self, LogError},
    room,
};

/// Epochs with records that no receipt covers, but for those after the last passage. That one is looked up from the end;
/// as a second `EXISTS` it made SQLite build an index over the whole log, each time.
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
    /// Which process run.
    pub epoch: Epoch,
    /// Chain hash before the first.
    pub before: Head,
    /// Their bytes.
    pub records: Vec<Vec<u8>>,
}

/// What has not reached the hub.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Passages without a receipt.
    pub unsent: u64,
    /// The hour (since 1970) of the oldest of them.
    pub oldest_hour: Option<u32>,
    /// How many of them the hub has refused.
    pub parked: u64,
}

/// What a receipt changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The hub holds more than before.
    Forward {
        /// So many passages more.
        passages: u64,
    },
    /// It says what was known.
    Nothing,
    /// The hub holds less than it once said (restored from a backup); what it lacks waits again.
    Back,
}

/// An epoch that has something to tell.
struct Waiting {
    ordinal: i64,
    epoch: Epoch,
    acknowledged: i64,
    head: Head,
}

impl Outbox {
    /// Opens the log beside a writer.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        Ok(Self {
            connection: database::open(path)?,
        })
    }

    /// How much is waiting.
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

    /// The oldest records without a receipt, at most [`MAX_RECORDS`], of an epoch that is not parked.
    /// An epoch that holds nothing but its start waits until one from it on has a passage: then the hub must
    /// hear of it, for the next one names it, and it alone says where the one before it ended.
    pub fn next(&self, parked: &BTreeSet<Epoch>) -> Result<Option<Outgoing>, LogError> {
        let mut waiting = self.waiting()?.into_iter();
        match waiting.find(|waiting| !parked.contains(&waiting.epoch)) {
            None => Ok(None),
            Some(waiting) => Ok(Some(Outgoing {
                epoch: waiting.epoch,
                before: waiting.head,
                records: self.records(waiting.ordinal, waiting.acknowledged)?,
            })),
        }
    }

    /// Everything without a receipt, batch by batch, parked or not.
    pub fn each_unsent<E: From<LogError>>(
        &self,
        device: DeviceId,
        mut each: impl FnMut(Outgoing) -> Result<(), E>,
    ) -> Result<(), E> {
        for waiting in self.waiting()? {
            let (mut seq, mut before) = (waiting.acknowledged, waiting.head);
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

    fn waiting(&self) -> Result<Vec<Waiting>, LogError> {
        let mut statement = self.connection.prepare(WAITING)?;
        let rows = statement.query_map([], |row| {
            Ok(Waiting {
                ordinal: row.get(0)?,
                epoch: Epoch(row.get(1)?),
                acknowledged: row.get(2)?,
                head: Head(Digest(row.get(3)?)),
            })
        })?;
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

    /// How many records of an epoch a receipt covers, from 0 on; nothing for an epoch of another log.
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

    /// Takes a verified receipt: only what it covers with this device's own chain hash counts as sent.
    pub fn acknowledge(&mut self, receipt: &Receipt) -> Result<Progress, LogError> {
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
            return Ok(Progress::Nothing);
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
            // A hub that lost what was acknowledged and forgotten here can't be helped by this device.
            return if back {
                Ok(Progress::Nothing)
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
            Progress::Back
        } else {
            Progress::Forward {
                passages: passages as u64,
            }
        })
    }

    /// Deletes records that a receipt covers and that are older than `before_hour`, in small steps so
    /// that passages can be logged in between. Returns how many.
    pub fn forget(&mut self, before_hour: u32) -> Result<usize, LogError> {
        let mut deleted = 0;
        loop {
            let step = room::forget_step(&self.connection, before_hour)?;
            deleted += step;
            if step < room::STEP {
                return Ok(deleted);
            }
        }
    }
}
