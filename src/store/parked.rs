//! Batches that the hub refused. They wait where a person sees them; nothing is ever dropped.

use std::collections::BTreeSet;

use gatepost_pass::Timestamp;
use gatepost_protocol::Epoch;
use rusqlite::params;

use super::{database::LogError, outbox::Outbox};

/// An epoch of which the hub refused a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// Which process run.
    pub epoch: Epoch,
    /// Since when.
    pub since: Timestamp,
    /// What the hub said.
    pub why: String,
}

/// So long a parked epoch waits before it is sent again by itself, in seconds: a fleet whose hub was
/// mended needs nobody at every device.
const WAIT: u64 = 24 * 3600;
/// Most of a reason that is kept, in bytes.
const MAX_WHY: usize = 500;

impl Parked {
    /// Whether it is still to be left alone. A time in the future is another clock's: it does not count.
    fn rests(&self, now: Timestamp) -> bool {
        (self.since..self.since.plus(WAIT)).contains(&now)
    }
}

impl Outbox {
    /// Everything that is parked, oldest epoch first.
    pub fn parked(&self) -> Result<Vec<Parked>, LogError> {
        let mut statement = self.connection.prepare(
            "SELECT epoch, since, why FROM parked JOIN epochs USING (ordinal) ORDER BY ordinal",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(Parked {
                epoch: Epoch(row.get(0)?),
                since: Timestamp(row.get::<_, i64>(1)? as u64),
                why: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The epochs that are not to be sent at this time.
    pub fn resting(&self, now: Timestamp) -> Result<BTreeSet<Epoch>, LogError> {
        let parked = self.parked()?.into_iter();
        Ok(parked
            .filter(|parked| parked.rests(now))
            .map(|parked| parked.epoch)
            .collect())
    }

    /// Parks an epoch, or renews what is said of it.
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

    /// Lets everything that is parked be sent again. Returns how many epochs that are.
    pub fn unpark(&mut self) -> Result<usize, LogError> {
        Ok(self.connection.execute("DELETE FROM parked", [])?)
    }
}
