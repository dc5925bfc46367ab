//! Epochs of which the hub refused a batch. They wait where a person sees them; none is ever
//! dropped.

use std::collections::BTreeSet;

use gatepost_pass::Timestamp;
use gatepost_protocol::Epoch;
use rusqlite::params;

use super::{error::LogError, outbox::Outbox};

/// An epoch of which the hub refused a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedEpoch {
    /// The process run that wrote it.
    pub epoch: Epoch,
    /// When the hub refused it last.
    pub since: Timestamp,
    /// The reason that the hub gave.
    pub why: String,
}

/// Wait before a parked epoch is sent again, in seconds: once a hub is repaired, nobody has to
/// visit every device.
const WAIT: u64 = 24 * 3600;
/// Longest reason that is kept, in bytes.
const MAX_WHY: usize = 500;

impl ParkedEpoch {
    /// Whether it still waits. A `since` in the future was written by a wrong clock and is ignored.
    fn rests(&self, now: Timestamp) -> bool {
        (self.since..self.since.plus(WAIT)).contains(&now)
    }
}

impl Outbox {
    /// All parked epochs, the oldest first.
    pub fn parked(&self) -> Result<Vec<ParkedEpoch>, LogError> {
        let mut statement = self.connection.prepare(
            "SELECT epoch, since, why FROM parked JOIN epochs USING (ordinal) ORDER BY ordinal",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(ParkedEpoch {
                epoch: Epoch(row.get(0)?),
                since: Timestamp(row.get::<_, i64>(1)? as u64),
                why: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The parked epochs that are not sent yet.
    pub fn resting(&self, now: Timestamp) -> Result<BTreeSet<Epoch>, LogError> {
        let parked = self.parked()?.into_iter();
        Ok(parked
            .filter(|parked| parked.rests(now))
            .map(|parked| parked.epoch)
            .collect())
    }

    /// Parks an epoch, or updates the time and reason of one that is.
    pub fn park(&mut self, epoch: Epoch, now: Timestamp, why: &str) -> Result<(), LogError> {
        let why: String = why.chars().take(MAX_WHY / 4).collect();
        self.connection.execute(
            "INSERT INTO parked (ordinal, since, why)
             SELECT ordinal, ?2, ?3 FROM epochs WHERE epoch = ?1
             ON CONFLICT (ordinal) DO UPDATE SET since = ?2, why = ?3",
            params![epoch.0, now.0 as i64, why],
        )?;
        Ok(())
    }

    /// Releases all parked epochs to be sent again. Returns their number.
    pub fn unpark(&mut self) -> Result<usize, LogError> {
        Ok(self.connection.execute("DELETE FROM parked", [])?)
    }
}
