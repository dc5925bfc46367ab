//! The store on a PostgreSQL server (15 or newer). Only this module names the crate `postgres`: what it does with a
//! connection stands here, schema and partitions in `postgres/open.rs`, a group's transaction in `postgres/rows.rs`, the
//! fleet page's questions in `postgres/fleet.rs`.
//!
//! A group of batches is one transaction of five round trips, however many batches it has. Batches lie in one
//! partition a day, so that retention drops tables instead of deleting rows.

mod fleet;
mod open;
mod rows;

use std::{
    fmt,
    ops::ControlFlow,
    sync::{Mutex, PoisonError, TryLockError},
};

use gatepost_pass::{DeviceId, Digest, Timestamp};
use gatepost_protocol::{Epoch, Head};
use postgres::{Client, Config, IsolationLevel, Row, fallible_iterator::FallibleIterator as _};

use rows::Open;

use super::{
    Arrived, Asked, DeviceRow, FindingKind, FindingRow, Heard, HourRow, Incoming, Kept, Page,
    Place, Store, StoreError, Totals, intake, loaded, numbered, stored, stored_time,
};

/// Received batches on a PostgreSQL server.
pub struct PostgresStore {
    config: Config,
    /// While one waits for the disk, the other sends.
    writers: [Mutex<Connection>; WRITERS],
    /// So that a listing keeps no device waiting.
    reader: Mutex<Connection>,
}

const WRITERS: usize = 2;

/// A connection that is made anew after it broke, and the day whose partition it has seen.
#[derive(Default)]
struct Connection {
    client: Option<Client>,
    day: Option<i64>,
}

impl PostgresStore {
    /// Connects, makes the schema where it is missing, brings an older one up.
    pub fn open(config: &Config) -> Result<Self, StoreError> {
        let mut client = open::connect(config)?;
        open::upgrade(&mut client)?;
        Ok(Self::new(config, client))
    }

    /// Connects to look at what is there.
    pub fn open_to_read(config: &Config) -> Result<Self, StoreError> {
        let mut client = open::connect(config)?;
        open::check(&mut client)?;
        Ok(Self::new(config, client))
    }

    fn new(config: &Config, client: Client) -> Self {
        let reader = Connection {
            client: Some(client),
            day: None,
        };
        Self {
            config: config.clone(),
            writers: Default::default(),
            reader: Mutex::new(reader),
        }
    }

