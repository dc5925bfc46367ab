//! The passage log: append-only, sealed before it touches the disk, chained.

use std::{ops::Range, path::Path};

use gatepost_pass::{DeviceId, Timestamp, policy::TracingKey};
use gatepost_protocol::{
    Body, Clear, Epoch, Head, Outcome, Passage, Previous, Record, rand_core::CryptoRng, seal,
};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{
    error::LogError,
    opening,
    replace_damaged::SetAside,
    size_cap::{self, Cap},
};

/// Most passages that are committed together.
pub const MOST_TOGETHER: usize = 128;

/// The log of one process run. Only one of these writes at a time.
#[derive(Debug)]
pub struct PassageLog {
    connection: Connection,
    device: DeviceId,
    epoch: Epoch,
    ordinal: i64,
    next_seq: u64,
    head: Head,
    cap: Cap,
}

/// A log that was opened, and what was found while opening it.
#[derive(Debug)]
pub struct Opened {
    /// The log, ready to append to.
    pub log: PassageLog,
    /// The damaged log that it replaces, if there was one.
    pub set_aside: Option<SetAside>,
}

/// A passage that is on the disk.
#[derive(Debug)]
pub struct Logged {
    /// Its place in the epoch.
    pub seq: u64,
    /// Opens the gate, where the person was admitted.
    pub admit: Option<LoggedAdmit>,
}

/// Proof that an admission is on the disk. Only [`PassageLog::append_all`] makes one, and it opens
/// a gate once (`Gate::open`).
///
/// ```compile_fail,E0423
/// let forged = gatepost::store::LoggedAdmit(());
/// ```
#[derive(Debug)]
pub struct LoggedAdmit(());

impl PassageLog {
    /// Opens the log and begins a new epoch. Its first record names the epoch before it: after
    /// damage, up to its last intact record.
    pub fn open(
        path: &Path,
        device: DeviceId,
        epoch: Epoch,
        now: Timestamp,
        cap: Cap,
    ) -> Result<Opened, LogError> {
        let (connection, set_aside) = opening::open_or_create(path, device, now)?;
        let mut log = Self {
            connection,
            device,
            epoch,
            ordinal: 0,
            next_seq: 0,
            head: Head::START,
            cap,
        };
        match log.begin(now) {
            // What the hub has acknowledged is deleted for it.
            Err(LogError::Full) if size_cap::forget_oldest(&log.connection)? > 0 => {
                log.begin(now)?
            }
            begun => begun?,
        }
        Ok(Opened { log, set_aside })
    }

    /// Replaces a damaged log without beginning an epoch: for a device that logs no more. An intact
    /// log stays as it is.
    pub fn repair(
        path: &Path,
        device: DeviceId,
        now: Timestamp,
    ) -> Result<Option<SetAside>, LogError> {
        let (_, set_aside) = opening::open_or_create(path, device, now)?;
        Ok(set_aside)
    }

    /// Begins the epoch: its row and its first record are written together, so that the next epoch
    /// never names an empty one.
    fn begin(&mut self, now: Timestamp) -> Result<(), LogError> {
        let change = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let before = previous(&change)?;
        self.ordinal = change.query_row(
            "INSERT INTO epochs (epoch, acknowledged_head) VALUES (?1, ?2) RETURNING ordinal",
            params![self.epoch.0, Head::START.0.0],
            |row| row.get(0),
        )?;
        let start = [(hour(now), Body::EpochStart(before))];
        let (next_seq, head) = self.insert(&change, start)?;
        change.commit()?;
        (self.next_seq, self.head) = (next_seq, head);
        Ok(())
    }

    /// Makes space for one more passage by deleting what the hub has acknowledged.
    ///
    /// # Errors
    /// [`LogError::AllUnsent`] when the log is at its cap and nothing may be deleted.
    pub fn make_space(&self) -> Result<(), LogError> {
        size_cap::make_space(&self.connection, self.cap)
    }

    /// Seals passages and commits them together, in their order, with one write to the disk. Once
    /// this returns `Ok`, a power cut cannot take them away; after an error none of them is in the
    /// log.
    pub fn append_all(
        &mut self,
        passages: &[(&Passage, &TracingKey)],
        random: &mut impl CryptoRng,
    ) -> Result<Vec<Logged>, LogError> {
        let mut sealed = Vec::with_capacity(passages.len());
        for (seq, (passage, to)) in (self.next_seq..).zip(passages) {
            let hour = hour(passage.at);
            let clear = Clear {
                device: self.device,
                epoch: self.epoch,
                seq,
                hour,
                class: passage.outcome,
            };
            sealed.push((hour, Body::Passage(seal(passage, &clear, to, random)?)));
        }
        size_cap::make_space(&self.connection, self.cap)?;
        let places = match self.commit(sealed.iter().cloned()) {
            // What the hub has acknowledged is deleted, even within its retention time.
            Err(LogError::Full) if size_cap::forget_oldest(&self.connection)? > 0 => {
                self.commit(sealed)?
            }
            done => done?,
        };
        let logged = |(seq, (passage, _)): (u64, &(&Passage, &TracingKey))| Logged {
            seq,
            admit: (passage.outcome == Outcome::Admit).then_some(LoggedAdmit(())),
        };
        Ok(places.zip(passages).map(logged).collect())
    }

    /// For tests that make the disk small or the write-ahead log short.
    #[cfg(test)]
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    fn commit(
        &mut self,
        bodies: impl IntoIterator<Item = (u32, Body)>,
    ) -> Result<Range<u64>, LogError> {
        let first = self.next_seq;
        let change = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let (next_seq, head) = self.insert(&change, bodies)?;
        change.commit()?;
        (self.next_seq, self.head) = (next_seq, head);
        Ok(first..next_seq)
    }

    /// Adds records after the newest one. Returns the next position and the chain hash there.
    fn insert(
        &self,
        change: &Transaction<'_>,
        bodies: impl IntoIterator<Item = (u32, Body)>,
    ) -> Result<(u64, Head), LogError> {
        let (mut seq, mut head) = (self.next_seq, self.head);
        let mut insert = change.prepare_cached(
            "INSERT INTO records (ordinal, seq, hour, passage, bytes, head)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for (hour, body) in bodies {
            let passage = matches!(body, Body::Passage(_));
            let bytes = Record { seq, hour, body }.to_bytes();
            head = head.after(self.device, self.epoch, &bytes);
            insert.execute(params![
                self.ordinal,
                seq as i64,
                hour,
                passage,
                bytes,
                head.0.0
            ])?;
            seq += 1;
        }
        Ok((seq, head))
    }
}

/// Where the newest epoch of this disk stands.
fn previous(connection: &Connection) -> rusqlite::Result<Option<Previous>> {
    connection
        .query_row(
            "SELECT epoch,
                    coalesce((SELECT max(seq) + 1 FROM records r WHERE r.ordinal = e.ordinal),
                             acknowledged),
                    coalesce((SELECT head FROM records r WHERE r.ordinal = e.ordinal
                              ORDER BY seq DESC LIMIT 1), acknowledged_head)
             FROM epochs e ORDER BY ordinal DESC LIMIT 1",
            [],
            |row| {
                Ok(Previous {
                    epoch: Epoch(row.get(0)?),
                    next_seq: row.get::<_, i64>(1)? as u64,
                    head: Head(gatepost_pass::Digest(row.get(2)?)),
                })
            },
        )
        .optional()
}

fn hour(at: Timestamp) -> u32 {
    u32::try_from(at.0 / 3600).unwrap_or(u32::MAX)
}
