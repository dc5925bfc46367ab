//! The passage log: append-only, sealed before it touches the disk, chained.

use std::{ops::Range, path::Path};

use gatepost_pass::{DeviceId, Timestamp, policy::TracingKey};
use gatepost_protocol::{
    Body, Clear, Epoch, Head, Outcome, Passage, Previous, Record, rand_core::CryptoRng, seal,
};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{
    database::{self, LogError},
    mend::SetAside,
    room::{self, Cap},
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

/// A log that was opened, and what was found on the way.
#[derive(Debug)]
pub struct Opened {
    /// The log, ready to append to.
    pub log: PassageLog,
    /// What became of a damaged file.
    pub set_aside: Option<SetAside>,
}

/// A passage that is on the disk.
#[derive(Debug)]
pub struct Logged {
    /// Its place in the epoch.
    pub seq: u64,
    /// What opens the gate, where the person was admitted.
    pub admit: Option<LoggedAdmit>,
}

/// Proof that an admission is on the disk. Only [`PassageLog::append_all`] makes one, and it opens a gate
/// once ([`crate::devices::Gate::open`]).
///
/// ```compile_fail,E0423
/// let forged = gatepost::store::LoggedAdmit(());
/// ```
#[derive(Debug)]
pub struct LoggedAdmit(());

impl PassageLog {
    /// Opens the log and begins a new epoch, whose first record names the one before: after damage,
    /// the last of its good records.
    pub fn open(
        path: &Path,
        device: DeviceId,
        epoch: Epoch,
        now: Timestamp,
        cap: Cap,
    ) -> Result<Opened, LogError> {
        let (connection, set_aside) = database::open_or_make(path, device, now)?;
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
            // What a hub holds already makes way for it.
            Err(LogError::Full) if room::forget_oldest(&log.connection)? > 0 => log.begin(now)?,
            begun => begun?,
        }
        Ok(Opened { log, set_aside })
    }

    /// Puts a new log in the place of a damaged one and begins no epoch: for a device that logs no more. A log
    /// that is whole stays as it is.
    pub fn mend(
        path: &Path,
        device: DeviceId,
        now: Timestamp,
    ) -> Result<Option<SetAside>, LogError> {
        let (_, set_aside) = database::open_or_make(path, device, now)?;
        Ok(set_aside)
    }

    /// Begins the epoch: its row and its first record are there together, or neither is, so that the next
    /// epoch never names an empty one.
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

    /// Whether one passage more may come; what a hub holds already makes way for it.
    ///
    /// # Errors
    /// [`LogError::AllUnsent`] when the log is at its cap and nothing may go.
    pub fn make_room(&self) -> Result<(), LogError> {
        room::make(&self.connection, self.cap)
    }

    /// Seals passages and commits them together: one write to the disk, however many there are. When
    /// this returns `Ok`, in their order, a power cut can't take them away; after an
    /// error none of them is in the log.
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
        room::make(&self.connection, self.cap)?;
        let places = match self.commit(sealed.iter().cloned()) {
            // What a hub holds already makes way, also before its time.
            Err(LogError::Full) if room::forget_oldest(&self.connection)? > 0 => {
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

    /// Adds records after the newest one. Gives the position and the chain after them.
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
