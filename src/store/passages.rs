//! The passage log: append-only, sealed before it touches the disk, chained.

use std::path::{Path, PathBuf};

use gatepost_pass::{Timestamp, policy::TracingKey, words::DeviceId};
use gatepost_protocol::{
    Body, Epoch, Head, Outcome, Passage, Previous, Record, rand_core::CryptoRng, record::Sealed,
    seal, seal::Clear,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::database::{self, LogError};

/// The log of one process run. Only one of these writes at a time.
#[derive(Debug)]
pub struct PassageLog {
    connection: Connection,
    device: DeviceId,
    epoch: Epoch,
    ordinal: i64,
    next_seq: u64,
    head: Head,
}

/// A log that was opened, and what was found on the way.
#[derive(Debug)]
pub struct Opened {
    /// The log, ready to append to.
    pub log: PassageLog,
    /// Where a damaged file was put; its passages are not lost.
    pub set_aside: Option<PathBuf>,
}

/// A passage that is on the disk.
#[derive(Debug)]
pub struct Logged {
    /// Its place in the epoch.
    pub seq: u64,
    /// What opens the gate, where the person was admitted.
    pub admit: Option<LoggedAdmit>,
}

/// Proof that an admission is on the disk. Only [`PassageLog::append`] makes one, and it opens a gate once
/// ([`crate::devices::Gate::open`]).
///
/// ```compile_fail,E0423
/// let forged = gatepost::store::LoggedAdmit(());
/// ```
#[derive(Debug)]
pub struct LoggedAdmit(());

impl PassageLog {
    /// Opens the log and begins a new epoch, whose first record names the one before.
    pub fn open(
        path: &Path,
        device: DeviceId,
        epoch: Epoch,
        now: Timestamp,
    ) -> Result<Opened, LogError> {
        let (mut connection, set_aside) = database::open_or_make(path, now)?;
        let change = connection.transaction()?;
        let before = previous(&change)?;
        let ordinal = change.query_row(
            "INSERT INTO epochs (epoch, acknowledged_head) VALUES (?1, ?2) RETURNING ordinal",
            params![epoch.0, Head::START.0.0],
            |row| row.get(0),
        )?;
        change.commit()?;
        let mut log = Self {
            connection,
            device,
            epoch,
            ordinal,
            next_seq: 0,
            head: Head::START,
        };
        log.write(hour(now), Body::EpochStart(before))?;
        Ok(Opened { log, set_aside })
    }

    /// Seals a passage and commits it. When this returns `Ok`, a power cut can't take it away.
    pub fn append(
        &mut self,
        passage: &Passage,
        to: &TracingKey,
        random: &mut impl CryptoRng,
    ) -> Result<Logged, LogError> {
        let hour = hour(passage.at);
        let clear = Clear {
            device: self.device,
            epoch: self.epoch,
            seq: self.next_seq,
            hour,
            class: passage.outcome,
        };
        let sealed: Sealed = seal(passage, &clear, to, random)?;
        let seq = self.write(hour, Body::Passage(sealed))?;
        let admit = (passage.outcome == Outcome::Admit).then_some(LoggedAdmit(()));
        Ok(Logged { seq, admit })
    }

    fn write(&mut self, hour: u32, body: Body) -> Result<u64, LogError> {
        let seq = self.next_seq;
        let passage = matches!(body, Body::Passage(_));
        let bytes = Record { seq, hour, body }.to_bytes();
        let head = self.head.after(self.device, self.epoch, &bytes);
        self.connection.execute(
            "INSERT INTO records (ordinal, seq, hour, passage, bytes, head)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![self.ordinal, seq as i64, hour, passage, bytes, head.0.0],
        )?;
        self.next_seq += 1;
        self.head = head;
        Ok(seq)
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