    fn with<T>(
        &self,
        connection: &Mutex<Connection>,
        work: impl FnOnce(&mut Client, &mut Option<i64>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let guard = connection.lock();
        let mut guard = guard.unwrap_or_else(PoisonError::into_inner);
        let Connection { client, day } = &mut *guard;
        let mut open = match client.take() {
            Some(client) if !client.is_closed() => client,
            _ => open::connect(&self.config)?,
        };
        // A panic drops the connection, and with it its transaction.
        let done = work(&mut open, day);
        *client = Some(open);
        done
    }

    /// A connection to write on that nobody uses; the first, where all are in use.
    fn writer(&self) -> &Mutex<Connection> {
        let mut writers = self.writers.iter();
        let free =
            writers.find(|writer| !matches!(writer.try_lock(), Err(TryLockError::WouldBlock)));
        free.unwrap_or(&self.writers[0])
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&mut Client) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.with(&self.reader, |client, _| work(client))
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

impl Store for PostgresStore {
    fn keep(&self, group: &[Incoming]) -> Result<Vec<Kept>, StoreError> {
        self.with(self.writer(), |client, seen| {
            for incoming in group {
                let day = open::day(incoming.at);
                if *seen != Some(day) {
                    open::make_partition(client, day)?;
                    *seen = Some(day);
                }
            }
            let transaction = client.transaction()?;
            let mut open = Open(transaction);
            let kept = intake::keep(&mut open, group)?;
            open.0.commit()?;
            Ok(kept)
        })
    }

    fn writers(&self) -> usize {
        WRITERS
    }

    fn knows(&self, device: DeviceId) -> Result<bool, StoreError> {
        self.read(|client| fleet::knows(client, device))
    }

    fn hear(&self, heard: &Heard) -> Result<(), StoreError> {
        self.read(|client| fleet::hear(client, heard))
    }

    fn visit(
        &self,
        each: &mut dyn FnMut(Arrived) -> ControlFlow<()>,
    ) -> Result<Totals, StoreError> {
        self.read(|client| {
            let view = client.build_transaction().read_only(true);
            let view = view.isolation_level(IsolationLevel::RepeatableRead);
            let mut view = view.start()?;
            view.batch_execute("SET LOCAL statement_timeout = 0")?;
            let totals = fleet::totals(&mut view)?;
            for (query, read) in [(BATCHES, arrived as fn(&Row) -> _), (FINDINGS, found)] {
                let mut rows = view.query_raw(query, std::iter::empty::<i64>())?;
                while let Some(row) = rows.next()? {
                    if each(read(&row)?).is_break() {
                        return Ok(totals);
                    }
                }
            }
            Ok(totals)
        })
    }

    fn totals(&self) -> Result<Totals, StoreError> {
        self.read(fleet::totals)
    }

    fn devices(&self, page: Page) -> Result<Vec<DeviceRow>, StoreError> {
        self.read(|client| fleet::devices(client, page))
    }

    fn hours(&self, from: u32) -> Result<Vec<HourRow>, StoreError> {
        self.read(|client| fleet::hours(client, from))
    }

    fn findings(&self, page: Page) -> Result<Vec<FindingRow>, StoreError> {
        self.read(|client| fleet::findings(client, page))
    }

    fn ask_revocation(&self, device: DeviceId, at: Timestamp) -> Result<Asked, StoreError> {
        self.read(|client| fleet::ask_revocation(client, device, at))
    }

    fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.read(|client| open::drop_partitions(client, before))
    }
}

fn storable(name: &str) -> String {
    name.replace('\0', "\u{fffd}")
}

const BATCHES: &str = "SELECT d.device, e.epoch, b.first, b.id, b.signed
    FROM devices d JOIN epochs e ON e.device = d.id JOIN batches b ON b.epoch = e.id
    ORDER BY d.id, e.id, b.first, b.id";
const FINDINGS: &str = "SELECT d.device, e.epoch, f.seq, f.kind, f.at
    FROM devices d JOIN epochs e ON e.device = d.id JOIN findings f ON f.epoch = e.id
    ORDER BY d.id, e.id, f.seq, f.kind, f.head";

fn arrived(row: &Row) -> Result<Arrived, StoreError> {
    Ok(Arrived::Batch {
        place: place(row)?,
        number: row.try_get(3)?,
        signed: row.try_get(4)?,
    })
}

fn found(row: &Row) -> Result<Arrived, StoreError> {
    finding(row).map(Arrived::Finding)
}

fn finding(row: &Row) -> Result<FindingRow, StoreError> {
    Ok(FindingRow {
        place: place(row)?,
        kind: numbered(&FindingKind::ALL, "kind of finding", row.try_get(3)?)?,
        at: Timestamp(loaded(row.try_get(4)?)),
    })
}

fn place(row: &Row) -> Result<Place, StoreError> {
    Ok(Place {
        device: DeviceId(bytes(row, 0)?),
        epoch: Epoch(bytes(row, 1)?),
        seq: loaded(row.try_get(2)?),
    })
}

fn head(row: &Row, column: usize) -> Result<Head, StoreError> {
    Ok(Head(Digest(bytes(row, column)?)))
}

fn bytes<const N: usize>(row: &Row, column: usize) -> Result<[u8; N], StoreError> {
    let bytes: &[u8] = row.try_get(column)?;
    let wrong = |_| StoreError::Damaged(format!("{} bytes where {N} belong", bytes.len()));
    bytes.try_into().map_err(wrong)
}
